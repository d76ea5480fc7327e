-- Callers in the same minute queue at its row. At the turn of a minute one code too many may pass. The first refusal in
-- an hour is an event.
-- Locks: the minute's tally.
create or replace function logic.count_code(p_known boolean)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_minute timestamptz := date_trunc('minute', logic.now());
    v_most integer := logic.setting_integer('otp_most_per_hour');
    v_hour record;
begin
    insert into data.code_tallies as t (minute) values (v_minute) on conflict (minute) do update set sent = t.sent;
    v_hour := logic.codes_of_hour();
    if v_hour.sent < v_most or p_known then
        update data.code_tallies set sent = sent + 1 where minute = v_minute;
        return true;
    end if;
    update data.code_tallies set refused = refused + 1 where minute = v_minute;
    if v_hour.refused = 0 then
        perform logic.append_event(
            'CODES_RAN_OUT', 'sign_in', null, null, null, null, null, 'system',
            jsonb_build_object('sent', v_hour.sent, 'most', v_most)
        );
    end if;
    return false;
end
$$;
comment on function logic.count_code is
    'Counts a one-time code that is to be sent; false when the hour''s limit is reached and no known device asks.';
