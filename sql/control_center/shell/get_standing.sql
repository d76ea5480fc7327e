create or replace function control_center.get_standing(p_token_seconds integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_given(jsonb_build_object('p_token_seconds', p_token_seconds));
    return logic.standing(p_token_seconds);
end
$$;
comment on function control_center.get_standing is
    'Whose access tokens are refused, and the database''s clock: {server_time, ended, barred}. ended: sign-ins that ended in the last p_token_seconds; barred: people. A worker asks every few seconds, and whenever something has changed. Refuses argument_missing.';
