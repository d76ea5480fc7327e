-- What a provider said came in is posted, and what it never told us about is named.
create or replace function logic.audit_charges(p_since timestamptz)
returns table (invariant text, entity text, entity_id text, detail text)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select 'what came in at a provider is what was posted', 'payment_session', c.payment_session_id::text,
        format('%s rupiah by the charges, %s posted', sum(c.paid_amount), logic.moved('charged', c.payment_session_id))
    from data.charges c
    where c.created_at >= p_since or c.paid_at >= p_since
    group by c.payment_session_id
    having sum(c.paid_amount) <> logic.moved('charged', c.payment_session_id)
    union all
    select 'a transfer of a charge has its charge', 'payment_session', t.payment_session_id::text, format('%s rupiah', t.amount)
    from data.transfers t
    where t.kind = 'charged' and t.at >= p_since
        and not exists (select from data.charges c where c.payment_session_id = t.payment_session_id and c.paid_amount > 0)
    union all
    select 'a provider says what became of a charge', 'charge', c.id::text,
        format('%s, %s of %s rupiah; last word: %s', c.status, c.method, c.amount, coalesce(left(c.word, 100), 'none'))
    from data.charges c
    where c.status in ('created', 'pending') and c.expires_at < logic.now() - interval '25 hours 10 minutes' and c.created_at >= p_since
    union all
    select 'a charge that may still be paid is asked about', 'charge', c.id::text, format('%s, expires at %s', c.status, c.expires_at)
    from data.charges c
    where c.status in ('created', 'pending') and c.next_call_at is null and c.expires_at > logic.now() - interval '25 hours'
    union all
    select 'a charge is for no more than its payment costs', 'charge', c.id::text, format('%s of %s rupiah', c.amount, p.amount)
    from data.charges c
    join data.payment_sessions p on p.id = c.payment_session_id
    where c.created_at >= p_since and (c.amount > p.amount or c.customer_id <> p.customer_id);
end
$$;
comment on function logic.audit_charges is 'Charges whose money is not posted, or of which nothing is known.';
