"""What millions of old rows cost: the hot functions with them and without, call by call in turn.

The floor is the same call in a database without history, in the same cluster and the same second. The old
customers who call have a history; every old payment was consumed or has failed, every second one with a
superseded failure before the open one.
"""

import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import psycopg
import structlog
from rich.table import Table

from app.accounts import make_directory, server_account
from app.migrate import migrate
from app.postgres import Cluster, find_programs
from bench.measure import console, say

EMPTY, GROWN = "growth_empty", "growth_old"
TARGET_RATIO = 1.1
TARGET_PAGE_MS = 20.0
CHUNK = 500_000
MITRAS = 5
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
Timings = dict[str, list[float]]

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
PAGE = "select * from control_center.failed_pairings $filter order by created_at desc, id desc limit 50"
PAGES = {
    "needs action": "where needs_action",
    "all": "",
    "one cause": "where cause_tag in ('targeted_mitra_timeout')",
    "two causes, a month": "where cause_tag in ('no_mitra_available', 'customer_cancelled')"
    " and created_at >= now() - interval '13 months' and created_at < now() - interval '12 months'",
}


@click.command()
@click.option(
    "--rows", default=10_000_000, show_default=True, help="Old payments, failures and events, each."
)
@click.option("--rounds", default=300, show_default=True, help="Paid chats from the first call to the last.")
def bench(rows: int, rounds: int) -> None:
    """Hot functions beside millions of old rows, and the first page of failed pairings."""
    with _server() as postgres:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {EMPTY}")
            migrate(postgres.url(EMPTY), structlog.get_logger("migrate"), schedule_jobs=False)
            connection.execute(f"create database {GROWN} template {EMPTY}")
        with _connect(postgres, GROWN) as old:
            _grow(old, rows)
        with _connect(postgres, EMPTY) as empty, _connect(postgres, GROWN) as old:
            _show_calls(*_measure_calls(empty, old, rounds))
            _show_pages(old)


@contextmanager
def _server() -> Iterator[Cluster]:
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


def _connect(postgres: Cluster, database: str) -> Connection:
    return psycopg.connect(
        postgres.url(database),
        autocommit=True,
        # A flush costs the same in both, and far more than a function: left out, the ratio is the functions'.
        options="-c curhat.app_rings=on -c timezone=UTC -c synchronous_commit=off",
        prepare_threshold=1,
    )


def _grow(connection: Connection, rows: int) -> None:
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
    connection.execute("vacuum analyze")
    connection.execute("checkpoint")
    connection.execute("set session_replication_role = origin")


def _measure_calls(empty: Connection, old: Connection, rounds: int) -> tuple[Timings, Timings]:
    say(f"{rounds} paid chats in each, call by call in turn")
    mitras = {one: _staff(one) for one in (empty, old)}
    customers = {
        empty: _ids(empty, "select id from ops.seed_people(%s, 0)", rounds),
        old: _ids(
            old, "select id from data.users where phone like '+6200%%' order by phone limit %s", rounds
        ),
    }
    timings: dict[Connection, Timings] = {empty: defaultdict(list), old: defaultdict(list)}
    for number in range(rounds):
        walks = [
            _paid_chat(one, timings[one], customers[one][number], mitras[one][number % MITRAS])
            for one in ((empty, old) if number % 2 else (old, empty))
        ]
        while True:
            done = [next(walk, None) for walk in walks]
            if done[0] is None:
                break
    return timings[empty], timings[old]


def _staff(connection: Connection) -> list[uuid.UUID]:
    connection.execute("select ops.set_config('max_customers_per_mitra', '50', 'bench')")
    mitras = _ids(connection, "select id from ops.seed_people(0, %s)", MITRAS)
    for one in mitras:
        connection.execute("select api.set_mitra_status(%s, true)", [one])
    connection.execute(
        "update data.mitras set reachable_until = now() + interval '1 hour' where declared_online"
    )
    return mitras


def _ids(connection: Connection, query: str, number: int) -> list[uuid.UUID]:
    return [row[0] for row in connection.execute(query.encode(), [number]).fetchall()]


def _paid_chat(connection: Connection, timings: Timings, customer: uuid.UUID, mitra: uuid.UUID) -> Any:  # noqa: ANN401
    """A generator that makes one call at each step, and notes how long it took."""

    def timed(name: str, query: str, *arguments: object) -> Any:  # noqa: ANN401
        started = time.perf_counter()
        (value,) = connection.execute(query.encode(), arguments).fetchall()[0]
        timings[name].append(time.perf_counter() - started)
        return value

    payment = timed("create", "select api.create_payment_session(%s, 30)", customer)["id"]
    yield True
    timed("confirm", "select api.confirm_payment_session(%s, %s)", payment, customer)
    yield True
    request = timed("start", "select api.start_general_request(%s, %s)", customer, payment)["id"]
    yield True
    timed("offers", "select api.list_offers(%s)", mitra)
    yield True
    chat = timed("accept", "select api.accept_request(%s, %s)", request, mitra)["chat_session"]["id"]
    yield True
    timed("send", "select api.send_message(%s, 'customer', %s, %s, 'halo')", chat, customer, uuid.uuid4())
    yield True
    timed("messages", "select api.list_messages(%s, 'customer', %s, 0, 50)", chat, customer)
    yield True
    timed("customer's state", "select api.client_state(%s)", customer)
    yield True
    timed("mitra's state", "select api.mitra_state(%s)", mitra)
    yield True
    timed("end", "select api.end_chat(%s, 'customer', %s)", chat, customer)
    yield True
    timed("fire_due", "select api.fire_due(100)")
    yield True
    timed("next deadline", "select api.seconds_to_next_deadline()")
    yield True
    timed("drain", "select count(*) from api.drain_events(100)")
    yield True


def _show_calls(empty: Timings, old: Timings) -> None:
    table = Table(title="a call, median of all rounds", title_justify="left")
    for column in ("", "empty ms", "old ms", "old / empty", f"target <= {TARGET_RATIO}"):
        table.add_column(column, justify="left" if column == "" else "right")
    for name, floor in empty.items():
        base, grown = statistics.median(floor), statistics.median(old[name])
        ratio = grown / base
        table.add_row(
            name,
            f"{1000 * base:.2f}",
            f"{1000 * grown:.2f}",
            f"{ratio:.2f}",
            "yes" if ratio <= TARGET_RATIO else "NO",
        )
    console.print(table)


def _show_pages(old: Connection) -> None:
    table = Table(title="failed pairings, first page of 50", title_justify="left")
    for column in ("filter", "median ms", f"target < {TARGET_PAGE_MS:g}"):
        table.add_column(column, justify="left" if column == "filter" else "right")
    for name, condition in PAGES.items():
        query = PAGE.replace("$filter", condition).encode()
        taken = statistics.median(_timed(partial(old.execute, query)) for _ in range(21))
        table.add_row(name, f"{1000 * taken:.1f}", "yes" if 1000 * taken < TARGET_PAGE_MS else "NO")
    console.print(table)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
