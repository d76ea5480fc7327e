-- Every act of an operator begins with this, so it also bounds the transaction that they may leave open. A name with
-- invisible characters would pass for another in the record.
-- Refuses: who_is_missing.
create or replace function logic.check_who(p_who text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.hold_briefly();
    if not logic.says_something(p_who) or p_who <> logic.clean_line(p_who) or char_length(p_who) > 200 then
        perform logic.refuse(
            400, 'who_is_missing', 'Give your name, in at most 200 visible characters: it goes into the record.'
        );
    end if;
end
$$;
comment on function logic.check_who is 'Refuses an act without an operator''s name, or with one of invisible characters.';
