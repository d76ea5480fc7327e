"""The world that the model is compared with."""

from functools import partial

import pytest

from tests.conftest import Clock, Connect
from tests.sql.world import World

# Every walk begins with empty tables, and events refuse to be deleted.
MAY_BE_EMPTIED = """
do $$ begin
    execute (
        select string_agg(format('alter table %s disable trigger events_not_emptied', relid), ';')
        from pg_partition_tree('data.events')
    );
end $$
"""


@pytest.fixture
def world(connect: Connect, clock: Clock) -> World:
    """Empty tables and a stopped clock. JIT is off: compiling queries would take longer than running them."""
    world = World(partial(connect, jit="off"), clock)
    world.owner.execute(MAY_BE_EMPTIED)
    return world
