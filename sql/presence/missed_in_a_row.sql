create or replace function logic.missed_in_a_row(p_mitra data.mitras, p_limit integer)
returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select count(*) filter (where o.status = 'auto_rejected')
        from (
            select status
            from data.pairing_offers
            where mitra_id = p_mitra.id
                and sent_at >= p_mitra.status_changed_at
                and status in ('accepted', 'declined', 'auto_rejected')
            order by sent_at desc, id desc
            limit p_limit
        ) o
    );
end
$$;
comment on function logic.missed_in_a_row is
    'How many of the mitra''s last p_limit answered or missed offers, since they last came online, were missed.';
