-- The truth about which access tokens are refused, small enough for every worker to read whole every few seconds:
-- sign-ins that ended within the lifetime of a token, and people who are barred.
create or replace function logic.standing(p_token_seconds integer)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
    return jsonb_build_object(
        'server_time', clock_timestamp(),
        'ended', array(
            select s.id from data.sign_ins s where s.ended_at > logic.now() - make_interval(secs => p_token_seconds)
        ),
        'barred', array(
            select u.id from data.users u where u.blocked_at is not null
            union all
            select m.id from data.mitras m where m.blocked_at is not null
            union all
            select c.id from data.cc_users c where not c.active
        )
    );
end
$$;
comment on function logic.standing is
    'Whose access tokens are refused: {server_time, ended, barred}. ended: sign-ins of the last p_token_seconds; barred: people.';
