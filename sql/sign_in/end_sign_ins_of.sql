-- Locks: every sign-in of theirs.
create or replace function logic.end_sign_ins_of(p_person_id uuid, p_reason text)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update data.sign_ins
    set ended_at = logic.now(), end_reason = p_reason
    where person_id = p_person_id and ended_at is null;
end
$$;
comment on function logic.end_sign_ins_of is 'Signs somebody out everywhere.';
