"""Fixtures of the REST and socket tests: a worker, customers and mitras."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import uvloop

from app.server import create_internal_app
from app.settings import Settings
from tests.conftest import Connect, Connection
from tests.rest.harness import Client, People, Postgres, Worker, client_at, client_of, running, settings_for


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Use the event loop that workers use."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, redis_url, tmp_path)


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    async with running(settings) as worker:
        yield worker


@pytest.fixture
async def http(worker: Worker) -> AsyncIterator[httpx.AsyncClient]:
    async with client_at(worker.url) as client:
        yield client


@pytest.fixture
async def internal(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an internal worker."""
    async with client_of(settings, create_internal_app) as client:
        yield client


@pytest.fixture
def postgres(monitor: Connection, database: str, connect: Connect) -> Postgres:
    return Postgres(monitor, database, connect)


@pytest.fixture
def people(db: Connection) -> People:
    return People(db)


@pytest.fixture
def new_customer(settings: Settings, http: httpx.AsyncClient, people: People) -> Callable[[], Client]:
    return lambda: Client(settings, http, "customer", people.customer())


@pytest.fixture
def new_mitra(settings: Settings, http: httpx.AsyncClient, people: People) -> Callable[[], Client]:
    return lambda: Client(settings, http, "mitra", people.mitra())


@pytest.fixture
def customer(new_customer: Callable[[], Client]) -> Client:
    return new_customer()


@pytest.fixture
def mitra(new_mitra: Callable[[], Client]) -> Client:
    return new_mitra()
