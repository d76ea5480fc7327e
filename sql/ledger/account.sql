create or replace function logic.account(p_kind text, p_provider text default null)
returns bigint
language sql immutable security invoker
as $$
    select case p_kind
        when 'prepaid' then 1
        when 'held' then 2
        when 'tax' then 3
        when 'revenue' then 4
        when 'refunds_in_transit' then 5
        when 'payouts_in_transit' then 6
        when 'loss' then 7
        when 'clearing' then case p_provider when 'pretend' then 11 when 'midtrans' then 12 when 'xendit' then 13 end
    end::bigint
$$;
comment on function logic.account is 'The id of a shared account, which never changes.';
