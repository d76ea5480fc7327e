-- A trial that failed or was never confirmed is not used up.
create or replace function logic.has_free_trial(p_customer_id uuid)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select not exists (
            select from data.payment_sessions
            where customer_id = p_customer_id and is_free_trial and status in ('confirmed', 'consumed')
        )
    );
end
$$;
comment on function logic.has_free_trial is 'Whether the customer''s one free trial is unused.';
