create or replace function logic.open_offers(p_mitra_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(
            jsonb_agg(
                logic.offer_json(r) || jsonb_build_object('sent_at', o.sent_at, 'seen_at', o.seen_at) order by o.id
            ),
            '[]'
        )
        from data.pairing_offers o
        join data.pairing_requests r on r.id = o.request_id
        where o.mitra_id = p_mitra_id and o.status = 'offered' and r.deadline_at > logic.now()
    );
end
$$;
comment on function logic.open_offers is 'A mitra''s open offers, oldest first, as a JSON array.';
