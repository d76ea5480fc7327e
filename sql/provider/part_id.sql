create or replace function logic.part_id(p_charge_id uuid, p_paid_amount bigint)
returns uuid
language sql immutable security invoker
as $$ select md5(p_charge_id || ':' || p_paid_amount)::uuid $$;
comment on function logic.part_id is 'Names one payment of a charge that is paid more than once: the charge, and what came in up to then.';
