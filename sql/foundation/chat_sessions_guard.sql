create or replace trigger chat_sessions_guard
before insert or update of status on data.chat_sessions
for each row execute function logic.guard_transition('chat_session');
