create or replace function logic.audit_extensions(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select broken.invariant, 'extension', e.id::text,
        format('%s, chat %s is %s, payment %s is %s', e.status, e.chat_session_id, c.status, e.payment_session_id, p.status)
    from data.extensions e
    left join data.chat_sessions c on c.id = e.chat_session_id
    left join data.payment_sessions p on p.id = e.payment_session_id
    cross join lateral (values
        ('only a running chat has a pending extension', e.status = 'requested' and c.status is distinct from 'active'),
        ('an extension is where its payment is', p.status is distinct from (case
            when e.status = 'requested' then 'confirmed'
            when e.status in ('approved', 'auto_approved') then 'consumed'
            else 'failed_pairing'
        end) or not p.is_extension),
        ('what has happened to a row says when', (e.status = 'requested') = (e.closed_at is not null))
    ) broken (invariant, is_broken)
    where (e.requested_at >= p_since or (e.status = 'requested' and e.deadline_at > '-infinity')) and broken.is_broken;
end
$$;
comment on function logic.audit_extensions is 'Extensions that contradict their chat or their payment.';
