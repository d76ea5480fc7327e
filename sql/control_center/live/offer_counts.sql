create or replace function logic.offer_counts(p_search_id uuid)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'offered', count(*) filter (where status = 'offered'),
            'seen', count(seen_at),
            'accepted', count(*) filter (where status = 'accepted'),
            'declined', count(*) filter (where status = 'declined'),
            'auto_rejected', count(*) filter (where status = 'auto_rejected'),
            'withdrawn', count(*) filter (where status = 'withdrawn')
        )
        from data.pairing_offers
        where request_id = p_search_id
    );
end
$$;
comment on function logic.offer_counts is 'How many offers of a search are open, were ever shown, and ended how.';
