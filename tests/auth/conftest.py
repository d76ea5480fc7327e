"""Fixtures of the sign-in tests: workers, operators and mitras, and the file or webhook that receives codes."""

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
from tests.auth.client import PASSWORD, AuthClient, Webhook
from tests.conftest import Connect, Connection
from tests.rest.harness import Postgres, Worker, running, settings_for
from tests.sql.world import STAFF_FUNCTIONS, World, rows


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Use the event loop that workers use."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, redis_url, tmp_path)


@pytest.fixture
def postgres(monitor: Connection, database: str, connect: Connect) -> Postgres:
    return Postgres(monitor, database, connect)


@pytest.fixture
async def worker(settings: Settings) -> AsyncIterator[Worker]:
    """A public worker that writes codes to a file."""
    async with running(settings) as worker:
        yield worker


@pytest.fixture
async def http(worker: Worker) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=worker.url, timeout=30) as client:
        yield client


@pytest.fixture
def auth(http: httpx.AsyncClient, settings: Settings) -> AuthClient:
    return AuthClient(http, settings.log_dir / OTP_FILE)


@pytest.fixture
async def internal(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the control center's API."""
    async with (
        running(settings, create_internal_app) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=30) as client,
    ):
        yield client


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    """A webhook that accepts every code unless a test sets its answers."""
    webhook = Webhook()
    server = await asyncio.start_server(webhook.serve, "127.0.0.1", 0)
    webhook.port = server.sockets[0].getsockname()[1]
    yield webhook
    webhook.hang_up()
    server.close()
    await server.wait_closed()


@pytest.fixture
async def webhook_auth(settings: Settings, webhook: Webhook) -> AsyncIterator[AuthClient]:
    """A client of a worker that sends codes to the webhook."""
    async with (
        running(replace(settings, otp_sender=webhook.url)) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=30) as client,
    ):
        yield AuthClient(client, Path("/nowhere"))


@pytest.fixture
def call_ops(connect: Connect) -> Callable[..., dict[str, Any]]:
    """Calls a function of `ops`: `add_mitra`, `set_operator` and so on."""
    operator, staff = connect(role="curhat_operator"), connect(role="curhat_staff_admin")

    def call(function: str, *arguments: object) -> dict[str, Any]:
        caller = staff if function in STAFF_FUNCTIONS else operator
        places = ", ".join("%s" for _ in arguments)
        (made,) = rows(caller, f"ops.{function}({places})", arguments)
        return made

    return call


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD. Hashing is slow, so it is made once."""
    return hash_password(PASSWORD)


@pytest.fixture
def world(connect: Connect, clock: Any) -> World:  # noqa: ANN401
    """The workers' database, its clock stopped."""
    return World(connect, clock)
