create or replace function logic.purge_sign_ins()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    delete from data.sign_ins where expires_at <= logic.now();
    delete from data.sign_in_attempts where touched_at <= logic.now() - interval '1 day';
end
$$;
comment on function logic.purge_sign_ins is 'Forgets sign-ins that have expired, and what was tried before a quiet day.';
