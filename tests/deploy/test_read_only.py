"""A Postgres that answers but takes no writes: a standby, or a primary whose sessions are read-only.

Two real servers. The URLs name the standby first, and do not ask for a primary.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
import structlog

from app.migrate import MigrateError, migrate
from app.postgres.db import QUICK_LANES, SLOW_LANES
from app.postgres.primary import writable
from app.refusals import Unavailable
from app.settings import Settings
from listeners import deadlines
from listeners.channel import Channel
from tests.deploy.pair import DATABASE, LOGINS, PASSWORDS, Node, Pair
from tests.rest.harness import Worker, background, running, settings_for, until


def url(login: str, *nodes: Node, more: str = "") -> str:
    """The URL of these servers in this order."""
    hosts = ",".join(node.address for node in nodes)
    return f"postgresql://{login}:{PASSWORDS[LOGINS[login]]}@{hosts}/{DATABASE}{more}"


@pytest.fixture
def settings(pair: Pair, redis_url: str, tmp_path: Path) -> Settings:
    return settings_for(url("curhat_public", pair.standby, pair.primary), redis_url, tmp_path)


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    async with running(settings) as worker:
        yield worker


@contextmanager
def read_only(pair: Pair) -> Iterator[None]:
    """The primary's sessions are read-only while the context is open. Existing connections stay."""
    with pair.primary.superuser() as connection:
        connection.execute("set default_transaction_read_only to off")
        connection.execute("alter system set default_transaction_read_only to on")
        connection.execute("select pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("alter system reset default_transaction_read_only")
            connection.execute("select pg_reload_conf()")


async def test_lanes_go_to_the_server_that_takes_writes(worker: Worker) -> None:
    assert worker.app.ctx.database.connected == QUICK_LANES + SLOW_LANES
    assert b'"database"' in await worker.app.ctx.database.call("ready")


async def test_lanes_and_bell_leave_a_server_that_takes_no_writes_any_more(
    pair: Pair, worker: Worker
) -> None:
    database, bell = worker.app.ctx.database, worker.app.ctx.database._on_commit.__self__  # noqa: SLF001
    async with httpx.AsyncClient(base_url=worker.url, timeout=30) as http:
        with read_only(pair):
            await until(lambda: database.connected == bell.connected == 0)
            response = await http.get("/readyz")
            assert (response.status_code, response.json()["error"]) == (503, "unavailable")
            with pytest.raises(Unavailable):
                await database.call("ready")
        await until(lambda: (database.connected, bell.connected) == (QUICK_LANES + SLOW_LANES, 1))
        assert (await http.get("/readyz")).json()["database"] == "ok"


async def test_listen_leaves_it_too_and_deadlines_are_fired_again(pair: Pair, settings: Settings) -> None:
    listens = url("curhat_listen", pair.standby, pair.primary)
    channel = Channel(listens, ["test"], name="channel under test", ping_seconds=0.1)
    async with (
        background(channel.run()),
        background(deadlines.run(replace(settings, database_url=listens))),
    ):
        await until(lambda: channel.connected)
        with read_only(pair):
            await until(lambda: not channel.connected)
            with pair.primary.superuser() as connection:
                connection.execute("set default_transaction_read_only to off")
                connection.execute("delete from data.heartbeats")
        await until(lambda: channel.connected)
        with pair.primary.superuser() as connection:
            beat = "select from data.heartbeats where process = 'deadline listener'"
            await until(lambda: connection.execute(beat).rowcount == 1)


@pytest.mark.parametrize("more", ["", "?target_session_attrs=any", "?target_session_attrs=standby"])
def test_whoever_connects_by_libpq_goes_to_the_server_that_takes_writes(pair: Pair, more: str) -> None:
    given = url("curhat", pair.standby, pair.primary, more=more)
    with psycopg.connect(writable(given)) as connection:
        assert connection.execute("select pg_is_in_recovery()").fetchone() == (False,)
    assert not migrate(given, structlog.get_logger()).changed_anything


def test_migrate_says_why_a_standby_will_not_do(pair: Pair) -> None:
    with pytest.raises(MigrateError, match="session is read-only"):
        migrate(url("curhat", pair.standby), structlog.get_logger())


async def test_a_standby_alone_is_no_database(pair: Pair, settings: Settings) -> None:
    alone = replace(settings, database_url=url("curhat_public", pair.standby))
    async with running(alone) as worker, httpx.AsyncClient(base_url=worker.url, timeout=30) as http:
        assert (await http.get("/readyz")).status_code == 503
        assert worker.app.ctx.database.connected == 0
