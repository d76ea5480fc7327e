"""An internal worker, and people of the control center who use it."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from app.server import create_internal_app
from app.settings import Settings
from tests.internal.harness import Desk
from tests.rest.conftest import postgres, pytest_asyncio_loop_factories, settings
from tests.rest.harness import Worker, running
from tests.sql.conftest import world
from tests.sql.world import World

__all__ = ["postgres", "pytest_asyncio_loop_factories", "settings", "world"]


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    """A worker of the internal server."""
    async with running(settings, create_internal_app) as worker:
        yield worker


@pytest.fixture
async def http(worker: Worker) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=worker.url, timeout=30) as client:
        yield client


@pytest.fixture
def new_desk(settings: Settings, http: httpx.AsyncClient, world: World) -> Callable[..., Desk]:
    """Makes somebody of the control center: `new_desk("viewer")`, `new_desk("admin", "sri@example.com")`."""

    def made(role: str = "operator", email: str | None = None) -> Desk:
        return Desk(settings, http, world.staff(role, email))

    return made


@pytest.fixture
def desk(new_desk: Callable[..., Desk]) -> Desk:
    """An operator."""
    return new_desk()
