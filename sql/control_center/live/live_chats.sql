create or replace view control_center.live_chats as
select
    c.id,
    c.payment_session_id,
    c.customer_id,
    u.display_name as customer_name,
    c.mitra_id,
    m.display_name as mitra_name,
    logic.presence_of(m) as mitra_presence,
    c.duration_minutes,
    c.started_at,
    c.ends_at,
    c.last_seq as messages,
    e.id as extension_id,
    e.deadline_at as extension_deadline_at
from data.chat_sessions c
join data.users u on u.id = c.customer_id
join data.mitras m on m.id = c.mitra_id
left join data.extensions e on e.chat_session_id = c.id and e.status = 'requested'
where c.status = 'active' and c.mitra_id >= '00000000-0000-0000-0000-000000000000';
comment on view control_center.live_chats is 'Running chats, with their time and pending extension; never their text.';
