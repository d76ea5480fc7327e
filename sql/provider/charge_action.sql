-- A charge is cancelled when its payment session no longer wants it, when a newer charge took its place, or when the
-- answer that said where to pay was lost.
create or replace function logic.charge_action(p_charge data.charges)
returns text
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_wanted boolean := exists (
        select from data.payment_sessions p where p.id = p_charge.payment_session_id and p.status = 'pending'
    ) and (logic.newest_charge(p_charge.payment_session_id)).id = p_charge.id;
begin
    return case
        when p_charge.status = 'created' and p_charge.sent_at is null then case when v_wanted then 'create' else 'drop' end
        when p_charge.status = 'created' and p_charge.provider = 'xendit' and p_charge.reference is null then
            case when v_wanted then 'create' else 'drop' end
        when p_charge.status = 'pending' and not (v_wanted and logic.says_where(p_charge)) then 'cancel'
        else 'ask'
    end;
end
$$;
comment on function logic.charge_action is
    'What the provider is called for: create, cancel or ask; drop: it was never sent, or nobody was told where to pay, and nobody wants it.';
