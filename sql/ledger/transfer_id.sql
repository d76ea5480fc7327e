create or replace function logic.transfer_id(p_kind text, p_subject_id uuid)
returns uuid
language sql immutable security invoker
as $$ select md5(p_kind || ':' || p_subject_id)::uuid $$;
comment on function logic.transfer_id is
    'The id of a transfer: a subject (a payment session, a gift) is moved once in each way.';
