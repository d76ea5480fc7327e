"""Calls to Postgres: lanes, refusals, retries and the bell."""

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from app.postgres import db, lane
from app.postgres.bell import Bell
from app.postgres.db import QUICK_LANES, SLOW_LANES, Database, DatabaseError
from app.refusals import Refusal, Unavailable, UnknownOutcome
from tests.conftest import Connect, Connection
from tests.rest.harness import PATIENCE_SECONDS, Postgres, background, until

NAP = """
create function api.{name}(p_seconds text) returns jsonb language plpgsql security definer as
$$ begin perform pg_sleep(p_seconds::float8); return to_jsonb(p_seconds); end $$
"""
GATE = """
create function api.get_through() returns jsonb language plpgsql security definer set lock_timeout = '0' as
$$ begin perform pg_advisory_xact_lock_shared(1); return '1'; end $$
"""
ECHO = """
create function api.get_echo(p_a integer, p_b text, p_c uuid[], p_d boolean, p_e uuid) returns jsonb language sql as
$$ select jsonb_build_array(p_a, p_b, p_c, p_d, p_e) $$
"""


class Rings:
    """Counts the rings of the bell."""

    def __init__(self) -> None:
        self.count = 0

    def ring(self) -> None:
        self.count += 1


@pytest.fixture
def rings() -> Rings:
    return Rings()


@pytest.fixture
def functions(connect: Connect) -> Connection:
    """Create functions to call; return a connection that may change them."""
    owner: Connection = connect(role="curhat_owner")
    for name in ("nap", "get_nap", "list_nap"):
        owner.execute(NAP.format(name=name))
    owner.execute(GATE)
    owner.execute(ECHO)
    owner.execute("grant execute on all functions in schema api to curhat_app")
    return owner


class Gate:
    """While it is closed, calls of `get_through` wait."""

    def __init__(self, keeper: Connection) -> None:
        self._keeper = keeper

    @contextmanager
    def closed(self) -> Iterator[None]:
        self._keeper.execute("select pg_advisory_lock(1)")
        yield
        self._keeper.execute("select pg_advisory_unlock(1)")


@pytest.fixture
def gate(connect: Connect) -> Gate:
    return Gate(connect(role=None))


@pytest.fixture
async def pg(database_url: str, functions: Connection, rings: Rings) -> AsyncIterator[Database]:
    database = Database(database_url, on_commit=rings.ring)
    opened, done = asyncio.Event(), asyncio.Event()

    async def hold_open() -> None:
        async with asyncio.TaskGroup() as tasks:
            await database.open(tasks)
            opened.set()
            await done.wait()
            await database.close()

    async with background(hold_open()) as task:
        await opened.wait()
        yield database
        done.set()
        await task


async def test_every_type_of_argument_arrives_unchanged(pg: Database) -> None:
    one, two = UUID(int=1), UUID(int=2)
    yes, no = True, False
    answer = await pg.call("get_echo", a=-7, b='quote " \\ {brace} é 🙂', c=[one, two], d=yes, e=one)
    assert answer is not None
    assert answer.decode() == f'[-7, "quote \\" \\\\ {{brace}} é 🙂", ["{one}", "{two}"], true, "{one}"]'
    assert (
        await pg.call("get_echo", a=None, b=None, c=None, d=None, e=None) == b"[null, null, null, null, null]"
    )
    assert await pg.call("get_echo", e=two, d=no, c=[], b="", a=0) == f'[0, "", [], false, "{two}"]'.encode()


async def test_texts_in_a_list_arrive_unchanged(pg: Database, functions: Connection) -> None:
    functions.execute(
        "create function api.get_texts(p_a text[]) returns jsonb language sql as 'select to_jsonb(p_a)'"
    )
    texts = ["a,b", "{c}", 'quote " \\', "", "null", " d ", "é 🙂"]
    assert json.loads(await pg.call("get_texts", a=texts) or b"") == texts
    assert await pg.call("get_texts", a=[]) == b"[]"


async def test_void_and_null_are_none(pg: Database, functions: Connection) -> None:
    functions.execute("create function api.get_null() returns jsonb language sql as 'select null::jsonb'")
    functions.execute("create function api.get_void() returns void language plpgsql as 'begin end'")
    assert await pg.call("get_null") is None
    assert await pg.call("get_void") is None


