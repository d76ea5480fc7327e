"""A listener may be stopped, or lose its connections, at any moment."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from app.settings import Settings
from listeners import availability, deadlines, relay
from tests.listeners.conftest import Run, Subscriber, Writer, write_event
from tests.listeners.test_deadlines import expired, pending_payment
from tests.waits import PATIENCE_SECONDS

TIMES = 50
CUT = (
    "select pg_terminate_backend(pid) from pg_stat_activity "
    "where datname = %s and application_name like 'curhat %%'"
)

Listener = Callable[[Settings], Awaitable[None]]
LISTENERS = pytest.mark.parametrize(
    "listener",
    [
        pytest.param(relay.run, id="relay"),
        pytest.param(deadlines.run, id="deadlines"),
        pytest.param(availability.run, id="availability"),
    ],
)


async def a_moment(chance: random.Random) -> None:
    await asyncio.sleep(chance.random() / 20)


@LISTENERS
async def test_a_cancelled_listener_stops(settings: Settings, writer: Writer, listener: Listener) -> None:
    chance = random.Random(1)
    for marker in range(TIMES):
        task = asyncio.ensure_future(listener(settings))
        await write_event(writer, marker)
        await a_moment(chance)
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE_SECONDS)
        assert task.cancelled()


@pytest.fixture
def cut_everything(monitor: psycopg.Connection[Any], database: str) -> Callable[[], object]:
    """Terminates all backends of the listeners."""
    return lambda: monitor.execute(CUT, [database])


async def test_the_relay_goes_on_after_its_connections_are_cut(
    settings: Settings,
    run: Run,
    subscriber: Subscriber,
    writer: Writer,
    cut_everything: Callable[[], object],
) -> None:
    chance = random.Random(1)
    run(relay.run(settings))
    for marker in range(TIMES):
        await write_event(writer, marker)
        await a_moment(chance)
        cut_everything()

    await subscriber.receive(set(range(TIMES)))


async def test_the_deadline_listener_goes_on_after_its_connections_are_cut(
    settings: Settings, run: Run, writer: Writer, cut_everything: Callable[[], object]
) -> None:
    chance = random.Random(1)
    run(deadlines.run(settings))
    for _ in range(TIMES):
        await a_moment(chance)
        cut_everything()

    await expired(writer, await pending_payment(writer, -1))
