create or replace function control_center.ready()
returns jsonb
language sql stable security definer set search_path = ''
as $$
    select logic.readiness() || jsonb_build_object(
        'codes_of_hour', h.sent, 'codes_most_per_hour', logic.setting_integer('otp_most_per_hour'), 'codes_refused', h.refused
    )
    from logic.codes_of_hour() h
$$;
comment on function control_center.ready is
    'What a readiness probe of the internal server needs: as api.ready, and of one-time codes {codes_of_hour, codes_most_per_hour, codes_refused (in the last hour)}.';
