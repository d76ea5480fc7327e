"""What a transition costs over REST, and what its event costs in the database.

Over REST: a payment is confirmed, by 2 workers over 32 connections. The floor, measured in turns in the same run:
pgbench calls the same function with 8 clients. The relay runs during both, but pgbench does not notify it.

With its event: pgbench confirms with 16 clients while every flush takes at least a millisecond (commit_delay), and
the relay hands every event on; no worker listens. The floor, in turns: the same function without the one line that
appends the event. For comparison: with NOTIFY in the transaction, as from psql.

pgbench's sessions have the settings of the app's.
"""

import asyncio
import os
import re
import statistics
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import click
import uvloop
from rich.table import Table

from app.auth import issue_token
from app.postgres.db import SESSION, SESSIONS
from bench.load import Result, request, send
from bench.measure import console, say
from bench.stack import Stack, stack
from workshop.embedded.postgres import find_programs

REST_CLIENTS, REST_CONNECTIONS, REST_WORKERS, REST_TARGET = 8, 32, 2, 0.60
EVENT_CLIENTS, EVENT_TARGET = 16, 0.8
# Planning takes so many clients a second of both cores; with NOTIFY in the transaction everything takes long.
EVENT_TIMES, RINGING_ROUNDS = 3, 1

# Ids that pgbench can make: a prefix and a number.
PAYMENT, CUSTOMER = "00000000-0000-4000-8000-", "00000000-0000-4000-9000-"

ADD = """
with person as (
    insert into data.users (id, phone, display_name, created_at)
    select ($1 || lpad(n::text, 12, '0'))::uuid, '+62899' || lpad(n::text, 8, '0'), 'Budi', now()
    from generate_series(0, $3 - 1) n
)
insert into data.payment_sessions (id, customer_id, amount, duration_minutes, created_at, expires_at)
select
    ($2 || lpad(n::text, 12, '0'))::uuid, ($1 || lpad(n::text, 12, '0'))::uuid,
    25000, 30, now(), now() + interval '1 day'
from generate_series(0, $3 - 1) n
"""
SCRIPT = """
\\set n :client_id * :each + :i
\\set i :i + 1
select {function}(
    ('{payment}' || lpad(:n::text, 12, '0'))::uuid, ('{customer}' || lpad(:n::text, 12, '0'))::uuid
);
"""
WITHOUT_EVENT = re.compile(r"^ *perform logic\.append_payment_event\(.*\);\n", re.MULTILINE)
SLOW_FLUSHES = {"commit_delay": "1000", "commit_siblings": "0"}


@dataclass(frozen=True)
class Side:
    """A way to confirm so many payments. It returns the transitions per second."""

    name: str
    run: Callable[[], Awaitable[float]]


@click.command()
@click.option("--rounds", default=7, show_default=True, help="Of each side, in turns.")
@click.option(
    "--payments",
    default=8000,
    show_default=True,
    help=f"Confirmed in each round; × {EVENT_TIMES} for the event.",
)
def bench(rounds: int, payments: int) -> None:
    """A transition over REST beside pgbench; with its event beside none."""
    asyncio.run(_bench(rounds, payments))


async def _bench(rounds: int, payments: int) -> None:
    await _beside_pgbench(rounds, payments)
    await _beside_no_event(rounds, payments * EVENT_TIMES)


async def _beside_pgbench(rounds: int, payments: int) -> None:
    async with stack(workers=REST_WORKERS, listeners=("relay",)) as ours:
        database = await _with_payments(ours, payments)
        confirm = _Pgbench(ours, "api.confirm_payment_session", payments)
        say(f"over REST, {rounds} rounds of {payments} payments each")
        found = await _in_turns(
            database,
            rounds,
            [
                Side(f"floor: pgbench, {REST_CLIENTS} clients", confirm.with_clients(REST_CLIENTS)),
                Side(
                    f"REST, {REST_WORKERS} workers, {REST_CONNECTIONS} connections",
                    _over_rest(ours, payments),
                ),
            ],
        )
        await database.close()
    _show("transitions a second over REST, median of the rounds", found, {1: REST_TARGET})


async def _beside_no_event(rounds: int, payments: int) -> None:
    async with stack(listeners=("relay",)) as ours:
        database = await _with_payments(ours, payments)
        await _without_event(database)
        confirm = _Pgbench(ours, "api.confirm_payment_session", payments)
        bare = _Pgbench(ours, "api.confirm_without_event", payments)
        rings = _Pgbench(ours, "api.confirm_payment_session", payments, app_rings=False)
        await _set(database, SLOW_FLUSHES)
        say(f"with its event, {rounds} rounds of {payments} payments each")
        found = await _in_turns(
            database,
            rounds,
            [
                Side(f"floor: no event, {EVENT_CLIENTS} clients", bare.with_clients(EVENT_CLIENTS)),
                Side("event and outbox, and the relay", confirm.with_clients(EVENT_CLIENTS)),
            ],
        )
        ringing = Side("the same, and NOTIFY in the transaction", rings.with_clients(EVENT_CLIENTS))
        found += await _in_turns(database, RINGING_ROUNDS, [ringing])
        await database.close()
    _show("transitions a second where a flush takes 1 ms, median of the rounds", found, {1: EVENT_TARGET})


