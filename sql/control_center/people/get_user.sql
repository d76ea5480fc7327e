-- p_day: null for today in Jakarta.
create or replace function control_center.get_user(p_operator_id uuid, p_user_id uuid, p_day text default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_customer data.users;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    v_customer := logic.find_customer(p_user_id);
    return jsonb_build_object(
        'customer', logic.customer_row(v_customer),
        'totals', logic.customer_totals(p_user_id),
        'credit', logic.credit_of(p_user_id),
        'search', (
            select logic.search_json(r, 50) from data.pairing_requests r where r.customer_id = p_user_id and r.status = 'searching'
        ),
        'chat', (select to_jsonb(c) from control_center.live_chats c where c.customer_id = p_user_id),
        'day', logic.customer_day_json(p_user_id, logic.day_asked_for(p_day)),
        'history', logic.customer_history(p_user_id, null, 20)
    );
end
$$;
comment on function control_center.get_user is
    'A customer''s page: {customer, totals, credit, search, chat, day, history}. For viewers. Refuses operator_unknown, customer_not_found, invalid_day.';
