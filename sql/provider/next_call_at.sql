-- Without a usable answer: 5, 10, 20 … seconds later, at most 10 minutes, for 25 hours after its end.
create or replace function logic.next_call_at(p_charge data.charges, p_state text)
returns timestamptz
language plpgsql stable security definer set search_path = ''
as $$
begin
    if p_state is null then
        return case when logic.now() < p_charge.expires_at + interval '25 hours' then
            logic.now() + least(interval '5 seconds' * 2 ^ least(p_charge.failed_calls - 1, 7), interval '10 minutes')
        end;
    elsif logic.charge_action(p_charge) in ('create', 'drop') or (p_state = 'pending' and logic.charge_action(p_charge) = 'cancel') then
        return logic.now() + interval '5 seconds' * least(p_charge.failed_calls, 1);
    elsif p_charge.paid_amount > 0 then
        return null;
    end if;
    return logic.next_ask_at(p_charge);
end
$$;
comment on function logic.next_call_at is 'When a provider is called next about a charge, after an answer that came to p_state.';
