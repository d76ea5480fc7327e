"""A socket that watches availability receives every change."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from redis.asyncio import Redis

from app import redis_client
from app.envelope import AVAILABILITY_CHANNEL
from app.sockets import availability
from tests.rest.harness import Client, Worker, until
from tests.sockets.harness import Socket, signed_in


class Announcer:
    """Publishes to workers as the availability listener does."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._seconds = 0

    async def announce(self, count: int) -> None:
        self._seconds += 1
        available = str(count > 0).lower()
        await self._redis.publish(
            AVAILABILITY_CHANNEL,
            f'{{"available": {available}, "count": {count}, "at": "2100-01-01T00:00:{self._seconds:02}Z"}}',
        )


@pytest.fixture
async def announcer(worker: Worker, redis_url: str) -> AsyncIterator[Announcer]:
    watch = worker.app.ctx.availability
    await watch._subscription.subscribed.wait()  # noqa: SLF001
    await watch._known.wait()  # noqa: SLF001 - the worker's own first query must not land after an announcement
    async with redis_client.connect(redis_url) as redis:
        yield Announcer(redis)


@pytest.fixture
def undelayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send changes of the number without delay."""
    monkeypatch.setattr(availability, "NUMBER_SECONDS", 0.0)


async def watch(socket: Socket) -> dict[str, Any]:
    await socket.send("watch", what="availability")
    return await socket.frame_of("AVAILABILITY")


async def count(socket: Socket) -> int:
    """The next number that a socket receives."""
    found: int = (await socket.frame_of("AVAILABILITY"))["count"]
    return found


async def test_a_watcher_receives_the_present_number_and_every_change(
    undelayed: None, customer: Client, announcer: Announcer
) -> None:
    async with signed_in(customer) as socket:
        first = await watch(socket)
        assert first.pop("at").endswith("Z")
        assert first == {"type": "AVAILABILITY", "id": None, "available": False, "count": 0}
        for number in (2, 1, 0):
            await announcer.announce(number)
            frame = await socket.frame_of("AVAILABILITY")
            assert (frame["available"], frame["count"]) == (number > 0, number)


async def test_watching_twice_sends_each_change_once(
    undelayed: None, customer: Client, announcer: Announcer
) -> None:
    async with signed_in(customer) as socket:
        for _ in range(2):
            await watch(socket)
        for number in (1, 2):
            await announcer.announce(number)
            assert await count(socket) == number


async def test_only_watchers_receive_changes(
    undelayed: None, customer: Client, mitra: Client, new_customer: Callable[[], Client], announcer: Announcer
) -> None:
    async with signed_in(customer) as first, signed_in(mitra) as second, signed_in(new_customer()) as other:
        for socket in (first, second):
            await watch(socket)
        await first.send("unwatch", what="availability")
        await first.send("ping")
        await first.frame_of("pong")
        await announcer.announce(1)
        assert await count(second) == 1
        for socket in (first, other):
            await socket.send("ping")
            assert (await socket.frame())["type"] == "pong"


async def test_zero_is_sent_at_once_and_other_numbers_are_debounced(
    customer: Client, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "NUMBER_SECONDS", 3600.0)
    async with signed_in(customer) as socket:
        await watch(socket)
        await announcer.announce(3)
        assert await count(socket) == 3
        await announcer.announce(2)
        await announcer.announce(0)
        assert await count(socket) == 0


async def test_a_debounced_number_is_sent_later(
    customer: Client, announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "NUMBER_SECONDS", 0.1)
    async with signed_in(customer) as socket:
        await watch(socket)
        for number in (3, 2):
            await announcer.announce(number)
            assert await count(socket) == number


async def test_an_outdated_number_is_not_sent(
    undelayed: None, customer: Client, announcer: Announcer, redis_url: str
) -> None:
    async with signed_in(customer) as socket, redis_client.connect(redis_url) as redis:
        await watch(socket)
        await announcer.announce(1)
        assert await count(socket) == 1
        await redis.publish(
            AVAILABILITY_CHANNEL, '{"available": false, "count": 0, "at": "2100-01-01T00:00:00Z"}'
        )
        await announcer.announce(2)
        assert await count(socket) == 2


async def test_a_clock_set_back_is_accepted(
    undelayed: None, customer: Client, announcer: Announcer, redis_url: str
) -> None:
    async with signed_in(customer) as socket, redis_client.connect(redis_url) as redis:
        await watch(socket)
        await announcer.announce(1)
        assert await count(socket) == 1
        await redis.publish(
            AVAILABILITY_CHANNEL, '{"available": true, "count": 5, "at": "2099-12-31T23:00:00Z"}'
        )
        assert await count(socket) == 5


async def test_an_unreadable_message_is_ignored(
    undelayed: None, customer: Client, announcer: Announcer, redis_url: str
) -> None:
    async with signed_in(customer) as socket, redis_client.connect(redis_url) as redis:
        await watch(socket)
        for text in ("", "null", "{}", b"\xff"):
            await redis.publish(AVAILABILITY_CHANNEL, text)
        await announcer.announce(1)
        assert await count(socket) == 1


async def test_many_watchers_receive_a_change(
    undelayed: None, new_customer: Callable[[], Client], announcer: Announcer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "SOCKETS_AT_A_TIME", 3)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(signed_in(new_customer())) for _ in range(8)]
        await asyncio.gather(*(watch(socket) for socket in sockets))
        await announcer.announce(1)
        assert [await count(socket) for socket in sockets] == [1] * 8


async def test_watching_anything_else_is_refused(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await socket.send("watch", what="weather")
        refused = await socket.frame_of("error")
        assert (refused["error"], refused["in_reply_to"]) == ("invalid_body", "watch")


async def test_a_closed_socket_is_removed(worker: Worker, customer: Client) -> None:
    watching = worker.app.ctx.availability._members  # noqa: SLF001
    async with signed_in(customer) as socket:
        await watch(socket)
        assert len(watching) == 1
    await until(lambda: not watching)
