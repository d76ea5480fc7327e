-- Guarantees: a call that is taken and never answered, because whoever took it died, is taken again after its lease.
-- Several listeners may run: rows that another one takes at this moment are passed over.
-- Locks: notices, charges, neither waited for but by notices.
create or replace function api.take_provider_calls(p_limit integer)
returns table (charge_id uuid, provider text, action text, lease timestamptz, call jsonb)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_charge data.charges;
begin
    perform logic.check_given(jsonb_build_object('p_limit', p_limit));
    perform logic.beat('providers');
    perform logic.handle_notices(500);
    for v_charge in
        select c.* from data.charges c where c.next_call_at <= logic.now() order by c.next_call_at limit p_limit for update skip locked
    loop
        action := logic.charge_action(v_charge);
        if action = 'drop' then
            update data.charges set status = 'cancelled', next_call_at = null where id = v_charge.id returning * into v_charge;
            perform logic.append_charge_event(v_charge, 'created', 'provider');
            continue;
        end if;
        update data.charges
        set next_call_at = logic.now() + interval '30 seconds',
            sent_at = coalesce(sent_at, case when action = 'create' then logic.now() end)
        where id = v_charge.id
        returning * into v_charge;
        charge_id := v_charge.id;
        provider := v_charge.provider;
        lease := v_charge.next_call_at;
        call := logic.provider_call(v_charge, action);
        return next;
    end loop;
end
$$;
comment on function api.take_provider_calls is
    'The next p_limit calls to providers, each taken for 30 seconds: (charge_id, provider, action, lease, call: {method, path, headers, body}). Refuses argument_missing.';
