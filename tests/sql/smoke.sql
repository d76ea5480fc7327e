-- The six smoke scenarios of the plan (§2.7) from psql, with no application running:
--
--     psql --file tests/sql/smoke.sql <the URL of a migrated database>
--
-- The login must be a member of curhat_app, curhat_listener, curhat_operator and curhat_control_center. The script adds
-- its own people; nobody else may be online. It shortens two timeouts to five seconds and restores them at the end. It
-- stops at the first failed check.
\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
\pset tuples_only on

create function pg_temp.check(p_what text, p_holds boolean)
returns text
language plpgsql
as $$
begin
    if p_holds is not true then
        raise exception 'FAILED: %', p_what;
    end if;
    return 'ok: ' || p_what;
end
$$;

-- What GET /api/client/mitra-availability answers.
create view pg_temp.availability as
select count(*) > 0 as available from control_center.mitra_board where presence = 'online' and active_chats < capacity;

select value as blast_window from control_center.settings where key = 'pairing_blast_timeout_seconds' \gset
select value as answer_window from control_center.settings where key = 'returning_chat_confirmation_timeout_seconds' \gset
select value as capacity from control_center.settings where key = 'max_customers_per_mitra' \gset
select pg_temp.check('nobody else is online', not available) from pg_temp.availability;

select (array_agg(id) filter (where kind = 'customer'))[1] as rani,
    (array_agg(id) filter (where kind = 'customer'))[2] as dimas,
    (array_agg(id) filter (where kind = 'mitra'))[1] as sari,
    (array_agg(id) filter (where kind = 'mitra'))[2] as yoga
from ops.seed_people(2, 2) \gset

\echo '1. Happy path'
select api.set_mitra_status(:'sari', true) ->> 'online' as online \gset
select api.create_payment_session(:'rani', 30) ->> 'id' as payment \gset
select api.confirm_payment_session(:'payment', :'rani') ->> 'status' as status \gset
select pg_temp.check('the payment is confirmed', :'status' = 'confirmed');
select api.start_general_request(:'rani', :'payment') ->> 'id' as request \gset
select api.accept_request(:'request', :'sari') #>> '{chat_session,id}' as chat \gset
select pg_temp.check('the chat runs', c ->> 'status' = 'active' and c #>> '{mitra,id}' = :'sari')
from api.get_chat_session(:'chat', 'customer', :'rani') c;
select pg_temp.check('the payment is consumed', p ->> 'status' = 'consumed')
from api.get_payment_session(:'payment', :'rani') p;
select api.send_message(:'chat', 'customer', :'rani', gen_random_uuid(), 'Halo') ->> 'seq' as seq \gset
select pg_temp.check('the mitra reads what was said', m #>> '{rows,0,body}' = 'Halo')
from api.list_messages(:'chat', 'mitra', :'sari', 0, 10) m;
select api.end_chat(:'chat', 'customer', :'rani') ->> 'end_reason' as reason \gset
select pg_temp.check('the chat is over', :'reason' = 'ended_by_customer');

\echo '2. Nobody accepts'
select key, value from ops.set_config('pairing_blast_timeout_seconds', '5', 'smoke');
select api.create_payment_session(:'dimas', 30) ->> 'id' as lonely \gset
select api.confirm_payment_session(:'lonely', :'dimas') ->> 'status' as status \gset
select api.start_general_request(:'dimas', :'lonely') ->> 'status' as status \gset
select pg_temp.check('the search runs', :'status' = 'searching');

\echo '3. "Curhat lagi", answered'
select api.create_payment_session(:'rani', 30, null, :'sari') ->> 'id' as payment \gset
select api.confirm_payment_session(:'payment', :'rani') ->> 'status' as status \gset
select api.start_returning_request(:'rani', :'payment', :'sari') ->> 'id' as request \gset
select api.accept_request(:'request', :'sari') #>> '{chat_session,id}' as chat \gset
select pg_temp.check('the payment is consumed', p ->> 'status' = 'consumed')
from api.get_payment_session(:'payment', :'rani') p;
select api.end_chat(:'chat', 'mitra', :'sari') ->> 'end_reason' as reason \gset

\echo '4. "Curhat lagi", not answered'
select key, value from ops.set_config('returning_chat_confirmation_timeout_seconds', '5', 'smoke');
select api.create_payment_session(:'rani', 30, null, :'sari') ->> 'id' as payment \gset
select api.confirm_payment_session(:'payment', :'rani') ->> 'status' as status \gset
select api.start_returning_request(:'rani', :'payment', :'sari') ->> 'deadline_at' as deadline \gset
\echo '   (both windows run out)'
select pg_sleep(extract(epoch from :'deadline'::timestamptz - clock_timestamp())) \g /dev/null
select api.fire_due(100) as fired \gset
select pg_temp.check('the mitra was too late', bool_and(cause_tag = 'targeted_mitra_timeout') and count(*) = 1)
from control_center.failed_pairings where payment_session_id = :'payment';
select pg_temp.check('nobody came in the blast', bool_and(cause_tag = 'no_mitra_available') and count(*) = 1)
from control_center.failed_pairings where payment_session_id = :'lonely';
select pg_temp.check('another bestie is offered', (s #>> '{last_failure,fallback_offered}')::boolean)
from api.client_state(:'rani') s;

\echo '5. "Chat dengan bestie lain"'
select api.set_mitra_status(:'yoga', true) ->> 'online' as online \gset
select api.fallback_to_blast(:'rani', :'payment') ->> 'id' as request \gset
select pg_temp.check('the same payment is searched on', r ->> 'payment_session_id' = :'payment')
from (select api.client_state(:'rani') -> 'search' as r) s;
select api.accept_request(:'request', :'yoga') #>> '{chat_session,id}' as chat \gset
select pg_temp.check('the payment is consumed', p ->> 'status' = 'consumed')
from api.get_payment_session(:'payment', :'rani') p;
select pg_temp.check('its failure is superseded', bool_and(superseded_at is not null and not needs_action))
from control_center.failed_pairings where payment_session_id = :'payment';

\echo '6. Availability'
select pg_temp.check('there is spare capacity', available) from pg_temp.availability;
select key, value from ops.set_config('max_customers_per_mitra', '1', 'smoke');
select api.set_mitra_status(:'sari', false) ->> 'online' as online \gset
select pg_temp.check('the last place is taken', not available) from pg_temp.availability;
select api.end_chat(:'chat', 'customer', :'rani') ->> 'end_reason' as reason \gset
select pg_temp.check('a place is free again', available) from pg_temp.availability;
select api.set_mitra_status(:'yoga', false) ->> 'online' as online \gset
select pg_temp.check('the last one is gone', not available) from pg_temp.availability;

\echo 'What is left'
select key, value from ops.set_config('pairing_blast_timeout_seconds', :'blast_window', 'smoke');
select key, value from ops.set_config('returning_chat_confirmation_timeout_seconds', :'answer_window', 'smoke');
select key, value from ops.set_config('max_customers_per_mitra', :'capacity', 'smoke');
select pg_temp.check('each payment has its whole story', count(*) > 8) from ops.trace(:'payment');
select api.fire_due(100) as fired, count(*) as handed_on from api.drain_events(1000) \gset
select pg_temp.check('the audit finds nothing', count(*) = 0) from ops.audit();
\echo 'All is well.'
