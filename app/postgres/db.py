"""The only door to Postgres. All it knows is how to call a function of its audience's schema.

`await database.call("get_payment_session", payment_session_id=…, customer_id=…)` sends
`select api.get_payment_session(p_payment_session_id=>$1,p_customer_id=>$2)` and gives the function's jsonb as text,
ready to be a reply's body (None for null and void). Arguments go by name, as text, and take their types from the
function's own signature.

Raises:
    Refusal: the function refused (SQLSTATE PT + HTTP status); nothing has changed.
    Busy: a lock or the statement took too long, or too many calls wait; nothing has changed, try again.
    Unavailable: there is no connection; nothing has changed.
    UnknownOutcome: the connection was lost with a change on its way. Asked again with the same idempotency
        key, it takes effect once.
    DatabaseError: anything else, which is our fault; nothing has changed.

Functions that change something get the request's id (`app.request_id`) in the same statement, as a setting of their
transaction; it lands in the events that they write. They ring the bell once they have committed. Functions that
only read are known by their name (`get_…`, `list_…`, `…_state`, `ready`). Lists have lanes of their own, so that no
payment waits behind a long history.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from time import perf_counter
from typing import Any, Literal
from uuid import UUID

import msgspec
import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict

from app import request_id
from app.metrics import Timings
from app.postgres import sessions
from app.postgres.lane import CONNECT_TIMEOUT_SECONDS, Call, Lane, LostError, ServerError
from app.postgres.primary import READ_ONLY_STATE, TARGET
from app.refusals import Busy, Refusal, Unavailable, UnknownOutcome

QUICK_LANES = 4
SLOW_LANES = 2
FIRST_CONNECTION_SECONDS = 5.0
DRAIN_SECONDS = 4.0  # for calls that were sent while the last requests finished

Schema = Literal["api", "control_center"]
# The apps' calls use generic plans: tests hold that these use an index, and planning anew took longer than some of
# the calls. Operators' filters differ too much for that.
SESSIONS: dict[Schema, dict[str, str]] = {
    "api": {"role": "curhat_app", "plan_cache_mode": "force_generic_plan"},
    "control_center": {"role": "curhat_control_center"},
}

SESSION = {
    "curhat.app_rings": "on",
    "lock_timeout": "2000",
    "statement_timeout": "10000",
    "idle_in_transaction_session_timeout": "10000",
}
# A vanished peer is noticed within 10 s, idle or not. A unix socket needs none of it.
KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 9000,
}

# In this order: a lock, a deadlock, a serialization failure, the statement's own time.
BUSY_STATES = frozenset({"55P03", "40P01", "40001", "57014"})
# Connection exceptions, insufficient resources, operator intervention.
UNAVAILABLE_CLASSES = ("08", "53", "57")

Argument = str | int | UUID | Sequence[UUID] | Sequence[str] | None

log = structlog.get_logger(__name__)


class DatabaseError(Exception):
    """A function failed unexpectedly."""


class Database:
    """Several lanes to one Postgres; a new call goes to the least loaded one.

    `schema` says whose functions are called, under the rights of their role: `api` for what the apps do,
    `control_center` for what operators' screens do. `session` adds to the connections' settings. `on_commit`
    is called after each call that may have changed something. `timings` has the labels function and outcome.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: Schema = "api",
        lanes: int = QUICK_LANES,
        slow_lanes: int = SLOW_LANES,
        session: Mapping[str, str] | None = None,
        on_commit: Callable[[], None] | None = None,
        timings: Timings | None = None,
    ) -> None:
        self._schema = schema
        self._parameters = _parameters(url, {**SESSIONS[schema], **(session or {})})
        self._quick = [Lane(self._connect) for _ in range(lanes)]
        self._slow = [Lane(self._connect) for _ in range(slow_lanes)]
        self._on_commit = on_commit
        self._timings = timings
        self._tasks: list[asyncio.Task[Any]] = []
        self._closing = False

    @property
    def connected(self) -> int:
        """How many lanes hold a connection."""
        return sum(lane.connected for lane in self._lanes)

    @property
    def lanes(self) -> Mapping[str, Sequence[Lane]]:
        """The lanes by kind, for metrics."""
        return {"quick": self._quick, "slow": self._slow}

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Hold the lanes open as tasks of `tasks`. Wait a little for the first connections, but not for ever."""
        self._tasks = [tasks.create_task(lane.run(), name="database lane") for lane in self._lanes]
        try:
            async with asyncio.timeout(FIRST_CONNECTION_SECONDS):
                for lane in self._lanes:
                    await lane.opened.wait()
        except TimeoutError:
            log.warning("no connection to the database yet, serving without")

    async def close(self) -> None:
        """Take no more calls, wait for those in flight, and close the connections."""
        self._closing = True
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                for lane in self._lanes:
                    await lane.drained()
        except TimeoutError:
            log.warning("calls were not answered in time, closing all the same")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # psycopg leaves the socket of a connection that was being made to the garbage collector, and a cancelled task
        # holds on to where it was.
        self._tasks.clear()

    async def call(self, function: str, /, **arguments: Argument) -> bytes | None:
        """Call the schema's `function`; see the module for what it gives and raises."""
        if self._timings is None:
            return await self._call(function, arguments)
        began, outcome = perf_counter(), "abandoned"
        try:
            reply = await self._call(function, arguments)
            outcome = "ok"
        except Refusal as refusal:
            outcome = refusal.outcome
            raise
        except DatabaseError:
            outcome = "failed"
            raise
        finally:
            self._timings.observe(perf_counter() - began, function, outcome)
        return reply

    async def _call(self, function: str, arguments: Mapping[str, Argument]) -> bytes | None:
        try:
            return await self._ask(function, arguments)
        except LostError as error:
            if not only_reads(function):
                raise UnknownOutcome from error
        try:
            return await self._ask(function, arguments)  # reading again does no harm
        except LostError as error:
            raise Unavailable from error

    def send(self, function: str, /, **arguments: Argument) -> Call:
        """Send a call without waiting for it; its future gets the answer."""
        lane = self._free_lane(self._slow if function.startswith("list_") and self._slow else self._quick)
        reads = only_reads(function)
        cause = None if reads else request_id.current.get() or None
        texts = [_text(argument) for argument in arguments.values()]
        if cause is not None:
            texts.append(cause.encode())
        statement = _statement(self._schema, function, tuple(arguments), told_its_cause=cause is not None)
        call = Call(statement, texts, None if reads else self._on_commit)
        lane.send(call)
        return call

    async def _ask(self, function: str, arguments: Mapping[str, Argument]) -> bytes | None:
        call = self.send(function, **arguments)
        try:
            return await call.future or None  # void is an empty text
        except ServerError as error:
            raise _translated(f"{self._schema}.{function}", error) from error

    @property
    def _lanes(self) -> Iterable[Lane]:
        return (*self._quick, *self._slow)

    def _free_lane(self, lanes: Iterable[Lane]) -> Lane:
        now = asyncio.get_running_loop().time()
        connected = [] if self._closing else [lane for lane in lanes if lane.connected]
        if not connected:
            raise Unavailable
        lane = min(connected, key=lambda lane: lane.load(now))
        if lane.full:
            raise Busy
        return lane

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(**self._parameters, autocommit=True)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS):
                await connection.execute(sessions.SET_NEWER)
        except BaseException:
            connection.pgconn.finish()
            raise
        return connection


