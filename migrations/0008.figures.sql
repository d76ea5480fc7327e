-- depends: 0007.chat
set role curhat_owner;

-- Days are days in Jakarta: the operators' and the customers' calendar.
create table data.daily_figures (
    day date primary key,
    payments_created integer not null,
    payments_confirmed integer not null,
    searches_general integer not null,
    searches_returning integer not null,
    paired integer not null,
    failed jsonb not null,
    extensions_requested integer not null,
    extensions_approved integer not null,
    seconds_to_pair_p50 double precision,
    seconds_to_pair_p99 double precision,
    charged bigint not null,
    refund_due bigint not null,
    refunded bigint not null,
    computed_at timestamptz not null
);
comment on table data.daily_figures is
    'A roll-up of each day, kept by a pg_cron job so that no screen scans the history. Amounts in rupiah.';

reset role;
