"""Every pair of calls that can touch the same payment, request or chat, on two connections, in both orders.

Two concurrent calls must have the outcome of the same calls in sequence: the same replies or slugs, the same rows, and
no audit findings. A call that had to wait counts as second; otherwise either order will do. Deadlines and lease
renewals are repeated anyway, so they wait for nobody.
"""

import pytest

from tests.races.arena import Arena, Call, Race
from tests.races.conftest import OpenArena
from tests.races.scenarios import SCENARIOS


def faults(arena: Arena, first: Call, second: Call, race: Race) -> list[str]:
    """What is wrong with a race."""
    found = []
    if race.waited and second.repeated:
        found.append("it waited")
    allowed = [arena.in_order(first, second)]
    if not race.waited:
        allowed.append(arena.in_order(second, first).swapped)
    if race.result not in allowed:
        found.append(" or ".join("; ".join(race.result.differences(order)) for order in allowed))
    found += [f"the audit finds {row}" for row in race.audit]
    return [f"{first} × {second}: {fault}" for fault in found]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_call_that_is_held_open_leaves_every_other_one_outcome(arena: OpenArena, scenario: str) -> None:
    scene = arena(scenario)
    calls = SCENARIOS[scenario].calls
    # A call that the scene refuses holds nothing: it is raced as the second of the others.
    holders = [call for call in calls if not scene.refused(scene.alone(call).second)]

    found = [
        fault
        for first in holders
        for second in calls
        for fault in faults(scene, first, second, scene.race(first, second))
    ]

    assert not found, "\n".join(found)
