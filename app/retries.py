"""When to try again what has failed."""

import asyncio

from tenacity import RetryCallState, Retrying, wait_exponential, wait_random_exponential
from tenacity.wait import wait_base

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 5.0


class Retries:
    """Counts the failures in a row, and waits longer after each.

    The n-th wait lies between half and the whole of 0.1 s · 2ⁿ, and is never longer than `longest_seconds`.
    """

    def __init__(self, longest_seconds: float = LONGEST_SECONDS) -> None:
        first, longest = FIRST_SECONDS / 2, longest_seconds / 2
        self._wait = wait_exponential(first, longest) + wait_random_exponential(first, longest)
        self.failures = 0

    def reset(self) -> None:
        """The last try has worked."""
        self.failures = 0

    def seconds(self) -> float:
        """How long to wait after the failures up to now; with jitter, so that not all come back at once."""
        return seconds_after(self.failures, self._wait)

    async def wait(self) -> None:
        """Wait for the time of one more failure."""
        await asyncio.sleep(self.seconds())
        self.failures += 1


def seconds_after(failures: int, wait: wait_base) -> float:
    """How long `wait` says to wait after so many failures in a row and one more."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = failures + 1
    return wait(state)
