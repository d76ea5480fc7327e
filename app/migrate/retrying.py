"""DDL that waits for a lock makes all others wait behind it, so it waits briefly, gives way, tries again."""

from collections.abc import Callable
from typing import TypeVar

import psycopg
from structlog.typing import FilteringBoundLogger
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random

# Less than deadlock_timeout (1 s): where we and others wait for each other in a circle, it is we who give way. And
# less than the app's lock_timeout (2 s), since whoever needs the table waits behind us meanwhile.
LOCK_TIMEOUT = "500ms"
# For many locks one after the other, where those that are held make others wait for those that are not yet.
BRIEF_LOCK_TIMEOUT = "100ms"
ATTEMPTS = 30

IN_THE_WAY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)

Result = TypeVar("Result")


def without_blocking(work: Callable[[], Result], what: str, log: FilteringBoundLogger) -> Result:
    """Do the work, which must be one whole transaction, again when others' locks got in its way."""

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("migrate_again", what=what, attempt=state.attempt_number, because=str(error).strip())

    retrying = Retrying(
        retry=retry_if_exception_type(IN_THE_WAY),
        wait=wait_random(0.2, 1),
        stop=stop_after_attempt(ATTEMPTS),
        before_sleep=say,
        reraise=True,
    )
    return retrying(work)
