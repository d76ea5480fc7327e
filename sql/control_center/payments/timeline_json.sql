-- Messages and read marks would drown the rest: logic.said_in counts them.
create or replace function logic.timeline_json(p_payment_session_ids uuid[], p_since timestamptz, p_until timestamptz)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(to_jsonb(t) order by t.id), '[]')
        from control_center.payment_timeline t
        where t.payment_session_id = any (p_payment_session_ids)
            and t.at >= p_since and t.at < p_until
            and t.type not in ('CHAT_MESSAGE', 'CHAT_READ')
    );
end
$$;
comment on function logic.timeline_json is 'What happened on account of some payment sessions between two times, in order, without messages.';
