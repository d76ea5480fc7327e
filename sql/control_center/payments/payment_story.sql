create or replace function logic.payment_story(p_payment_session_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_timeline jsonb := logic.timeline_json(array[p_payment_session_id], '-infinity', 'infinity');
    v_chats data.chat_sessions[] := logic.chats_of_payment(p_payment_session_id);
begin
    return jsonb_build_object(
        'payment', (select to_jsonb(p) from control_center.payments p where p.id = p_payment_session_id),
        'failures', (
            select coalesce(jsonb_agg(to_jsonb(f) order by f.created_at, f.id), '[]')
            from control_center.failed_pairings f
            where f.payment_session_id = p_payment_session_id
        ),
        'searches', (
            select coalesce(jsonb_agg(logic.search_json(r, null) order by r.created_at, r.id), '[]')
            from data.pairing_requests r
            where r.payment_session_id = p_payment_session_id
        ),
        'chats', (
            select coalesce(jsonb_agg(logic.past_chat_json(c) || logic.said_in(c)), '[]') from unnest(v_chats) c
        ),
        'extensions', (
            select coalesce(jsonb_agg(to_jsonb(e) - array['customer_id', 'mitra_id'] order by e.requested_at, e.id), '[]')
            from data.extensions e
            where e.chat_session_id = any (array(select c.id from unnest(v_chats) c))
        ),
        'journal', logic.journal_json(p_payment_session_id),
        'timeline', v_timeline,
        'people', logic.people_of(v_timeline)
    );
end
$$;
comment on function logic.payment_story is
    'Everything about a payment session: {payment, failures, searches, chats, extensions, journal, timeline, people}.';
