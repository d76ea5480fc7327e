create or replace function logic.mitra_day_json(p_mitra_id uuid, p_day date)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_since timestamptz := logic.start_of_day(p_day);
    v_until timestamptz := logic.start_of_day(p_day + 1);
begin
    return logic.day_bounds(p_day) || jsonb_build_object(
        'figures', (select to_jsonb(f) from logic.mitra_figures_of(p_mitra_id, p_day) f),
        'presence', (
            select coalesce(jsonb_agg(to_jsonb(s) - 'seconds' order by s.started_at), '[]')
            from logic.presence_spans(p_mitra_id, v_since, least(v_until, logic.now())) s
        ),
        'chats', logic.past_chats_json(logic.chats_between(p_mitra_id, v_since, v_until)),
        'offers', logic.offers_between(p_mitra_id, v_since, v_until)
    );
end
$$;
comment on function logic.mitra_day_json is 'What a mitra did on a day in Jakarta: {day, since, until, figures, presence, chats, offers}.';
