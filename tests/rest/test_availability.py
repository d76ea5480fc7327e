"""Polls for availability are answered from the worker's memory, which is right within seconds after any failure."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import redis_client
from app.envelope import AVAILABILITY_KEY
from app.server import create_internal_app
from app.settings import Settings
from app.sockets import availability
from listeners import availability as listener
from listeners import relay
from tests.conftest import Connection
from tests.rest.harness import (
    Client,
    People,
    Postgres,
    Worker,
    background,
    go_online,
    pair,
    running,
    until,
)
from workshop.embedded.redis_server import RedisServer, find_program

POLL = "/api/client/mitra-availability"
NOBODY = {"available": False, "count": 0}
ONE = {"available": True, "count": 1}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the worker's waits."""
    for name, seconds in (("LOOK_SECONDS", 0.02), ("QUIET_SECONDS", 0.3), ("AVAILABILITY_SECONDS", 0.6)):
        monkeypatch.setattr(availability, name, seconds)
    monkeypatch.setattr(availability, "TURN_MILLISECONDS", 10)


@pytest.fixture
async def listeners(settings: Settings) -> AsyncIterator[None]:
    """The relay and the availability listener run, and the listener has published once."""
    async with (
        background(listener.run(settings)),
        background(relay.run(settings)),
        redis_client.connect(settings.redis_url) as redis,
    ):
        await until(lambda: redis.exists(AVAILABILITY_KEY))
        yield


def known(worker: Worker) -> dict[str, Any]:
    """The answer to a poll at this moment."""
    found: dict[str, Any] = httpx.Response(200, content=worker.app.ctx.availability.reply()).json()
    return found


async def comes_to(worker: Worker, expected: dict[str, Any]) -> None:
    await until(lambda: known(worker) == expected)


@pytest.fixture
def asked(monitor: Connection, database: str) -> Callable[[], int]:
    """How often the worker has queried Postgres for availability."""

    def count() -> int:
        row = monitor.execute(
            "select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid "
            "where d.datname = %s and query like '%%get_availability%%'",
            [database],
        ).fetchone()
        assert row is not None
        return int(row[0])

    return count


async def test_it_follows_presence_and_capacity(
    listeners: None, worker: Worker, customer: Client, mitra: Client, db: Connection
) -> None:
    db.execute("select ops.set_config('max_customers_per_mitra', '1', 'Ratna')")
    assert (await customer.get(POLL)).json() == NOBODY
    chat_id = await pair(customer, mitra)
    await comes_to(worker, NOBODY)
    await mitra.post(f"/api/mitra/chat-sessions/{chat_id}/end")
    await comes_to(worker, ONE)
    response = await customer.get(POLL)
    assert (response.status_code, response.json()) == (200, ONE)
    assert response.headers["content-type"] == "application/json"
    await mitra.post("/api/mitra/status", {"online": False})
    await comes_to(worker, NOBODY)


async def test_a_poll_does_not_query_postgres(
    listeners: None, worker: Worker, customer: Client, mitra: Client, asked: Callable[[], int]
) -> None:
    await go_online(mitra)
    await comes_to(worker, ONE)
    at_its_start = worker.app.ctx.availability.asked  # before it knew that a listener runs
    await until(lambda: asked() == at_its_start)
    for _ in range(100):
        assert (await customer.get(POLL)).json() == ONE
    assert asked() == at_its_start


async def test_a_new_worker_reads_the_last_published_value(settings: Settings, redis_url: str) -> None:
    kept = '{"available": true, "count": 7, "at": "2100-01-01T00:00:00Z"}'
    async with redis_client.connect(redis_url) as redis:
        await redis.set(AVAILABILITY_KEY, kept, px=9000)
    async with running(settings) as worker:
        await comes_to(worker, {"available": True, "count": 7})


