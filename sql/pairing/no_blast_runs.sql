-- A blast sees the mitras who are available when it begins, and nobody sees the blast until it has committed. A mitra
-- who becomes available in between would miss it, so bringing offers in line asks this first.
-- Locks: the blasts' advisory lock; it is not waited for.
create or replace function logic.no_blast_runs(p_until_commit boolean)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_blasts bigint := 'data.pairing_requests'::regclass::oid::bigint;
    v_none boolean;
begin
    if p_until_commit then
        return pg_try_advisory_xact_lock(v_blasts);
    end if;
    v_none := pg_try_advisory_lock(v_blasts);
    if v_none then
        perform pg_advisory_unlock(v_blasts);
    end if;
    return v_none;
end
$$;
comment on function logic.no_blast_runs is
    'Whether every blast that began has committed. p_until_commit: also keeps others from beginning until this transaction commits, which changes whom blasts see.';
