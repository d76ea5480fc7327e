"""Tells every worker how many mitras can be had, so that no poll of a customer's app costs Postgres anything.

It guarantees
- that what is told was read after whatever was committed and announced before: it looks again after every
  event that may have changed it, after a change of the capacity, and every second whatever it was told;
- that many changes at once cost a look every few milliseconds at most.

Any number of these may run: workers keep the newer of what they are told. With none, workers ask for
themselves (`app.availability`).
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
from app.figures.metrics import Figures, Timings
from app.retries import Retries
from app.settings import Settings
from listeners.channel import Channel, Notification, count
from listeners.connection import CONNECTION_ERRORS, Connection, connected

# Somebody comes or goes, a chat begins or ends.
EVENTS = frozenset({"MITRA_STATUS", "PAIRED", "CHAT_ENDED"})
SETTING = "max_customers_per_mitra"
LOOK_SECONDS = 1.0
PAUSE_SECONDS = 0.01
REDIS_TIMEOUT_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Announced(msgspec.Struct):
    """The part of an announcement that says whether it concerns us."""

    type: str


_announced_decoder = msgspec.json.Decoder(Announced)


async def run(
    settings: Settings, *, look_seconds: float = LOOK_SECONDS, figures: Figures | None = None
) -> None:
    """Tell how many can be had until cancelled."""
    figures = figures or Figures("availability", settings.home)
    changes = Channel(
        settings.database_url,
        ["curhat_events", "curhat_config"],
        name="curhat availability bell",
        concerns=_concerns,
    )
    count(figures, changes)
    told = figures.timings(
        "curhat_availability_told_seconds", "Looks at who can be had, from asking Postgres to having told it."
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
        log.warning("an event was announced that cannot be read", reason=str(error))
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
                log.warning("redis lost, workers ask for themselves who can be had", reason=repr(error))
            except CONNECTION_ERRORS as error:
                log.warning("availability was not told, trying again", reason=repr(error))
            await retries.wait()


@dataclass(frozen=True)
class Telling:
    """Asks Postgres over one connection, and tells over another."""

    connection: Connection
    redis: Redis
    told: Timings

    async def tell(self) -> None:
        """Look once and tell; in a transaction, so that the heartbeat says that it was told."""
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
