create or replace trigger payment_sessions_fixed
before update of
    id, customer_id, amount, duration_minutes, is_free_trial, is_extension, tier_id, targeted_mitra_id, created_at,
    confirmed_at, charged_at, consumed_at
on data.payment_sessions
for each row
when (
    (
        old.id, old.customer_id, old.amount, old.duration_minutes, old.is_free_trial, old.is_extension,
        old.tier_id, old.targeted_mitra_id, old.created_at
    ) is distinct from (
        new.id, new.customer_id, new.amount, new.duration_minutes, new.is_free_trial, new.is_extension,
        new.tier_id, new.targeted_mitra_id, new.created_at
    )
    or (old.confirmed_at is not null and new.confirmed_at is distinct from old.confirmed_at)
    or (old.charged_at is not null and new.charged_at is distinct from old.charged_at)
    or (old.consumed_at is not null and new.consumed_at is distinct from old.consumed_at)
)
execute function logic.refuse_change();
