"""Fixtures of the browser tests: one browser and one service for each process; a phone and people for each test."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, Protocol

import httpx
import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from app.settings import Settings
from tests.cluster import TestCluster
from tests.conftest import Connection
from tests.simulate.conftest import Service, running, settings_with_ports
from tests.web.harness import Phone, SignedIn, chromium_options, phone
from tests.web.world import World

# Timeouts that no test reaches, however slow the machine.
LONG_TIMEOUTS = {
    "presence_ttl_seconds": 600,
    "pairing_blast_timeout_seconds": 600,
    "returning_chat_confirmation_timeout_seconds": 300,
    "extension_timeout_seconds": 300,
    "extension_default_action_on_timeout": "auto_approve",
    "messages_per_minute": 600,
}


class OpenPhone(Protocol):
    """Opens phones, which are closed when the test ends."""

    async def __call__(self, person: SignedIn | None = None, **options: Any) -> Phone: ...  # noqa: ANN401


@pytest.fixture(scope="session")
def service_settings(
    cluster: TestCluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database and a Redis for the service, which the other tests of this process do not touch."""
    with servers(cluster, template, "web") as (database_url, redis_url):
        yield settings_with_ports(database_url, redis_url, tmp_path_factory.mktemp("web"))


@contextmanager
def servers(cluster: TestCluster, template: str, kind: str) -> Iterator[tuple[str, str]]:
    """A database and a Redis, for as long as the context is open: their URLs."""
    name = f"curhat_{kind}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    cluster.create(name, template)
    redis = cluster.redis(name)
    process = redis.start()
    try:
        yield cluster.url(name), redis.url()
    finally:
        process.terminate()
        process.wait()
        cluster.drop(name)


def connect_as_owner(url: str) -> Connection:
    """A connection as the owner of everything, in autocommit mode."""
    return psycopg.connect(url, autocommit=True, options="-c role=curhat_owner -c timezone=UTC")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(service_settings: Settings) -> AsyncIterator[Service]:
    """Workers and listeners, restarted when they die."""
    async with running(service_settings, without=()) as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The only browser of this process."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium_options())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the public API."""
    url = f"http://127.0.0.1:{service.settings.public_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def owner(service_settings: Settings) -> Iterator[Connection]:
    """A connection of the database's owner."""
    with connect_as_owner(service_settings.database_url) as connection:
        yield connection


@pytest.fixture
def world(service: Service, api: httpx.AsyncClient, owner: Connection) -> Iterator[World]:
    """People of this test only. No other mitra is online, and timeouts are long unless the test changes them."""
    world = World(service, api, owner)
    world.configure(**LONG_TIMEOUTS)
    yield world
    world.all_mitras_leave()
    world.end_all_searches()


@pytest_asyncio.fixture(loop_scope="session")
async def open_phone(browser: Browser, service: Service) -> AsyncIterator[OpenPhone]:
    """Opens a phone with the client app, or the app given by `app`."""
    async with AsyncExitStack() as stack:

        async def open_one(person: SignedIn | None = None, app: str = "client", **options: Any) -> Phone:  # noqa: ANN401
            port = service.settings.internal_port if app == "control-center" else service.settings.public_port
            return await stack.enter_async_context(phone(browser, port, app, person=person, **options))

        yield open_one
