"""Availability polls: their rate, their cost in Postgres (none), and how soon they show a change.

The last is measured with the availability listener at work, and while it is killed again and again.

The floor of the rate is a bare Sanic app with one JSON route, measured in turns in the same run: it checks no token,
logs nothing and counts nothing. The floor of a change is a bare NOTIFY whose listener publishes over Redis, as for the
relay.
"""

import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import cycle
from typing import NoReturn
from uuid import UUID

import click
import httpx
import uvloop
from rich.table import Table

from app.auth import issue_token
from app.running.probes import base_url
from bench.frames import pair
from bench.load import Result, for_seconds, request, send
from bench.measure import Line, console, say, show
from bench.relay import floor as relay_floor
from bench.stack import Stack, free_port, stack

POLL = "/api/client/mitra-availability"
FLIP_MILLISECONDS = 100
KILLED_MILLISECONDS = 10_000
LISTENER = "availability"
BACK_SECONDS = 3.0
WARM_UP_SECONDS = 1.0
PAUSE_SECONDS = 0.05
CALLS = """
select coalesce(sum(s.calls), 0) from pg_stat_statements s
where s.dbid = (select oid from pg_database where datname = current_database())
    and s.query like '%get_availability%'
"""


@click.command()
@click.option("--rounds", default=5, show_default=True, help="Of each, in turns.")
@click.option("--seconds", default=4.0, show_default=True, help="Of each round.")
@click.option("--connections", default=16, show_default=True)
@click.option("--flips", default=100, show_default=True)
@click.option(
    "--kills", default=4, show_default=True, help="Of the listener, each with one flip right after it."
)
def bench(rounds: int, seconds: float, connections: int, flips: int, kills: int) -> None:
    """Availability polls: rate, statements, flips."""
    asyncio.run(_bench(rounds, seconds, connections, flips, kills))


async def _bench(rounds: int, seconds: float, connections: int, flips: int, kills: int) -> None:
    async with stack(workers=1, listeners=("relay", "availability")) as ours:
        customer, mitra = await _people(ours)
        token = issue_token(ours.settings, "customer", customer)
        poll = request("GET", POLL, token)
        async with bare() as port:
            say(f"{rounds} rounds of {seconds:g} s each, {connections} connections, one worker")
            before = await _asked(ours)
            bare_rates, rates = [], []
            for _ in range(rounds):
                bare_rates.append(await _rate(port, request("GET", "/", token), seconds, connections))
                rates.append(await _rate(ours.settings.public_port, poll, seconds, connections))
            asked = await _asked(ours) - before
        floor = await relay_floor(ours)
        async with flipping(ours, token, customer, mitra) as flip:
            say(f"{flips} flips")
            late = []
            for _ in range(flips):
                late.append(await flip())
                await asyncio.sleep(PAUSE_SECONDS)
            say(f"{kills} kills of the listener, each for good")
            killed = [await _killed(ours, flip) for _ in range(kills)]
    _show_rates(bare_rates, rates, asked)
    show(
        "from COMMIT of the last place taken or freed to a poll that says so",
        [
            Line("floor: a NOTIFY heard, then published over Redis", floor),
            Line("flips", late, FLIP_MILLISECONDS),
            Line("flips after kill -9 of the listener", killed, KILLED_MILLISECONDS),
        ],
    )


@asynccontextmanager
async def bare() -> AsyncIterator[int]:
    """The port of a bare app, in a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.bare", str(port))
    try:
        async with httpx.AsyncClient() as client:
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{port}/")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        yield port
    finally:
        process.kill()
        await process.wait()


async def _rate(port: int, poll: bytes, seconds: float, connections: int) -> float:
    async def run() -> Result:
        await send(port, for_seconds(poll, WARM_UP_SECONDS), connections)
        return await send(port, for_seconds(poll, seconds), connections)

    result = await asyncio.to_thread(uvloop.run, run())
    if set(result.statuses) != {200}:
        raise AssertionError(f"not every reply was a 200: {result.statuses}")
    return result.rate


def _show_rates(bare_rates: list[float], rates: list[float], asked: int) -> None:
    floor, ours = statistics.median(bare_rates), statistics.median(rates)
    table = Table(title="polls a second, median of the rounds", title_justify="left")
    for column in ("", "rate", "lowest", "highest", "/ bare", "target"):
        table.add_column(column, justify="left" if column == "" else "right")
    for name, found in (("floor: a bare Sanic JSON route", bare_rates), ("polls", rates)):
        ratio = statistics.median(found) / floor
        verdict = "" if found is bare_rates else f">= 1: {'yes' if ours >= floor else 'NO'}"
        table.add_row(
            name,
            f"{statistics.median(found):.0f}",
            f"{min(found):.0f}",
            f"{max(found):.0f}",
            f"{ratio:.2f}",
            verdict,
        )
    console.print(table)
    console.print(f"Postgres was asked {asked} times while it was polled (target: 0)")


async def _asked(ours: Stack) -> int:
    database = await ours.superuser()
    asked: int = await database.fetchval(CALLS)
    await database.close()
    return asked


async def _people(ours: Stack) -> tuple[UUID, UUID]:
    operator = await ours.as_role("curhat_operator")
    await operator.execute("select ops.set_config('max_customers_per_mitra', '1', 'bench')")
    people = await operator.fetch("select kind, id from ops.seed_people(1, 1)")
    await operator.close()
    found = {row["kind"]: row["id"] for row in people}
    return found["customer"], found["mitra"]


@asynccontextmanager
async def flipping(
    ours: Stack, token: str, customer: UUID, mitra: UUID
) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """Takes or frees the only place, and returns the seconds until a poll shows it. Polls follow each other closely."""
    app = await ours.as_role("curhat_app")
    headers = {"Authorization": f"Bearer {token}"}
    turns = cycle((False, True))
    chat_id = ""
    async with httpx.AsyncClient(
        base_url=base_url(ours.settings.host, ours.settings.public_port), headers=headers
    ) as client:

        async def flip() -> float:
            nonlocal chat_id
            available = next(turns)
            if available:
                await app.execute("select api.end_chat($1, 'mitra', $2)", UUID(chat_id), mitra)
            else:
                chat_id = await pair(app, customer, mitra)
            committed = time.perf_counter()
            while (await client.get(POLL)).json()["available"] != available:
                pass
            return time.perf_counter() - committed

        yield flip
    await app.close()


async def _killed(ours: Stack, flip: Callable[[], Awaitable[float]]) -> float:
    """A change right after the listener was killed. It is killed at every restart until a poll shows the change."""
    os.kill(ours.pids[LISTENER], signal.SIGKILL)
    killing = asyncio.create_task(_kill_again_and_again(ours))
    late = await flip()
    killing.cancel()
    await asyncio.gather(killing, return_exceptions=True)
    database = await ours.superuser()
    while not await database.fetchval(  # noqa: ASYNC110
        "select exists (select from pg_stat_activity where application_name = 'curhat availability')"
    ):
        await asyncio.sleep(PAUSE_SECONDS)
    await database.close()
    await asyncio.sleep(BACK_SECONDS)
    return late


async def _kill_again_and_again(ours: Stack) -> NoReturn:
    dead = ours.pids.get(LISTENER)
    while True:
        pid = ours.pids.get(LISTENER)
        if pid is not None and pid != dead:
            os.kill(pid, signal.SIGKILL)
            dead = pid
        await asyncio.sleep(PAUSE_SECONDS)
