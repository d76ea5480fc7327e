create or replace trigger price_tiers_fixed
before update of id, duration_minutes, amount, for_extension, is_free_trial, created_at, created_by
on data.price_tiers
for each row
when (
    (old.id, old.duration_minutes, old.amount, old.for_extension, old.is_free_trial, old.created_at, old.created_by)
    is distinct from
    (new.id, new.duration_minutes, new.amount, new.for_extension, new.is_free_trial, new.created_at, new.created_by)
)
execute function logic.refuse_change();
