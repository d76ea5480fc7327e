"""Fixtures of the sign-in tests: workers, operators and mitras, and the file or webhook that receives codes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.identity.passwords import hash_password
from app.identity.sender import OTP_FILE
from app.settings import Settings
from tests.auth.client import PASSWORD, AuthClient, Webhook
from tests.conftest import Connect
from tests.rest.conftest import http, internal, postgres, pytest_asyncio_loop_factories, settings, worker
from tests.rest.harness import client_of
from tests.sql.world import STAFF_FUNCTIONS, World, rows

__all__ = ["http", "internal", "postgres", "pytest_asyncio_loop_factories", "settings", "worker"]


@pytest.fixture
def auth(http: httpx.AsyncClient, settings: Settings) -> AuthClient:
    """The door of the public worker, whose codes go into a file."""
    return AuthClient(http, settings.log_dir / OTP_FILE)


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    """A webhook that takes every code over, until it is told to do otherwise."""
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
    async with client_of(replace(settings, otp_sender=webhook.url)) as client:
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
