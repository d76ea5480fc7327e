create or replace trigger pairing_offers_guard
before insert or update of status on data.pairing_offers
for each row execute function logic.guard_transition('pairing_offer');
