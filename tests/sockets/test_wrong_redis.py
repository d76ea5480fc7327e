"""Redis answers but is the wrong server: demoted to a replica, or not the one to which the relay publishes.

Two real servers, and a proxy to one of them, like the DNS name of a managed Redis. A demoted server keeps its
connections, accepts PUBLISH, and answers READONLY to every write.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import redis

from app import redis_client
from app.http.limits import Limit, Limits
from app.settings import Settings
from app.sockets import hub
from listeners import availability, relay
from tests.cluster import TestCluster
from tests.listeners.proxy import Proxy, redis_proxy
from tests.rest.harness import Client, background, pair, running, until
from tests.sockets.harness import signed_in
from tests.sockets.test_lost_connections import say, shown
from workshop.embedded.redis_server import RedisServer

LIMIT = Limit("test", at_once=1000, per_ten_minutes=1000, open_without_redis=False)
NOWHERE = ("127.0.0.1", "1")


@pytest.fixture
def demotable(redis_server: RedisServer, redis_url: str) -> Iterator["redis.Redis"]:
    """The Redis of this test, to be demoted."""
    with redis_client.connect_blocking(redis_url) as client:
        yield client
        client.replicaof("no", "one")


@pytest.fixture
def successor(cluster: TestCluster, tmp_path: Path) -> Iterator[RedisServer]:
    """Another, empty Redis."""
    server = cluster.redis(f"successor-{tmp_path.name}"[-30:])
    process = server.start()
    try:
        yield server
    finally:
        process.terminate()
        process.wait()


@asynccontextmanager
async def service(
    settings: Settings, directory: Path
) -> AsyncIterator[tuple[Settings, httpx.AsyncClient, Proxy]]:
    """A worker, the relay and the availability listener, which all reach Redis through the proxy."""
    async with AsyncExitStack() as stack:
        url, proxy = await stack.enter_async_context(redis_proxy(settings.redis_url, directory))
        settings = replace(settings, redis_url=url)
        worker = await stack.enter_async_context(running(settings))
        await stack.enter_async_context(background(relay.run(settings)))
        await stack.enter_async_context(background(availability.run(settings)))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=worker.url, timeout=30))
        yield replace(settings, public_port=worker.port), http, proxy


async def events(http: httpx.AsyncClient) -> str:
    """The state of the worker's events, as readiness reports it."""
    state: str = (await http.get("/readyz")).json()["events"]
    return state


async def events_are(http: httpx.AsyncClient, wanted: str) -> None:
    while await events(http) != wanted:
        pass


async def test_after_a_failover_everything_uses_the_new_primary(  # noqa: PLR0917
    settings: Settings,
    customer: Client,
    mitra: Client,
    demotable: "redis.Redis",
    successor: RedisServer,
    tmp_path: Path,
) -> None:
    async with service(settings, tmp_path) as (through_proxy, http, proxy):
        here, there = (Client(through_proxy, http, one.audience, one.id) for one in (customer, mitra))
        chat_id = await pair(here, there)
        async with signed_in(here) as customers, signed_in(there) as mitras:
            await say(here, chat_id)
            assert await shown(customers, 1) == await shown(mitras, 1) == [1]

            proxy.lead_to(successor.socket)
            demotable.replicaof(*NOWHERE)
            await say(here, chat_id, times=9)
            for socket in (customers, mitras):
                await socket.frames_until("snapshot")
            await say(here, chat_id)
            for socket in (customers, mitras):
                assert 11 in await shown(socket, 11)
            await events_are(http, "ok")
        with redis_client.connect_blocking(successor.url()) as now_primary:
            await until(lambda: now_primary.exists("curhat:availability"))
            assert now_primary.pubsub_numsub("curhat:events", "curhat:availability") == [
                (b"curhat:events", 1),
                (b"curhat:availability", 1),
            ]
        assert demotable.pubsub_numsub("curhat:events") == [(b"curhat:events", 0)]


async def test_a_limit_counts_again_from_its_second_query(
    redis_url: str, demotable: "redis.Redis", successor: RedisServer, tmp_path: Path
) -> None:
    async with redis_proxy(redis_url, tmp_path) as (url, proxy):
        limits = Limits(url)
        await limits.check(LIMIT, "somebody")
        proxy.lead_to(successor.socket)
        demotable.replicaof(*NOWHERE)
        with pytest.raises(Exception, match="unavailable"):
            await limits.check(LIMIT, "somebody")
        limits._ask_again_at = 0.0  # noqa: SLF001 - ends its pause
        await limits.check(LIMIT, "somebody")
        await limits.close()


async def test_readiness_reports_a_redis_without_writes_and_nothing_is_lost(
    settings: Settings, customer: Client, mitra: Client, demotable: "redis.Redis", tmp_path: Path
) -> None:
    async with service(settings, tmp_path) as (through_proxy, http, _):
        here, there = (Client(through_proxy, http, one.audience, one.id) for one in (customer, mitra))
        chat_id = await pair(here, there)
        async with signed_in(here) as customers:
            await events_are(http, "ok")
            demotable.replicaof(*NOWHERE)
            await say(here, chat_id, times=3)
            await events_are(http, "interrupted")
            demotable.replicaof("no", "one")
            await events_are(http, "ok")
            await say(here, chat_id)
            assert 4 in await shown(customers, 4)


async def test_readiness_reports_a_worker_subscribed_to_another_redis(
    settings: Settings, successor: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "SILENT_SECONDS", 2.0)
    elsewhere = replace(settings, redis_url=successor.url())
    async with (
        running(elsewhere) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=30) as http,
        background(relay.run(settings)),
    ):
        await events_are(http, "interrupted")
        assert worker.app.ctx.hub.subscription.subscribed.is_set()
