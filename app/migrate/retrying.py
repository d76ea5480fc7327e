"""Retries for DDL. Others queue behind DDL that waits for a lock, so it waits briefly, gives up, and tries again."""

from collections.abc import Callable
from typing import TypeVar

import psycopg
from structlog.typing import FilteringBoundLogger
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random

# Below deadlock_timeout (1 s), so that in a deadlock we give up first. Below the app's lock_timeout (2 s), since the
# app's calls queue behind us meanwhile.
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
    """Do the work, which must be one transaction, and retry it after lock conflicts."""

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
