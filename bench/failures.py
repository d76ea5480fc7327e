"""The list of failed pairings over REST, with a million failures: every filter with its exact total, and the file.

The floor, measured in the same run, is a small list over the same listener. Listener and client run in this process,
so the figures include both.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import click
import httpx
import psycopg
import structlog
import uvloop

from app.auth import issue_token
from app.migrate import migrate
from app.running.accounts import server_account
from app.server import bind, create_internal_app, serving
from app.settings import Settings
from bench import history
from bench.measure import Line, console, say, show
from workshop.embedded.redis_server import RedisServer, find_program

DATABASE = "failures"
TARGET_MILLISECONDS = 100
LIST = "/internal/failed-pairings"

Query = dict[str, str | int | list[str]]

FILTERS: dict[str, Query] = {
    "needs action": {"needs_action": "true"},
    "everything": {},
    "everything, the last page": {"offset": -50},
    "decided": {"needs_action": "false"},
    "one cause": {"cause_tags": "targeted_mitra_timeout"},
    "two causes that need action": {
        "cause_tags": ["no_mitra_available", "customer_cancelled"],
        "needs_action": "true",
    },
    "a cause that never was": {"cause_tags": "payment_session_expired"},
    "a month": {"date_from": "MONTH", "date_to": "MONTH_END"},
    "two causes, a month": {
        "cause_tags": ["no_mitra_available", "customer_cancelled"],
        "date_from": "MONTH",
        "date_to": "MONTH_END",
    },
    "a year, to the second": {"date_from": "YEAR_SECOND", "date_to": "MONTH_SECOND"},
    "a customer": {"customer_id": "CUSTOMER"},
    "a mitra": {"mitra_id": "MITRA"},
    "part of a name": {"search": "langgan 123"},
    "part of a phone number": {"search": "0000123"},
    "a payment's id": {"search": "PAYMENT"},
    "200 rows": {"limit": 200},
}


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Failures.")
@click.option("--rounds", default=50, show_default=True, help="Requests of each filter.")
def bench(rows: int, rounds: int) -> None:
    """Failed pairings: every filter, with its total, and the whole file."""
    with house(rows) as (settings, operator, names):
        uvloop.run(_measure(settings, operator, names, rounds))


@contextmanager
def house(rows: int) -> Iterator[tuple[Settings, UUID, dict[str, Any]]]:
    """A database with so many failures, and a Redis. Gives their settings, an operator, and values for the filters."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with history.server() as postgres, TemporaryDirectory(prefix="curhat-bench-") as directory:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {DATABASE}")
        migrate(postgres.url(DATABASE), structlog.get_logger("migrate"), schedule_jobs=False)
        with history.connect(postgres, DATABASE) as old:
            history.grow(old, rows)
            names = _names(old)
            operator = _operator(old)
        Path(directory).chmod(0o711)  # for the server's account
        redis = RedisServer(
            find_program(), Path(directory) / "redis", Path(directory) / "redis.log", server_account()
        )
        process = redis.start()
        try:
            settings = Settings.from_environment(
                {
                    "CURHAT_HOME": f"{directory}/home",
                    "CURHAT_DATABASE_URL": postgres.url(DATABASE),
                    "CURHAT_REDIS_URL": redis.url(),
                }
            )
            yield settings, operator, names
        finally:
            process.terminate()
            process.wait()


async def _measure(settings: Settings, operator: UUID, names: dict[str, Any], rounds: int) -> None:
    async with _client(settings, operator) as client:
        floor = [await _timed(client, "/internal/config", {}) for _ in range(rounds + 5)][5:]
        lines = [Line("floor: the settings", floor)]
        totals = []
        whole = (await client.get(LIST)).json()["total"]
        for name, query in FILTERS.items():
            given = _given(query, {**names, -50: whole - 50})
            totals.append((name, (await client.get(LIST, params=given)).json()["total"]))
            lines.append(
                Line(
                    name,
                    [await _timed(client, LIST, given) for _ in range(rounds + 5)][5:],
                    TARGET_MILLISECONDS,
                )
            )
        say("the whole file")
        meanwhile: list[float] = []
        asking = asyncio.create_task(_keep_asking(client, meanwhile))
        taken, size, count = await _file(client)
        asking.cancel()
        await asyncio.wait([asking])
        lines.append(Line("needs action, while the whole file is sent", meanwhile, TARGET_MILLISECONDS))
    show(f"failed pairings over REST, of {whole:,}", lines)
    console.print(" · ".join(f"{name}: {total:,}" for name, total in totals))
    console.print(f"the file: {count:,} lines, {size / 1e6:.0f} MB in {taken:.1f} s")


@asynccontextmanager
async def _client(settings: Settings, operator: UUID) -> AsyncIterator[httpx.AsyncClient]:
    app = create_internal_app(settings)
    headers = {"Authorization": f"Bearer {issue_token(settings, 'operator', operator)}"}
    with bind("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        async with (
            serving(app, sock),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client,
        ):
            yield client


async def _timed(client: httpx.AsyncClient, path: str, query: Query) -> float:
    started = time.perf_counter()
    response = await client.get(path, params=query)
    taken = time.perf_counter() - started
    response.raise_for_status()
    return taken


async def _keep_asking(client: httpx.AsyncClient, taken: list[float]) -> None:
    while True:
        taken.append(await _timed(client, LIST, {"needs_action": "true"}))
        await asyncio.sleep(0.05)


async def _file(client: httpx.AsyncClient) -> tuple[float, int, int]:
    """Its time, its bytes, and its lines without the header."""
    started, size, lines = time.perf_counter(), 0, 0
    async with client.stream("GET", LIST, headers={"Accept": "text/csv"}) as response:
        async for piece in response.aiter_bytes():
            size += len(piece)
            lines += piece.count(b"\r\n")
    return time.perf_counter() - started, size, lines - 1


def _given(query: Query, names: dict[Any, Any]) -> Query:
    """The query with its values."""
    return {
        key: value if isinstance(value, list) else names.get(value, value) for key, value in query.items()
    }


def _names(connection: history.Connection) -> dict[str, Any]:
    """Some of the people, and times in the middle of the past."""
    row = connection.execute(
        """
        select f.customer_id::text, f.targeted_mitra_id::text, f.payment_session_id::text,
            (now() - interval '13 months')::date::text, (now() - interval '12 months')::date::text,
            to_char(now() - interval '20 months', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            to_char(now() - interval '8 months', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        from data.pairing_failures f
        limit 1
        """
    ).fetchone()
    if row is None:
        raise AssertionError("the house has no past")
    named = ("CUSTOMER", "MITRA", "PAYMENT", "MONTH", "MONTH_END", "YEAR_SECOND", "MONTH_SECOND")
    return dict(zip(named, row, strict=True))


def _operator(connection: history.Connection) -> UUID:
    row = connection.execute(
        "insert into data.cc_users (email, display_name, role, created_at) "
        "values ('bench@example.com', 'Bench', 'viewer', now()) returning id"
    ).fetchone()
    if row is None or not isinstance(row[0], UUID):
        raise AssertionError("no row was added")
    return row[0]
