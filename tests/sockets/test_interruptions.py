"""Sockets during and after an outage of Redis or Postgres."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app import redis_client
from app.auth import Audience
from app.postgres.db import QUICK_LANES, SLOW_LANES
from app.sockets import hub, subscription
from tests.conftest import Connection
from tests.rest.harness import Client, Postgres, Worker, pair, pay, until
from tests.sockets.harness import PATHS, Publisher, raw_socket, signed_in


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with redis_client.connect(redis_url) as redis:
        await redis.ping()
        yield redis


async def cut_subscriptions(redis: Redis) -> None:
    await redis.client_kill_filter(_type="pubsub")


async def test_every_socket_gets_a_new_snapshot_after_an_outage_of_redis(
    customer: Client, mitra: Client, new_customer: Callable[[], Client], redis: Redis
) -> None:
    payment_id = await pay(customer)
    async with AsyncExitStack() as stack:
        people = [customer, mitra, *(new_customer() for _ in range(10))]
        sockets = [await stack.enter_async_context(signed_in(person)) for person in people]
        await cut_subscriptions(redis)
        snapshots = [await socket.frame_of("snapshot") for socket in sockets]
    assert [snapshot["user"]["id"] for snapshot in snapshots] == [str(person.id) for person in people]
    assert snapshots[0]["payment_session"]["id"] == payment_id


async def test_changes_during_an_outage_of_redis_are_in_the_snapshot(
    customer: Client, redis: Redis, worker: Worker
) -> None:
    async with signed_in(customer) as socket:
        await redis.config_set("maxclients", 1)
        try:
            await cut_subscriptions(redis)
            await until(lambda: not worker.app.ctx.hub.subscription.subscribed.is_set())
            payment_id = await pay(customer)
        finally:
            await redis.config_set("maxclients", 10000)
        snapshot = await socket.frame_of("snapshot")
    assert snapshot["payment_session"]["id"] == payment_id


async def test_events_arrive_again_after_an_outage_of_redis(
    customer: Client, redis: Redis, publisher: Publisher
) -> None:
    async with signed_in(customer) as socket:
        await cut_subscriptions(redis)
        await socket.frame_of("snapshot")
        await publisher.publish(customer=customer.id, number=1)
        assert (await socket.frame_of("TEST"))["number"] == 1


async def test_a_subscription_that_no_longer_answers_is_noticed(
    customer: Client, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "PING_SECONDS", 0.05)
    monkeypatch.setattr(subscription, "PONG_SECONDS", 0.05)
    async with signed_in(customer) as socket:
        await cut_subscriptions(redis)  # so that the shorter intervals apply
        await socket.frame_of("snapshot")
        await redis.client_pause(3000)
        await socket.frame_of("snapshot")


async def test_typing_is_dropped_while_redis_hangs_and_the_socket_goes_on(
    customer: Client, mitra: Client, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as customers, signed_in(mitra) as mitras:
        with monkeypatch.context() as impatient:
            impatient.setattr(hub, "PUBLISH_SECONDS", 0.05)
            await redis.client_pause(500)
            await customers.send("typing", chat_session_id=chat_id)
            await customers.send("ping")
            await customers.frame_of("pong")
        await redis.ping()  # answered when the pause is over
        await customers.send("typing", chat_session_id=chat_id)
        await mitras.frame_of("CHAT_TYPING")


@pytest.mark.parametrize("audience", ["customer", "mitra"])
async def test_an_event_during_the_snapshot_is_sent_after_it(
    request: pytest.FixtureRequest,
    new_customer: Callable[[], Client],
    publisher: Publisher,
    audience: Audience,
) -> None:
    person: Client = request.getfixturevalue(audience)
    postgres: Postgres = request.getfixturevalue("postgres")
    worker: Worker = request.getfixturevalue("worker")
    other = new_customer()
    async with signed_in(other) as others, raw_socket(worker.socket_url + PATHS[audience]) as socket:
        with postgres.locked_tables("users", "mitras"):
            await socket.send("auth", token=person.token)
            await until(lambda: len(worker.app.ctx.hub.members()) == 2)
            await publisher.publish(customer=person.id, mitras=(person.id,))
            await publisher.publish(customer=other.id)
            await others.frame_of("TEST")  # so the earlier one has arrived, too
        assert [frame["type"] for frame in await socket.frames_until("TEST")] == ["snapshot", "TEST"]


async def test_an_event_during_a_later_snapshot_is_sent_after_it(
    customer: Client, mitra: Client, publisher: Publisher, postgres: Postgres, redis: Redis
) -> None:
    async with signed_in(customer) as customers, signed_in(mitra) as mitras:
        with postgres.locked_tables("users"):
            await cut_subscriptions(redis)
            await mitras.frame_of("snapshot")
            await until(postgres.waiting)
            await publisher.publish(customer=customer.id, mitras=(mitra.id,))
            await mitras.frame_of("TEST")
        assert [frame["type"] for frame in await customers.frames_until("TEST")] == ["snapshot", "TEST"]


async def test_an_internal_error_closes_with_1011(worker: Worker, customer: Client, db: Connection) -> None:
    db.execute("revoke usage on schema api from curhat_app")
    url = f"{worker.socket_url}/api/client/ws"
    async with raw_socket(url, "curhat.v1", f"bearer.{customer.token}") as socket:
        assert await socket.close_code() == 1011


async def test_without_postgres_a_socket_closes_with_1013(
    worker: Worker, customer: Client, postgres: Postgres
) -> None:
    url = f"{worker.socket_url}/api/client/ws"
    with postgres.away():
        await until(lambda: worker.app.ctx.database.connected == 0)
        async with raw_socket(url, "curhat.v1", f"bearer.{customer.token}") as socket:
            assert await socket.close_code() == 1013


async def test_without_postgres_a_frame_is_refused_and_the_socket_stays_open(
    worker: Worker, customer: Client, postgres: Postgres
) -> None:
    async with signed_in(customer) as socket:
        with postgres.away():
            await until(lambda: worker.app.ctx.database.connected == 0)
            await socket.send("read", chat_session_id=str(uuid4()), seq=1)
            assert (await socket.frame_of("error"))["error"] == "unavailable"
        await until(lambda: worker.app.ctx.database.connected == QUICK_LANES + SLOW_LANES)
        await socket.send("read", chat_session_id=str(uuid4()), seq=1)
        assert (await socket.frame_of("error"))["error"] == "chat_session_not_found"
