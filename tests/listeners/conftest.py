"""Fixtures of the listeners' tests: settings, background tasks, events to deliver, and a subscriber."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from app import redis_client
from app.envelope import REDIS_CHANNEL, split
from app.settings import Settings
from tests.waits import until

Run = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
Cut = Callable[[str], Awaitable[None]]
Listens = Callable[[str], Awaitable[None]]
Writer = psycopg.AsyncConnection[Any]


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {
            "CURHAT_DATABASE_URL": database_url,
            "CURHAT_REDIS_URL": redis_url,
            "CURHAT_HOME": str(tmp_path),
        }
    )


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    """Runs something in the background until the test ends. An error in it fails the test."""
    tasks: list[asyncio.Task[Any]] = []

    def start(coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        tasks.append(asyncio.create_task(coroutine))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


@pytest.fixture
def cut(monitor: psycopg.Connection[Any], database: str) -> Cut:
    """Terminates the backend with this application name, once it exists."""

    async def terminate(name: str) -> None:
        async def terminated() -> bool:
            return bool(
                monitor.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = %s and application_name = %s",
                    [database, name],
                ).rowcount
            )

        await until(terminated)

    return terminate


@pytest.fixture
def listens(monitor: psycopg.Connection[Any], database: str) -> Listens:
    """Waits until the channel with this application name LISTENs, which is when it first notifies itself.

    Earlier notifications are lost, and a listener that does not poll would miss them.
    """

    async def begun(name: str) -> None:
        async def pinged() -> bool:
            return bool(
                monitor.execute(
                    "select from pg_stat_activity where datname = %s and application_name = %s "
                    "and query like 'select pg_notify(%%'",
                    [database, name],
                ).rowcount
            )

        await until(pinged)

    return begun


class Writers:
    """Opens connections that append events, as any of our processes may."""

    def __init__(self, database_url: str, stack: AsyncExitStack) -> None:
        self._database_url = database_url
        self._stack = stack

    async def open(self, *, autocommit: bool = True, rings: bool = True) -> Writer:
        """A connection as owner. `rings` False: its commits do not ring the bell."""
        options = "-c role=curhat_owner" + ("" if rings else " -c curhat.app_rings=on")
        return await self._stack.enter_async_context(
            await psycopg.AsyncConnection.connect(self._database_url, options=options, autocommit=autocommit)
        )


@pytest.fixture
async def writers(database_url: str) -> AsyncIterator[Writers]:
    async with AsyncExitStack() as stack:
        yield Writers(database_url, stack)


@pytest.fixture
async def writer(writers: Writers) -> Writer:
    return await writers.open()


async def write_event(writer: Writer, marker: int) -> None:
    """Append an event that customers' and mitras' sockets get, with a marker in its body."""
    await writer.execute(
        "select logic.append_event('CHAT_EXTENDED', 'chat_session', gen_random_uuid(), null, null, "
        "gen_random_uuid(), null, 'system', %s)",
        [Jsonb({"marker": marker})],
    )


class Subscriber:
    """Collects the frames published over Redis, as a worker would receive them."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client.connect(url)
        self._messages = self._redis.pubsub(ignore_subscribe_messages=True)
        self.frames: list[dict[str, Any]] = []
        self.messages = 0
        """The number of messages that the frames came in."""

    async def open(self) -> None:
        await self._messages.subscribe(REDIS_CHANNEL)

    async def close(self) -> None:
        await self._messages.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()

    async def receive(self, markers: set[int]) -> None:
        """Wait until each of these markers has arrived at least once."""

        async def received() -> bool:
            message = await self._messages.get_message(timeout=0)
            while message is not None:
                self.messages += 1
                self.frames += [json.loads(one)["frame"] for one in split(message["data"])]
                message = await self._messages.get_message(timeout=0)
            return markers <= {frame.get("marker") for frame in self.frames}

        await until(received)


@pytest.fixture
async def subscriber(redis_url: str) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber(redis_url)
    await subscriber.open()
    yield subscriber
    await subscriber.close()
