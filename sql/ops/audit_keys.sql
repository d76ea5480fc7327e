create or replace function logic.audit_keys(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'a reply that is kept is about what it names', 'idempotency_key', k.key, format('%s replied %s', k.function, k.reply)
    from data.idempotency_keys k
    left join data.payment_sessions p on p.id = logic.id_told(case
        when k.function in ('create_payment_session', 'confirm_payment_session') then k.reply ->> 'id'
        else k.reply ->> 'payment_session_id'
    end)
    left join data.pairing_requests r on k.function in ('start_general_request', 'start_returning_request', 'fallback_to_blast')
        and r.id = logic.id_told(k.reply ->> 'id')
    left join data.extensions e on k.function = 'request_extension' and e.id = logic.id_told(k.reply ->> 'id')
    where k.created_at >= p_since and (
        k.reply is null
        or p.customer_id is distinct from k.owner_id
        or k.reply -> 'amount' <> to_jsonb(p.amount)
        or (e.id is null and k.reply -> 'duration_minutes' <> to_jsonb(p.duration_minutes))
        or (k.function in ('start_general_request', 'start_returning_request', 'fallback_to_blast') and not k.reply ? 'reason'
            and (r.customer_id, r.payment_session_id) is distinct from (k.owner_id, p.id))
        or (k.function = 'request_extension' and (e.customer_id, e.payment_session_id) is distinct from (k.owner_id, p.id))
    );
end
$$;
comment on function logic.audit_keys is 'Idempotency keys without a valid reply, or with one about somebody else''s rows.';
