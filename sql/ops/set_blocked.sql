-- Idempotent. A customer is locked no harder than by an update, so that rows that name them, such as a failure, can be
-- written meanwhile.
-- Locks: mitra or customer.
-- Refuses: person_not_found.
create or replace function logic.set_blocked(p_person_id uuid, p_blocked_at timestamptz, p_who text, p_note text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before record;
begin
    perform from data.users where id = p_person_id for no key update;
    perform from data.mitras where id = p_person_id for update;
    select * into v_before from logic.blockable(p_person_id);
    if not found then
        perform logic.refuse(404, 'person_not_found', 'There is no such customer or mitra.');
    elsif (v_before.blocked_at is null) = (p_blocked_at is null) then
        return;
    end if;
    update data.users set blocked_at = p_blocked_at where id = p_person_id;
    update data.mitras set blocked_at = p_blocked_at where id = p_person_id;
    perform logic.append_event(
        case when p_blocked_at is null then 'PERSON_UNBLOCKED' else 'PERSON_BLOCKED' end, v_before.audience, p_person_id,
        null, null, null, null, 'operator:' || p_who,
        jsonb_build_object('audience', v_before.audience, 'person_id', p_person_id, 'note', logic.clean_text(p_note))
    );
end
$$;
comment on function logic.set_blocked is 'Blocks a customer or mitra, or lets them in again.';
