"""Fixtures of the SQL tests: a database whose clock stands still, audited after each test."""

import os
from collections.abc import Iterator

import pytest

from tests.cluster import TestCluster
from tests.conftest import Clock, Connect
from tests.frames import misfits
from tests.sql.world import Row, World


@pytest.fixture
def world(connect: Connect, clock: Clock) -> Iterator[World]:
    """An empty database. After the test, the audit must find nothing and every event must fit its type.

    A test that breaks something on purpose sets `world.sound` to False.
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
    """A database shared by all tests of a file that only read. Their `database` fixture returns it."""
    name = f"curhat_untouched_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    cluster.create(name, template)
    yield name
    cluster.drop(name)
