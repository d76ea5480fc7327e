create or replace function control_center.get_mitra_day(p_operator_id uuid, p_mitra_id uuid, p_day text default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    perform logic.find_mitra(p_mitra_id);
    return logic.mitra_day_json(p_mitra_id, logic.day_asked_for(p_day));
end
$$;
comment on function control_center.get_mitra_day is
    'What a mitra did on a day in Jakarta: {day, since, until, figures, presence, chats, offers}. For viewers. Refuses operator_unknown, mitra_not_found, invalid_day.';
