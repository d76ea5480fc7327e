create or replace trigger charges_fixed
before update of id, payment_session_id, customer_id, provider, method, amount, created_at, paid_at
on data.charges
for each row
when (
    (old.id, old.payment_session_id, old.customer_id, old.provider, old.method, old.amount, old.created_at)
    is distinct from
    (new.id, new.payment_session_id, new.customer_id, new.provider, new.method, new.amount, new.created_at)
    or (old.paid_at is not null and new.paid_at is distinct from old.paid_at)
)
execute function logic.refuse_change();
