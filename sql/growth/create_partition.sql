-- Rows of that month that already lie in the default partition move over, while others go on writing there; later ones
-- follow when the month is attached.
create or replace function logic.create_partition(p_table text, p_month date)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_name text := logic.partition_name(p_table, p_month);
begin
    if to_regclass('data.' || v_name) is not null then
        return;
    end if;
    execute format(
        'create table data.%I (like data.%I including defaults including constraints including indexes)', v_name, p_table
    );
    perform logic.move_to_partition(p_table, p_month);
end
$$;
comment on function logic.create_partition is
    'Makes one month''s partition of a table, unless it is there; logic.attach_partition makes it part of the table.';
