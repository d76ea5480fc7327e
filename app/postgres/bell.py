"""Wakes the relay after commits, debounced.

A NOTIFY inside the transaction would serialize all commits of the cluster. So the transaction only writes its
event, and the app rings afterwards, over a connection that does not wait for its flush. A lost ring costs no more
than the relay's next poll.
"""

import asyncio

import structlog

from app.postgres.db import Database, Schema
from app.postgres.lane import LostError, ServerError
from app.refusals import Refusal

WINDOW_SECONDS = 0.002
# A ring costs as much as a small transition: under load there are fewer, and the relay drains larger batches.
BUSY_WINDOW_SECONDS = 0.005
BUSY = 4  # commits within one window

log = structlog.get_logger(__name__)


class Bell:
    """Rings at once after a quiet window, else once at the end of the window."""

    def __init__(self, url: str, schema: Schema = "api") -> None:
        self._database = Database(
            url, schema=schema, lanes=1, slow_lanes=0, session={"synchronous_commit": "off"}
        )
        self._quiet_from = 0.0
        self._untold = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> int:
        """How many lanes hold a connection."""
        return self._database.connected

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        await self._database.open(tasks)

    async def close(self) -> None:
        """Ring if a ring is due, and close."""
        if self._timer is not None:
            self._timer.cancel()
            self._ring()
        await self._database.close()

    def ring(self) -> None:
        """Something was committed."""
        self._untold += 1
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        if loop.time() >= self._quiet_from:
            self._ring()
        else:
            self._timer = loop.call_at(self._quiet_from, self._ring)

    def _ring(self) -> None:
        self._timer = None
        window = WINDOW_SECONDS if self._untold < BUSY else BUSY_WINDOW_SECONDS
        self._quiet_from = asyncio.get_running_loop().time() + window
        self._untold = 0
        try:
            call = self._database.send("ring")
        except Refusal as refusal:
            log.warning("the bell was not rung", reason=refusal.slug)
            return
        call.future.add_done_callback(_rung)


def _rung(future: asyncio.Future[bytes | None]) -> None:
    error = future.exception()
    if isinstance(error, LostError | ServerError):
        log.warning("the bell was not rung", reason=str(error))
