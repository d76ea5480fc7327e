"""A simulation finds no fault in a working service, whatever dies, and finds planted faults."""

import asyncio
import contextlib
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from rich.console import Console
from structlog import get_logger

from app import redis_client
from app.envelope import REDIS_CHANNEL, split
from app.migrate import SQL, migrate
from app.settings import Settings
from tests.conftest import Connection
from tests.rest.harness import background, until
from tests.simulate.conftest import Service, running
from workshop.simulate.plan import Options
from workshop.simulate.report import Progress, Summary
from workshop.simulate.simulation import run_simulation, simulate

SMALL = Options(customers=5, mitras=2, minutes=0.1, seed=1)
LIVELY = Options(customers=12, mitras=4, minutes=5, seed=1)
SECONDS_BETWEEN_DEATHS = 2
DEATHS = 4
REPLACEMENTS = 3
# Every drain waits for a lock between publishing and its commit.
SLOW_COMMITS = """
create schema test;
create function test.wait_before_commit() returns trigger language plpgsql
as $$ begin perform pg_advisory_xact_lock_shared(1); return null; end $$;
create constraint trigger wait_before_commit after delete on data.outbox deferrable initially deferred
for each row execute function test.wait_before_commit()
"""

CUT_OFF = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = '{}' and application_name = 'curhat relay' and wait_event = 'advisory'
"""


async def simulated(
    settings: Settings, options: Options, meanwhile: Callable[[], Awaitable[None]] | None = None
) -> Summary:
    """A simulation. With a disturbance, it ends when that ends."""
    over = asyncio.Event()
    with Progress(options, Console(quiet=True)) as progress:
        simulation = asyncio.create_task(simulate(settings, options, progress, over=over))
        if meanwhile is not None:
            await meanwhile()
            over.set()
        return await simulation


def faults(summary: Summary) -> dict[str, object]:
    return {
        "missed": summary.missed,
        "doubled": summary.doubled,
        "audit": summary.audit,
        "unanswered": summary.unanswered,
        "unexpected": summary.unexpected,
    }


NO_FAULTS: dict[str, object] = {"missed": [], "doubled": [], "audit": [], "unanswered": 0, "unexpected": {}}


async def test_a_small_simulation_finds_nothing_wrong(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run_simulation(service.settings, SMALL, as_json=True) == 0

    summary = json.loads(capsys.readouterr().out)
    assert {name: summary[name] for name in NO_FAULTS} == NO_FAULTS
    assert summary["searches"] > 0
    assert summary["searches"] == summary["paired"] + sum(summary["failed"].values())
    assert summary["messages_delivered"] == 2 * summary["messages_sent"] > 0
    assert summary["connections"] == SMALL.customers + SMALL.mitras


@pytest.mark.parametrize("name", ["public-1", "relay", "deadlines"])
async def test_nothing_is_missed_or_doubled_when_a_process_is_killed_again_and_again(
    service: Service, name: str
) -> None:
    async def kill_again_and_again() -> None:
        for _ in range(DEATHS):
            await asyncio.sleep(SECONDS_BETWEEN_DEATHS)
            await until(lambda: service.kill(name))

    summary = await simulated(service.settings, LIVELY, kill_again_and_again)

    assert faults(summary) == NO_FAULTS
    assert summary.paired > 0


async def test_nothing_is_doubled_when_the_relay_is_cut_off_between_publishing_and_its_commit(
    service: Service, db: Connection, monitor: Connection, database: str
) -> None:
    db.execute(SLOW_COMMITS)
    cut_off = CUT_OFF.format(database)

    async def cut_off_again_and_again() -> None:
        for _ in range(DEATHS):
            await asyncio.sleep(SECONDS_BETWEEN_DEATHS)
            db.execute("select pg_advisory_lock(1)")
            await until(lambda: monitor.execute(cut_off).rowcount)
            db.execute("select pg_advisory_unlock(1)")

    async with redis_client.connect(service.settings.redis_url) as redis, published(redis) as times:
        summary = await simulated(service.settings, LIVELY, cut_off_again_and_again)

    assert max(times.values()) > 1
    assert faults(summary) == NO_FAULTS
    assert summary.connections == LIVELY.customers + LIVELY.mitras


async def test_no_request_fails_while_all_of_sql_is_replaced_again_and_again(
    settings: Settings, database: str, monitor: Connection, tmp_path: Path
) -> None:
    monitor.execute(f"alter database {database} set deadlock_timeout to '1s'")  # Postgres' default
    url = settings.database_url
    files = sorted(SQL.rglob("*.sql"))

    async def replace_again_and_again() -> None:
        for number in range(REPLACEMENTS):
            changed = shutil.copytree(SQL, tmp_path / str(number))
            for file in files:
                with (changed / file.relative_to(SQL)).open("a", encoding="utf-8") as text:
                    text.write(f"-- {number}\n")
            report = await asyncio.to_thread(migrate, url, get_logger(), sql=changed, schedule_jobs=False)
            assert len(report.code.changed) == len(files)
            assert report.code.dropped == ()
            await asyncio.sleep(1)

    async with running(settings) as service:
        summary = await simulated(settings, LIVELY, replace_again_and_again)

    assert faults(summary) == NO_FAULTS
    assert summary.again == {}
    assert summary.connections == LIVELY.customers + LIVELY.mitras
    assert summary.paired > 0
    assert [line for line in service.said("relay", "deadlines") if "warning" in line] == []


async def test_every_frame_that_is_lost_on_the_way_is_missed(settings: Settings) -> None:
    options = Options(customers=5, mitras=2, minutes=0.1, seed=1, settle_seconds=2)
    lost: list[str] = []
    async with running(settings, without=("internal", "relay")), relay_that_loses_some(lost, settings):
        summary = await simulated(settings, options)

    assert len(summary.missed) == 2 * len(lost)  # each on both sides
    for kind, missed in (("CHAT_MESSAGE", " message "), ("CHAT_READ", " CHAT_READ")):
        count = sum(f'"{kind}"' in envelope for envelope in lost)
        assert sum(missed in what for what in summary.missed) == 2 * count > 0


async def test_a_broken_invariant_is_reported(
    service: Service, db: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    db.execute(
        "insert into data.payment_sessions (customer_id, amount, duration_minutes, created_at, expires_at) "
        "select id, 1, 1, now(), now() + interval '1 hour' from ops.seed_people(1, 0)"
    )

    assert await run_simulation(service.settings, replace(SMALL, settle_seconds=0)) == 1

    assert "a row's events end in its present state" in capsys.readouterr().out


@contextlib.asynccontextmanager
async def published(redis: Redis) -> AsyncIterator[Counter[int]]:
    """How often each event has been published."""
    times: Counter[int] = Counter()

    async def count(messages: PubSub) -> None:
        async for message in messages.listen():
            if message["type"] == "message":
                times.update(json.loads(one)["id"] for one in split(message["data"]))

    async with redis.pubsub() as messages:
        await messages.subscribe(REDIS_CHANNEL)
        async with background(count(messages)):
            yield times


@contextlib.asynccontextmanager
async def relay_that_loses_some(lost: list[str], settings: Settings) -> AsyncIterator[None]:
    """A relay like ours that does not publish every fifth message and "has read"."""

    async def relay() -> None:
        seen: Counter[str] = Counter()
        async with (
            await psycopg.AsyncConnection.connect(
                settings.database_url, options="-c role=curhat_listener", autocommit=True
            ) as connection,
            redis_client.connect(settings.redis_url) as redis,
        ):
            while True:
                rows = await (
                    await connection.execute("select envelope from api.drain_events(100)")
                ).fetchall()
                for (envelope,) in rows:
                    kind = json.loads(envelope)["frame"]["type"]
                    seen[kind] += 1
                    if kind in ("CHAT_MESSAGE", "CHAT_READ") and seen[kind] % 5 == 0:
                        lost.append(envelope)
                    else:
                        await redis.publish(REDIS_CHANNEL, envelope)
                await asyncio.sleep(0.01)

    async with background(relay()):
        yield
