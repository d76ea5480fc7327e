"""The wait before a retry, after any number of failures: servers may be gone for hours."""

import pytest

from app.retries import Retries
from app.running.supervisor import Backoff

DAYS_OF_FAILURES = 1_000_000


@pytest.mark.parametrize(("failures", "longest"), [(0, 0.1), (1, 0.2), (5, 3.0), (DAYS_OF_FAILURES, 3.0)])
def test_the_wait_doubles_up_to_its_limit_and_is_never_less_than_half(failures: int, longest: float) -> None:
    retries = Retries(longest_seconds=3.0)
    retries.failures = failures
    assert longest / 2 <= retries.seconds() <= longest


def test_a_program_that_has_failed_for_days_is_started_again_after_the_longest_pause() -> None:
    assert Backoff(first=0.2, longest=10.0).seconds(DAYS_OF_FAILURES) == 10.0
