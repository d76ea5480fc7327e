create or replace function api.fire_due(p_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform logic.check_given(jsonb_build_object('p_limit', p_limit));
    perform logic.beat('deadline listener');
    return logic.fire_due(p_limit);
end
$$;
comment on function api.fire_due is
    'Fires up to p_limit due deadlines, the most overdue first; returns how many. Called by the deadline listener. Refuses argument_missing.';
