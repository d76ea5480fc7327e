"""Two connections and one world: one call is held open, another meets it, and both outcomes are kept.

The same world is restored before every race, so that a race can be compared with the same two calls in sequence.
"""

import re
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from tests.cluster import is_blocked
from tests.conftest import Connect, Connection
from tests.sql.world import Row, World

Scene = dict[str, Any]
"""The people and things of a scenario by their names, ids as text; and moments, as times."""

Outcome = Any
"""A refusal's slug, or the reply with names in place of ids."""

STATE = (
    "users",
    "mitras",
    "payment_sessions",
    "pairing_requests",
    "pairing_offers",
    "pairing_failures",
    "failure_tallies",
    "chat_sessions",
    "chat_messages",
    "extensions",
    "events",
    "outbox",
    "handed_on",
    "idempotency_keys",
    "deadline_errors",
    "heartbeats",
    "service_state",
    "app_config",
    "app_config_history",
)
"""The tables that calls change, parents first."""

LOCKABLE = ("payment_sessions", "pairing_requests", "mitras", "chat_sessions", "extensions")
"""The tables whose rows decide races, in the one order in which they are locked."""

PICTURE = {
    "payments": """
        select id, status, is_extension, amount, charged_at is not null as charged from data.payment_sessions
    """,
    "searches": "select payment_session_id, request_type, status from data.pairing_requests",
    "offers": """
        select r.payment_session_id, r.request_type, o.mitra_id, o.status
        from data.pairing_offers o join data.pairing_requests r on r.id = o.request_id
    """,
    "failures": """
        select payment_session_id, cause_tag, refund_due, operator_action,
            superseded_at is not null as superseded
        from data.pairing_failures
    """,
    "chats": """
        select payment_session_id, mitra_id, status, end_reason, last_seq, customer_read_seq, mitra_read_seq,
            round(extract(epoch from ends_at - started_at)) as seconds
        from data.chat_sessions
    """,
    "extensions": "select payment_session_id, status from data.extensions",
    "mitras": """
        select id, declared_online, reachable_until is not null as reachable, offers_due_at is not null as due
        from data.mitras
    """,
}
"""The state that outcomes are compared by: everything but times and new ids."""

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME_TEXT = re.compile(r"\d{4}-\d\d-\d\dT")
VARYING = frozenset({"seconds_left", "display_name"})
PATIENCE = {"lock_timeout": "0", "statement_timeout": "60000"}
"""No wait for a lock ends early; a race that hangs is ended after a minute."""
LOOKS = 10_000


@dataclass(frozen=True)
class Call:
    """One call of a function of api or ops, its arguments by their names in the scene."""

    name: str
    query: str
    role: str = "curhat_app"
    moment: str | None = None
    """The scene's moment at which it happens, if that is later than the scene's present."""
    repeated: bool = False
    """Whether the product repeats it by itself: then it may skip locked rows, and must never wait."""

    def __str__(self) -> str:
        return self.name


def app(name: str, call: str) -> Call:
    """A call by an app."""
    return Call(name, f"select api.{call}")


def operator(name: str, call: str) -> Call:
    """A call by an operator in psql."""
    return Call(name, f"select to_jsonb(r) from ops.{call} r", "curhat_operator")


def deadline(name: str, moment: str) -> Call:
    """The deadline listener, at this moment."""
    return Call(name, "select api.fire_due(100)", "curhat_listener", moment, repeated=True)


@dataclass(frozen=True)
class LockedRow:
    """A row of the world that calls may lock."""

    table: str
    id: UUID
    name: str = field(compare=False)

    @property
    def rank(self) -> int:
        """Its place in the lock order."""
        return LOCKABLE.index(self.table)

    def __str__(self) -> str:
        return f"{self.name} of {self.table}"


@dataclass(frozen=True)
class Stop:
    """Where a call waits halfway: the row that it wants, and the rows that it already holds."""

    wanted: LockedRow
    held: frozenset[LockedRow]


@dataclass(frozen=True)
class Result:
    """The outcomes of two calls, and the state once everything due has fired."""

    first: Outcome
    second: Outcome
    picture: dict[str, list[Outcome]]

    @property
    def swapped(self) -> "Result":
        """The same, seen from the other call."""
        return Result(self.second, self.first, self.picture)

    def differences(self, other: "Result") -> list[str]:
        """How this result differs from another."""
        return [
            f"{name} is {mine}, not {theirs}"
            for name, mine, theirs in (
                ("the first's outcome", self.first, other.first),
                ("the second's outcome", self.second, other.second),
                *((table, rows, other.picture[table]) for table, rows in self.picture.items()),
            )
            if mine != theirs
        ]


