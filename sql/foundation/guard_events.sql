-- Binds the owner too. Old events go with their partition, which is dropped whole.
-- Refuses: events_are_append_only.
create or replace function logic.guard_events()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if tg_op = 'DELETE' and current_setting('curhat.moves_events', true) = 'on' then
        return old;
    end if;
    perform logic.refuse(409, 'events_are_append_only', 'Events are never changed or removed: append another.');
    return null;
end
$$;
comment on function logic.guard_events is 'Trigger: events are appended, never changed, deleted or truncated.';
