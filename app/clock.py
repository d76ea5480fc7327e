"""The database's clock, as a worker knows it.

Whatever people see, and whatever is held against a time that Postgres wrote, goes by this one clock: workers stand on
several machines, whose clocks differ. It is read with round trips that are made anyway (`app.identity.standing`), and
goes on by this machine's steady clock in between. The surest reading counts; one that contradicts it replaces it, for
then a clock was set.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

DRIFT = 1 / 1000
"""By how much the trust in a reading wears off, in seconds a second."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The database's time at a moment of the steady clock, give or take."""

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
        """Take a reading that has just come in; question and answer took so many seconds."""
        fresh = Reading(shown.timestamp() + took / 2, self._steady(), took / 2)
        if self._reading is None or _is_surer(fresh, self._reading):
            self._reading = fresh


def _is_surer(fresh: Reading, known: Reading) -> bool:
    age = fresh.at - known.at
    uncertainty = known.uncertainty + age * DRIFT
    difference = abs(fresh.shown - (known.shown + age))
    return fresh.uncertainty <= uncertainty or difference > fresh.uncertainty + uncertainty
