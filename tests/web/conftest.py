"""One browser and one whole service for all tests of a process; a phone and people of its own for each."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any, Protocol

import httpx
import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from app.settings import Settings
from tests.cluster import TestCluster
from tests.conftest import Connection
from tests.ports import free_port
from tests.simulate.conftest import Service, running
from tests.web.harness import Phone, SignedIn, chromium_options, phone
from tests.web.world import World

# Nobody answers by timer while a test looks, however slow the machine is.
PATIENT = {
    "presence_ttl_seconds": 600,
    "pairing_blast_timeout_seconds": 600,
    "returning_chat_confirmation_timeout_seconds": 300,
    "extension_timeout_seconds": 300,
    "extension_default_action_on_timeout": "auto_approve",
    "messages_per_minute": 600,
}


class OpenPhone(Protocol):
    """Makes phones; they are put away when the test ends."""

    async def __call__(self, person: SignedIn | None = None, **options: Any) -> Phone: ...  # noqa: ANN401


@pytest.fixture(scope="session")
def service_settings(
    cluster: TestCluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database and a Redis for the service, which the other tests of this process do not touch."""
    name = f"curhat_web_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    cluster.create(name, template)
    redis = cluster.redis(name)
    process = redis.start()
    try:
        yield Settings.from_environment(
            {
                "CURHAT_DATABASE_URL": cluster.url(name),
                "CURHAT_REDIS_URL": redis.url(),
                "CURHAT_HOME": str(tmp_path_factory.mktemp("web")),
                "CURHAT_PUBLIC_PORT": str(free_port()),
                "CURHAT_INTERNAL_PORT": str(free_port()),
            }
        )
    finally:
        process.terminate()
        process.wait()
        cluster.drop(name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(service_settings: Settings) -> AsyncIterator[Service]:
    """Workers, relay and deadline listener, each started again when it dies."""
    async with running(service_settings, without=()) as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one browser of this process."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium_options())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the public server."""
    url = f"http://127.0.0.1:{service.settings.public_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def owner(service_settings: Settings) -> Iterator[Connection]:
    """A connection to the service's database as the owner of everything."""
    with psycopg.connect(
        service_settings.database_url, autocommit=True, options="-c role=curhat_owner -c timezone=UTC"
    ) as connection:
        yield connection


@pytest.fixture
def world(service: Service, api: httpx.AsyncClient, owner: Connection) -> Iterator[World]:
    """People of the test's own; nobody is online before it, and waits last long unless it says otherwise."""
    world = World(service, api, owner)
    world.configure(**PATIENT)
    yield world
    world.everybody_leaves()
    world.nobody_searches()


@pytest_asyncio.fixture(loop_scope="session")
async def open_phone(browser: Browser, service: Service) -> AsyncIterator[OpenPhone]:
    """A phone with an app of the public server: the customer's, or the mitra's when `app` says so."""
    async with AsyncExitStack() as stack:

        async def open_one(person: SignedIn | None = None, app: str = "client", **options: Any) -> Phone:  # noqa: ANN401
            port = service.settings.internal_port if app == "control-center" else service.settings.public_port
            return await stack.enter_async_context(phone(browser, port, app, person=person, **options))

        yield open_one
