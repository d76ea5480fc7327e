"""A socket that asks for it hears who can be had."""

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


class Teller:
    """Tells workers what the availability listener would."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._seconds = 0

    async def tell(self, count: int) -> None:
        self._seconds += 1
        available = str(count > 0).lower()
        await self._redis.publish(
            AVAILABILITY_CHANNEL,
            f'{{"available": {available}, "count": {count}, "at": "2100-01-01T00:00:{self._seconds:02}Z"}}',
        )


@pytest.fixture
async def teller(worker: Worker, redis_url: str) -> AsyncIterator[Teller]:
    await worker.app.ctx.availability._subscription.subscribed.wait()  # noqa: SLF001
    async with redis_client.connect(redis_url) as redis:
        yield Teller(redis)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another number is told at once, too."""
    monkeypatch.setattr(availability, "NUMBER_SECONDS", 0.0)


async def watch(socket: Socket) -> dict[str, Any]:
    await socket.send("watch", what="availability")
    return await socket.frame_of("AVAILABILITY")


async def count(socket: Socket) -> int:
    """The next number that a socket is told."""
    found: int = (await socket.frame_of("AVAILABILITY"))["count"]
    return found


async def test_it_hears_how_things_stand_and_every_change(
    at_once: None, customer: Client, teller: Teller
) -> None:
    async with signed_in(customer) as socket:
        first = await watch(socket)
        assert first.pop("at").endswith("Z")
        assert first == {"type": "AVAILABILITY", "id": None, "available": False, "count": 0}
        for number in (2, 1, 0):
            await teller.tell(number)
            frame = await socket.frame_of("AVAILABILITY")
            assert (frame["available"], frame["count"]) == (number > 0, number)


async def test_whoever_asks_twice_hears_it_once(at_once: None, customer: Client, teller: Teller) -> None:
    async with signed_in(customer) as socket:
        for _ in range(2):
            await watch(socket)
        for number in (1, 2):
            await teller.tell(number)
            assert await count(socket) == number


async def test_only_who_asked_hears_it_and_only_until_they_ask_no_more(
    at_once: None, customer: Client, mitra: Client, new_customer: Callable[[], Client], teller: Teller
) -> None:
    async with signed_in(customer) as first, signed_in(mitra) as second, signed_in(new_customer()) as other:
        for socket in (first, second):
            await watch(socket)
        await first.send("unwatch", what="availability")
        await first.send("ping")
        await first.frame_of("pong")
        await teller.tell(1)
        assert await count(second) == 1
        for socket in (first, other):
            await socket.send("ping")
            assert (await socket.frame())["type"] == "pong"


async def test_the_last_to_go_is_told_at_once_and_another_number_later(
    customer: Client, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "NUMBER_SECONDS", 3600.0)
    async with signed_in(customer) as socket:
        await watch(socket)
        await teller.tell(3)
        assert await count(socket) == 3
        await teller.tell(2)
        await teller.tell(0)
        assert await count(socket) == 0


async def test_another_number_is_told_when_it_is_due(
    customer: Client, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "NUMBER_SECONDS", 0.1)
    async with signed_in(customer) as socket:
        await watch(socket)
        for number in (3, 2):
            await teller.tell(number)
            assert await count(socket) == number


async def test_what_is_older_than_what_is_known_is_not_told(
    at_once: None, customer: Client, teller: Teller, redis_url: str
) -> None:
    async with signed_in(customer) as socket, redis_client.connect(redis_url) as redis:
        await watch(socket)
        await teller.tell(1)
        assert await count(socket) == 1
        await redis.publish(
            AVAILABILITY_CHANNEL, '{"available": false, "count": 0, "at": "2100-01-01T00:00:00Z"}'
        )
        await teller.tell(2)
        assert await count(socket) == 2


async def test_a_clock_that_was_set_back_is_believed(
    at_once: None, customer: Client, teller: Teller, redis_url: str
) -> None:
    async with signed_in(customer) as socket, redis_client.connect(redis_url) as redis:
        await watch(socket)
        await teller.tell(1)
        assert await count(socket) == 1
        await redis.publish(
            AVAILABILITY_CHANNEL, '{"available": true, "count": 5, "at": "2099-12-31T23:00:00Z"}'
        )
        assert await count(socket) == 5


async def test_what_cannot_be_read_disturbs_nothing(
    at_once: None, customer: Client, teller: Teller, redis_url: str
) -> None:
    async with signed_in(customer) as socket, redis_client.connect(redis_url) as redis:
        await watch(socket)
        for text in ("", "null", "{}", b"\xff"):
            await redis.publish(AVAILABILITY_CHANNEL, text)
        await teller.tell(1)
        assert await count(socket) == 1


async def test_many_hear_it(
    at_once: None, new_customer: Callable[[], Client], teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "SOCKETS_AT_A_TIME", 3)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(signed_in(new_customer())) for _ in range(8)]
        await asyncio.gather(*(watch(socket) for socket in sockets))
        await teller.tell(1)
        assert [await count(socket) for socket in sockets] == [1] * 8


async def test_something_else_to_watch_is_refused(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await socket.send("watch", what="weather")
        refused = await socket.frame_of("error")
        assert (refused["error"], refused["in_reply_to"]) == ("invalid_body", "watch")


async def test_a_socket_that_has_closed_is_forgotten(worker: Worker, customer: Client) -> None:
    watching = worker.app.ctx.availability._members  # noqa: SLF001
    async with signed_in(customer) as socket:
        await watch(socket)
        assert len(watching) == 1
    await until(lambda: not watching)
