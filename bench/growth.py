"""What millions of old rows cost: the hot functions with them and without, call by call in turn.

The floor is the same call in a database without history, in the same cluster and the same second: the two take turns,
so what else the machine does hits both. The old customers who call, and the old mitras, have a history
(`bench.history`). Then the first page of failed pairings, as an operator's screen asks for it.
"""

import statistics
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import click
import psycopg
import structlog
from rich.table import Table

from app.migrate import migrate
from bench import history
from bench.history import Connection
from bench.measure import Line, console, say, show

EMPTY, GROWN = "growth_empty", "growth_old"
TARGET_RATIO = 1.1
TARGET_PAGE_MILLISECONDS = 20
PAGE_ROUNDS = 50
MITRAS = 5

Timings = dict[str, list[float]]


@click.command()
@click.option(
    "--rows", default=10_000_000, show_default=True, help="Old payments, failures and events, each."
)
@click.option("--rounds", default=300, show_default=True, help="Paid chats from the first call to the last.")
def bench(rows: int, rounds: int) -> None:
    """Hot functions beside millions of old rows."""
    with history.server() as postgres:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {EMPTY}")
            migrate(postgres.url(EMPTY), structlog.get_logger("migrate"), schedule_jobs=False)
            connection.execute(f"create database {GROWN} template {EMPTY}")
        with history.connect(postgres, GROWN) as old:
            history.grow(old, rows)
        with history.connect(postgres, EMPTY) as empty, history.connect(postgres, GROWN) as old:
            _show_calls(*_measure_calls(empty, old, rounds))
        with history.connect(postgres, GROWN, "control_center") as old:
            _show_pages(old)


def _measure_calls(empty: Connection, old: Connection, rounds: int) -> tuple[Timings, Timings]:
    say(f"{rounds} paid chats in each, call by call in turn")
    mitras = {
        empty: _staff(empty, _ids(empty, "select id from ops.seed_people(0, %s)", MITRAS)),
        old: _staff(
            old,
            _ids(
                old, "select id from data.mitras where phone like '+6201%%' order by phone limit %s", MITRAS
            ),
        ),
    }
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


def _staff(connection: Connection, mitras: list[uuid.UUID]) -> list[uuid.UUID]:
    connection.execute("select ops.set_config('max_customers_per_mitra', '50', 'bench')")
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


PAGES: dict[str, Sequence[object]] = {
    "all": (None, None, None, None),
    "needs action": (None, None, None, True),
    "one cause": (["targeted_mitra_timeout"], None, None, None),
    "two causes, a month": (["no_mitra_available", "customer_cancelled"], "MONTH", "MONTH_END", None),
}


def _show_pages(connection: Connection) -> None:
    """The floor is the list of settings: what any call of a screen costs."""
    ((operator, *month),) = connection.execute(
        "insert into data.cc_users (email, display_name, role, created_at) "
        "values ('bench@example.com', 'Bench', 'viewer', now()) "
        "returning id, (now() - interval '13 months')::date::text, (now() - interval '12 months')::date::text"
    ).fetchall()
    named = dict(zip(("MONTH", "MONTH_END"), month, strict=True))

    def timed(query: str, *arguments: object) -> float:
        started = time.perf_counter()
        connection.execute(query.encode(), arguments).fetchall()
        return time.perf_counter() - started

    settings = "select control_center.list_settings(%s)"
    page = "select control_center.list_failed_pairings(%s, %s, %s, %s, %s, null, null, null, 50, 0)"
    timings: dict[str, list[float]] = {"floor: the settings": [], **{name: [] for name in PAGES}}
    for _ in range(PAGE_ROUNDS):
        timings["floor: the settings"].append(timed(settings, operator))
        for name, given in PAGES.items():
            arguments = [named.get(one, one) if isinstance(one, str) else one for one in given]
            timings[name].append(timed(page, operator, *arguments))
    target = dict.fromkeys(PAGES, TARGET_PAGE_MILLISECONDS)
    show(
        "the first page of failed pairings, with its total",
        [Line(name, seconds, target.get(name)) for name, seconds in timings.items()],
    )