@pytest.mark.parametrize("function", ["get_plans", "list_plans"])
async def test_a_session_uses_generic_plans(pg: Database, functions: Connection, function: str) -> None:
    """On quick and slow lanes. tests/sql/test_plans.py checks these plans."""
    functions.execute(
        f"create function api.{function}() returns jsonb language sql as "
        "$$ select to_jsonb(current_setting('plan_cache_mode')) $$"
    )
    assert await pg.call(function) == b'"force_generic_plan"'


async def test_a_refusal_carries_status_slug_and_sentence(pg: Database) -> None:
    with pytest.raises(Refusal) as refused:
        await pg.call("get_payment_session", payment_session_id=UUID(int=1), customer_id=UUID(int=2))
    assert (refused.value.status, refused.value.slug) == (404, "payment_session_not_found")
    assert refused.value.sentence
    assert refused.value.facts == {}


async def test_a_refusal_carries_its_facts(pg: Database, functions: Connection) -> None:
    functions.execute(
        """
        create function api.refuse_somebody() returns jsonb language plpgsql security definer as
        $$ begin perform logic.refuse(409, 'taken', 'It is taken.', '{"by": "Ratna", "times": 2}'); end $$
        """
    )
    with pytest.raises(Refusal) as refused:
        await pg.call("refuse_somebody")
    assert (refused.value.slug, refused.value.facts) == ("taken", {"by": "Ratna", "times": 2})


