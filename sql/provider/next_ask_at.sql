-- 20 s, 1, 3 and 10 minutes after it was made; at its end, and 1, 6 and 25 hours later, since it may be paid late.
create or replace function logic.next_ask_at(p_charge data.charges)
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select min(a.at)
        from (values
            (p_charge.created_at + interval '20 seconds'),
            (p_charge.created_at + interval '1 minute'),
            (p_charge.created_at + interval '3 minutes'),
            (p_charge.created_at + interval '10 minutes'),
            (p_charge.expires_at),
            (p_charge.expires_at + interval '1 hour'),
            (p_charge.expires_at + interval '6 hours'),
            (p_charge.expires_at + interval '25 hours')
        ) a (at)
        where a.at > logic.now()
    );
end
$$;
comment on function logic.next_ask_at is 'When a charge''s provider is asked next without a notice; null when all times are over.';
