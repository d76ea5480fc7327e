-- Locks: notices, then the charges that they name.
create or replace function logic.handle_notices(p_limit integer)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    with handled as (
        update data.provider_notices n
        set handled_at = logic.now()
        where n.id = any (array(
            select w.id from data.provider_notices w where w.handled_at is null order by w.id limit p_limit for update skip locked
        ))
        returning n.about
    )
    update data.charges c
    set next_call_at = logic.now()
    where c.id in (select h.about from handled h);
end
$$;
comment on function logic.handle_notices is 'Makes every charge that a new notice names due to be asked about.';
