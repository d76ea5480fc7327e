-- Refuses: invalid_action.
create or replace function logic.check_action(p_action text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_action is null or p_action not in ('refunded', 'credited', 'no_action') then
        perform logic.refuse(400, 'invalid_action', 'The action is one of: refunded, credited, no_action.');
    end if;
end
$$;
comment on function logic.check_action is 'Refuses a decision that is not one of the three.';
