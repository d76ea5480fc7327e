-- Retries repeat their key; each new key keeps a reply for a day.
-- Refuses: too_many_idempotency_keys.
create or replace function logic.check_keys(p_owner_id uuid)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_most integer := logic.setting_integer('idempotency_keys_per_day');
begin
    if v_most < (select count(*) from (select from data.idempotency_keys where owner_id = p_owner_id limit v_most + 1) k) then
        perform logic.refuse(
            429, 'too_many_idempotency_keys', 'Too many different Idempotency-Keys in a day. A retry repeats its key.'
        );
    end if;
end
$$;
comment on function logic.check_keys is 'Refuses a key beyond idempotency_keys_per_day of one person.';