async def _with_payments(ours: Stack, payments: int) -> asyncpg.Connection:
    database = await ours.superuser()
    await database.execute(ADD, CUSTOMER, PAYMENT, payments)
    return database


async def _in_turns(
    database: asyncpg.Connection, rounds: int, sides: Sequence[Side]
) -> list[tuple[str, list[float]]]:
    """Each side once to warm up, then in turns; all payments are pending again before each."""
    found: list[tuple[str, list[float]]] = [(side.name, []) for side in sides]
    for number in range(rounds + 1):
        for side, (_, rates) in zip(sides, found, strict=True):
            await _make_pending(database)
            rate = await side.run()
            await _check_confirmed(database)
            if number > 0:
                rates.append(rate)
    return found


class _Pgbench:
    """Confirms all payments by this function, as the app would, with so many clients."""

    def __init__(self, ours: Stack, function: str, payments: int, *, app_rings: bool = True) -> None:
        self._url = ours.settings.database_url
        self._payments = payments
        self._script = ours.settings.home / f"{function}.sql"
        self._script.write_text(SCRIPT.format(function=function, payment=PAYMENT, customer=CUSTOMER))
        settings = {**SESSIONS["api"], **SESSION, "curhat.app_rings": "on" if app_rings else "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._environment = {**os.environ, "PGOPTIONS": options}

    def with_clients(self, clients: int) -> Callable[[], Awaitable[float]]:
        """What runs them."""

        async def run() -> float:
            each = self._payments // clients
            process = await asyncio.create_subprocess_exec(
                _pgbench(),
                *("--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--transactions={each}"),
                *(f"--define=each={each}", "--define=i=0", f"--file={self._script}", self._url),
                env=self._environment,
                stdout=asyncio.subprocess.PIPE,
            )
            output, _ = await process.communicate()
            rate = re.search(rb"^tps = ([\d.]+) \(without", output, re.MULTILINE)
            if rate is None:
                raise AssertionError(f"pgbench said {output!r}")
            return float(rate[1])

        return run


def _pgbench() -> str:
    return str(Path(find_programs().path("pgbench")))


def _over_rest(ours: Stack, payments: int) -> Callable[[], Awaitable[float]]:
    requests = [
        request(
            "POST",
            f"/api/client/payment-sessions/{PAYMENT}{number:012}/confirm",
            issue_token(ours.settings, "customer", UUID(f"{CUSTOMER}{number:012}")),
        )
        for number in range(payments)
    ]

    async def run() -> float:
        result: Result = await asyncio.to_thread(uvloop.run, _send(ours, iter(requests)))
        if result.statuses != {200: payments}:
            raise AssertionError(f"not every reply was a 200: {result.statuses}")
        return result.rate

    return run


async def _send(ours: Stack, requests: Iterator[bytes]) -> Result:
    return await send(ours.settings.public_port, requests, REST_CONNECTIONS)


async def _make_pending(database: asyncpg.Connection) -> None:
    async with database.transaction():
        # No transition leads back, so the guarding trigger must be off.
        await database.execute("set local session_replication_role = replica")
        await database.execute(
            "update data.payment_sessions set status = 'pending', confirmed_at = null, charged_at = null"
        )
    while await database.fetchval("select exists (select from data.outbox)"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await database.execute("vacuum data.payment_sessions, data.outbox, data.events")


async def _check_confirmed(database: asyncpg.Connection) -> None:
    left = await database.fetchval("select count(*) from data.payment_sessions where status <> 'confirmed'")
    if left:
        raise AssertionError(f"{left} payments were not confirmed")


async def _without_event(database: asyncpg.Connection) -> None:
    """The function again, under another name, without the line that appends the event."""
    source: str = await database.fetchval("select pg_get_functiondef('api.confirm_payment_session'::regproc)")
    without, lines = WITHOUT_EVENT.subn(
        "", source.replace("confirm_payment_session(", "confirm_without_event(", 1)
    )
    if lines != 1:
        raise AssertionError("the function appends its event in another way")
    await database.execute("set role curhat_owner")
    await database.execute(without)
    await database.execute("grant execute on all functions in schema api to curhat_app")
    await database.execute("reset role")


async def _set(database: asyncpg.Connection, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        await database.execute(f"alter system set {name} = {value}")
    await database.execute("select pg_reload_conf()")


def _show(title: str, found: list[tuple[str, list[float]]], targets: dict[int, float]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("", "rate", "lowest", "highest", "/ floor", "target"):
        table.add_column(column, justify="left" if column == "" else "right")
    floor = statistics.median(found[0][1])
    for number, (name, rates) in enumerate(found):
        ratio = statistics.median(rates) / floor
        target = targets.get(number)
        table.add_row(
            name,
            *(f"{figure:.0f}" for figure in (statistics.median(rates), min(rates), max(rates))),
            f"{ratio:.2f}",
            "" if target is None else f">= {target:.2f}: {'yes' if ratio >= target else 'NO'}",
        )
    console.print(table)