def only_reads(function: str) -> bool:
    """Whether a function changes nothing, by its name."""
    return function.startswith(("get_", "list_")) or function.endswith("_state") or function == "ready"


def _parameters(url: str, session: Mapping[str, str]) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    return {
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "application_name": "curhat app",
        **KEEPALIVE,
        **given,
        "target_session_attrs": TARGET,
        "client_encoding": "UTF8",
        "options": sessions.options(str(given.get("options") or ""), **{**SESSION, **session}),
    }


@cache
def _statement(schema: Schema, function: str, arguments: tuple[str, ...], *, told_its_cause: bool) -> bytes:
    """The call; with its cause as one more argument, which is set before the function is called.

    `case` evaluates in order. pgbench shows no difference between setting and call, and the call alone.
    """
    for name in (function, *arguments):
        if not name.isidentifier():
            raise ValueError(f"{name!r} cannot be written in a call of {schema}")
    places = ",".join(f"p_{name}=>${number}" for number, name in enumerate(arguments, 1))
    call = f"{schema}.{function}({places})"
    if told_its_cause:
        cause = f"pg_catalog.set_config('curhat.request_id',${len(arguments) + 1},true)"
        call = f"case when {cause} is not null then {call} end"
    return f"select {call}".encode()


def _text(argument: Argument) -> bytes | None:
    """An argument as Postgres reads it."""
    match argument:
        case None:
            return None
        case bool():
            return b"t" if argument else b"f"
        case str():
            return _encoded(argument)
        case int() | UUID():
            return str(argument).encode()
        case _:
            return _encoded(f"{{{','.join(map(_element, argument))}}}")


def _element(of_array: UUID | str) -> str:
    """A part of an array as Postgres reads it; a text may hold anything."""
    text = str(of_array).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def _encoded(text: str) -> bytes:
    """A text of Postgres holds every character but U+0000."""
    if "\0" in text:
        raise Refusal(400, "invalid_body", "A text must not contain the character U+0000.")
    return text.encode()


def _translated(function: str, error: ServerError) -> Exception:
    if error.sqlstate.startswith("PT"):
        return Refusal(
            int(error.sqlstate[2:]),
            error.message,
            error.detail,
            msgspec.json.decode(error.hint) if error.hint else {},
        )
    if error.sqlstate in BUSY_STATES:
        log.warning("database busy", function=function, sqlstate=error.sqlstate, reason=error.message)
        return Busy()
    if error.sqlstate.startswith(UNAVAILABLE_CLASSES) or error.sqlstate == READ_ONLY_STATE:
        log.error("database unavailable", function=function, sqlstate=error.sqlstate, reason=error.message)
        return Unavailable()
    return DatabaseError(f"{function} failed with {error}\n{error.context}".rstrip())
