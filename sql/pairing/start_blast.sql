-- Offers the search to every reachable mitra with spare capacity, longest idle first. Nobody there: it stays
-- open until its window ends, for whoever comes.
-- Locks: request (new), the blasts' advisory lock (shared), mitras (shared: one who is just leaving is waited for,
-- and then left out).
-- Refuses: search_already_running, chat_already_active.
create or replace function logic.start_blast(p_payment data.payment_sessions)
returns data.pairing_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_capacity integer;
    v_now timestamptz := logic.now();
    v_request data.pairing_requests := logic.insert_search(
        p_payment, 'general', null, logic.setting_seconds('pairing_blast_timeout_seconds')
    );
    v_mitra_ids uuid[];
begin
    perform logic.begin_blast();
    v_capacity := logic.setting_integer('max_customers_per_mitra');
    with candidates as (
        select m.id
        from data.mitras m
        where m.reachable_until > v_now
            and (
                select count(*) from data.chat_sessions c where c.mitra_id = m.id and c.status = 'active'
            ) < v_capacity
        order by m.idle_since, m.id
        for key share of m
    ),
    sent as (
        insert into data.pairing_offers (request_id, mitra_id, sent_at)
        select v_request.id, id, v_now from candidates
        returning id, mitra_id
    )
    select array_agg(mitra_id order by id) into v_mitra_ids from sent;

    perform logic.append_offer_event(v_request, v_mitra_ids);
    return v_request;
end
$$;
comment on function logic.start_blast is 'Opens a general search on a confirmed, locked payment session and offers it.';
