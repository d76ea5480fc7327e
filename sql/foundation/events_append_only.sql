create or replace trigger events_append_only
before update or delete on data.events
for each row execute function logic.guard_events();
