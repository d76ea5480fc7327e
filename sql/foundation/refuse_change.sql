-- For columns that say what was bought, by whom and from whom. The trigger names them, so other updates never call it.
-- Refuses: column_is_fixed.
create or replace function logic.refuse_change()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.refuse(409, 'column_is_fixed', format(
        'People, money, minutes and start of %s %s never change.', tg_table_name, old.id
    ));
    return null;
end
$$;
comment on function logic.refuse_change is 'Trigger: refuses a change of a fixed column.';
