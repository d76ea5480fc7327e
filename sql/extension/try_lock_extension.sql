-- Locks: payment session, mitra, chat, extension, the customer of its failure (shared); none is waited for.
create or replace function logic.try_lock_extension(p_extension_id uuid)
returns data.extensions
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_extension data.extensions;
begin
    select e.* into v_extension
    from data.extensions e
    join data.payment_sessions p on p.id = e.payment_session_id
    join data.mitras m on m.id = e.mitra_id
    join data.chat_sessions c on c.id = e.chat_session_id
    where e.id = p_extension_id and e.status = 'requested'
    for no key update of p, m, c, e skip locked;
    if found and not logic.try_share_people(v_extension.customer_id, null) then
        return null;
    end if;
    return v_extension;
end
$$;
comment on function logic.try_lock_extension is 'A pending extension with the rows it touches, locked; null when one of them is held or it is over.';
