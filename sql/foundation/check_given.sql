-- Refuses: argument_missing.
create or replace function logic.check_given(p_arguments jsonb)
returns void
language plpgsql immutable security definer set search_path = ''
as $$
declare
    v_missing text := (select a.name from jsonb_each(p_arguments) a (name, value) where a.value = 'null' limit 1);
begin
    if v_missing is not null then
        perform logic.refuse(400, 'argument_missing', format('%s is null and must not be.', v_missing));
    end if;
end
$$;
comment on function logic.check_given is 'Refuses a call in which an argument that means nothing as null is null.';
