-- Locks: the gift, the customer's credit account.
create or replace function control_center.give_credit(
    p_operator_id uuid, p_user_id uuid, p_amount integer, p_note text, p_gift_id uuid,
    p_payment_session_id uuid default null
)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_operator data.cc_users := logic.check_operator(p_operator_id, 'operator');
    v_limit integer := logic.setting_integer('credit_limit_operator');
    v_gift data.credit_gifts;
begin
    perform logic.check_given(jsonb_build_object('p_gift_id', p_gift_id));
    if v_operator.role <> 'admin' and p_amount > v_limit then
        perform logic.refuse(
            403, 'above_credit_limit', format('More than %s rupiah needs an admin.', v_limit), jsonb_build_object('limit', v_limit)
        );
    end if;
    v_gift := logic.give_credit(p_gift_id, p_user_id, p_amount, p_payment_session_id, p_note, v_operator.email);
    return to_jsonb(v_gift) || jsonb_build_object('credit', logic.credit_of(p_user_id));
end
$$;
comment on function control_center.give_credit is
    'Gives a customer credit as goodwill: the gift with the credit that results. The same p_gift_id again gives nothing more. For operators, above credit_limit_operator for admins. Refuses operator_unknown, role_not_sufficient, argument_missing, above_credit_limit, note_is_missing, note_too_long, invalid_amount, customer_not_found, payment_session_not_found, gift_id_reused.';
