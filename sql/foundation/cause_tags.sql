create or replace function logic.cause_tags()
returns text[]
language sql immutable security invoker
as $$
    select array[
        'no_mitra_available', 'all_mitras_rejected', 'targeted_mitra_offline', 'targeted_mitra_rejected',
        'targeted_mitra_timeout', 'payment_session_expired', 'customer_cancelled'
    ]
$$;
comment on function logic.cause_tags is 'The seven causes of a failure.';
