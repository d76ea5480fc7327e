-- The control center's views show it to readers who may use nothing else of this schema, so it runs as its owner.
create or replace function logic.offers_json(p_search_id uuid, p_limit integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(
            jsonb_agg(
                jsonb_build_object(
                    'mitra_id', o.mitra_id,
                    'mitra_name', m.display_name,
                    'status', o.status,
                    'sent_at', o.sent_at,
                    'seen_at', o.seen_at,
                    'closed_at', o.closed_at
                )
                order by o.id
            ),
            '[]'
        )
        from (select * from data.pairing_offers where request_id = p_search_id order by id limit p_limit) o
        join data.mitras m on m.id = o.mitra_id
    );
end
$$;
comment on function logic.offers_json is 'To whom a search was offered, in order, the first p_limit (null: all), and what became of each offer.';
