"""A worker is killed around the commits of confirms and the clients retry: each confirm takes effect once.

Two triggers block a confirm at a chosen point, before its change or within its commit, until the test releases it.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx
import pytest

from app.server import bind
from app.settings import Settings
from tests.conftest import Connect, Connection
from tests.rest.harness import Client, Postgres, until
from tests.rest.processes import worker_process

ROUNDS = int(os.environ.get("CURHAT_KILL_ROUNDS", "1"))
"""How many workers are killed. CURHAT_KILL_ROUNDS=100 is the long run."""

STOPS = """
create schema test;
create function test.stop() returns trigger language plpgsql set lock_timeout = '0' as $$
begin
    perform pg_advisory_xact_lock_shared(hashtext(tg_argv[0] || new.id));
    return new;
end
$$;
create trigger change before update on data.payment_sessions for each row
when (new.status = 'confirmed') execute function test.stop('change');
create constraint trigger commit after update on data.payment_sessions deferrable initially deferred for each row
when (new.status = 'confirmed') execute function test.stop('commit');
"""

Place = Literal["change", "commit"]


@dataclass
class Confirm:
    """A customer's confirm, sent to the worker that will be killed and retried on another."""

    payment_id: str
    doomed: Client
    alive: Client

    @property
    def path(self) -> str:
        return f"/api/client/payment-sessions/{self.payment_id}/confirm"

    async def send(self) -> None:
        """Send it and get no answer. anyio raises AttributeError for a connection that is lost at once."""
        with pytest.raises((httpx.TransportError, AttributeError)):
            await self.doomed.post(self.path, key="k")

    async def retry(self) -> httpx.Response:
        """Retry as an app does without an answer or after a 503."""
        while (response := await self.alive.post(self.path, key="k")).status_code == 503:  # noqa: ASYNC110
            await asyncio.sleep(int(response.headers["retry-after"]))
        return response


class Confirms:
    """The confirms of one round, and the locks that block them."""

    def __init__(self, db: Connection, connect: Connect, make: Callable[[], Awaitable[Confirm]]) -> None:
        self._db = db
        self._keeper = connect(role=None)
        self._make = make

    async def new(self) -> Confirm:
        """The confirm of a new customer's pending payment."""
        return await self._make()

    @contextmanager
    def stopped(self, place: Place, *confirms: Confirm) -> Iterator[None]:
        """Block the confirms at this point."""
        for confirm in confirms:
            self._keeper.execute("select pg_advisory_lock(hashtext(%s))", [place + confirm.payment_id])
        yield
        for confirm in confirms:
            self._keeper.execute("select pg_advisory_unlock(hashtext(%s))", [place + confirm.payment_id])

    def status(self, confirm: Confirm) -> str:
        row = self._db.execute(
            "select status from data.payment_sessions where id = %s", [confirm.payment_id]
        ).fetchone()
        assert row is not None
        return str(row[0])

    def kept_reply(self, confirm: Confirm) -> Any:  # noqa: ANN401
        row = self._db.execute(
            "select reply from data.idempotency_keys where owner_id = %s", [confirm.alive.id]
        ).fetchone()
        return None if row is None else row[0]

    def times_confirmed(self, confirm: Confirm) -> int:
        row = self._db.execute(
            "select count(*) from data.events where entity_id = %s and to_status = 'confirmed'",
            [confirm.payment_id],
        ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def doomed_settings(settings: Settings) -> Iterator[Settings]:
    """Settings with a free port, for the worker that is killed."""
    with bind("127.0.0.1", 0) as sock:
        yield replace(settings, public_port=sock.getsockname()[1])


@pytest.fixture
async def confirms(
    doomed_settings: Settings, new_customer: Callable[[], Client], db: Connection, connect: Connect
) -> AsyncIterator[Confirms]:
    connect(role=None).execute(STOPS)
    url = f"http://127.0.0.1:{doomed_settings.public_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:

        async def make() -> Confirm:
            alive = new_customer()
            created = await alive.post("/api/client/payment-sessions", {"duration_minutes": 30})
            return Confirm(created.json()["id"], Client(doomed_settings, http, "customer", alive.id), alive)

        yield Confirms(db, connect, make)


async def test_retries_after_a_killed_worker_take_effect_once(
    doomed_settings: Settings, confirms: Confirms, postgres: Postgres, db: Connection
) -> None:
    for _ in range(ROUNDS):
        await kill_around_commits(doomed_settings, confirms, postgres)
    while db.execute("select from api.drain_events(1000)").fetchall():
        pass
    assert db.execute("select * from ops.audit()").fetchall() == []


async def kill_around_commits(settings: Settings, confirms: Confirms, postgres: Postgres) -> None:
    """Kill a worker with one confirm at each point around its commit."""
    unread = await confirms.new()
    before = await confirms.new()
    during = await confirms.new()
    during_and_undone = await confirms.new()
    after = await confirms.new()
    all_of_them = (unread, before, during, during_and_undone, after)
    async with worker_process(settings) as doomed, asyncio.TaskGroup() as asked:
        with confirms.stopped("change", before), confirms.stopped("commit", during):
            with confirms.stopped("commit", during_and_undone):
                asked.create_task(during_and_undone.send())
                await until(postgres.waiting)
                (undone,) = postgres.waiting()
                with confirms.stopped("commit", after):
                    for confirm in (before, during, after):
                        asked.create_task(confirm.send())
                    await until(lambda: len(postgres.waiting()) == 4)
                    doomed.signal(signal.SIGSTOP)
                    asked.create_task(unread.send())
                await until(lambda: confirms.status(after) == "confirmed")
                doomed.signal(signal.SIGKILL)
                await doomed.exit_code()
                postgres.cut(undone)
                await until(lambda: undone not in postgres.waiting())
            assert [confirms.status(confirm) for confirm in all_of_them] == [*["pending"] * 4, "confirmed"]
            kept = confirms.kept_reply(after)
            again = [asyncio.create_task(confirm.retry()) for confirm in all_of_them]
            await until(lambda: len(postgres.waiting()) == 4)
        replies = [await one for one in again]
    assert [(reply.status_code, reply.json()["status"]) for reply in replies] == [(200, "confirmed")] * 5
    assert replies[-1].json() == kept
    for confirm, reply in zip(all_of_them, replies, strict=True):
        assert confirms.times_confirmed(confirm) == 1
        assert confirms.kept_reply(confirm) == reply.json() == (await confirm.retry()).json()
