"""A service with years of history, for benchmarks: a server with millions of old payments, failures and events.

The old customers and mitras have a history; every old payment was consumed or has failed, every second one with a
superseded failure before the open one.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from app.postgres.db import SESSION, SESSIONS, Schema
from app.running.accounts import make_directory, server_account
from bench.measure import say
from workshop.embedded.postgres import Cluster, find_programs

CHUNK = 500_000
SERVER_SETTINGS = {
    "shared_buffers": "2GB",
    "max_wal_size": "4GB",
    # A crash loses only a benchmark, and these cost the same with and without history.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "maintenance_work_mem": "1GB",
    "autovacuum": "off",  # nothing else may run during measuring; the tables are vacuumed once they are full
    "shared_preload_libraries": "pg_stat_statements",
    "track_io_timing": "on",
}

# A flush costs the same in both, and far more than a function; without it the ratio is that of the functions.
UNLIKE_THE_APPS = {
    "role": "none",
    "lock_timeout": "0",
    "statement_timeout": "0",
    "synchronous_commit": "off",
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
# One row per payment: odd ones failed, even ones became a chat, each customer's first was free. They are spread over
# the two years before yesterday, oldest first, with ids in the order of time. As many events lie within their
# retention.
PAYMENTS = """
truncate chunk;
insert into chunk
select pg_temp.id_of(g.at), u.id, m.id, pg_temp.id_of(g.at), pg_temp.id_of(g.at), g.n, g.at,
    g.n %% 2 = 0 and g.n <= 2 * %(customers)s::bigint
from (
    select n, now() - interval '1 day' - (1 - n::float8 / %(rows)s::float8) * interval '2 years' as at
    from generate_series(%(first)s::bigint, %(last)s::bigint) n
) g
join old_customers u on u.n = 1 + (g.n / 2 * 7919) %% %(customers)s::bigint
join old_mitras m on m.n = 1 + (g.n / 2 * 104729 + g.n / %(customers)s::bigint) %% 1000
order by g.n;

insert into data.payment_sessions (
    id, customer_id, amount, duration_minutes, is_free_trial, status, created_at, confirmed_at, charged_at,
    consumed_at, expires_at
)
select id, customer_id, case when is_free then 0 else 25000 end, 30, is_free,
    case when n %% 2 = 1 then 'failed_pairing' else 'consumed' end, at, at, case when not is_free then at end,
    case when n %% 2 = 0 then at end, at + interval '20 minutes'
from chunk;

insert into data.pairing_requests (
    id, payment_session_id, customer_id, request_type, status, created_at, deadline_at, closed_at
)
select request_id, id, customer_id, 'general', case when n %% 2 = 1 then 'failed' else 'matched' end, at,
    at + interval '1 minute', at + interval '30 seconds'
from chunk;

insert into data.pairing_offers (request_id, mitra_id, status, sent_at, closed_at)
select request_id, mitra_id, case when n %% 2 = 1 then 'auto_rejected' else 'accepted' end, at,
    at + interval '30 seconds'
from chunk;

insert into data.chat_sessions (
    id, payment_session_id, pairing_request_id, customer_id, mitra_id, status, duration_minutes, started_at,
    ends_at, ended_at, end_reason, last_seq
)
select chat_id, id, request_id, customer_id, mitra_id, 'ended', 30, at, at + interval '30 minutes',
    at + interval '30 minutes', 'time_up', 1
from chunk
where n %% 2 = 0;

insert into data.chat_messages (chat_session_id, seq, sender, client_message_id, body, sent_at)
select chat_id, 1, 'customer', gen_random_uuid(), 'Halo, boleh curhat?', at
from chunk
where n %% 2 = 0 and at > now() - make_interval(days => %(message_days)s);

insert into data.pairing_failures (
    id, payment_session_id, pairing_request_id, customer_id, targeted_mitra_id, cause_tag, amount, refund_due,
    superseded_at, operator_action, actioned_by, actioned_at, created_at
)
select pg_temp.id_of(c.at), c.id, c.request_id, c.customer_id, c.mitra_id,
    (array['no_mitra_available', 'all_mitras_rejected', 'targeted_mitra_timeout', 'customer_cancelled'])
    [1 + c.n / 2 %% 4],
    25000, true, case when k = 1 then at end,
    case when k = 2 and n %% 100 > 1 then 'refunded' end, case when k = 2 and n %% 100 > 1 then 'budi' end,
    case when k = 2 and n %% 100 > 1 then at end, at
from chunk c, generate_series(1, 2) k
where c.n %% 2 = 1;

insert into data.events (at, type, entity, entity_id, from_status, to_status, customer_id, actor, body)
select now() - interval '1 day' - (1 - n::float8 / %(rows)s::float8) * make_interval(days => %(event_days)s - 1),
    'PAYMENT_SESSION', 'payment_session', id, null, 'pending', customer_id, 'customer:' || customer_id,
    jsonb_build_object('payment_session_id', id, 'status', 'pending', 'amount', 25000)
from chunk
"""
# Idempotency keys of the last day, which is their retention: three per payment.
KEYS = """
insert into data.idempotency_keys (owner_id, key, function, request, reply, created_at)
select u.id, gen_random_uuid(), 'confirm_payment_session', '{}', '{}', now() - random() * interval '1 day'
from generate_series(1, 3 * %(rows)s::bigint / 730) g (n)
join old_customers u on u.n = 1 + g.n %% %(customers)s::bigint
"""
OLD_PEOPLE = """
select logic.make_partitions(now() - make_interval(days => %(event_days)s), array['events']);
select logic.make_partitions(now() - make_interval(days => %(message_days)s), array['chat_messages']);
create temporary table old_customers as select row_number() over (order by phone) as n, id from data.users;
create temporary table old_mitras as select row_number() over (order by phone) as n, id from data.mitras;
create index on old_customers (n);
create index on old_mitras (n);
analyze old_customers;
analyze old_mitras;
create temporary table chunk (
    id uuid, customer_id uuid, mitra_id uuid, request_id uuid, chat_id uuid, n bigint, at timestamptz,
    is_free boolean
);
create function pg_temp.id_of(p_at timestamptz) returns uuid language sql volatile as $$
    select encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        placing substring(int8send(floor(extract(epoch from p_at) * 1000)::bigint) from 3) from 1 for 6
    ), 52, 1), 53, 1), 'hex')::uuid
