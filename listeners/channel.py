"""A LISTEN connection that comes back by itself, in the manner of pg-listen.

It guarantees
- that LISTEN comes first and the state is read after it: `on_connected` is called on every (re)connect once
  LISTEN has succeeded, and no notification is delivered before it has returned;
- that a connection which is lost, or alive but deaf, is noticed within `ping_seconds` plus
  `ping_timeout_seconds`: its health is a NOTIFY to itself that comes back;
- that one to a server that takes no writes is given up likewise;
- that a slow reader costs bounded memory: a notification which is waiting already is not queued
  twice, and when more than `queue_size` different ones wait they are dropped and `on_connected` is
  called again, for the state tells more than they did.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import uuid4

import structlog

from app.metrics import Figures
from app.retries import Retries
from listeners.connection import CONNECTION_ERRORS, Connection, connected

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notification:
    """One NOTIFY: the name of its channel and its payload (empty when it has none)."""

    channel: str
    payload: str


class DeafConnectionError(ConnectionError):
    """The connection is up, and a NOTIFY to ourselves did not come back over it."""


class WrongServerError(ConnectionError):
    """The server takes no writes (any more), so what concerns us is announced elsewhere."""


class Channel:
    """Listens on `names` for as long as `run` runs; notifications come from `next` or from iterating over it.

    `name` is the application name of its connection. What `concerns` says no to is not delivered. Times are in
    seconds.
    """

    def __init__(
        self,
        dsn: str,
        names: Sequence[str],
        *,
        name: str,
        on_connected: Callable[[], Awaitable[None]] | None = None,
        concerns: Callable[[Notification], bool] | None = None,
        queue_size: int = 1024,
        ping_seconds: float = 3.0,
        ping_timeout_seconds: float = 3.0,
    ) -> None:
        self._dsn = dsn
        self._names = tuple(names)
        self._on_connected = on_connected
        self._concerns = concerns
        self._queue_size = queue_size
        self._ping_seconds = ping_seconds
        self._ping_timeout_seconds = ping_timeout_seconds

        self._ping_channel = f"curhat_ping_{uuid4().hex}"
        self._ping_returned = asyncio.Event()
        self._retries = Retries()
        self._waiting: dict[Notification, None] = {}
        self._delivering = False
        self._ready = asyncio.Event()
        self._overflowed = asyncio.Event()

        self.name = name
        self.connected = False
        """Whether LISTEN holds and the state has been read since."""
        self.last_round_trip: float | None = None
        """When a NOTIFY to ourselves last came back, by `time.monotonic()`."""
        self.round_trip_seconds: float | None = None
        """How long that NOTIFY took."""

    @property
    def failures(self) -> int:
        """How often in a row it could not connect, LISTEN, or read the state."""
        return self._retries.failures

    async def run(self) -> NoReturn:
        """Listen until cancelled; every loss is logged and followed by a reconnect.

        What `on_connected` raises counts as a loss when it is an error of a connection, and ends
        `run` when it is anything else.
        """
        while True:
            try:
                await self._listen()
            except CONNECTION_ERRORS as error:
                log.warning("listen connection lost", listener=self.name, reason=repr(error))
            finally:
                self.connected = False
            await self._retries.wait()

    async def next(self, timeout: float | None = None) -> Notification | None:
        """The notification that has waited longest, or the next to come.

        None when there is none for `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._ready.wait()
        except TimeoutError:
            return None
        notification = next(iter(self._waiting))
        del self._waiting[notification]
        self._update_ready()
        return notification

    def forget(self) -> None:
        """Drop what waits, for somebody who is about to read the state."""
        self._waiting.clear()
        self._update_ready()

    async def __aiter__(self) -> AsyncIterator[Notification]:
        while True:
            notification = await self.next()
            if notification is not None:
                yield notification

    async def _listen(self) -> NoReturn:
        self._delivering = False
        self._update_ready()
        async with connected(self._dsn, self.name, synchronous_commit="off") as connection:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            for channel in (*self._names, self._ping_channel):
                await connection.add_listener(channel, self._receive)
            await first_to_end(self._watch(connection, lost), self._deliver())
        raise AssertionError("neither of the two ends without an error")

    async def _deliver(self) -> NoReturn:
        while True:
            self._overflowed.clear()
            if self._on_connected is not None:
                await self._on_connected()
            self._retries.reset()
            self.connected = True
            self._delivering = True
            self._update_ready()
            await self._overflowed.wait()
            log.warning("notifications dropped, reading the state again", listener=self.name)

    async def _watch(self, connection: Connection, lost: asyncio.Event) -> NoReturn:
        while True:
            await self._ping(connection)
            try:
                async with asyncio.timeout(self._ping_seconds):
                    await lost.wait()
            except TimeoutError:
                continue
            raise ConnectionResetError("the server closed the connection")

    async def _ping(self, connection: Connection) -> None:
        self._ping_returned.clear()
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._ping_timeout_seconds):
                await connection.execute("select pg_notify($1, '')", self._ping_channel)
                await self._ping_returned.wait()
        except TimeoutError as error:
            raise DeafConnectionError(f"nothing came back for {self._ping_timeout_seconds} s") from error
        if not connection.takes_writes:
            raise WrongServerError("this server takes no writes")
        self.last_round_trip = time.monotonic()
        self.round_trip_seconds = self.last_round_trip - started

    def _receive(self, _connection: Connection, _pid: int, channel: str, payload: str) -> None:
        if channel == self._ping_channel:
            self._ping_returned.set()
            return
        notification = Notification(channel, payload)
        if notification in self._waiting or (self._concerns is not None and not self._concerns(notification)):
            return
        if len(self._waiting) >= self._queue_size:
            self._waiting.clear()
            self._delivering = False
            self._overflowed.set()
        self._waiting[notification] = None
        self._update_ready()

    def _update_ready(self) -> None:
        if self._delivering and self._waiting:
            self._ready.set()
        else:
            self._ready.clear()


def count(figures: Figures, channel: Channel) -> None:
    """Let a channel's health be among the figures: a NOTIFY to itself that comes back."""
    figures.gauge(
        "curhat_listen_connected",
        "Whether LISTEN holds and the state has been read since.",
        lambda: {(channel.name,): float(channel.connected)},
        "channel",
    )
    figures.gauge(
        "curhat_listen_round_trip_seconds",
        "How long the last NOTIFY to itself took to come back.",
        lambda: {} if channel.round_trip_seconds is None else {(channel.name,): channel.round_trip_seconds},
        "channel",
    )
    figures.gauge(
        "curhat_listen_round_trip_age_seconds",
        "How long ago that was; it is sent every few seconds.",
        lambda: (
            {}
            if channel.last_round_trip is None
            else {(channel.name,): time.monotonic() - channel.last_round_trip}
        ),
        "channel",
    )


async def first_to_end(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Run them side by side until one ends, then cancel the others; what the first one raised is raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
