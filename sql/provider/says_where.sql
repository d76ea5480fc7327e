create or replace function logic.says_where(p_charge data.charges)
returns boolean
language sql immutable security invoker
as $$ select coalesce(p_charge.qr_string, p_charge.account_number, p_charge.link) is not null $$;
comment on function logic.says_where is 'Whether a charge says where to pay.';