async def test_an_unreadable_published_value_does_not_end_the_worker(
    settings: Settings, redis_url: str, people: People, db: Connection
) -> None:
    db.execute("select api.set_mitra_status(%s, true)", [people.mitra()])
    async with redis_client.connect(redis_url) as redis:
        await redis.set(AVAILABILITY_KEY, '{"available": "by another version"}', px=9000)
    async with running(settings) as worker:
        await until(lambda: worker.app.ctx.availability.asked >= 2)  # it has read the value, and goes on
        await comes_to(worker, ONE)


async def test_a_reply_of_another_version_does_not_end_the_worker(settings: Settings, db: Connection) -> None:
    for function in ("api.get_availability", "control_center.ready"):
        db.execute(
            f"create or replace function {function}() returns jsonb language sql stable security definer "
            "set search_path = '' as $$ select jsonb_build_object('said', 'otherwise') $$".encode()
        )
    async with running(settings) as public, running(settings, create_internal_app) as internal:
        await until(lambda: public.app.ctx.availability.asked >= 2)
        async with httpx.AsyncClient(base_url=internal.url) as http:
            assert "curhat_outbox_events{" not in (await http.get("/metrics")).text
        assert known(public) == NOBODY


async def test_without_the_listener_postgres_is_queried(
    worker: Worker, customer: Client, mitra: Client
) -> None:
    await go_online(mitra)
    await comes_to(worker, ONE)
    assert (await customer.get(POLL)).json() == ONE


async def test_when_the_listener_dies_postgres_is_queried(
    impatient: None, settings: Settings, worker: Worker, mitra: Client
) -> None:
    async with background(listener.run(settings)), background(relay.run(settings)):
        await go_online(mitra)
        await comes_to(worker, ONE)
        await mitra.post("/api/mitra/status", {"online": False})
        await comes_to(worker, NOBODY)
    await go_online(mitra)
    await comes_to(worker, ONE)


async def test_one_of_two_workers_queries_for_both(
    settings: Settings,
    worker: Worker,
    mitra: Client,
    asked: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(availability, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(availability, "TURN_MILLISECONDS", 60_000)
    async with running(settings) as another, redis_client.connect(settings.redis_url) as redis:
        for one in (worker, another):
            await one.app.ctx.availability._subscription.subscribed.wait()  # noqa: SLF001
        await until(lambda: redis.exists(availability.TURN_KEY))
        await go_online(mitra)
        before = asked()

        await redis.delete(availability.TURN_KEY)

        await comes_to(worker, ONE)
        await comes_to(another, ONE)
        assert asked() == before + 1


async def test_without_redis_postgres_is_asked_and_all_comes_back_by_itself(
    settings: Settings, tmp_path: Path, people: People, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "QUIET_SECONDS", 3600.0)
    monkeypatch.setattr(availability, "AVAILABILITY_SECONDS", 3600.0)
    server = RedisServer(find_program(), tmp_path / "r", tmp_path / "redis.log")
    first = server.start()
    settings = replace(settings, redis_url=server.url())
    mitra = people.mitra()
    async with running(settings) as worker, background(listener.run(settings)):
        await until(lambda: worker.app.ctx.availability._told_at > availability.LONG_AGO)  # noqa: SLF001
        first.kill()
        first.wait()
        db.execute("select api.set_mitra_status(%s, true)", [mitra])
        await comes_to(worker, ONE)
        second = server.start()
        try:
            db.execute("select api.set_mitra_status(%s, false)", [mitra])
            await comes_to(worker, NOBODY)
        finally:
            second.kill()
            second.wait()


async def test_without_postgres_and_listener_nobody_is_available(
    impatient: None, worker: Worker, customer: Client, mitra: Client, postgres: Postgres
) -> None:
    await go_online(mitra)
    await comes_to(worker, ONE)
    with postgres.away():
        await comes_to(worker, NOBODY)
        assert (await customer.get(POLL)).json() == NOBODY
    await comes_to(worker, ONE)
