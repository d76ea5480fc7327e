-- Refuses: invalid_cause_tag.
create or replace function logic.check_cause_tag(p_cause_tag text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_cause_tag is null or p_cause_tag <> all (logic.cause_tags()) then
        perform logic.refuse(400, 'invalid_cause_tag', format('There is no cause "%s".', p_cause_tag));
    end if;
end
$$;
comment on function logic.check_cause_tag is 'Refuses a cause that is not one of the seven.';
