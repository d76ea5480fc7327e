"""What millions of old rows cost: the hot functions with them and without, in turns call by call.

The floor is the same call in a database without history, in the same cluster and the same second. The two take turns,
so other load hits both; they run on one core, so neither pays for waking another. Customers and mitras have a history
(`bench.history`) and call as the apps do: state and prices, then a payment, and so on to the end of the chat.

Each customer comes twice. The first time their rows have not been read for months, and two calls must wait for the
disk: their state, which reads the rows, and the accept, which adds the chat to an index. These two have no target; all
other calls have one, and all of the second time. Beside each time stands how much was read from outside Postgres'
buffers. Other customers come first, to warm up as in a service that has been open for a while.

Then the first page of failed pairings, as an operator's screen asks for it.
"""

import os
import random
import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import psycopg
import structlog
from rich.table import Table

from app.migrate import migrate
from bench import history
from bench.history import Connection
from bench.measure import Line, console, say, show
from workshop.embedded.postgres import Cluster

EMPTY, GROWING = "growth_empty", "growth_growing"
TARGET_RATIO = 1.1
TARGET_PAGE_MILLISECONDS = 20
PAGE_ROUNDS = 200
MITRAS = 5
IS_EXTENSION = False
OPENS = "client_state"
VISITS = {"the first visit for months": {OPENS, "accept_request"}, "the second visit": set()}
"""Which calls of it have no target."""


@click.command()
@click.option(
    "--rows", default=10_000_000, show_default=True, help="Old payments, failures and events, each."
)
@click.option("--rounds", default=300, show_default=True, help="Customers who come twice and are measured.")
@click.option("--before", default=1000, show_default=True, help="Customers who come before them.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the old house stays: made there the first time, used again after that.",
)
def bench(rows: int, rounds: int, before: int, keep: Path | None) -> None:
    """Hot functions beside millions of old rows."""
    grown = f"growth_{rows}"
    with history.server(keep) as postgres:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
            admin.execute("create extension if not exists pg_stat_statements")
            if not admin.execute("select from pg_database where datname = %s", [grown]).fetchall():
                _make_anew(admin, postgres, GROWING)
                with history.connect(postgres, GROWING) as old:
                    history.grow(old, rows)
                admin.execute(f"alter database {GROWING} rename to {grown}")
            _migrate(postgres, grown)
            _make_anew(admin, postgres, EMPTY)
            with history.connect(postgres, EMPTY) as empty, history.connect(postgres, grown) as old:
                _measure_visits(admin, House(empty), House(old), rounds, before)
        with history.connect(postgres, grown, "control_center") as old:
            _show_pages(old)


def _make_anew(admin: Connection, postgres: Cluster, database: str) -> None:
    admin.execute(f"drop database if exists {database}")
    admin.execute(f"create database {database}")
    _migrate(postgres, database)


def _migrate(postgres: Cluster, database: str) -> None:
    migrate(postgres.url(database), structlog.get_logger("migrate"), schedule_jobs=False)


@dataclass
class House:
    """A database with its mitras and customers, and the time of each call by function."""

    connection: Connection
    mitras: list[uuid.UUID] = field(default_factory=list)
    customers: list[uuid.UUID] = field(default_factory=list)
    timings: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def ids(self, query: str, *arguments: object) -> list[uuid.UUID]:
        """The ids of a query."""
        return [row[0] for row in self.connection.execute(query.encode(), arguments).fetchall()]

    def call(self, function: str, *arguments: object) -> Any:  # noqa: ANN401
        """The reply of a function of `api`."""
        query = f"select api.{function}({', '.join('%s' for _ in arguments)})"
        started = time.perf_counter()
        rows = self.connection.execute(query.encode(), arguments).fetchall()
        self.timings[function].append(time.perf_counter() - started)
        return rows[0][0] if rows else None


def _measure_visits(admin: Connection, empty: House, old: House, rounds: int, before: int) -> None:
    number = before + rounds
    empty.mitras = empty.ids("select id from ops.seed_people(0, %s)", MITRAS)
    empty.customers = empty.ids("select id from ops.seed_people(%s, 0)", number)
    old.mitras = old.ids("select id from data.mitras order by random() limit %s", MITRAS)
    old.customers = _some_customers(old, number)
    for house in (empty, old):
        _staff(house)
    _share_a_core(empty, old)
    say(f"{before} customers, then {rounds} who come twice, in each house, call by call in turn")
    for customer in range(before):
        _visit(empty, old, customer)
    for title, without_target in VISITS.items():
        admin.execute("select pg_stat_statements_reset()")
        for house in (empty, old):
            house.timings.clear()
        for customer in range(before, number):
            _visit(empty, old, customer)
        _show_visit(admin, title, empty, old, without_target)


def _share_a_core(*houses: House) -> None:
    """Run on one core: waking another takes as long as a short call, and chance decides which backend needs it."""
    if hasattr(os, "sched_setaffinity"):  # Linux
        core = {min(os.sched_getaffinity(0))}
        for pid in (0, *(house.connection.info.backend_pid for house in houses)):
            os.sched_setaffinity(pid, core)


def _some_customers(old: House, number: int) -> list[uuid.UUID]:
    """Other customers at each run, found by one old payment, without reading their other rows."""
    since = datetime.now(UTC) - timedelta(days=random.uniform(100, 600))
    return old.ids(
        "select distinct customer_id from (select customer_id from data.payment_sessions where created_at > %s "
        "order by created_at limit %s) payments limit %s",
        since,
        3 * number,
        number,
    )