$$
"""
# Tables that are created in the transaction are filled without WAL.
EMPTIED = "truncate " + ", ".join(
    f"data.{table}"
    for table in (
        "payment_sessions",
        "pairing_requests",
        "pairing_offers",
        "pairing_failures",
        "chat_sessions",
        "chat_messages",
        "extensions",
        "events",
    )
)
# Those of keys stay. An index of a partitioned table is made on each partition again.
INDEXES = """
select replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '), i.indexrelid::regclass::text
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_class x on x.oid = i.indexrelid
where c.relnamespace = 'data'::regnamespace and not x.relispartition
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    and c.relname in (
        'payment_sessions', 'pairing_requests', 'pairing_offers', 'pairing_failures', 'chat_sessions', 'events',
        'chat_messages'
    )
"""
# In a live table old pages are full: rows came one by one, changed and were vacuumed. In a bulk load many old pages
# would have room, and each new row would go to one of them. So old pages are filled a little more than new ones.
FILLED = """
select format('alter table data.%I set (fillfactor = %s)', relname, option_value::integer + 3),
    format('alter table data.%I set (fillfactor = %s)', relname, option_value)
from pg_class, pg_options_to_table(reloptions)
where relnamespace = 'data'::regnamespace and option_name = 'fillfactor'
    and relname in ('payment_sessions', 'pairing_requests', 'pairing_offers', 'pairing_failures', 'chat_sessions')
"""
# The tallies that the trigger, which is off during the load, would have kept.
TALLIES = """
insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
select logic.day_of(created_at), cause_tag, needs_action, count(*), sum(amount)
from data.pairing_failures
group by 1, 2, 3
"""


@contextmanager
def server(kept: Path | None = None) -> Iterator[Cluster]:
    """A throw-away cluster, or the one in that directory, which is made the first time."""
    with tempfile.TemporaryDirectory(prefix="curhat-bench-") as directory:
        base = (kept or Path(directory)).absolute()
        base.mkdir(exist_ok=True)
        base.chmod(0o711)  # for the server's account
        make_directory(base / "log", server_account())
        postgres = Cluster(
            programs=find_programs(base / "data"),
            data=base / "data",
            sockets=base / "s",
            log=base / "log" / "postgres.log",
            account=server_account(),
            settings=SERVER_SETTINGS,
        )
        if not postgres.exists:
            postgres.initialise()
        postgres.start()
        try:
            yield postgres
        finally:
            postgres.stop("fast" if kept else "immediate")


def connect(postgres: Cluster, database: str, audience: Schema = "api") -> Connection:
    """A superuser's connection with the settings of the app's connections for that schema."""
    settings = {**SESSION, **SESSIONS[audience], **UNLIKE_THE_APPS}
    return psycopg.connect(
        postgres.url(database),
        autocommit=True,
        options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
        prepare_threshold=1,
    )


def grow(connection: Connection, rows: int) -> None:
    """Fill an empty database with history. Foreign keys and triggers are off meanwhile; the rows satisfy them."""
    started = time.monotonic()
    figures = {"rows": rows, "customers": max(100, rows // 50), **_retention(connection)}
    say(f"{rows:,} old payments, failures, offers and events of {figures['customers']:,} customers")
    connection.execute("set session_replication_role = replica")
    connection.execute("set plan_cache_mode = force_custom_plan")
    with connection.transaction():
        connection.execute(PEOPLE, figures)
        connection.execute(MITRAS_OF_OLD)
        connection.execute(EMPTIED)
        _execute_each(connection, OLD_PEOPLE, figures)
        filled = connection.execute(FILLED).fetchall()
        for fuller, _ in filled:
            connection.execute(fuller)
        indexes = connection.execute(INDEXES).fetchall()
        for _, name in indexes:
            connection.execute(f"drop index {name}")
        for first in range(1, rows + 1, CHUNK):
            last = min(rows, first + CHUNK - 1)
            _execute_each(connection, PAYMENTS, {**figures, "first": first, "last": last})
            say(f"{last:,} after {time.monotonic() - started:.0f} s")
        for definition, name in indexes:
            connection.execute(definition)
            say(f"index {name} after {time.monotonic() - started:.0f} s")
        for _, as_before in filled:
            connection.execute(as_before)
        connection.execute(KEYS, figures)
        connection.execute(TALLIES)
    connection.execute("vacuum analyze")
    connection.execute("checkpoint")
    connection.execute("reset session_replication_role")
    connection.execute("reset plan_cache_mode")
    size = connection.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchall()[0][0]
    say(f"grown to {size} in {time.monotonic() - started:.0f} s")


def _retention(connection: Connection) -> dict[str, int]:
    kept = {"event_days": "event_retention_days", "message_days": "message_retention_days"}
    return {
        name: connection.execute("select logic.setting_integer(%s)", [key]).fetchall()[0][0]
        for name, key in kept.items()
    }


def _execute_each(connection: Connection, statements: str, figures: dict[str, int]) -> None:
    """One statement after the other: parameters allow only one at a time."""
    for statement in statements.split(";"):
        connection.execute(statement, figures)