Orders = dict[tuple[Call, Call], Result]
"""The results of two calls of one scenario in sequence."""


@dataclass(frozen=True)
class Race:
    """The result of two concurrent calls, whether the second had to wait, and what the audit finds."""

    result: Result
    waited: bool
    audit: list[Row]


class Arena:
    """One database with one scene, which is restored before each race."""

    def __init__(
        self,
        world: World,
        scene: Scene,
        connect: Connect,
        admin: Connection,
        orders: Orders,
    ) -> None:
        self.world = world
        self.scene = scene
        self._names = {value: name for name, value in scene.items() if isinstance(value, str)}
        self.sound = True
        """Whether a deadlock fails the test."""
        self.replies: dict[int, Any] = {}
        """The last reply of each side, as it came."""
        self._connect = connect
        self._admin = admin
        self._present = world.clock.now()
        self._sides: list[dict[str, Connection]] = [{}, {}]
        self._gate = self._open("curhat_owner")
        self._prober = self._open("curhat_owner")
        self._threads = futures.ThreadPoolExecutor(2)
        self.orders = orders
        """Results of this scenario so far, shared with the other arenas of the run."""
        self._remember()
        self.rows = [
            LockedRow(table, row_id, self._names.get(str(row_id), "another"))
            for table in LOCKABLE
            for (row_id,) in self._admin.execute(f"select id from data.{table}").fetchall()
        ]

    def _open(self, role: str) -> Connection:
        return self._connect(role=role, **PATIENCE)

    # ---- One world, again and again ----------------------------------------------------------------------

    def _remember(self) -> None:
        """Copy every row, and make the function that restores them. Triggers are off: they would refuse."""
        self._admin.execute("set session_replication_role = replica")
        self._admin.execute("create schema kept")
        for table in STATE:
            self._admin.execute(f"create table kept.{table} as table data.{table}")
        statements = [
            *(f"delete from data.{table};" for table in reversed(STATE)),
            *(
                f"insert into data.{table} ({self._columns(table)}) overriding system value "
                f"select {self._columns(table)} from kept.{table};"
                for table in STATE
            ),
        ]
        self._admin.execute(
            "create function kept.restore() returns void language plpgsql as "
            f"$$ begin {' '.join(statements)} end $$"
        )

    def _columns(self, table: str) -> str:
        """The columns of a table, without generated ones."""
        row = self._admin.execute(
            "select string_agg(attname, ', ') from pg_attribute "
            "where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
            [f"data.{table}"],
        ).fetchone()
        assert row is not None
        return str(row[0])

    def restore(self) -> None:
        """Put the world back as it was built."""
        self._admin.execute("select kept.restore()")
        self.world.clock.set(self._present)

    # ---- One call ----------------------------------------------------------------------------------------

    def run(self, call: Call, side: int = 0) -> Outcome:
        """The outcome of a call at its moment."""
        self._go_to(call)
        return self._call(call, side)

    def _go_to(self, call: Call) -> None:
        if call.moment is not None:
            moment: datetime = self.scene[call.moment]
            self.world.clock.set(max(moment, self.world.clock.now()))

    def _call(self, call: Call, side: int) -> Outcome:
        try:
            row = self._side(call, side).execute(call.query, self.scene).fetchone()
        except psycopg.Error as error:
            if error.sqlstate is None or not error.sqlstate.startswith("PT"):
                raise
            return error.diag.message_primary
        assert row is not None
        self.replies[side] = row[0]
        return None if call.repeated else self._named(row[0])

    def _named(self, value: object) -> Outcome:
        """A reply without new ids and times, which differ from run to run."""
        match value:
            case dict():
                return {key: self._named(item) for key, item in sorted(value.items()) if key not in VARYING}
            case list():
                return sorted((self._named(item) for item in value), key=repr)
            case str() if value in self._names:
                return self._names[value]
            case str() if UUID_TEXT.fullmatch(value):
                return "new"
            case str() if TIME_TEXT.match(value):
                return "time"
            case _:
                return value

    def _side(self, call: Call, side: int) -> Connection:
        """The connection that runs this call on this side."""
        if call.role not in self._sides[side]:
            self._sides[side][call.role] = self._open(call.role)
        return self._sides[side][call.role]

    @staticmethod
    def refused(outcome: Outcome) -> bool:
        """Whether an outcome is a refusal."""
        return isinstance(outcome, str)

    # ---- Two calls ---------------------------------------------------------------------------------------

    def in_order(self, first: Call, second: Call) -> Result:
        """The result of two calls in sequence."""
        if (first, second) not in self.orders:
            self.restore()
            outcomes = self.run(first), self.run(second)
            self.orders[first, second] = self._settled((first, second), *outcomes)
        return self.orders[first, second]

    def alone(self, call: Call, instead_of: Call | None = None) -> Result:
        """The result of a call alone, at its own moment or another call's."""
        self.restore()
        self._go_to(instead_of or call)
        return self._settled((call,), None, self.run(call))

    def race(self, first: Call, second: Call, *, killed: bool = False) -> Race:
        """The first is held open; the second meets it; then the first is committed, or its backend dies."""
        self.restore()
        self._go_to(first)
        holder = self._side(first, 0)
        holder.execute("begin")
        first_outcome = self._call(first, 0)
        self._go_to(second)
        other = self._side(second, 1)
        future = self._threads.submit(self._call, second, 1)
        waited = self._waits(future, other)
        if killed:
            self._admin.execute("select pg_terminate_backend(%s, 60000)", [holder.info.backend_pid])
            holder.close()
            del self._sides[0][first.role]
        else:
            holder.execute("rollback" if self.refused(first_outcome) else "commit")
        outcomes = None if killed else first_outcome, future.result()
        result = self._settled((second,) if killed else (first, second), *outcomes)
        return Race(result, waited, self.world.audit())

    def race_in_the_middle(self, first: Call, stop: Stop, second: Call) -> Race:
        """The first is stopped where it wants a row, the second meets it there, then both go on."""
        self.restore()
        one, other = self._side(first, 0), self._side(second, 1)
        self._go_to(first)
        with self.held(stop.wanted):
            first_future = self._threads.submit(self._call, first, 0)
            assert self._waits(first_future, one)
            self._go_to(second)
            second_future = self._threads.submit(self._call, second, 1)
            waited = self._waits(second_future, other)
        outcomes = first_future.result(), second_future.result()
        return Race(self._settled((first, second), *outcomes), waited, self.world.audit())

    def _waits(self, future: "futures.Future[Outcome]", connection: Connection) -> bool:
        """Whether a call waits for another's lock; False once it is done."""
        for _ in range(LOOKS):
            if futures.wait([future], timeout=0.002).done:
                return False
            if is_blocked(self._admin, connection.info.backend_pid):
                return True
        raise AssertionError("the call neither ended nor waited for another")

    # ---- Rows --------------------------------------------------------------------------------------------

    @contextmanager
    def held(self, row: LockedRow) -> Iterator[None]:
        """A row that somebody else holds."""
        with self._gate.transaction():
            self._gate.execute(f"select from data.{row.table} where id = %s for update", [row.id])
            yield

    def stops(self, call: Call) -> list[Stop]:
        """Every row that a call would wait for, each with the rows that the call holds by then."""
        return [stop for row in self._rows_of(call) for stop in self._stop(call, row)]

    def _rows_of(self, call: Call) -> list[LockedRow]:
        """The rows where a call may have to wait: those that it holds at its end, or all if it is refused."""
        self.restore()
        self._go_to(call)
        connection = self._side(call, 0)
        connection.execute("begin")
        refused = self.refused(self._call(call, 0))
        rows = [row for row in self.rows if self._is_held(row, "update")]
        connection.execute("rollback")
        return self.rows if refused or call.repeated else rows

    def _stop(self, call: Call, row: LockedRow) -> Iterator[Stop]:
        self.restore()
        self._go_to(call)
        connection = self._side(call, 0)
        with self.held(row):
            future = self._threads.submit(self._call, call, 0)
            if self._waits(future, connection):
                yield Stop(
                    row, frozenset(other for other in self.rows if other != row and self._is_held(other))
                )
        future.result()

    def _is_held(self, row: LockedRow, against: str = "no key update") -> bool:
        """Whether a row is locked against changing it, or against sharing it."""
        found = self._prober.execute(
            f"select from data.{row.table} where id = %s for {against} skip locked", [row.id]
        )
        return found.rowcount == 0

    # ---- What came of it ---------------------------------------------------------------------------------

    def _settled(self, calls: tuple[Call, ...], first: Outcome, second: Outcome) -> Result:
        for call in calls:
            if call.repeated:
                self._call(call, 1)
        self.world.fire()
        self.world.clock.advance(1)
        self.world.fire()
        return Result(first, second, self._picture())

    def _picture(self) -> dict[str, list[Outcome]]:
        parts = ", ".join(
            f"'{name}', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ({query}) r)"
            for name, query in PICTURE.items()
        )
        picture: dict[str, list[Outcome]] = self._named(
            self.world.value(f"select jsonb_build_object({parts})")
        )
        return picture

    def close(self) -> list[Connection]:
        """End the threads. The connections are closed by their fixture."""
        self._threads.shutdown()
        return [connection for side in self._sides for connection in side.values()]
