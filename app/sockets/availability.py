"""How many mitras are available, as this worker knows it. Polls are answered from memory, watching sockets get
frames.

It guarantees
- that a poll never waits: its reply is always ready;
- that the reply is never older than AVAILABILITY_SECONDS. The availability listener publishes it every second. When
  nothing came for QUIET_SECONDS, or Redis is gone, the worker asks Postgres, at most once a second, whether or not
  anybody polls: polls cause no stampede after an outage. When that fails too, nobody is available;
- that one worker asks for all of them while Redis is up. Without Redis each asks for itself;
- that a watching socket hears at once when the last mitra goes or the first one comes, and at most once a second of
  any other change.
"""

import asyncio
import contextlib
import time
from datetime import datetime, timedelta
from typing import Annotated, NoReturn

import msgspec
import structlog
from redis.exceptions import RedisError

from app import redis_client
from app.clock import DatabaseClock
from app.envelope import (
    AVAILABILITY_CHANNEL,
    AVAILABILITY_KEY,
    AVAILABILITY_SECONDS,
    DECODE_ERRORS,
    AvailabilityTold,
)
from app.postgres.db import Database, DatabaseError
from app.refusals import Refusal
from app.sockets.hub import SOCKETS_AT_A_TIME, Frame, Member
from app.sockets.subscription import Subscription
from app.sockets.websocket import text_frame

QUIET_SECONDS = 8.0  # the rest of AVAILABILITY_SECONDS is for asking
LOOK_SECONDS = 1.0
ASK_SECONDS = 1.5
REDIS_SECONDS = 0.5
NUMBER_SECONDS = 1.0
FIRST_SECONDS = 3.0
# No message travels for longer. One that seems older was sent after the clock was set back.
LATEST = timedelta(seconds=AVAILABILITY_SECONDS)

TURN_KEY = "curhat:availability:turn"
TURN_MILLISECONDS = 900

LONG_AGO = float("-inf")

log = structlog.get_logger(__name__)

_decoder = msgspec.json.Decoder(AvailabilityTold)
_encoder = msgspec.json.Encoder()


class Availability(msgspec.Struct, forbid_unknown_fields=True):
    """Whether a search could find a mitra, and how many have room."""

    available: bool
    count: Annotated[int, msgspec.Meta(ge=0)]


NOBODY = Availability(available=False, count=0)


