"""What the tests of the model share: the world it is compared with."""

from functools import partial

import pytest

from tests.conftest import Clock, Connect
from tests.sql.world import World


@pytest.fixture
def world(connect: Connect, clock: Clock) -> World:
    """An empty house whose clock stands still; compiling queries would take longer than running them."""
    return World(partial(connect, jit="off"), clock)
