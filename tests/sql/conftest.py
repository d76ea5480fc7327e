"""What tests of the database's rules share: a database with a stopped clock, audited when the test is over."""

import os
from collections.abc import Iterator

import pytest

from tests.cluster import TestCluster
from tests.conftest import Clock, Connect
from tests.frames import misfits
from tests.sql.world import Row, World


@pytest.fixture
def world(connect: Connect, clock: Clock) -> Iterator[World]:
    """An empty house. When the test is over the audit must find nothing and every event be of its type, unless it
    broke something itself.
    """
    world = World(connect, clock)
    yield world
    if world.sound:
        assert world.audit() == []
        assert misfits(world.owner) == []


@pytest.fixture
def chat(world: World) -> Row:
    """A chat of 30 minutes that has just begun."""
    return world.chat(world.customer(), world.mitra())


@pytest.fixture(scope="session")
def untouched_database(cluster: TestCluster, template: str) -> Iterator[str]:
    """A database for tests that change nothing, as the `database` of their file."""
    name = f"curhat_untouched_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    cluster.create(name, template)
    yield name
    cluster.drop(name)
