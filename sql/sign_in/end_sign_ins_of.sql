-- In one order, so that two who sign somebody out cannot deadlock.
-- Locks: every sign-in of theirs.
create or replace function logic.end_sign_ins_of(p_person_id uuid, p_reason text, p_actor text)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_sign_in data.sign_ins;
    v_ended integer := 0;
begin
    for v_sign_in in
        select * from data.sign_ins where person_id = p_person_id and ended_at is null order by id for update
    loop
        perform logic.close_sign_in(v_sign_in, p_reason, p_actor);
        v_ended := v_ended + 1;
    end loop;
    return v_ended;
end
$$;
comment on function logic.end_sign_ins_of is 'Signs somebody out everywhere; how many devices that were.';
