create or replace trigger events_not_emptied
before truncate on data.events
for each statement execute function logic.guard_events();
