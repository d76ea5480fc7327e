-- A new key for what has one already is a retry that lost its key: it happens once or twice, not without end. Each key
-- keeps its reply for a day.
-- Refuses: too_many_idempotency_keys.
create or replace function logic.check_keys(p_owner_id uuid, p_function text, p_request jsonb)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_all bigint;
    v_same bigint;
begin
    select count(*), count(*) filter (where k.function = p_function and k.request = p_request) into v_all, v_same
    from (
        select function, request from data.idempotency_keys where owner_id = p_owner_id limit 2000
    ) k;
    if v_all = 2000 or v_same > 20 then
        perform logic.refuse(429, 'too_many_idempotency_keys', 'Too many different Idempotency-Keys. Repeat a request with the key that it had.');
    end if;
end
$$;
comment on function logic.check_keys is 'Refuses the 21st key for one request of one person, and the 2000th of one person in a day.';
