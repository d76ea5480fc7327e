-- p_day: null for today in Jakarta.
create or replace function control_center.get_mitra(p_operator_id uuid, p_mitra_id uuid, p_day text default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_mitra data.mitras;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    v_mitra := logic.find_mitra(p_mitra_id);
    return jsonb_build_object(
        'mitra', (logic.mitra_rows(array[p_mitra_id]) -> 0) || jsonb_build_object('created_at', v_mitra.created_at),
        'chats', (
            select coalesce(jsonb_agg(to_jsonb(c) order by c.ends_at, c.id), '[]')
            from control_center.live_chats c
            where c.mitra_id = p_mitra_id
        ),
        'day', logic.mitra_day_json(p_mitra_id, logic.day_asked_for(p_day)),
        'history', logic.mitra_history(p_mitra_id, null, 20)
    );
end
$$;
comment on function control_center.get_mitra is
    'A mitra''s page: {mitra, chats, day, history}. For viewers. Refuses operator_unknown, mitra_not_found, invalid_day.';
