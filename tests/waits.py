"""How tests wait: for a condition, never for a time."""

import asyncio
import time
from collections.abc import Callable
from inspect import isawaitable

PATIENCE_SECONDS = 120.0
"""Far longer than any wait takes, so that a failure does not hang; never a measure of how fast something must be."""


async def until(condition: Callable[[], object]) -> None:
    """Return when the condition holds, whether it answers at once or must be awaited."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await found if isawaitable(found := condition()) else found):  # noqa: ASYNC110 - no Event tells
            await asyncio.sleep(0.005)


def wait_until(condition: Callable[[], object], what: str = "the condition") -> None:
    """As `until`, for tests without an event loop; `what` names the condition in a failure."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up, f"it never came to this: {what}"
        time.sleep(0.01)
