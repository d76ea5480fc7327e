-- Views of the control center call it for readers who have no right to this schema, so it runs as its owner.
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
comment on function logic.offers_json is 'The first p_limit offers of a search (null: all), in order, with their outcome.';
