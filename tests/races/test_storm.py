"""A storm of random calls leaves a sound house: no deadlock, nothing for the audit, no unknown refusal."""

import re

from tests.races.conftest import Deadlocks
from tests.races.storm import Storm
from tests.sql.world import World

NEVER_TOLD = {"illegal_transition"}
"""Refusals that only hand-written SQL may get. A function that runs into one lacks a guard."""


def test_a_storm_leaves_a_sound_house(storm: Storm, deadlocks: Deadlocks) -> None:
    storm.rage()
    storm.settle()

    assert storm.world.audit() == []
    assert deadlocks(*storm.connections) == 0
    slugs = {slug for _, slug in storm.told} - {"done"}
    assert slugs - (known_slugs(storm.world) - NEVER_TOLD) == set()
    assert storm.world.rows("select * from data.deadline_errors") == []
    for made in (
        "accept_request",
        "decline_request",
        "request_extension",
        "send_message",
        "fallback_to_blast",
    ):
        assert storm.told[made, "done"] > 0, "no such call succeeded"


def known_slugs(world: World) -> set[str]:
    """Every slug that a function can refuse with."""
    sources = world.rows(
        "select prosrc from pg_proc where pronamespace = any (array['api', 'ops', 'logic']::regnamespace[])"
    )
    return {slug for row in sources for slug in re.findall(r"refuse\(\s*\d+, '(\w+)'", row["prosrc"])}
