create or replace trigger charges_guard
before insert or update of status on data.charges
for each row execute function logic.guard_transition('charge');
