create or replace trigger pairing_requests_guard
before insert or update of status on data.pairing_requests
for each row execute function logic.guard_transition('pairing_request');
