create or replace view control_center.payment_timeline as
select p.id as payment_session_id, e.id, e.at, e.type, e.entity, e.entity_id, e.from_status, e.to_status, e.mitra_ids, e.actor, e.http_request_id, e.body, e.login
from data.payment_sessions p
cross join lateral (
    select e.* from data.events e where e.entity = 'payment_session' and e.entity_id = p.id
    union all
    select e.* from data.pairing_requests r join data.events e on e.entity = 'pairing_request' and e.entity_id = r.id
    where r.payment_session_id = p.id
    union all
    select e.* from data.pairing_failures f join data.events e on e.entity = 'pairing_failure' and e.entity_id = f.id
    where f.payment_session_id = p.id
    union all
    select e.* from data.chat_sessions c join data.events e on e.entity = 'chat_session' and e.entity_id = c.id
    where c.payment_session_id = p.id
    union all
    select e.* from data.extensions x join data.events e on e.entity = 'extension' and e.entity_id = x.id
    where x.payment_session_id = p.id
    union all
    select e.* from data.transfers t join data.events e on e.id = t.event_id and e.at = t.at
    where t.payment_session_id = p.id and e.type = 'CREDIT'
) e;
comment on view control_center.payment_timeline is
    'Everything that happened on account of a payment session; order by id. Never message text.';
