"""Worker processes share a port and stop gracefully."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest

from app.server import bind
from app.settings import Settings
from tests.rest.harness import PATIENCE_SECONDS, Client, Postgres, until
from tests.rest.processes import worker_process

CREATE = "/api/client/payment-sessions"


@pytest.fixture
def settings(settings: Settings) -> Iterator[Settings]:
    """Free ports, bound here and shared with the workers."""
    with ExitStack() as stack:
        public, internal = (stack.enter_context(bind("127.0.0.1", 0)).getsockname()[1] for _ in range(2))
        yield replace(settings, public_port=public, internal_port=internal)


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.public_port}", timeout=30) as client:
        yield client


@pytest.fixture
async def payment_id(settings: Settings, customer: Client) -> str:
    async with worker_process(settings):
        created = await customer.post(CREATE, {"duration_minutes": 30})
    payment_id: str = created.json()["id"]
    return payment_id


async def test_a_stopping_worker_finishes_requests_in_flight(
    settings: Settings, customer: Client, postgres: Postgres, payment_id: str
) -> None:
    async with worker_process(settings) as process:
        with postgres.locked("payment_sessions", payment_id):
            asked = asyncio.create_task(customer.post(f"{CREATE}/{payment_id}/confirm"))
            await until(postgres.waiting)
            process.signal(signal.SIGTERM)
            await refuses_connections(settings.public_port)
        assert (await asked).json()["status"] == "confirmed"
        assert await process.exit_code() == 0


async def test_workers_share_a_port_and_one_goes_on_when_the_other_stops(
    settings: Settings, customer: Client
) -> None:
    async with worker_process(settings) as first, worker_process(settings):
        first.signal(signal.SIGTERM)
        assert await first.exit_code() == 0
        for _ in range(20):
            async with httpx.AsyncClient(timeout=30) as fresh:
                response = await fresh.get(f"http://127.0.0.1:{customer.port}/healthz")
            assert response.status_code == 200


async def test_the_internal_worker_reports_its_health(settings: Settings) -> None:
    url = f"http://127.0.0.1:{settings.internal_port}"
    async with worker_process(settings, "internal"), httpx.AsyncClient(base_url=url, timeout=30) as http:
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        assert (await http.get("/readyz")).json()["database"] == "ok"
        response = await http.get("/api/client/state")
        assert (response.status_code, response.json()["error"]) == (404, "not_found")


async def refuses_connections(port: int) -> None:
    """Wait until the port refuses connections."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                return
            writer.close()
            await asyncio.sleep(0.01)
