"""A stopping worker answers pending frames, then closes its sockets."""

import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from app.server import bind
from app.settings import Settings
from tests.rest.harness import Client, Postgres, pair, until
from tests.rest.processes import Process, worker_process
from tests.sockets.harness import signed_in


@pytest.fixture
def settings(settings: Settings) -> Iterator[Settings]:
    with bind("127.0.0.1", 0) as sock:
        yield replace(settings, public_port=sock.getsockname()[1])


@pytest.fixture
async def process(settings: Settings) -> AsyncIterator[Process]:
    async with worker_process(settings) as process:
        yield process


@pytest.fixture
async def http(settings: Settings, process: Process) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.public_port}", timeout=30) as client:
        yield client


async def test_sockets_are_closed_with_1001_and_the_worker_ends(process: Process, customer: Client) -> None:
    async with signed_in(customer) as socket:
        process.signal(signal.SIGTERM)
        assert await socket.close_code() == 1001
        assert await process.exit_code() == 0


async def test_a_message_in_flight_is_answered_first(
    process: Process, customer: Client, mitra: Client, postgres: Postgres
) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as socket, signed_in(mitra) as idle:
        with postgres.locked("chat_sessions", chat_id):
            await socket.send(
                "message", chat_session_id=chat_id, client_message_id=str(uuid4()), body="the last one"
            )
            await until(postgres.waiting)
            process.signal(signal.SIGTERM)
            assert await idle.close_code() == 1001
        assert (await socket.frame_of("ack"))["seq"] == 1
        assert await socket.close_code() == 1001
    assert await process.exit_code() == 0
