"""Every message is shown once while a connection behind the sockets is cut, or is blackholed.

A blackhole is made by `tests.listeners.proxy`: it stops forwarding bytes and keeps both ends connected.
"""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from inspect import signature
from pathlib import Path
from uuid import uuid4

from app.envelope import REDIS_CHANNEL
from app.settings import Settings
from app.sockets import subscription
from app.sockets.subscription import Subscription
from listeners import availability, deadlines, relay
from listeners.channel import Channel
from listeners.connection import COMMAND_TIMEOUT_SECONDS
from tests.conftest import Connection
from tests.listeners.conftest import Subscriber
from tests.listeners.proxy import postgres_proxy, redis_proxy
from tests.rest.harness import Client, background, pair, until
from tests.sockets.harness import Socket, signed_in

MESSAGES = 30
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where datname = %s and application_name like 'curhat relay%%'"
)


async def say(person: Client, chat_id: str, times: int = 1) -> None:
    side = {"customer": "client", "mitra": "mitra"}[person.audience]
    for _ in range(times):
        body = {"client_message_id": str(uuid4()), "body": "Halo"}
        sent = await person.post(f"/api/{side}/chat-sessions/{chat_id}/messages", body)
        assert sent.status_code == 201, sent.text


async def shown(socket: Socket, last_seq: int) -> list[int]:
    """The `seq` of each message that a socket receives, up to this one."""
    seen: list[int] = []
    while last_seq not in seen:
        seen.append((await socket.frame_of("CHAT_MESSAGE"))["seq"])
    return seen


async def shows_nothing_more(socket: Socket, seen: list[int], last_seq: int) -> None:
    """Check that every message arrived exactly once, in any order: no other comes before the answer to a ping."""
    while len(seen) < last_seq:
        seen.append((await socket.frame_of("CHAT_MESSAGE"))["seq"])
    await socket.send("ping")
    seen += [frame["seq"] for frame in await socket.frames_until("pong") if frame["type"] == "CHAT_MESSAGE"]
    assert sorted(seen) == list(range(1, last_seq + 1))


async def test_the_relays_connections_are_cut_repeatedly(
    settings: Settings, customer: Client, mitra: Client, monitor: Connection, database: str
) -> None:
    chance = random.Random(1)
    chat_id = await pair(customer, mitra)
    async with (
        signed_in(customer) as customers,
        signed_in(mitra) as mitras,
        background(relay.run(settings)),
    ):
        for _ in range(MESSAGES):
            await say(customer, chat_id)
            await asyncio.sleep(chance.random() / 20)
            monitor.execute(CUT, [database])
        for socket in (customers, mitras):
            await shows_nothing_more(socket, await shown(socket, MESSAGES), MESSAGES)


async def test_the_relay_is_cut_off_between_publishing_and_its_commit(
    settings: Settings, customer: Client, mitra: Client, redis_url: str, tmp_path: Path
) -> None:
    """It publishes the same events again."""
    chat_id = await pair(customer, mitra)
    published = Subscriber(redis_url)
    await published.open()
    async with (
        postgres_proxy(settings.database_url, tmp_path) as (url, proxy),
        signed_in(customer) as customers,
        signed_in(mitra) as mitras,
        background(relay.run(replace(settings, database_url=url))),
    ):
        await say(customer, chat_id)
        assert await shown(customers, 1) == await shown(mitras, 1) == [1]
        proxy.blackhole_after(b"CHAT_MESSAGE")
        await say(customer, chat_id, times=MESSAGES - 1)
        await until(lambda: not proxy.awaits_trigger)
        for socket in (customers, mitras):
            await shows_nothing_more(socket, [1, *await shown(socket, MESSAGES)], MESSAGES)

    async def something_came_twice() -> bool:
        await published.receive(set())
        return 2 in Counter(frame["id"] for frame in published.frames).values()

    await until(something_came_twice)
    await published.close()


async def test_redis_accepts_a_connection_and_does_not_answer(redis_url: str, tmp_path: Path) -> None:
    async with redis_proxy(redis_url, tmp_path) as (url, proxy):
        proxy.blackhole_all()
        subscriber = Subscription(url, {REDIS_CHANNEL: lambda _: None}, lambda: None)
        async with background(subscriber.run()):
            await until(lambda: proxy.taken)
            proxy.accept()
            await until(subscriber.subscribed.is_set)


def test_a_blackhole_is_noticed_within_ten_seconds() -> None:
    """In the worst case: it begins just after a sign of life."""
    channel = signature(Channel).parameters
    looks = (relay.LOOK_SECONDS, deadlines.LOOK_SECONDS, availability.LOOK_SECONDS)
    assert max(looks) + COMMAND_TIMEOUT_SECONDS <= 10
    assert channel["ping_seconds"].default + channel["ping_timeout_seconds"].default <= 10
    assert subscription.PING_SECONDS + subscription.PONG_SECONDS <= 10
