"""A simulation finds nothing wrong with a service that works, whatever dies, and finds what is planted."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import psycopg
import pytest
from redis.asyncio import Redis
from rich.console import Console

from app.envelope import REDIS_CHANNEL
from app.settings import Settings
from app.simulate.plan import Options
from app.simulate.report import Progress, Summary
from app.simulate.simulation import run_simulation, simulate
from tests.simulate.conftest import Service, running

SMALL = Options(customers=5, mitras=2, minutes=0.1, seed=1)
LIVELY = Options(customers=12, mitras=4, minutes=0.25, seed=1)
SECONDS_BETWEEN_KILLS = 3
KILLS = 4


async def simulated(settings: Settings, options: Options) -> Summary:
    with Progress(options, Console(quiet=True)) as progress:
        return await simulate(settings, options, progress)


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
    simulation = asyncio.create_task(simulated(service.settings, LIVELY))
    killed = 0
    while killed < KILLS and not simulation.done():
        await asyncio.sleep(SECONDS_BETWEEN_KILLS)
        killed += service.kill(name)
    summary = await simulation

    assert killed == KILLS
    assert faults(summary) == NO_FAULTS
    assert summary.paired > 0


async def test_every_frame_that_is_lost_on_the_way_is_missed(settings: Settings) -> None:
    options = Options(customers=5, mitras=2, minutes=0.1, seed=1, settle_seconds=2)
    lost: list[str] = []
    async with running(settings, without="relay"), relay_that_loses_messages(lost, settings):
        summary = await simulated(settings, options)

    assert len(lost) > 0
    assert len(summary.missed) == 2 * len(lost)  # each by both sides
    assert all(" message " in what for what in summary.missed)


async def test_a_broken_invariant_is_reported(
    service: Service, db: psycopg.Connection[tuple[object, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    db.execute(
        "insert into data.payment_sessions (customer_id, amount, duration_minutes, created_at, expires_at) "
        "select id, 1, 1, now(), now() + interval '1 hour' from ops.seed_people(1, 0)"
    )

    assert await run_simulation(service.settings, SMALL) == 1

    assert "a row's events end in its present state" in capsys.readouterr().out


@contextlib.asynccontextmanager
async def relay_that_loses_messages(lost: list[str], settings: Settings) -> AsyncIterator[None]:
    """A relay like ours, but for every fifth message, which it does not publish."""

    async def relay() -> None:
        messages = 0
        async with (
            await psycopg.AsyncConnection.connect(
                settings.database_url, options="-c role=curhat_app", autocommit=True
            ) as connection,
            Redis.from_url(settings.redis_url, socket_timeout=None) as redis,
        ):
            while True:
                rows = await (
                    await connection.execute("select envelope from api.drain_events(100)")
                ).fetchall()
                for (envelope,) in rows:
                    messages += '"CHAT_MESSAGE"' in envelope
                    if '"CHAT_MESSAGE"' in envelope and messages % 5 == 0:
                        lost.append(envelope)
                    else:
                        await redis.publish(REDIS_CHANNEL, envelope)
                await asyncio.sleep(0.01)

    task = asyncio.create_task(relay())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
