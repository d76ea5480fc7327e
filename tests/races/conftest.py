"""Fixtures of the races: an arena for a scenario, and the check that nothing deadlocked."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import pytest

from tests.conftest import Clock, Connect, Connection
from tests.races.arena import PATIENCE, Arena, Orders
from tests.races.crowd import MANY, Crowd
from tests.races.scenarios import SCENARIOS
from tests.races.storm import Storm
from tests.sql.world import World

OpenArena = Callable[[str], Arena]
KnownOrders = dict[str, Orders]
Deadlocks = Callable[..., int]


class InThread(Protocol):
    """Starts a call in a thread, and returns a function that waits for its end."""

    def __call__(self, call: Callable[..., Any], *arguments: object) -> Callable[[], Any]: ...


@pytest.fixture(scope="session")
def known_orders() -> KnownOrders:
    """Results of calls in sequence, by scenario: worked out once in a run."""
    return {name: {} for name in SCENARIOS}


@pytest.fixture
def world(connect: Connect, clock: Clock) -> World:
    """An empty house with a stopped clock."""
    return World(connect, clock)


@pytest.fixture
def deadlocks(monitor: Connection, database: str) -> Deadlocks:
    """Counts the deadlocks that Postgres has broken among the test's connections."""

    def count(*connections: Connection) -> int:
        for connection in connections:
            connection.execute("select pg_stat_force_next_flush()")
        row = monitor.execute(
            "select deadlocks from pg_stat_database where datname = %s", [database]
        ).fetchone()
        assert row is not None
        return int(row[0])

    return count


@pytest.fixture
def in_thread() -> Iterator[InThread]:
    """Starts a call in a thread, and returns a function that waits for its end."""
    with ThreadPoolExecutor() as threads:
        yield lambda call, *arguments: threads.submit(call, *arguments).result


@pytest.fixture
def arena(
    world: World, connect: Connect, admin: Connection, deadlocks: Deadlocks, known_orders: KnownOrders
) -> Iterator[OpenArena]:
    """Opens an arena with the scene of a scenario. A deadlock in it fails the test."""
    arenas: list[Arena] = []

    def open_arena(scenario: str) -> Arena:
        scene = SCENARIOS[scenario].build(world)
        arenas.append(Arena(world, scene, connect, admin, known_orders[scenario]))
        return arenas[-1]

    yield open_arena
    for arena in arenas:
        connections = arena.close()
        assert deadlocks(*connections) == 0 or not arena.sound


@pytest.fixture
def blaster(connect: Connect) -> Connection:
    """A connection that holds a blast open."""
    connection = connect(**PATIENCE)
    connection.execute("begin")
    return connection


@pytest.fixture
def crowd(connect: Connect, deadlocks: Deadlocks) -> Iterator[Crowd]:
    """Twenty connections of the app's. A deadlock among them fails the test."""
    connections = [connect(**PATIENCE) for _ in range(MANY)]
    with ThreadPoolExecutor(MANY) as threads:
        crowd = Crowd(connections, threads)
        yield crowd
    assert deadlocks(*connections) == 0 or not crowd.sound


@pytest.fixture
def storm(world: World, connect: Connect) -> Storm:
    """A storm that is about to begin."""
    return Storm(world, connect)
