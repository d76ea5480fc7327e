create or replace function control_center.get_payment_timeline(p_operator_id uuid, p_payment_session_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    if not exists (select from data.payment_sessions where id = p_payment_session_id) then
        perform logic.refuse(404, 'payment_session_not_found', 'There is no such payment session.');
    end if;
    return logic.payment_story(p_payment_session_id);
end
$$;
comment on function control_center.get_payment_timeline is
    'The whole story of a payment session. For viewers. Refuses operator_unknown, payment_session_not_found.';
