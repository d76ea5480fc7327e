create or replace function logic.purge_sign_ins()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    delete from data.sign_ins where expires_at <= logic.now();
    delete from data.sign_in_attempts where touched_at <= logic.now() - interval '1 day';
    delete from data.known_devices where last_used_at <= logic.now() - interval '1 year';
    delete from data.code_tallies where minute <= logic.now() - interval '2 hours';
end
$$;
comment on function logic.purge_sign_ins is 'Forgets sign-ins that have expired, what was tried before a quiet day, devices that were not used for a year, and counts of codes that no bound asks for.';
