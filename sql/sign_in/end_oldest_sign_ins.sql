-- The twenty newest hold. One that somebody holds is being ended, or refreshed: the next sign-in looks again.
-- Locks: sign-ins; none is waited for.
create or replace function logic.end_oldest_sign_ins(p_audience text, p_person_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_sign_in data.sign_ins;
begin
    for v_sign_in in
        select *
        from data.sign_ins
        where person_id = p_person_id and audience = p_audience and ended_at is null and id <> all (array(
            select s.id
            from data.sign_ins s
            where s.person_id = p_person_id and s.audience = p_audience and s.ended_at is null
            order by s.refreshed_at desc, s.created_at desc, s.id
            limit 20
        ))
        for update skip locked
    loop
        perform logic.close_sign_in(v_sign_in, 'too_many', 'system');
    end loop;
end
$$;
comment on function logic.end_oldest_sign_ins is
    'Signs somebody out on those devices that have not been used for longest, but for twenty.';
