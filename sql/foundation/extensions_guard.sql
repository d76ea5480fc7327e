create or replace trigger extensions_guard
before insert or update of status on data.extensions
for each row execute function logic.guard_transition('extension');
