"""Fires deadlines within milliseconds of their time.

It sleeps until the next deadline, wakes early when an earlier one is set, and looks every second in any case. Any
number may run, beside pg_cron, which calls the same function: `api.fire_due` skips rows that another caller has
locked. Only precision depends on this process, not correctness.
"""

import asyncio
import time
from typing import NoReturn

import structlog

from app.metrics import Figures
from app.retries import Retries
from app.settings import Settings
from listeners.channel import Channel, count
from listeners.connection import CONNECTION_ERRORS, Connection, connected

BATCH = 100
LOOK_SECONDS = 1.0
# A deadline is due but was not fired (locked by another caller, or failing): pauses before the next look.
FIRST_PAUSE_SECONDS = 0.002
LONGEST_PAUSE_SECONDS = 0.1

log = structlog.get_logger(__name__)


class Tally:
    """Figures about fired deadlines."""

    def __init__(self, figures: Figures) -> None:
        self._due_at: float | None = None
        self._fired = figures.counter("curhat_deadlines_fired", "Deadlines fired by this listener.")
        self._lag = figures.timings(
            "curhat_deadline_fired_late_seconds",
            "How late deadlines were fired; of a batch, its oldest.",
        )

    def expect(self, seconds: float | None) -> None:
        """The next deadline is due in this many seconds; None if there is none."""
        self._due_at = None if seconds is None else time.monotonic() + seconds

    def count(self, fired: int) -> None:
        """Count fired deadlines; the delay is known only for an expected deadline."""
        if fired:
            self._fired.add(amount=fired)
            late = None if self._due_at is None else time.monotonic() - self._due_at
            if late is not None and late >= 0:
                self._lag.observe(late)


async def run(
    settings: Settings, *, look_seconds: float = LOOK_SECONDS, figures: Figures | None = None
) -> None:
    """Fire deadlines until cancelled."""
    figures = figures or Figures("deadlines", settings.home)
    nearer = Channel(settings.database_url, ["curhat_deadline"], name="curhat deadlines bell")
    count(figures, nearer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(nearer.run())
        tasks.create_task(_fire(settings, nearer, look_seconds, Tally(figures)))


async def _fire(settings: Settings, nearer: Channel, look_seconds: float, tally: Tally) -> NoReturn:
    retries = Retries()
    while True:
        try:
            async with connected(settings.database_url, "curhat deadlines") as connection:
                log.info("deadline listener at work")
                await _fire_for_ever(connection, nearer, retries, look_seconds, tally)
        except CONNECTION_ERRORS as error:
            log.warning("deadlines were not fired, trying again", reason=repr(error))
        await retries.wait()


async def _fire_for_ever(
    connection: Connection, nearer: Channel, retries: Retries, look_seconds: float, tally: Tally
) -> NoReturn:
    pause = FIRST_PAUSE_SECONDS
    while True:
        fired = 0
        while (batch := await connection.fetchval("select api.fire_due($1)", BATCH)) >= BATCH:
            fired += batch
        fired += batch
        tally.count(fired)
        seconds = await connection.fetchval("select api.seconds_to_next_deadline()")
        tally.expect(seconds)
        retries.reset()
        if fired == 0 and seconds is not None and seconds <= 0:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        else:
            pause = FIRST_PAUSE_SECONDS
            await _sleep(look_seconds if seconds is None else min(seconds, look_seconds), nearer)


async def _sleep(seconds: float, nearer: Channel) -> None:
    """Sleep for this long, or until an earlier deadline is set."""
    wake_at = time.monotonic() + seconds
    while (left := wake_at - time.monotonic()) > 0:
        notification = await nearer.next(left)
        if notification is not None and _seconds(notification.payload) < wake_at - time.monotonic():
            return


def _seconds(payload: str) -> float:
    try:
        return float(payload)
    except ValueError:
        log.warning("announced deadline is not a number", payload=payload)
        return 0.0
