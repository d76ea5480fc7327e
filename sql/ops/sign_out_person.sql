-- Their sockets are closed and their access tokens refused at once. They may sign in again; ops.block_person bars them.
-- Locks: every sign-in of theirs.
create or replace function ops.sign_out_person(p_person_id uuid, p_who text)
returns table (id uuid, audience text, display_name text, devices integer)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_person record;
begin
    perform logic.check_who(p_who);
    select b.id, b.audience, b.display_name into v_person from logic.blockable(p_person_id) b
    union all
    select c.id, 'operator', c.display_name from data.cc_users c where c.id = p_person_id;
    if not found then
        perform logic.refuse(404, 'person_not_found', 'There is nobody with this id.');
    end if;
    return query
    select v_person.id, v_person.audience, v_person.display_name,
        logic.end_sign_ins_of(p_person_id, 'signed_out_by_operator', 'operator:' || p_who);
end
$$;
comment on function ops.sign_out_person is
    'Signs a customer, mitra or operator out on every device, at once: devices says on how many. Refuses who_is_missing, person_not_found.';
