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
comment on function logic.purge_sign_ins is 'Deletes expired sign-ins, attempts before a quiet day, devices unused for a year, and counts of codes that no bound needs.';
