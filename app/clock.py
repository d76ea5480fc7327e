"""The database's clock, as a worker knows it.

Times that people see, and times that are compared with Postgres', come from this one clock: workers run on several
machines, whose clocks differ. It is read with round trips that are made anyway (`app.identity.standing`), and runs
on this machine's monotonic clock in between. The most precise reading counts. A reading that contradicts it
replaces it: a clock was set.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

DRIFT = 1 / 1000
"""How much less precise a reading becomes, in seconds per second."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The database's time at a moment of the monotonic clock, plus or minus."""

    shown: float
    at: float
    uncertainty: float


class DatabaseClock:
    """The database's time; this machine's until it has been read."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._reading: Reading | None = None

    def time(self) -> float:
        """Seconds since 1970."""
        if self._reading is None:
            return time.time()
        return self._reading.shown + self._steady() - self._reading.at

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def read(self, shown: datetime, took: float) -> None:
        """Take a reading that has just come in, after a round trip of so many seconds."""
        fresh = Reading(shown.timestamp() + took / 2, self._steady(), took / 2)
        if self._reading is None or _is_surer(fresh, self._reading):
            self._reading = fresh


def _is_surer(fresh: Reading, known: Reading) -> bool:
    age = fresh.at - known.at
    uncertainty = known.uncertainty + age * DRIFT
    difference = abs(fresh.shown - (known.shown + age))
    return fresh.uncertainty <= uncertainty or difference > fresh.uncertainty + uncertainty
