"""Two calls meet halfway: each holds the rows that it has locked so far, and wants more.

No two of them can deadlock, since all lock in the one order: payment session, request, mitra, chat,
extension. A call is stopped by a row that somebody else holds; what it has locked by then comes earlier.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.races.arena import Arena, Call, Stop
from tests.races.conftest import OpenArena
from tests.races.scenarios import SCENARIOS
from tests.races.test_every_pair import faults


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_waiting_call_holds_only_rows_that_come_earlier_in_the_order(
    arena: OpenArena, scenario: str
) -> None:
    scene = arena(scenario)

    found = [
        f"{call} wants {stop.wanted} and holds {row}"
        for call in SCENARIOS[scenario].calls
        for stop in scene.stops(call)
        for row in stop.held
        if row.rank >= stop.wanted.rank
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_repeated_call_waits_for_no_row(arena: OpenArena, scenario: str) -> None:
    scene = arena(scenario)

    found = [
        f"{call} waits for {stop.wanted}"
        for call in SCENARIOS[scenario].calls
        if call.repeated
        for stop in scene.stops(call)
    ]

    assert not found, "\n".join(found)


def meetings(arena: Arena, calls: tuple[Call, ...]) -> Iterator[tuple[Call, Stop, Call]]:
    """A call that is stopped halfway, and another that wants both the rows it holds and the row it waits for."""
    stops = {call: arena.stops(call) for call in calls if not call.repeated}
    for first, firsts in stops.items():
        for stop in firsts:
            missing = {other.wanted for other in firsts} - stop.held
            for second, seconds in stops.items():
                wanted = {other.wanted for other in seconds}
                if stop.held & wanted and missing & wanted:
                    yield first, stop, second


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_two_calls_that_meet_in_their_middle_go_through_one_after_the_other(
    arena: OpenArena, scenario: str
) -> None:
    scene = arena(scenario)

    found = [
        f"at {stop.wanted}: {fault}"
        for first, stop, second in meetings(scene, SCENARIOS[scenario].calls)
        for fault in faults(
            scene, first, second, replace(scene.race_in_the_middle(first, stop, second), waited=False)
        )
    ]

    assert not found, "\n".join(found)
