create or replace function logic.rank_of_charge(p_status text)
returns integer
language sql immutable security invoker
as $$
    select case p_status
        when 'created' then 0
        when 'pending' then 1
        when 'denied' then 2
        when 'cancelled' then 2
        when 'expired' then 2
        when 'paid' then 3
        when 'partly_refunded' then 4
        when 'refunded' then 5
        when 'charged_back' then 6
    end
$$;
comment on function logic.rank_of_charge is 'A charge''s status only climbs, in whatever order the provider''s answers come.';
