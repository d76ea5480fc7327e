"""In production a worker logs each request as one line of JSON, without secrets or personal data."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.server import bind
from app.settings import JwtKey, Settings
from tests.conftest import Connection
from tests.rest.harness import PATIENCE_SECONDS, Client, pair, until
from tests.sockets.harness import signed_in

CREATE = "/api/client/payment-sessions"
SECRET = "something that nobody may read"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    with bind("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    return replace(
        settings,
        env="production",
        jwt_keys=(JwtKey("k", "s" * 32),),
        operator_jwt_keys=(),
        public_port=port,
        demo=False,
        otp_sender="http://127.0.0.1:9/nobody",
    )


class Logging:
    """A production worker that logs to a file."""

    def __init__(self, process: asyncio.subprocess.Process, file: Path) -> None:
        self._process = process
        self._file = file

    async def stopped(self) -> list[dict[str, Any]]:
        """Stop it and return all lines of its log."""
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await self._process.wait() == 0
        return [json.loads(line) for line in self.text().splitlines()]

    def text(self) -> str:
        return self._file.read_text(encoding="utf-8")


@pytest.fixture
async def process(settings: Settings, tmp_path: Path) -> AsyncIterator[Logging]:
    file = tmp_path / "log"
    command = ("-m", "app.cli", "serve", "--worker", "public", "--name", "public-1")
    with file.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env={**os.environ, **settings.environment()}, stderr=output
        )
    logging = Logging(process, file)
    try:
        await until(lambda: process.returncode is not None or '"serving"' in logging.text())
        assert process.returncode is None, logging.text()
        yield logging
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
async def http(settings: Settings, process: Logging) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.public_port}", timeout=30) as client:
        yield client


def of_requests(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == "request"]


async def test_each_request_is_one_line_with_its_id_route_status_time_and_audience(
    process: Logging, customer: Client, http: httpx.AsyncClient
) -> None:
    created = await customer.post(CREATE, {"duration_minutes": 30})
    responses = [
        created,
        await customer.get(f"{CREATE}/{created.json()['id']}"),
        await http.get("/api/client/state"),
        await http.get("/api/nothing"),
    ]
    lines = of_requests(await process.stopped())
    assert [line["request_id"] for line in lines] == [one.headers["x-request-id"] for one in responses]
    assert [(line["method"], line["route"], line["status"], line["audience"]) for line in lines] == [
        ("POST", "/api/client/payment-sessions", 201, "customer"),
        ("GET", "/api/client/payment-sessions/<payment_session_id:uuid>", 200, "customer"),
        ("GET", "/api/client/state", 401, None),
        ("GET", "", 404, None),
    ]
    assert all(line["ms"] >= 0 for line in lines)
    assert {(line["process"], line["level"], line["logger"]) for line in lines} == {
        ("public-1", "info", "app.http.edge")
    }
    assert all(line["timestamp"].endswith("Z") for line in lines)


async def test_a_client_that_hangs_up_is_no_error(
    process: Logging, settings: Settings, customer: Client
) -> None:
    """Nothing is logged as an error, and every line is still valid JSON."""
    head = f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {customer.token}\r\nContent-Length: 24\r\n\r\n"
    for body in ("", "{", '{"duration_minutes": 30}'):
        _, writer = await asyncio.open_connection("127.0.0.1", settings.public_port)
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert (await customer.get("/api/client/state")).status_code == 200
    assert not [line for line in await process.stopped() if line["level"] != "info"]


async def test_a_closed_socket_is_one_line(process: Logging, customer: Client, mitra: Client) -> None:
    async with signed_in(customer) as closed, signed_in(mitra) as left_open:
        await closed.connection.close(4321)
        ids = [one.connection.response.headers["x-request-id"] for one in (closed, left_open)]  # type: ignore[union-attr]
        lines = [line for line in await process.stopped() if line["event"] == "socket"]
    assert [(line["request_id"], line["route"], line["code"], line["audience"]) for line in lines] == [
        (ids[0], "/api/client/ws", 4321, "customer"),
        (ids[1], "/api/mitra/ws", 1001, "mitra"),
    ]


async def test_every_line_logged_during_a_request_has_its_id(
    process: Logging, customer: Client, http: httpx.AsyncClient, db: Connection
) -> None:
    db.execute("revoke usage on schema api from curhat_app")
    failed = await customer.get("/api/client/state")
    assert failed.status_code == 500
    (line,) = (line for line in await process.stopped() if line["event"] == "unexpected error")
    assert line["request_id"] == failed.headers["x-request-id"]


async def test_the_log_holds_no_token_phone_number_or_message(
    process: Logging, customer: Client, mitra: Client, new_customer: Callable[[], Client], db: Connection
) -> None:
    chat_id = await pair(customer, mitra)
    message = {"client_message_id": chat_id, "body": SECRET}
    assert (await customer.post(f"/api/client/chat-sessions/{chat_id}/messages", message)).status_code == 201
    await customer.post("/api/client/chat-requests", {"payment_session_id": SECRET})
    await customer.get("/api/client/chat-sessions", cursor=SECRET)
    db.execute("revoke usage on schema api from curhat_app")
    await customer.post(f"/api/client/chat-sessions/{chat_id}/messages", message)
    await process.stopped()
    phones = [
        phone for (phone,) in db.execute("select phone from data.users union select phone from data.mitras")
    ]
    for never in (SECRET, customer.token, mitra.token, *phones):
        assert never not in process.text()
