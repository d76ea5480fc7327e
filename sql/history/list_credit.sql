create or replace function api.list_credit(p_customer_id uuid, p_cursor text default null, p_limit integer default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_account data.accounts;
begin
    perform logic.check_given(jsonb_build_object('p_customer_id', p_customer_id));
    select * into v_account from data.accounts where customer_id = p_customer_id;
    return logic.transfers_page(v_account, p_cursor, p_limit);
end
$$;
comment on function api.list_credit is
    'A customer''s credit and its movements, newest first: {balance, rows: [{id, at, kind, change, payment_session_id}], next}. Rupiah; p_limit 1 to 100, 20 without it. Refuses invalid_cursor, argument_missing.';
