-- A payment that was made two days earlier has ended; the bound keeps long histories out.
create or replace function logic.customer_day_json(p_customer_id uuid, p_day date)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_since timestamptz := logic.start_of_day(p_day);
    v_until timestamptz := logic.start_of_day(p_day + 1);
    v_events jsonb;
begin
    v_events := logic.timeline_json(
        array(
            select p.id
            from data.payment_sessions p
            where p.customer_id = p_customer_id and p.created_at >= v_since - interval '2 days' and p.created_at < v_until
        ),
        v_since, v_until
    );
    return logic.day_bounds(p_day) || jsonb_build_object('events', v_events, 'people', logic.people_of(v_events));
end
$$;
comment on function logic.customer_day_json is 'What a customer did on a day in Jakarta: {day, since, until, events, people}.';
