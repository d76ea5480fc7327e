"""Publishes how many mitras are available, so that a customer's poll costs Postgres nothing.

It guarantees
- fresh counts: it queries after every announced event that may change the count, after a change of capacity, and
  every second in any case;
- bounded load: a burst of changes costs one query every few milliseconds at most (debounce).

Any number may run: workers keep the newest count. With none, workers query for themselves (`app.sockets.availability`).
"""

import asyncio
import time
from dataclasses import dataclass
from typing import NoReturn

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app import redis_client
from app.envelope import AVAILABILITY_CHANNEL, AVAILABILITY_KEY, AVAILABILITY_SECONDS, DECODE_ERRORS
from app.metrics import Figures, Timings
from app.retries import Retries
from app.settings import Settings
from listeners.channel import Channel, Notification, count
from listeners.connection import CONNECTION_ERRORS, Connection, connected

# A mitra comes or goes, a chat begins or ends.
EVENTS = frozenset({"MITRA_STATUS", "PAIRED", "CHAT_ENDED"})
SETTING = "max_customers_per_mitra"
LOOK_SECONDS = 1.0
PAUSE_SECONDS = 0.01
REDIS_TIMEOUT_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Announced(msgspec.Struct):
    """The part of an announcement that decides whether it is relevant."""

    type: str


_announced_decoder = msgspec.json.Decoder(Announced)


async def run(
    settings: Settings, *, look_seconds: float = LOOK_SECONDS, figures: Figures | None = None
) -> None:
    """Publish the count until cancelled."""
    figures = figures or Figures("availability", settings.home)
    changes = Channel(
        settings.database_url,
        ["curhat_events", "curhat_config"],
        name="curhat availability bell",
        concerns=_concerns,
    )
    count(figures, changes)
    told = figures.timings(
        "curhat_availability_told_seconds",
        "Time from the query for available mitras to the publication of its result.",
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(changes.run())
        tasks.create_task(_tell(settings, changes, look_seconds, told))


def _concerns(notification: Notification) -> bool:
    if notification.channel == "curhat_config":
        return notification.payload == SETTING
    try:
        return _announced_decoder.decode(notification.payload).type in EVENTS
    except DECODE_ERRORS as error:
        log.warning("announced event cannot be decoded", reason=str(error))
        return True


async def _tell(settings: Settings, changes: Channel, look_seconds: float, told: Timings) -> NoReturn:
    retries = Retries()
    async with redis_client.connect(settings.redis_url, connect_seconds=REDIS_TIMEOUT_SECONDS) as redis:
        while True:
            try:
                async with connected(
                    settings.database_url, "curhat availability", synchronous_commit="off"
                ) as connection:
                    log.info("availability listener at work")
                    await _tell_for_ever(Telling(connection, redis, told), changes, retries, look_seconds)
            except RedisError as error:
                log.warning("redis lost, workers query availability themselves", reason=repr(error))
            except CONNECTION_ERRORS as error:
                log.warning("availability was not published, trying again", reason=repr(error))
            await retries.wait()


@dataclass(frozen=True)
class Telling:
    """Queries Postgres over one connection, and publishes over another."""

    connection: Connection
    redis: Redis
    told: Timings

    async def tell(self) -> None:
        """Query once and publish, in one transaction: its heartbeat commits only after the publication."""
        began = time.perf_counter()
        await self.connection.execute("begin")
        await _publish(self.redis, await self.connection.fetchval("select api.watch_availability()"))
        await self.connection.execute("commit")
        self.told.observe(time.perf_counter() - began)


async def _tell_for_ever(
    telling: Telling, changes: Channel, retries: Retries, look_seconds: float
) -> NoReturn:
    while True:
        began = time.monotonic()
        await telling.tell()
        retries.reset()
        if await changes.next(look_seconds) is not None:
            await asyncio.sleep(began + PAUSE_SECONDS - time.monotonic())
            changes.forget()


async def _publish(redis: Redis, availability: str) -> None:
    keep = {AVAILABILITY_KEY: int(1000 * AVAILABILITY_SECONDS)}
    try:
        async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
            await redis_client.publish(redis, AVAILABILITY_CHANNEL, availability.encode(), keep)
    except TimeoutError as error:
        raise RedisTimeoutError(f"no answer for {REDIS_TIMEOUT_SECONDS:g} s") from error
