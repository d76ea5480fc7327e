create or replace function control_center.list_user_payments(
    p_operator_id uuid, p_user_id uuid, p_cursor text default null, p_limit integer default null
)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    perform logic.find_customer(p_user_id);
    return logic.customer_history(p_user_id, p_cursor, logic.page_size(p_limit, 20, 100));
end
$$;
comment on function control_center.list_user_payments is
    'A customer''s payment sessions and what they came to, newest first: {rows, next}. For viewers. Refuses operator_unknown, customer_not_found, invalid_cursor.';
