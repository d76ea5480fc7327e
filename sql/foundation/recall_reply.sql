-- Claims an idempotency key for this transaction, or returns the reply that was kept for it. Of two at once the second
-- waits on the key's row until the first has committed or rolled back.
-- Refuses: idempotency_key_reused, too_many_idempotency_keys.
create or replace function logic.recall_reply(p_owner_id uuid, p_key text, p_function text, p_request jsonb)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_kept data.idempotency_keys;
begin
    if p_key is null then
        return null;
    end if;
    insert into data.idempotency_keys (owner_id, key, function, request, created_at)
    values (p_owner_id, p_key, p_function, p_request, logic.now())
    on conflict (owner_id, key) do nothing;
    if found then
        perform logic.check_keys(p_owner_id);
        return null;
    end if;
    select * into v_kept from data.idempotency_keys where owner_id = p_owner_id and key = p_key;
    if v_kept.function <> p_function or v_kept.request <> p_request then
        perform logic.refuse(409, 'idempotency_key_reused', 'This Idempotency-Key was used for another request.');
    end if;
    return v_kept.reply;
end
$$;
comment on function logic.recall_reply is 'The reply kept under an idempotency key, or null when this call is the first.';
