"""Metrics of what waits in the database. The internal worker reads them every few seconds; there is only one, so
they are read once.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import NoReturn

import msgspec
import structlog

from app.envelope import DECODE_ERRORS
from app.metrics import WRITE_SECONDS, Figures, Values
from app.postgres.db import Database, DatabaseError
from app.public.replies import Readiness
from app.refusals import Refusal

LOOK_SECONDS = WRITE_SECONDS

log = structlog.get_logger(__name__)

_decoder = msgspec.json.Decoder(Readiness)


class Backlog:
    """The last reply of `ready`; without one the metrics are left out."""

    def __init__(self, database: Database, figures: Figures) -> None:
        self._database = database
        self._found: Readiness | None = None
        self._task: asyncio.Task[NoReturn] | None = None
        for name, meaning, key in (
            (
                "curhat_outbox_events",
                "Events that the relay has not handed on (1000 at most).",
                "events_waiting",
            ),
            ("curhat_outbox_oldest_seconds", "Age of the oldest of them.", "oldest_event_seconds"),
            ("curhat_deadlines_overdue", "Deadlines due and not fired (100 at most).", "overdue_deadlines"),
            (
                "curhat_deadline_lag_seconds",
                "How late the oldest of them is.",
                "oldest_deadline_seconds",
            ),
            ("curhat_codes_of_hour", "One-time codes that were sent in the last hour.", "codes_of_hour"),
            (
                "curhat_codes_most_per_hour",
                "The bound on codes in an hour (otp_most_per_hour).",
                "codes_most_per_hour",
            ),
            (
                "curhat_codes_refused",
                "Codes refused in the last hour because of that bound.",
                "codes_refused",
            ),
        ):
            figures.gauge(name, meaning, partial(self._figure, key))
        figures.gauge(
            "curhat_last_worked_seconds",
            "Time since a process recorded work in the database (at most every 5 s).",
            self._last_worked,
            "of",
        )

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        self._task = tasks.create_task(self._look_again_and_again(), name="backlog")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look_again_and_again(self) -> NoReturn:
        while True:
            try:
                self._found = _decoder.decode(await self._database.call("ready") or b"")
            except (Refusal, DatabaseError, *DECODE_ERRORS) as error:
                self._found = None
                log.info("the backlog could not be read", reason=repr(error))
            await asyncio.sleep(LOOK_SECONDS)

    def _figure(self, key: str) -> Mapping[Values, float]:
        return {} if self._found is None else {(): float(getattr(self._found, key))}

    def _last_worked(self) -> Mapping[Values, float]:
        if self._found is None:
            return {}
        return {(process,): seconds for process, seconds in self._found.last_worked_seconds.items()}
