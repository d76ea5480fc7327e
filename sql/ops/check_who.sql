-- Every act of an operator's begins with this, so it also bounds the transaction that they may leave open.
-- A name that is not what it seems would be somebody else's in the record.
-- Refuses: who_is_missing.
create or replace function logic.check_who(p_who text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.hold_briefly();
    if not logic.says_something(p_who) or p_who <> logic.clean_line(p_who) or char_length(p_who) > 200 then
        perform logic.refuse(
            400, 'who_is_missing', 'Say who does this, in 200 characters at most, all of them to be seen: it goes into the record.'
        );
    end if;
end
$$;
comment on function logic.check_who is 'Refuses an act of an operator that names nobody, or in invisible characters.';
