-- Offers the search to every available mitra, longest idle first. With none it stays open until its window ends, for
-- mitras who become available. A mitra whom somebody holds is passed over and owed a look: logic.fire_offers_owed.
-- Locks: search (new), the blasts' advisory lock (shared), mitras (shared); no mitra is waited for.
-- Refuses: search_already_running, chat_already_active.
create or replace function logic.start_blast(p_payment data.payment_sessions)
returns data.pairing_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_capacity integer;
    v_now timestamptz := logic.now();
    v_search data.pairing_requests := logic.insert_search(
        p_payment, 'general', null, logic.setting_seconds('pairing_blast_timeout_seconds')
    );
    v_mitra_ids uuid[];
    v_held_ids uuid[];
begin
    perform logic.begin_blast();
    v_capacity := logic.setting_integer('max_customers_per_mitra');
    with candidates as materialized (
        select m.id
        from data.mitras m
        where m.reachable_until > v_now
            and (
                select count(*) from data.chat_sessions c where c.mitra_id = m.id and c.status = 'active'
            ) < v_capacity
    ),
    free as materialized (
        select m.id
        from data.mitras m
        where m.id = any (array(select id from candidates)) and m.reachable_until > v_now
        order by m.idle_since, m.id
        for key share of m skip locked
    ),
    sent as (
        insert into data.pairing_offers (request_id, mitra_id, sent_at)
        select v_search.id, id, v_now from free
        returning id, mitra_id
    )
    select array(select mitra_id from sent order by id), array(select id from candidates except select id from free)
    into v_mitra_ids, v_held_ids;

    perform logic.append_offer_event(v_search, v_mitra_ids);
    perform logic.owe_offers(v_held_ids);
    return v_search;
end
$$;
comment on function logic.start_blast is 'Opens a general search on a confirmed, locked payment session and offers it.';
