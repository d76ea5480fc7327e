-- For columns that say what was bought, by whom and of whom. Such a trigger names them, so an update of others never
-- comes here.
-- Refuses: column_is_fixed.
create or replace function logic.refuse_change()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.refuse(409, 'column_is_fixed', format(
        'What %s %s says of people, money, minutes and beginnings does not change any more.', tg_table_name, old.id
    ));
    return null;
end
$$;
comment on function logic.refuse_change is 'Trigger: refuses another value in a column that is fixed.';
