"""A short piece of what `make chaos` does: nothing is missed, whatever dies."""

import os
import subprocess
import sys
from itertools import islice

from tests.chaos.blows import ONE_OF_EACH, blows
from tests.chaos.house import house
from tests.chaos.run import LONGEST_MINUTES, chaos
from workshop.simulate.plan import Options

# The first six: all our processes, the relay's sessions, locked payments, Redis, a worker, Postgres. Short pauses.
SEED, COUNT = 3279, 6
OPTIONS = Options(customers=8, mitras=3, minutes=LONGEST_MINUTES, seed=SEED)


def names(seed: int, count: int) -> list[str]:
    return [blow.name for blow in islice(blows(seed), count)]


def test_a_seed_stands_for_an_order() -> None:
    assert names(1, 3 * ONE_OF_EACH) == names(1, 3 * ONE_OF_EACH) != names(2, 3 * ONE_OF_EACH)


def test_each_kind_comes_once_before_any_comes_again() -> None:
    kinds = [name.partition(" for ")[0] for name in names(1, 2 * ONE_OF_EACH)]
    assert len(set(kinds[:ONE_OF_EACH])) == ONE_OF_EACH
    assert sorted(kinds[:ONE_OF_EACH]) == sorted(kinds[ONE_OF_EACH:])
    assert kinds[:ONE_OF_EACH] != kinds[ONE_OF_EACH:]


def test_a_run_that_cannot_even_begin_ends_in_a_verdict() -> None:
    """Here Redis does not start."""
    nowhere = {**os.environ, "PATH": ""}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--seed=1"],
        env=nowhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines()[-1].startswith("verdict: it came to no end: ")
    assert ran.returncode == 1


async def test_nothing_is_missed_and_nothing_doubled_whatever_dies() -> None:
    told: list[str] = []
    async with house() as made:
        summary = await chaos(made, seed=SEED, count=COUNT, options=OPTIONS, say=told.append)

    assert [line.partition(" s  ")[2] for line in told] == names(SEED, COUNT)
    assert (summary.missed, summary.doubled, summary.audit) == ([], [], [])
    assert (summary.unanswered, summary.unexpected) == (0, {})
    assert summary.again  # the blows had an effect
    assert summary.paired > 0