async def test_a_failing_call_does_not_affect_others_on_its_lane(pg: Database) -> None:
    calls = [pg.call("nap", seconds="0" if number % 2 else "broken") for number in range(40)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [isinstance(answer, DatabaseError) for answer in answers] == [
        number % 2 == 0 for number in range(40)
    ]


async def test_an_unknown_function_is_an_error_each_time(pg: Database) -> None:
    for _ in range(2):
        with pytest.raises(DatabaseError, match="42883"):
            await pg.call("nothing")


async def test_a_function_created_later_is_found(pg: Database, functions: Connection) -> None:
    with pytest.raises(DatabaseError):
        await asyncio.gather(*(pg.call("get_late") for _ in range(8)))
    functions.execute("create function api.get_late() returns jsonb language sql as 'select to_jsonb(1)'")
    assert await asyncio.gather(*(pg.call("get_late") for _ in range(8))) == [b"1"] * 8


async def test_replacing_a_function_under_traffic_fails_no_call(pg: Database, functions: Connection) -> None:
    body = "create function api.get_it() returns {} language sql as $$ select {} $$"
    functions.execute(body.format("jsonb", "to_jsonb(1)"))
    assert set(await asyncio.gather(*(pg.call("get_it") for _ in range(20)))) == {b"1"}
    with functions.transaction():
        functions.execute("drop function api.get_it()")
        functions.execute(body.format("text", "'two'"))
    assert set(await asyncio.gather(*(pg.call("get_it") for _ in range(20)))) == {b"two"}


async def test_a_change_on_a_lost_connection_has_an_unknown_outcome(
    pg: Database, postgres: Postgres, sleeping: Callable[[int], bool]
) -> None:
    change = asyncio.create_task(pg.call("nap", seconds="60"))
    await until(lambda: sleeping(1))
    with postgres.away():
        with pytest.raises(UnknownOutcome):
            await change
        await until(lambda: pg.connected == 0)
        for function in ("nap", "get_nap", "list_nap"):
            with pytest.raises(Unavailable):
                await pg.call(function, seconds="0")
    await until(lambda: pg.connected == QUICK_LANES + SLOW_LANES)
    assert await pg.call("nap", seconds="0") == b'"0"'


async def test_a_connection_that_ends_at_once_counts_as_another_failure(
    database_url: str, monitor: Connection
) -> None:
    async def connect() -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
        monitor.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
        return connection

    def failures() -> list[int]:
        return [entry["failures"] for entry in logs if entry["event"] == "database connection lost"]

    with capture_logs() as logs:
        async with background(lane.Lane(connect).run()):
            await until(lambda: len(failures()) >= 3)
    assert failures()[:3] == [1, 2, 3]


async def test_a_connection_that_does_not_answer_is_dropped(
    pg: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "SILENCE_SECONDS", 0.1)
    with pytest.raises(UnknownOutcome):
        await pg.call("nap", seconds="5")
    await until(lambda: pg.connected == QUICK_LANES + SLOW_LANES)


async def test_a_read_on_a_lost_connection_is_retried(pg: Database, postgres: Postgres, gate: Gate) -> None:
    with gate.closed():
        read = asyncio.create_task(pg.call("get_through"))
        await until(postgres.waiting)
        postgres.cut(*postgres.waiting())
    assert await read == b"1"


@pytest.fixture
def sleeping(postgres: Postgres) -> Callable[[int], bool]:
    """Whether exactly this many calls sleep in Postgres."""
    return lambda number: len(postgres.asleep()) == number


async def test_a_waiting_call_does_not_block_others(
    pg: Database, postgres: Postgres, sleeping: Callable[[int], bool]
) -> None:
    waiting = asyncio.create_task(pg.call("nap", seconds="60"))
    await until(lambda: sleeping(1))
    for _ in range(30):
        assert await pg.call("nap", seconds="0") == b'"0"'
    assert sleeping(1)
    postgres.cut(*postgres.asleep())
    with pytest.raises(UnknownOutcome):
        await waiting


async def test_lists_are_answered_while_all_quick_lanes_wait(
    pg: Database, postgres: Postgres, sleeping: Callable[[int], bool]
) -> None:
    waiting = [asyncio.create_task(pg.call("nap", seconds="60")) for _ in range(QUICK_LANES)]
    await until(lambda: sleeping(QUICK_LANES))
    assert await pg.call("list_nap", seconds="0") == b'"0"'
    for pid in postgres.asleep():
        postgres.cut(pid)
    assert all(
        isinstance(outcome, UnknownOutcome)
        for outcome in await asyncio.gather(*waiting, return_exceptions=True)
    )


async def test_a_call_of_a_cancelled_caller_completes_and_rings(
    pg: Database, functions: Connection, rings: Rings, postgres: Postgres, gate: Gate
) -> None:
    functions.execute("create table api.done (at timestamptz)")
    functions.execute(
        "create function api.leave_a_trace() returns jsonb language plpgsql security definer as "
        "$$ begin perform api.get_through(); insert into api.done values (now()); return '1'; end $$"
    )
    with gate.closed():
        caller = asyncio.create_task(pg.call("leave_a_trace"))
        await until(postgres.waiting)
        caller.cancel()
    await until(lambda: rings.count == 1)
    assert functions.execute("select count(*) from api.done").fetchone() == (1,)


async def test_reads_and_refusals_do_not_ring(pg: Database, rings: Rings) -> None:
    await pg.call("get_nap", seconds="0")
    with pytest.raises(Refusal):
        await pg.call(
            "confirm_payment_session",
            payment_session_id=UUID(int=1),
            customer_id=UUID(int=2),
            idempotency_key=None,
        )
    assert rings.count == 0
    await pg.call("nap", seconds="0")
    assert rings.count == 1


async def test_closing_waits_for_calls_in_flight_and_refuses_new_ones(
    database_url: str, functions: Connection, postgres: Postgres, gate: Gate
) -> None:
    async with asyncio.TaskGroup() as tasks:
        database = Database(database_url)
        await database.open(tasks)
        with gate.closed():
            last = asyncio.create_task(database.call("get_through"))
            await until(postgres.waiting)
            closing = asyncio.create_task(database.close())
            await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await database.call("nap", seconds="0")
        assert await last == b"1"
        await closing


async def test_closing_ends_connections_being_established(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "FIRST_CONNECTION_SECONDS", 0.1)
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        silent.setblocking(False)
        database = Database(
            f"postgresql://127.0.0.1:{silent.getsockname()[1]}/nowhere", lanes=2, slow_lanes=0
        )
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
            await database.open(tasks)
            accepted = [stack.enter_context((await loop.sock_accept(silent))[0]) for _ in range(2)]
            await database.close()
        gc.collect()
        async with asyncio.timeout(PATIENCE_SECONDS):
            for one in accepted:
                while await loop.sock_recv(one, 1024):
                    pass


async def test_the_bell_is_debounced(database_url: str, connect: Connect) -> None:
    listener = connect(role=None)
    listener.execute("listen curhat_bell")
    async with asyncio.TaskGroup() as tasks:
        bell = Bell(database_url)
        await bell.open(tasks)
        for _ in range(1000):
            bell.ring()
        await bell.close()
    received: list[psycopg.Notify] = []

    def rang_twice() -> bool:
        received.extend(listener.notifies(timeout=0))
        return len(received) > 1

    await until(rang_twice)
    assert len(received) < 100
