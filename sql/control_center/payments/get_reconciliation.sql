create or replace function control_center.get_reconciliation(p_operator_id uuid, p_first_day text default null, p_last_day text default null)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_to date := logic.day_asked_for(p_last_day);
    v_from date := case when p_first_day is null then v_to - 30 else logic.day_asked_for(p_first_day) end;
begin
    perform logic.check_operator(p_operator_id, 'viewer');
    if v_from > v_to or v_to - v_from > 366 then
        perform logic.refuse(400, 'invalid_day', 'The first day is not after the last, and at most 366 days before it.');
    end if;
    return jsonb_build_object(
        'first_day', v_from,
        'last_day', v_to,
        'days', (
            select coalesce(jsonb_agg(to_jsonb(r) order by r.day desc), '[]')
            from control_center.reconciliation r
            where r.day between v_from and v_to
        ),
        'balances', (select jsonb_agg(to_jsonb(b)) from ops.balance() b)
    );
end
$$;
comment on function control_center.get_reconciliation is
    'What the money of each day in Jakarta came to, and every account now: {first_day, last_day, days, balances}; the last 31 days without days asked for. For viewers. Refuses operator_unknown, invalid_day.';
