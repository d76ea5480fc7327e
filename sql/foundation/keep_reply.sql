create or replace function logic.keep_reply(p_owner_id uuid, p_key text, p_reply jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if p_key is not null then
        update data.idempotency_keys set reply = p_reply where owner_id = p_owner_id and key = p_key;
    end if;
    return p_reply;
end
$$;
comment on function logic.keep_reply is 'Keeps the reply under its idempotency key, in the transaction that did the work, and returns it.';
