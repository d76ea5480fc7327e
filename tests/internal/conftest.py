"""Fixtures of the internal API's tests: a worker, and operators who use it."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from app.server import create_internal_app
from app.settings import Settings
from tests.internal.harness import Desk
from tests.rest.conftest import http, postgres, pytest_asyncio_loop_factories, settings
from tests.rest.harness import Worker, running
from tests.sockets.conftest import publisher, relayed
from tests.sql.conftest import world
from tests.sql.world import World

__all__ = [
    "http",
    "postgres",
    "publisher",
    "pytest_asyncio_loop_factories",
    "relayed",
    "settings",
    "world",
]


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    """An internal worker."""
    async with running(settings, create_internal_app) as worker:
        yield worker


@pytest.fixture
def new_desk(settings: Settings, http: httpx.AsyncClient, world: World) -> Callable[..., Desk]:
    """Adds an operator: `new_desk("viewer")`, `new_desk("admin", "sri@example.com")`."""

    def made(role: str = "operator", email: str | None = None) -> Desk:
        return Desk(settings, http, world.staff(role, email))

    return made


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """The desk of an operator."""
    return new_desk()
