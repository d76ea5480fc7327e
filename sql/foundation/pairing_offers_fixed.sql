create or replace trigger pairing_offers_fixed
before update of
    id, request_id, mitra_id, sent_at, closed_at
on data.pairing_offers
for each row
when (
    (
        old.id, old.request_id, old.mitra_id, old.sent_at
    ) is distinct from (
        new.id, new.request_id, new.mitra_id, new.sent_at
    )
    or (old.closed_at is not null and new.closed_at is distinct from old.closed_at)
)
execute function logic.refuse_change();
