-- Every act of an operator's begins with this, so it also bounds the transaction that they may leave open.
-- Refuses: who_is_missing.
create or replace function logic.check_who(p_who text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.hold_briefly();
    if coalesce(p_who, '') !~ '[^[:space:]]' then
        perform logic.refuse(400, 'who_is_missing', 'Say who does this: it goes into the record.');
    end if;
end
$$;
comment on function logic.check_who is 'Refuses an act of an operator that names nobody.';
