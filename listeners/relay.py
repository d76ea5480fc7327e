"""Empties the outbox: publishes every event to Redis for the sockets, and announces it with one NOTIFY.

It guarantees
- that no event is skipped, in whatever order writers commit: a committed event stays in the outbox until a drain that
  published it has committed;
- at-least-once delivery: if relay, Redis or Postgres fails between publication and commit, the events are published
  again. Receivers drop ids that they have seen;
- that a worker knows whether events reach it: once a second, after a drain, the relay publishes a beat over the
  connection that carries the events;
- one active relay: it holds a session advisory lock on the connection that drains, so a relay that lost the lock
  cannot commit. Others stand by and poll for the lock.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app import redis_client
from app.envelope import BEAT_CHANNEL, BEAT_SECONDS, REDIS_CHANNEL, join
from app.metrics import Figures
from app.retries import Retries
from app.settings import Settings
from listeners.channel import Channel, count
from listeners.connection import CONNECTION_ERRORS, Connection, connected

BATCH = 500
# Without a bell, the next drain starts after this time.
LOOK_SECONDS = 0.2
# Most drains start this many ids before the newest event seen. Drained rows stay in the outbox as dead tuples while
# any transaction of the cluster is open, and a drain from the beginning reads all of them.
OVERLAP = 1000
# A drain from the beginning finds an event that committed after OVERLAP later ones. It runs at least once a second, and
# at once when the bell rang but nothing was found, within a bounded share of the time.
FROM_THE_BEGINNING_SECONDS = 1.0
FROM_THE_BEGINNING_SHARE = 0.05
# A drain slows down the writers of events. So the relay rests longer after larger batches: not at all after a few
# events, and under full load dozens of events share a drain.
FEW = 4
REST_SECONDS = 0.001
LONGEST_REST_SECONDS = 0.02
STANDBY_SECONDS = 0.5
REDIS_TIMEOUT_SECONDS = 2.0
STEPS = {
    "CHAT_REQUEST_STARTED": "search_started",
    "PAIRED": "paired",
    "PAIRING_FAILED": "failed",
    "EXTENSION_FAILED": "extension_failed",
}
# Two keys: "curhat", and the number of this lock. One relay per database holds it.
LOCK = (0x6375_7268, 1)
# A relay that hangs, or whose host is gone, loses its session and the lock. A healthy relay, also on standby, sends
# several statements a second.
FENCE = {
    "idle_session_timeout": "5000",
    "idle_in_transaction_session_timeout": "5000",
    # A duplicate announcement is harmless, so the drain does not wait for the disk.
    "synchronous_commit": "off",
}

log = structlog.get_logger(__name__)


class Body(msgspec.Struct):
    """The part of an event's body that is counted: why a pairing failed."""

    cause_tag: str = ""


class Event(msgspec.Struct):
    """The parts of an event that are counted."""

    type: str
    at: datetime
    body: Body
    to_status: str | None = None


class Handed(msgspec.Struct):
    """The part of an envelope that is counted."""

    internal: Event


_handed_decoder = msgspec.json.Decoder(Handed)


class Tally:
    """Figures about events that were handed on."""

    def __init__(self, figures: Figures) -> None:
        self.at_work = False
        self._events = figures.counter("curhat_events", "Events that were handed on.", "type")
        self._steps = figures.counter(
            "curhat_pairing_steps",
            "Steps from a payment to a chat, by events handed on: payments by status, searches, chats, failures by "
            "cause.",
            "step",
            "cause",
        )
        self._lag = figures.timings(
            "curhat_relay_lag_seconds",
            "Time from an event (the start of its transaction) to its publication.",
        )
        figures.gauge(
            "curhat_relay_at_work",
            "1 for the active relay, 0 for one on standby.",
            lambda: float(self.at_work),
        )

    def count(self, envelopes: Sequence[str]) -> None:
        """Count events that were published and committed."""
        now = time.time()
        for envelope in envelopes:
            event = _handed_decoder.decode(envelope).internal
            self._events.add(event.type)
            self._lag.observe(max(now - event.at.timestamp(), 0.0))
            if event.type == "PAYMENT_SESSION":
                self._steps.add(f"payment_{event.to_status}", "")
            elif event.type in STEPS:
                self._steps.add(STEPS[event.type], event.body.cause_tag)


