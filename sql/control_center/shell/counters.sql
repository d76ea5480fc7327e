create or replace function logic.counters()
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'searching', (select count(*) from data.pairing_requests where status = 'searching' and deadline_at > '-infinity'),
            'chats', (select count(*) from data.chat_sessions where status = 'active' and mitra_id >= '00000000-0000-0000-0000-000000000000'),
            'extensions_pending', (select count(*) from data.extensions where status = 'requested' and deadline_at > '-infinity'),
            'mitras_online', p.counts -> 'online',
            'mitras_unreachable', p.counts -> 'unreachable',
            'needs_action', due.failures,
            'due_back', due.amount
        )
        from (select logic.presence_counts() as counts) p,
            (
                select coalesce(sum(t.failures), 0) as failures, coalesce(sum(t.amount), 0) as amount
                from data.failure_tallies t
                where t.needs_action
            ) due
    );
end
$$;
comment on function logic.counters is
    'What is going on now: {searching, chats, extensions_pending, mitras_online, mitras_unreachable, needs_action, due_back (rupiah)}.';
