"""Workers that let people in, a house that takes mitras on, and the file or webhook that gets their codes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvloop

from app.identity.passwords import hash_password
from app.identity.sender import OTP_FILE
from app.server import create_internal_app
from app.settings import Settings
from tests.auth.door import PASSWORD, Door, Gateway
from tests.conftest import Connect, Connection
from tests.rest.harness import Postgres, Worker, running, settings_for
from tests.sql.world import STAFF_FUNCTIONS, World, rows


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """On the loop that workers run on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, redis_url, tmp_path)


@pytest.fixture
def postgres(monitor: Connection, database: str, connect: Connect) -> Postgres:
    return Postgres(monitor, database, connect)


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    """A public worker, whose codes go into a file."""
    async with running(settings) as worker:
        yield worker


@pytest.fixture
async def http(worker: Worker) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=worker.url, timeout=30) as client:
        yield client


@pytest.fixture
def door(http: httpx.AsyncClient, settings: Settings) -> Door:
    """The public server's."""
    return Door(http, settings.log_dir / OTP_FILE)


@pytest.fixture
async def internal(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The control center's server."""
    async with (
        running(settings, create_internal_app) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=30) as client,
    ):
        yield client


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A webhook that takes every code over, until it is told to do otherwise."""
    gateway = Gateway()
    server = await asyncio.start_server(gateway.serve, "127.0.0.1", 0)
    gateway.port = server.sockets[0].getsockname()[1]
    yield gateway
    gateway.let_go()
    server.close()
    await server.wait_closed()


@pytest.fixture
async def by_webhook(settings: Settings, gateway: Gateway) -> AsyncIterator[Door]:
    """The door of a worker whose codes go to the webhook."""
    async with (
        running(replace(settings, otp_sender=gateway.url)) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=30) as client,
    ):
        yield Door(client, Path("/nowhere"))


@pytest.fixture
def take_on(connect: Connect) -> Callable[..., dict[str, Any]]:
    """Takes on a mitra (`add_mitra`), an operator (`set_operator`) or whatever `ops` has a function for."""
    operator, staff = connect(role="curhat_operator"), connect(role="curhat_staff_admin")

    def call(function: str, *arguments: object) -> dict[str, Any]:
        caller = staff if function in STAFF_FUNCTIONS else operator
        places = ", ".join("%s" for _ in arguments)
        (made,) = rows(caller, f"ops.{function}({places})", arguments)
        return made

    return call


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Of PASSWORD; made once, since it takes its time."""
    return hash_password(PASSWORD)


@pytest.fixture
def world(connect: Connect, clock: Any) -> World:  # noqa: ANN401
    """The database behind the workers, its clock stopped."""
    return World(connect, clock)