async def run(
    settings: Settings, *, look_seconds: float = LOOK_SECONDS, figures: Figures | None = None
) -> None:
    """Stand by until no other relay is active, then relay, until cancelled."""
    figures = figures or Figures("relay", settings.home)
    bell = Channel(settings.database_url, ["curhat_bell"], name="curhat relay bell")
    count(figures, bell)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bell.run())
        tasks.create_task(_relay(settings, bell, look_seconds, Tally(figures)))


async def _relay(settings: Settings, bell: Channel, look_seconds: float, tally: Tally) -> NoReturn:
    retries = Retries()
    async with redis_client.connect(settings.redis_url, connect_seconds=REDIS_TIMEOUT_SECONDS) as redis:
        while True:
            try:
                async with connected(settings.database_url, "curhat relay", **FENCE) as connection:
                    await _stand_by(connection)
                    await _publish(redis, BEAT_CHANNEL, b"")
                    log.info("relay at work")
                    tally.at_work = True
                    await Drain(connection, redis, tally).for_ever(bell, retries, look_seconds)
            except RedisError as error:
                # The closed connection has released the lock: a relay that reaches Redis may take over.
                log.critical("redis lost, no event is delivered", reason=repr(error))
            except CONNECTION_ERRORS as error:
                log.warning("relay connection lost", reason=repr(error))
            finally:
                tally.at_work = False
            await retries.wait()


async def _stand_by(connection: Connection) -> None:
    waiting = False
    while not await connection.fetchval("select pg_try_advisory_lock($1, $2)", *LOCK):
        if not waiting:
            log.info("another relay is at work, standing by")
            waiting = True
        await asyncio.sleep(STANDBY_SECONDS)


class Drain:
    """Takes events from the outbox over the connection that holds the lock, and hands them on."""

    def __init__(self, connection: Connection, redis: Redis, tally: Tally) -> None:
        self._connection = connection
        self._redis = redis
        self._tally = tally

    async def for_ever(self, bell: Channel, retries: Retries, look_seconds: float) -> NoReturn:
        """Hand on committed events, until cancelled."""
        newest = 0
        earliest = latest = 0.0  # when to drain from the beginning
        beat_due_at = 0.0
        while True:
            began = time.monotonic()
            from_the_beginning = began >= latest
            ids = await self._all(0 if from_the_beginning else newest - OVERLAP)
            newest = max(newest, *ids, 0)
            retries.reset()
            if time.monotonic() >= beat_due_at:
                await _publish(self._redis, BEAT_CHANNEL, b"")
                beat_due_at = time.monotonic() + BEAT_SECONDS
            if from_the_beginning:
                ended = time.monotonic()
                earliest = ended + (ended - began) / FROM_THE_BEGINNING_SHARE
                latest = max(earliest, ended + FROM_THE_BEGINNING_SECONDS)
            elif not ids:
                latest = earliest
                if time.monotonic() >= latest:
                    continue
            await asyncio.sleep(min(max(len(ids) - FEW, 0) * REST_SECONDS, LONGEST_REST_SECONDS))
            await bell.next(look_seconds)

    async def _all(self, after: int) -> list[int]:
        """Hand on all events after an id; returns their ids."""
        ids: list[int] = []
        while True:
            batch = await self._batch(after)
            ids += batch
            if len(batch) < BATCH:  # the last batch: later commits ring the bell
                return ids

    async def _batch(self, after: int) -> list[int]:
        """Hand on one batch; returns its ids."""
        # Any error in here closes the connection, which ends the transaction and releases the lock.
        await self._connection.execute("begin")
        rows = await self._connection.fetch(
            "select event_id, envelope from api.drain_events($1, $2)", BATCH, after
        )
        envelopes = [row["envelope"] for row in rows]
        if envelopes:
            await _publish(self._redis, REDIS_CHANNEL, join(envelopes))
        await self._connection.execute("commit")
        self._tally.count(envelopes)
        return [row["event_id"] for row in rows]


async def _publish(redis: Redis, channel: str, message: bytes) -> None:
    try:
        async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
            await redis_client.publish(redis, channel, message)
    except TimeoutError as error:
        raise RedisTimeoutError(f"no answer for {REDIS_TIMEOUT_SECONDS:g} s") from error
