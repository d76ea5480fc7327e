-- Refuses: invalid_password_hash.
create or replace function logic.check_password_hash(p_password_hash text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if coalesce(p_password_hash not like '$argon2id$%', true) then
        perform logic.refuse(400, 'invalid_password_hash', 'A password is given as its hash (argon2id): use curhat admin.');
    end if;
end
$$;
comment on function logic.check_password_hash is 'Refuses what is no argon2id hash.';
