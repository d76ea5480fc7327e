"""When to try again what has failed."""

import asyncio

from redis.backoff import EqualJitterBackoff

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 5.0
# Any wait has long been the longest by then, and after 1024 the power of two would be no float any more.
MOST_DOUBLINGS = 64


class Retries:
    """Counts the failures in a row, and waits longer after each.

    The n-th wait lies between half and the whole of 0.1 s · 2ⁿ, and is never longer than `longest_seconds`.
    """

    def __init__(self, longest_seconds: float = LONGEST_SECONDS) -> None:
        self._backoff = EqualJitterBackoff(cap=longest_seconds, base=FIRST_SECONDS)
        self.failures = 0

    def reset(self) -> None:
        """What we tried has worked."""
        self.failures = 0

    def seconds(self) -> float:
        """How long to wait after the failures up to now; by chance, so that not all come back at once."""
        return self._backoff.compute(min(self.failures, MOST_DOUBLINGS))

    async def wait(self) -> None:
        """Wait for the time of one more failure."""
        await asyncio.sleep(self.seconds())
        self.failures += 1
