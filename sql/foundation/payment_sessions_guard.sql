create or replace trigger payment_sessions_guard
before insert or update of status on data.payment_sessions
for each row execute function logic.guard_transition('payment_session');
