-- Refuses: invalid_action, failure_not_found, failure_superseded, failure_already_actioned, nothing_to_refund.
create or replace function logic.check_failure_open(p_failure data.pairing_failures, p_action text)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
    perform logic.check_action(p_action);
    if p_failure.id is null then
        perform logic.refuse(404, 'failure_not_found', 'There is no such failure.');
    elsif p_failure.superseded_at is not null then
        perform logic.refuse(409, 'failure_superseded', 'The customer has taken another bestie with this payment.');
    elsif p_failure.operator_action is not null then
        perform logic.refuse(409, 'failure_already_actioned', format(
            '%s has marked this as %s already, at %s WIB.', p_failure.actioned_by,
            replace(p_failure.operator_action, '_', ' '), logic.csv_time(p_failure.actioned_at)
        ), jsonb_build_object(
            'operator_action', p_failure.operator_action,
            'actioned_by', p_failure.actioned_by,
            'actioned_at', p_failure.actioned_at
        ));
    elsif p_action <> 'no_action' and not p_failure.refund_due then
        perform logic.refuse(409, 'nothing_to_refund', 'No money was taken for this payment.');
    end if;
end
$$;
comment on function logic.check_failure_open is 'Refuses a decision on a failure that is decided, superseded, or took no money.';
