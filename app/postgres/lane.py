"""One connection to Postgres with many calls in flight: libpq's pipeline mode on the running loop.

It guarantees
- that every call is its own transaction: each ends with its own Sync, and a failed call does not affect the next;
- that a call is settled only when Postgres has answered its Sync: the statement commits there, so a row that came
  earlier proves nothing;
- that a sent call is never cancelled: if its caller is, the answer is dropped, and `on_commit` is called all the
  same;
- that a connection which is lost, or owes an answer for too long, fails the calls in flight with `LostError`, and
  another is opened, again and again, with jittered pauses;
- that a connection to a server that takes no writes (any more) is left: it gets no new calls, those in flight are
  answered, and another is opened;
- that an idle connection is pinged every PING_SECONDS: a hung server is noticed before the next call goes to it.

Calls on one lane are answered in order: one that waits for a lock blocks those behind it. So `load` counts a lane
whose first call has waited for long as full.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any, NoReturn

import psycopg
import structlog
from psycopg import pq

from app.postgres.primary import READ_ONLY_STATE, REPORTED
from app.retries import Retries

CONNECT_TIMEOUT_SECONDS = 5
LONGEST_PAUSE_SECONDS = 3.0
LOOK_SECONDS = 1.0
# More than any statement may take (statement_timeout is 10 s): a server that is silent for longer is gone.
SILENCE_SECONDS = 15.0
PING_SECONDS = 3.0
PING = b"select"
SLOW_SECONDS = 0.01
MOST_IN_FLIGHT = 256

# A prepared statement that the server no longer has, or cannot run as prepared, was not executed at all.
UNKNOWN_STATEMENT = "26000"
STALE_PLAN_FUNCTION = b"RevalidateCachedQuery"
MOST_ATTEMPTS = 3

log = structlog.get_logger(__name__)

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class LostError(Exception):
    """The connection was lost with the call in flight: whether it took effect is unknown."""


class ServerError(Exception):
    """A statement failed and was rolled back; the attributes are Postgres' error fields."""

    def __init__(self, result: pq.abc.PGresult) -> None:
        self.sqlstate = _field(result, pq.DiagnosticField.SQLSTATE)
        self.message = _field(result, pq.DiagnosticField.MESSAGE_PRIMARY)
        self.detail = _field(result, pq.DiagnosticField.MESSAGE_DETAIL)
        self.hint = _field(result, pq.DiagnosticField.MESSAGE_HINT)
        self.context = _field(result, pq.DiagnosticField.CONTEXT)
        self.not_executed = (
            self.sqlstate == UNKNOWN_STATEMENT
            or result.error_field(pq.DiagnosticField.SOURCE_FUNCTION) == STALE_PLAN_FUNCTION
        )
        super().__init__(f"{self.sqlstate}: {self.message}")


class Call:
    """A statement with its arguments (text, or None for null), and the future of its answer.

    The answer is the first column of the first row as text, or None when that is null.
    """

    __slots__ = ("arguments", "attempts", "error", "future", "name", "on_commit", "statement", "value")

    def __init__(
        self,
        statement: bytes,
        arguments: Sequence[bytes | None],
        on_commit: Callable[[], None] | None = None,
    ) -> None:
        self.statement = statement
        self.arguments = arguments
        self.on_commit = on_commit
        self.future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self.attempts = 0
        self.name = b""
        self.value: bytes | None = None
        self.error: ServerError | None = None

    def settle(self) -> None:
        """Postgres has answered the call's Sync."""
        if self.error is not None:
            self.fail(self.error)
            return
        if not self.future.done():
            self.future.set_result(self.value)
        if self.on_commit is not None:
            self.on_commit()

    def fail(self, error: Exception) -> None:
        """Raise `error` in the caller, if it still waits."""
        if not self.future.done():
            self.future.set_exception(error)


