"""An old house for benchmarks: a server of its own, and millions of payments, failures and events in the past.

The old customers have a history; every old payment was consumed or has failed, every second one with a superseded
failure before the open one.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from app.accounts import make_directory, server_account
from app.postgres import Cluster, find_programs
from bench.measure import say

CHUNK = 500_000
SERVER_SETTINGS = {
    "shared_buffers": "2GB",
    "max_wal_size": "4GB",
    # What is lost in a crash here is a benchmark, and what they cost is the same with and without history.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "maintenance_work_mem": "1GB",
    "autovacuum": "off",  # nothing else runs while it is measured; it is vacuumed after it has grown
}

Connection = psycopg.Connection[Any]

PEOPLE = """
insert into data.users (phone, display_name, created_at)
select '+6200' || lpad(n::text, 10, '0'), 'Pelanggan ' || n, now() - interval '2 years'
from generate_series(1, %(customers)s) n
"""
MITRAS_OF_OLD = """
insert into data.mitras (phone, display_name, created_at, status_changed_at, idle_since)
select '+6201' || lpad(n::text, 10, '0'), 'Bestie ' || n, now() - interval '2 years', now(), now()
from generate_series(1, 1000) n
"""
# One row a payment: odd ones failed, even ones became a chat. Spread over the two years before yesterday.
PAYMENTS = """
create temporary table chunk on commit drop as
select gen_random_uuid() as id, u.id as customer_id, m.id as mitra_id, gen_random_uuid() as request_id, g.n,
    now() - interval '1 day' - (g.n::float8 / %(rows)s::float8) * interval '2 years' as at
from generate_series(%(first)s::bigint, %(last)s::bigint) g (n)
join old_customers u on u.n = 1 + (g.n * 7919) %% %(customers)s::bigint
join old_mitras m on m.n = 1 + (g.n * 104729) %% 1000;

insert into data.payment_sessions (
    id, customer_id, amount, duration_minutes, status, created_at, confirmed_at, charged_at, consumed_at,
    expires_at
)
select id, customer_id, 25000, 30, case when n %% 2 = 1 then 'failed_pairing' else 'consumed' end, at, at, at,
    case when n %% 2 = 0 then at end, at + interval '20 minutes'
from chunk;

insert into data.pairing_requests (
    id, payment_session_id, customer_id, request_type, status, created_at, deadline_at, closed_at
)
select request_id, id, customer_id, 'general', case when n %% 2 = 1 then 'failed' else 'matched' end, at,
    at + interval '1 minute', at + interval '30 seconds'
from chunk;

insert into data.chat_sessions (
    payment_session_id, pairing_request_id, customer_id, mitra_id, status, duration_minutes, started_at,
    ends_at, ended_at, end_reason
)
select id, request_id, customer_id, mitra_id, 'ended', 30, at, at + interval '30 minutes',
    at + interval '30 minutes', 'time_up'
from chunk
where n %% 2 = 0;

insert into data.pairing_failures (
    payment_session_id, pairing_request_id, customer_id, targeted_mitra_id, cause_tag, amount, refund_due,
    superseded_at, operator_action, actioned_by, actioned_at, created_at
)
select c.id, c.request_id, c.customer_id, c.mitra_id,
    (array['no_mitra_available', 'all_mitras_rejected', 'targeted_mitra_timeout', 'customer_cancelled'])
    [1 + c.n / 2 %% 4],
    25000, true, case when k = 1 then at end,
    case when k = 2 and n %% 100 > 1 then 'refunded' end, case when k = 2 and n %% 100 > 1 then 'budi' end,
    case when k = 2 and n %% 100 > 1 then at end, at
from chunk c, generate_series(1, 2) k
where c.n %% 2 = 1;

insert into data.events (at, type, entity, entity_id, from_status, to_status, customer_id, actor, body)
select at, 'PAYMENT_SESSION', 'payment_session', id, null, 'pending', customer_id, 'customer:' || customer_id,
    jsonb_build_object('payment_session_id', id, 'status', 'pending', 'amount', 25000)
from chunk
"""
OLD_PEOPLE = """
select logic.create_partition(t, m::date)
from unnest(array['events', 'chat_messages']) t,
    generate_series(date_trunc('month', now() - interval '25 months'), now(), interval '1 month') m;
create temporary table old_customers as select row_number() over (order by phone) as n, id from data.users;
create temporary table old_mitras as select row_number() over (order by phone) as n, id from data.mitras;
create index on old_customers (n);
create index on old_mitras (n);
analyze old_customers;
analyze old_mitras
"""
SECONDARY_INDEXES = """
select pg_get_indexdef(i.indexrelid), i.indexrelid::regclass::text
from pg_index i
join pg_class c on c.oid = i.indrelid
where c.relnamespace = 'data'::regnamespace and c.relkind = 'r' and not i.indisunique
    and c.relname in ('payment_sessions', 'pairing_requests', 'chat_sessions', 'pairing_failures')
"""
# What the trigger, which rests while the house grows old, would have told.
TALLIES = """
insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
select logic.day_of(created_at), cause_tag, needs_action, count(*), sum(amount)
from data.pairing_failures
group by 1, 2, 3
"""


@contextmanager
def server() -> Iterator[Cluster]:
    """A cluster that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="curhat-bench-") as directory:
        base = Path(directory)
        base.chmod(0o711)  # the server's account must get through
        make_directory(base / "log", server_account())
        postgres = Cluster(
            programs=find_programs(base / "data"),
            data=base / "data",
            sockets=base / "s",
            log=base / "log" / "postgres.log",
            account=server_account(),
            settings=SERVER_SETTINGS,
        )
        postgres.initialise()
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop("immediate")


def connect(postgres: Cluster, database: str) -> Connection:
    """A superuser's connection, as the app's in its settings."""
    return psycopg.connect(
        postgres.url(database),
        autocommit=True,
        # A flush costs the same in both, and far more than a function: left out, the ratio is the functions'.
        options="-c curhat.app_rings=on -c timezone=UTC -c synchronous_commit=off",
        prepare_threshold=1,
    )


def grow(connection: Connection, rows: int) -> None:
    """Fill a database with history. Foreign keys and triggers rest meanwhile; the rows keep to them."""
    customers = max(100, rows // 50)
    say(f"{rows:,} old payments, failures and events of {customers:,} customers")
    connection.execute("set session_replication_role = replica")
    connection.execute(PEOPLE, {"customers": customers})
    connection.execute(MITRAS_OF_OLD)
    for statement in OLD_PEOPLE.split(";"):
        connection.execute(statement)
    indexes = connection.execute(SECONDARY_INDEXES).fetchall()
    for _, name in indexes:
        connection.execute(f"drop index {name}")
    for first in range(1, rows + 1, CHUNK):
        figures = {"rows": rows, "customers": customers, "first": first, "last": min(rows, first + CHUNK - 1)}
        with connection.transaction():
            for statement in PAYMENTS.split(";"):
                connection.execute(statement, figures if "%" in statement else None)
        say(f"{figures['last']:,}")
    say("indexes and statistics")
    for definition, _ in indexes:
        connection.execute(definition)
    connection.execute(TALLIES)
    connection.execute("vacuum analyze")
    connection.execute("checkpoint")
    connection.execute("set session_replication_role = origin")