def _staff(house: House) -> None:
    # The mitras of the previous run go offline.
    house.connection.execute(
        "update data.mitras set declared_online = false, reachable_until = null where declared_online"
    )
    house.connection.execute("select ops.set_config('max_customers_per_mitra', '50', 'bench')")
    for one in house.mitras:
        house.connection.execute("select api.set_mitra_status(%s, true)", [one])
    house.connection.execute(
        "update data.mitras set reachable_until = now() + interval '1 hour' where declared_online"
    )


def _visit(empty: House, old: House, customer: int) -> None:
    visits = [
        _calls(house, house.customers[customer], house.mitras[customer % MITRAS])
        for house in ((empty, old) if customer % 2 else (old, empty))
    ]
    for _ in zip(*visits, strict=True):
        pass


def _calls(house: House, customer: uuid.UUID, mitra: uuid.UUID) -> Iterator[None]:
    """A visit as the apps make it, one call per step."""
    house.call(OPENS, customer)
    yield
    house.call("get_pricing", customer, IS_EXTENSION)
    yield
    payment = house.call("create_payment_session", customer, 30, None, None, IS_EXTENSION, _key())["id"]
    yield
    house.call("confirm_payment_session", payment, customer, _key())
    yield
    request = house.call("start_general_request", customer, payment, _key())["id"]
    yield
    house.call("list_offers", mitra)
    yield
    house.call("mark_offer_seen", request, mitra)
    yield
    chat = house.call("accept_request", request, mitra)["chat_session"]["id"]
    yield
    house.call("send_message", chat, "customer", customer, _key(), "halo")
    yield
    house.call("list_messages", chat, "mitra", mitra, 0, 50)
    yield
    house.call("mark_read", chat, "mitra", mitra, 1)
    yield
    house.call("mitra_state", mitra)
    yield
    house.call("end_chat", chat, "customer", customer)
    yield
    house.call("fire_due", 100)
    yield
    house.call("seconds_to_next_deadline")
    yield
    house.call("drain_events", 100)
    yield


def _key() -> str:
    return str(uuid.uuid4())


READS = r"""
select substring(query from 'api\.(\w+)'), sum(shared_blks_read) / sum(calls),
    sum(coalesce(to_jsonb(s) -> 'shared_blk_read_time', to_jsonb(s) -> 'blk_read_time')::float8) / sum(calls)
from pg_stat_statements s
where dbid = (select oid from pg_database where datname = %s) and query like 'select api.%%'
group by 1
"""


def _show_visit(admin: Connection, title: str, empty: House, old: House, without_target: set[str]) -> None:
    table = Table(title=f"{title}: a call's median, and blocks read for it", title_justify="left")
    columns = ("", "empty ms", "old ms", "old / empty", f"<= {TARGET_RATIO}", "empty blocks", "old", "old ms")
    for column in columns:
        table.add_column(column, justify="left" if column == "" else "right")
    floor_reads, reads = (_reads(admin, house) for house in (empty, old))
    for name, floor in empty.timings.items():
        base, grown = statistics.median(floor), statistics.median(old.timings[name])
        ratio = grown / base
        blocks, milliseconds = reads[name]
        table.add_row(
            name,
            f"{1000 * base:.2f}",
            f"{1000 * grown:.2f}",
            f"{ratio:.2f}",
            "" if name in without_target else "yes" if ratio <= TARGET_RATIO else "NO",
            f"{floor_reads[name][0]:.2f}",
            f"{blocks:.2f}",
            f"{milliseconds:.3f}",
        )
    console.print(table)


def _reads(admin: Connection, house: House) -> dict[str, tuple[float, float]]:
    """Blocks read from outside the buffers by a call of each function, and its milliseconds."""
    rows = admin.execute(READS.encode(), [house.connection.info.dbname]).fetchall()
    return {name: (blocks, milliseconds) for name, blocks, milliseconds in rows}


MONTH = ("its first day", "its last day")
PAGES: dict[str, Sequence[object]] = {
    "all": (None, None, None, None),
    "needs action": (None, None, None, True),
    "one cause": (["targeted_mitra_timeout"], None, None, None),
    "two causes, a month of long ago": (["no_mitra_available", "customer_cancelled"], *MONTH, None),
    "the same again": (["no_mitra_available", "customer_cancelled"], *MONTH, None),
}
"""Filters: causes, from, until, and whether they need action."""


def _show_pages(connection: Connection) -> None:
    """The floor is the list of settings: what any call of a screen costs."""
    ((operator,),) = connection.execute(
        "insert into data.cc_users (email, display_name, role, created_at) "
        "values (%s, 'Bench', 'viewer', now()) returning id",
        [f"{_key()}@example.com"],
    ).fetchall()

    def timed(query: str, *arguments: object) -> float:
        started = time.perf_counter()
        connection.execute(query.encode(), arguments).fetchall()
        return time.perf_counter() - started

    settings = "select control_center.list_settings(%s)"
    page = "select control_center.list_failed_pairings(%s, %s, %s, %s, %s, null, null, null, 50, 0)"
    timings: dict[str, list[float]] = {"floor: the settings": [], **{name: [] for name in PAGES}}
    for _ in range(PAGE_ROUNDS):
        timings["floor: the settings"].append(timed(settings, operator))
        first = datetime.now(UTC).date() - timedelta(days=random.randint(40, 700))
        days = dict(zip(MONTH, (str(first), str(first + timedelta(days=30))), strict=True))
        for name, given in PAGES.items():
            arguments = [days.get(one, one) if isinstance(one, str) else one for one in given]
            timings[name].append(timed(page, operator, *arguments))
    target = dict.fromkeys(PAGES, TARGET_PAGE_MILLISECONDS)
    show(
        "the first page of failed pairings, with its total",
        [Line(name, seconds, target.get(name)) for name, seconds in timings.items()],
    )