class Watch:
    """What this worker knows, kept fresh, and the watching sockets."""

    def __init__(self, database: Database, redis_url: str, clock: DatabaseClock) -> None:
        self._database = database
        self._clock = clock
        self._redis = redis_client.connect(redis_url)
        self._subscribed = asyncio.Event()
        self._subscription = Subscription(redis_url, {AVAILABILITY_CHANNEL: self._hear}, self._subscribed.set)
        self._answer = NOBODY
        self._reply = _encoder.encode(NOBODY)
        self._at: datetime | None = None
        self._known_since = LONG_AGO
        self._told_at = LONG_AGO
        self._known = asyncio.Event()
        self._changed = asyncio.Event()
        self._members: set[Member] = set()
        self.asked = 0
        """How often Postgres was asked."""
        self._tasks: list[asyncio.Task[NoReturn]] = []

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to listen, as tasks of `tasks`. Wait a little until something is known, but not for ever."""
        self._tasks = [
            tasks.create_task(self._subscription.run(), name="availability subscription"),
            tasks.create_task(self._keep_fresh(), name="availability"),
            tasks.create_task(self._tell_members(), name="availability of sockets"),
        ]
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                await self._known.wait()
        except TimeoutError:
            log.warning("availability is not known yet, serving anyway")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    @property
    def count(self) -> int:
        """How many mitras are available, as polls are told."""
        self._forget_what_is_old()
        return self._answer.count

    @property
    def age(self) -> float | None:
        """How many seconds old that is; None when it is not known."""
        return None if self._at is None else time.monotonic() - self._known_since

    @property
    def watchers(self) -> int:
        """How many sockets watch it."""
        return len(self._members)

    def reply(self) -> bytes:
        """The body of the reply to a poll."""
        self._forget_what_is_old()
        return self._reply

    def join(self, member: Member) -> None:
        """Send frames to this socket, beginning with the present state."""
        self._forget_what_is_old()
        self._members.add(member)
        member.deliver(_frame(self._answer, self._clock.now()))

    def leave(self, member: Member) -> None:
        """Send it no more frames. A socket that has not joined is ignored."""
        self._members.discard(member)

    def _hear(self, payload: bytes) -> None:
        try:
            self._learn(_decoder.decode(payload))
        except DECODE_ERRORS as error:
            log.error("an availability message cannot be read", reason=str(error))  # noqa: TRY400 - its trace says no more

    def _learn(self, told: AvailabilityTold, age: float = 0.0) -> None:
        """Accept what was read in the database so many seconds ago, unless something newer is known.

        A reading that seems much older is not: the database's clock was set back.
        """
        self._forget_what_is_old()
        if self._at is not None and timedelta(0) < self._at - told.at <= LATEST:
            return
        since = time.monotonic() - age
        self._at = told.at
        self._known_since = since
        if not told.asked:
            self._told_at = since
        self._answer_with(Availability(told.available, told.count))
        self._known.set()

    def _forget_what_is_old(self) -> None:
        if time.monotonic() - self._known_since > AVAILABILITY_SECONDS:
            self._at = None
            self._answer_with(NOBODY)

    def _answer_with(self, answer: Availability) -> None:
        if answer != self._answer:
            self._answer = answer
            self._reply = _encoder.encode(answer)
            self._changed.set()

    async def _keep_fresh(self) -> NoReturn:
        while True:
            if self._subscribed.is_set():
                self._subscribed.clear()
                await self._read_what_was_told_last()
            heard_of_late = time.monotonic() - self._told_at <= QUIET_SECONDS
            if not (heard_of_late and self._subscription.subscribed.is_set()):
                await self._ask()
            self._forget_what_is_old()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._subscribed.wait()

    async def _read_what_was_told_last(self) -> None:
        try:
            async with asyncio.timeout(REDIS_SECONDS), self._redis.pipeline(transaction=True) as pipeline:
                pipeline.get(AVAILABILITY_KEY)
                pipeline.pttl(AVAILABILITY_KEY)
                payload, milliseconds_left = await pipeline.execute()
            if payload is not None:
                self._learn(_decoder.decode(payload), AVAILABILITY_SECONDS - milliseconds_left / 1000)
        except (RedisError, OSError, *DECODE_ERRORS) as error:
            log.info("the last availability could not be read", reason=repr(error))

    async def _ask(self) -> None:
        """Ask Postgres, if it is this worker's turn, and tell the others."""
        if not await self._is_my_turn():
            return
        self.asked += 1
        try:
            async with asyncio.timeout(ASK_SECONDS):
                reply = await self._database.call("get_availability")
            asked = msgspec.structs.replace(_decoder.decode(reply or b""), asked=True)
        except (Refusal, DatabaseError, TimeoutError, *DECODE_ERRORS) as error:
            log.warning(
                "availability is unknown: neither the listener nor Postgres answers", reason=repr(error)
            )
            return
        self._learn(asked)
        await self._tell_others(asked)

    async def _is_my_turn(self) -> bool:
        if not self._subscription.subscribed.is_set():
            return True  # what another finds out would not be heard here
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                return bool(await self._redis.set(TURN_KEY, "taken", nx=True, px=TURN_MILLISECONDS))
        except (RedisError, OSError):
            return True

    async def _tell_others(self, asked: AvailabilityTold) -> None:
        if not self._subscription.subscribed.is_set():
            return
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                await redis_client.publish(self._redis, AVAILABILITY_CHANNEL, _encoder.encode(asked))
        except (RedisError, OSError) as error:
            log.info("availability was not published to other workers", reason=repr(error))

    async def _tell_members(self) -> NoReturn:
        told, number_due_at = self._answer, LONG_AGO
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._answer.available == told.available and time.monotonic() < number_due_at:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(number_due_at - time.monotonic()):
                        await self._changed.wait()
                        self._changed.clear()
            if self._answer != told:
                told, number_due_at = self._answer, time.monotonic() + NUMBER_SECONDS
                await self._tell_each(told)

    async def _tell_each(self, answer: Availability) -> None:
        frame = _frame(answer, self._clock.now())
        for number, member in enumerate(list(self._members), 1):
            member.deliver(frame)
            if number % SOCKETS_AT_A_TIME == 0:
                await asyncio.sleep(0)


def _frame(answer: Availability, at: datetime) -> Frame:
    head = {"type": "AVAILABILITY", "id": None, "at": at}
    return Frame(text_frame(_encoder.encode({**head, **msgspec.structs.asdict(answer)})))
