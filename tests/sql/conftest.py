"""What tests of the database's rules share: a database with a stopped clock, audited when the test is over."""

from collections.abc import Iterator

import pytest

from tests.conftest import Clock, Connect
from tests.sql.world import World


@pytest.fixture
def world(connect: Connect, clock: Clock) -> Iterator[World]:
    """An empty house. When the test is over the audit must find nothing, unless it broke something itself."""
    world = World(connect, clock)
    yield world
    if world.sound:
        assert world.audit() == []
