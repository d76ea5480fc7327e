-- The columns are those of logic.failure_csv_head.
create or replace function logic.failure_csv(p_failure control_center.failed_pairings)
returns text
language sql stable security invoker
as $$
    select concat_ws(
        ',',
        p_failure.id,
        logic.csv_time(p_failure.created_at),
        logic.csv_cell(p_failure.customer_name),
        logic.csv_cell(p_failure.customer_phone),
        logic.csv_cell(p_failure.targeted_mitra_name),
        p_failure.cause_tag,
        p_failure.amount,
        p_failure.duration_minutes,
        logic.csv_boolean(p_failure.is_extension),
        logic.csv_boolean(p_failure.refund_due),
        logic.csv_boolean(p_failure.needs_action),
        logic.csv_boolean(p_failure.superseded_at is not null),
        coalesce(p_failure.operator_action, ''),
        logic.csv_cell(p_failure.actioned_by),
        logic.csv_time(p_failure.actioned_at),
        logic.csv_cell(p_failure.action_note),
        p_failure.payment_session_id
    ) || E'\r\n'
$$;
comment on function logic.failure_csv is 'A failure as a line of a CSV file.';
