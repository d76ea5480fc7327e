create or replace function api.seconds_to_next_call()
returns double precision
language plpgsql stable security definer set search_path = ''
as $$
begin
    return case when exists (select from data.provider_notices where handled_at is null) then 0
    else (
        select extract(epoch from c.next_call_at - logic.now())::double precision
        from data.charges c
        where c.next_call_at is not null
        order by c.next_call_at
        limit 1
    ) end;
end
$$;
comment on function api.seconds_to_next_call is 'Seconds until a provider must be called; 0 or less when one must be now, null when none.';
