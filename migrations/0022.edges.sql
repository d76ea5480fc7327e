-- depends: 0021.what-the-audit-needs
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint
set role curhat_owner;

-- The seconds that a lease lasts after the app was closed are for a page that is reloaded, not for taking money.
alter table data.mitras add column app_closed_at timestamptz;
alter table data.mitras add constraint a_closed_app_is_out_of_reach_within_seconds
check (app_closed_at is null or reachable_until <= app_closed_at + interval '5 seconds');
comment on column data.mitras.app_closed_at is
    'When the app closed their last socket, until there is another sign of life.';

-- One person's devices are bounded: the one that was used least recently is signed out.
alter table data.sign_ins drop constraint end_reason_is_known;
alter table data.sign_ins add constraint end_reason_is_known check (
    end_reason in ('signed_out', 'replayed', 'barred', 'password_changed', 'signed_out_by_operator', 'too_many')
);

reset role;
