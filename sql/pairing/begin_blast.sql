-- Locks: the blasts' advisory lock, shared: blasts run side by side, see logic.no_blast_runs.
create or replace function logic.begin_blast()
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock_shared('data.pairing_requests'::regclass::oid::bigint);
end
$$;
comment on function logic.begin_blast is 'From here until it commits, a blast is under way.';
