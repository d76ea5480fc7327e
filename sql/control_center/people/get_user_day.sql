create or replace function control_center.get_user_day(p_operator_id uuid, p_user_id uuid, p_day text default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    perform logic.find_customer(p_user_id);
    return logic.customer_day_json(p_user_id, logic.day_asked_for(p_day));
end
$$;
comment on function control_center.get_user_day is
    'What a customer did on a day in Jakarta: {day, since, until, events, people}. For viewers. Refuses operator_unknown, customer_not_found, invalid_day.';
