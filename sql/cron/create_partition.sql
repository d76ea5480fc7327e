-- Rows of that month which already lie in the default partition move over with it: most while others go on writing
-- there, the last, and what has come meanwhile, once they wait.
create or replace function logic.create_partition(p_table text, p_month date)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_name text := format('%s_%s', p_table, to_char(p_month, 'YYYY_MM'));
    v_from timestamptz := p_month::timestamp at time zone 'UTC';
    v_to timestamptz := (p_month + interval '1 month')::timestamp at time zone 'UTC';
    v_key text := case p_table when 'events' then 'at' else 'sent_at' end;
    v_move text := format(
        'with moved as (delete from data.%I where %I >= %L and %I < %L returning *) insert into data.%I select * from moved',
        p_table || '_default', v_key, v_from, v_key, v_to, v_name
    );
begin
    if to_regclass(format('data.%I', v_name)) is not null then
        return;
    end if;
    execute format(
        'create table data.%I (like data.%I including defaults including constraints including indexes)', v_name, p_table
    );
    execute v_move;
    execute format('lock table data.%I in access exclusive mode', p_table || '_default');
    execute v_move;
    execute format('alter table data.%I attach partition data.%I for values from (%L) to (%L)', p_table, v_name, v_from, v_to);
end
$$;
comment on function logic.create_partition is 'Makes one month''s partition of a table, unless it is there.';
