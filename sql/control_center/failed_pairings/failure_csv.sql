-- The columns are those of logic.failure_csv_head. Every cell is quoted, since spreadsheets differ in what separates
-- cells.
create or replace function logic.failure_csv(p_failure control_center.failed_pairings)
returns text
language sql stable security invoker
as $$
    select concat_ws(
        ',',
        logic.csv_cell(p_failure.id::text),
        logic.csv_cell(logic.csv_time(p_failure.created_at)),
        logic.csv_cell(p_failure.customer_name),
        logic.csv_cell(p_failure.customer_phone),
        logic.csv_cell(p_failure.targeted_mitra_name),
        logic.csv_cell(p_failure.cause_tag::text),
        logic.csv_cell(p_failure.amount::text),
        logic.csv_cell(p_failure.duration_minutes::text),
        logic.csv_cell(logic.csv_boolean(p_failure.is_extension)),
        logic.csv_cell(logic.csv_boolean(p_failure.refund_due)),
        logic.csv_cell(logic.csv_boolean(p_failure.needs_action)),
        logic.csv_cell(logic.csv_boolean(p_failure.superseded_at is not null)),
        logic.csv_cell(p_failure.operator_action::text),
        logic.csv_cell(p_failure.actioned_by),
        logic.csv_cell(logic.csv_time(p_failure.actioned_at)),
        logic.csv_cell(p_failure.action_note),
        logic.csv_cell(p_failure.payment_session_id::text)
    ) || E'\r\n'
$$;
comment on function logic.failure_csv is 'A failure as a line of a CSV file.';