class Lane:
    """A connection that `run` keeps open; `send` may be used while `connected`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._pg: pq.abc.PGconn | None = None
        self._connection: psycopg.AsyncConnection[Any] | None = None  # owns the PGconn
        self._socket = -1
        self._in_flight: deque[Call] = deque()
        self._head_since = 0.0
        self._prepared: dict[bytes, bytes] = {}
        self._names = count()
        self._within_command = False
        self._writing = False
        self._leaving = False
        self._answered_at = 0.0
        self._lost = asyncio.Event()
        self._reason: object = None
        self._idle: asyncio.Future[None] | None = None
        self.opened = asyncio.Event()
        """Set once the first connection stood."""

    @property
    def connected(self) -> bool:
        return self._pg is not None and not self._leaving

    def load(self, now: float) -> int:
        """How many calls are in flight; as many as a full lane's if the first has waited for long."""
        waiting = len(self._in_flight)
        if waiting and now - self._head_since > SLOW_SECONDS:
            return MOST_IN_FLIGHT + waiting
        return waiting

    @property
    def in_flight(self) -> int:
        """How many calls are in flight."""
        return len(self._in_flight)

    @property
    def full(self) -> bool:
        return len(self._in_flight) >= MOST_IN_FLIGHT

    async def run(self) -> NoReturn:
        """Keep a connection open until cancelled."""
        loop = asyncio.get_running_loop()
        retries = Retries(LONGEST_PAUSE_SECONDS)
        while True:
            try:
                connection = await self._connect()
            except (psycopg.OperationalError, OSError) as error:
                log.warning(
                    "no connection to the database", failures=retries.failures + 1, reason=str(error).strip()
                )
            else:
                connected_at = loop.time()
                await self._use(connection)
                if loop.time() - connected_at >= LONGEST_PAUSE_SECONDS:
                    retries.reset()
                log.warning(
                    "database connection lost",
                    failures=retries.failures + 1,
                    reason=str(self._reason).strip(),
                )
            await retries.wait()

    async def drained(self) -> None:
        """Return when no call is in flight."""
        if self._in_flight:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle

    def send(self, call: Call) -> None:
        """Send a call; its future gets the outcome."""
        pg = self._pg
        if pg is None or self._leaving:
            call.fail(LostError())
            return
        if not self._in_flight:
            self._head_since = asyncio.get_running_loop().time()
        self._in_flight.append(call)
        call.attempts += 1
        try:
            self._write(pg, call)
            self._flush(pg)
        except psycopg.Error as error:
            self._lose(error)

    def _write(self, pg: pq.abc.PGconn, call: Call) -> None:
        name = self._prepared.get(call.statement)
        if name is None:
            name = self._prepared[call.statement] = b"call_%d" % next(self._names)
            pg.send_prepare(name, call.statement)
        call.name = name
        pg.send_query_prepared(name, call.arguments)
        pg.pipeline_sync()

    def _flush(self, pg: pq.abc.PGconn) -> None:
        unsent = bool(pg.flush())
        if unsent == self._writing:
            return
        self._writing = unsent
        loop = asyncio.get_running_loop()
        if unsent:
            loop.add_writer(self._socket, self._on_writable)
        else:
            loop.remove_writer(self._socket)

    def _on_writable(self) -> None:
        if self._pg is None:
            return
        try:
            self._flush(self._pg)
        except psycopg.Error as error:
            self._lose(error)

    def _on_readable(self) -> None:
        pg = self._pg
        if pg is None:
            return
        lost: psycopg.Error | None = None
        try:
            pg.consume_input()
            if self._writing:
                self._flush(pg)
        except psycopg.Error as error:
            lost = error
        self._take_results(pg)
        if lost is not None or pg.status == pq.ConnStatus.BAD:
            self._lose(lost or pg.get_error_message())

    def _take_results(self, pg: pq.abc.PGconn) -> None:
        """The results that have arrived. One None ends a command's results, two in a row: no more have arrived."""
        while self._in_flight and not pg.is_busy():
            result = pg.get_result()
            if result is None:
                if not self._within_command:
                    break
                self._within_command = False
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._finish(self._in_flight.popleft())
            else:
                self._within_command = True
                _take(self._in_flight[0], result)

    def _finish(self, call: Call) -> None:
        self._head_since = self._answered_at = asyncio.get_running_loop().time()
        error = call.error
        if self._takes_no_writes(error):
            self._leaving = True
        if error is not None and error.not_executed:
            self._forget(call)
            if call.attempts < MOST_ATTEMPTS:
                call.error = None
                self.send(call)
                return
        call.settle()
        if not self._in_flight:
            if self._leaving:
                self._lose("this server takes no writes")
            self._tell_idle()

    def _takes_no_writes(self, error: ServerError | None) -> bool:
        if error is not None and error.sqlstate == READ_ONLY_STATE:
            return True
        return self._pg is not None and any(
            self._pg.parameter_status(name.encode()) == b"on" for name in REPORTED
        )

    def _forget(self, call: Call) -> None:
        """The statement is not prepared, or out of date: the next call prepares it under another name."""
        if self._prepared.get(call.statement) == call.name:
            del self._prepared[call.statement]

    def _tell_idle(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    async def _use(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Return when the connection is lost."""
        self._attach(connection)
        try:
            await self._watch()
        finally:
            self._lose("the lane is closed")

    def _attach(self, connection: psycopg.AsyncConnection[Any]) -> None:
        pg = connection.pgconn
        pg.nonblocking = 1
        pg.enter_pipeline_mode()
        self._prepared.clear()
        self._within_command = False
        self._writing = False
        self._leaving = False
        self._answered_at = asyncio.get_running_loop().time()
        self._lost.clear()
        self._socket = pg.socket
        self._connection, self._pg = connection, pg
        asyncio.get_running_loop().add_reader(self._socket, self._on_readable)
        self.opened.set()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._lost.is_set():
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._lost.wait()
            except TimeoutError:
                now = loop.time()
                if self._in_flight:
                    if now - self._head_since > SILENCE_SECONDS:
                        self._lose(f"no answer for {SILENCE_SECONDS:.0f} s")
                elif now - self._answered_at > PING_SECONDS:
                    self._ping()

    def _ping(self) -> None:
        """Ping. The answer shows, as any does, whether the server takes writes."""
        ping = Call(PING, [])
        ping.future.add_done_callback(lambda future: future.exception())  # the loss is logged elsewhere
        self.send(ping)

    def _lose(self, reason: object) -> None:
        pg, self._pg = self._pg, None
        if pg is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)
        loop.remove_writer(self._socket)
        self._reason = reason
        pg.finish()
        self._connection = None
        on_their_way, self._in_flight = self._in_flight, deque()
        for call in on_their_way:
            call.fail(LostError())
        self._tell_idle()
        self._lost.set()


def _take(call: Call, result: pq.abc.PGresult) -> None:
    if result.status == pq.ExecStatus.TUPLES_OK:
        call.value = result.get_value(0, 0) if result.ntuples else None
    elif result.status == pq.ExecStatus.FATAL_ERROR:
        call.error = ServerError(result)


def _field(result: pq.abc.PGresult, field: pq.DiagnosticField) -> str:
    return (result.error_field(field) or b"").decode("utf-8", "replace")
