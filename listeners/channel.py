"""A LISTEN connection that reconnects by itself, modelled on pg-listen.

It guarantees
- LISTEN before reading the state: `on_connected` is called on every (re)connect once LISTEN has succeeded, and no
  notification is delivered before it has returned;
- detection of a lost or deaf connection within `ping_seconds` plus `ping_timeout_seconds`, by a NOTIFY to itself;
- the same for a connection to a server that accepts no writes;
- bounded memory for a slow reader: duplicates of a queued notification are dropped. When more than `queue_size`
  different ones wait, all are dropped and `on_connected` is called again to read the state.
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
    """The connection is up, but a NOTIFY to ourselves did not return."""


class WrongServerError(ConnectionError):
    """The server accepts no writes, so another server sends our notifications."""


class Channel:
    """Listens on `names` while `run` runs; read notifications with `next` or by iterating.

    `name` is the connection's application name. Notifications for which `concerns` is false are not delivered.
    Times are in seconds.
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
        """Whether LISTEN is active and the state has been read since."""
        self.last_round_trip: float | None = None
        """When a NOTIFY to ourselves last returned, by `time.monotonic()`."""
        self.round_trip_seconds: float | None = None
        """How long that NOTIFY took."""

    @property
    def failures(self) -> int:
        """Consecutive failures to connect, LISTEN, or read the state."""
        return self._retries.failures

    async def run(self) -> NoReturn:
        """Listen until cancelled; log every lost connection and reconnect.

        A connection error raised by `on_connected` counts as a lost connection. Any other error ends `run`.
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
        """The oldest queued notification, or the next one to arrive; None after `timeout` seconds."""
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
        """Drop queued notifications, before the caller reads the state."""
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
        raise AssertionError("neither task ends without an error")

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
            raise WrongServerError("this server accepts no writes")
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
    """Add a channel's health to the figures."""
    figures.gauge(
        "curhat_listen_connected",
        "Whether LISTEN is active and the state has been read since.",
        lambda: {(channel.name,): float(channel.connected)},
        "channel",
    )
    figures.gauge(
        "curhat_listen_round_trip_seconds",
        "Round trip of the last NOTIFY to itself.",
        lambda: {} if channel.round_trip_seconds is None else {(channel.name,): channel.round_trip_seconds},
        "channel",
    )
    figures.gauge(
        "curhat_listen_round_trip_age_seconds",
        "Time since that NOTIFY returned; one is sent every few seconds.",
        lambda: (
            {}
            if channel.last_round_trip is None
            else {(channel.name,): time.monotonic() - channel.last_round_trip}
        ),
        "channel",
    )


async def first_to_end(*coroutines: Coroutine[Any, Any, object]) -> None:
    """Run concurrently until one ends, then cancel the others; re-raises the error of the first one."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
