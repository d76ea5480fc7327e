-- depends: 0015.lighter-events
-- Like 0014 it lands before there are millions of rows, so it builds its indexes within its transaction.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid, ban-drop-constraint, adding-field-with-default, adding-required-field
set role curhat_owner;

-- What a customer has been told about their money.
alter table data.pairing_failures add column decision_seen_at timestamptz;
alter table data.pairing_failures add constraint only_a_decision_is_seen
check (decision_seen_at is null or operator_action is not null);
comment on column data.pairing_failures.decision_seen_at is 'When the customer has seen what was decided about their money.';

create index pairing_failures_untold on data.pairing_failures (customer_id, created_at)
where refund_due and superseded_at is null and decision_seen_at is null and customer_id is not null;
create index payment_sessions_confirmed on data.payment_sessions (customer_id)
where status = 'confirmed' and customer_id is not null;

-- Why a mitra is as they are, and which workers hold a socket of theirs.
alter table data.mitras add column status_changed_by text;
alter table data.mitras add column status_note text;
alter table data.mitras add column held_by jsonb not null default '{}';
comment on column data.mitras.status_changed_by is 'Who made the last change of presence: as the actor of its event.';
comment on column data.mitras.status_note is 'Why, if whoever made the last change of presence said so.';
comment on column data.mitras.held_by is
    'Workers that hold a socket of theirs, by id, each with the end of the lease that it renewed last (Unix time).';

-- A change of standing is looked up by every worker, every few seconds.
alter table data.sign_ins drop constraint end_reason_is_known;
alter table data.sign_ins add constraint end_reason_is_known check (
    end_reason in ('signed_out', 'replayed', 'barred', 'password_changed', 'signed_out_by_operator')
);
create index sign_ins_ended_at on data.sign_ins (ended_at) where ended_at is not null;
create index users_blocked on data.users (id) where blocked_at is not null;
create index mitras_blocked on data.mitras (id) where blocked_at is not null;

-- Sockets renew their leases every ten seconds: two renewals may fail before one lapses.
insert into data.app_config_history (key, version, value, changed_at, changed_by)
select key, version + 1, '30', now(), 'system' from data.app_config
where key = 'presence_ttl_seconds' and value::integer < 30;
update data.app_config
set minimum = 30,
    version = case when value::integer < 30 then version + 1 else version end,
    updated_at = case when value::integer < 30 then now() else updated_at end,
    updated_by = case when value::integer < 30 then 'system' else updated_by end,
    value = case when value::integer < 30 then '30' else value end
where key = 'presence_ttl_seconds';

reset role;
