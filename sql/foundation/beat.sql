-- Proof of work, not of life: the work itself writes it, every five seconds at most. A caller that finds the row locked
-- skips it, so that no work waits for a heartbeat. The last beat does not show work that stops and begins again all the
-- time, so the last two pauses are kept.
create or replace function logic.beat(p_process text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if not exists (
        select from data.heartbeats where process = p_process and at > logic.now() - interval '5 seconds'
    ) and pg_try_advisory_xact_lock(hashtextextended('heartbeat of ' || p_process, 0)) then
        insert into data.heartbeats as h (process, at, since) values (p_process, logic.now(), logic.now())
        on conflict (process) do update
        set at = excluded.at,
            since = case when h.at < excluded.at - interval '30 seconds' then excluded.at else h.since end,
            gaps = case
                when h.at < excluded.at - interval '15 seconds' then (excluded.at || h.gaps)[1:2]
                else h.gaps
            end;
    end if;
end
$$;
comment on function logic.beat is 'Notes that a process has just done its work in this database.';
