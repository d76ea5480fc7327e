create or replace view control_center.mitra_board as
select
    m.id,
    m.display_name,
    m.phone,
    logic.presence_of(m) as presence,
    m.status_changed_at,
    m.reachable_until,
    m.idle_since,
    logic.active_chats(m.id) as active_chats,
    logic.setting_integer('max_customers_per_mitra') as capacity,
    (select count(*) from data.pairing_offers o where o.mitra_id = m.id and o.status = 'offered') as open_offers
from data.mitras m;
comment on view control_center.mitra_board is 'Every mitra with presence, load, capacity and open offers.';
