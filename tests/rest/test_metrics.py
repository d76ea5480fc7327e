"""`/metrics` of a worker: who may read it, and what it counts."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.postgres.db import QUICK_LANES, SLOW_LANES
from app.server import create_internal_app
from app.settings import Settings
from tests.conftest import Connection
from tests.rest.harness import PATIENCE_SECONDS, Client, Postgres, Worker, client_of, pair, until
from tests.rest.test_refusals import refused
from tests.run.test_metrics import Key, key, values
from tests.sockets.harness import raw_socket, signed_in

TOKEN = "a-token-of-some-length"
CREATE = "/api/client/payment-sessions"
REQUESTS = "curhat_http_request_seconds_count"
CALLS = "curhat_function_call_seconds_count"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, metrics_token=TOKEN)


async def scrape(http: httpx.AsyncClient, token: str | None = TOKEN) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return await http.get("/metrics", headers=headers)


async def figures(http: httpx.AsyncClient) -> dict[Key, float]:
    """This worker's metrics, without the label of its name."""
    response = await scrape(http)
    assert response.status_code == 200, response.text
    found = values(text_string_to_metric_families(response.text))
    return {(name, labels - {("process", "public")}): value for (name, labels), value in found.items()}


@asynccontextmanager
async def internal(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings, create_internal_app) as http:
        yield http


# Access


async def test_the_public_api_requires_the_token(http: httpx.AsyncClient) -> None:
    given = await scrape(http)
    assert given.status_code == 200
    assert given.headers["content-type"].startswith("text/plain; version=")
    for token in (None, "another-token-of-some-length", TOKEN[:-1]):
        refused(await scrape(http, token), 401, "unauthenticated")
    not_text = await http.get("/metrics", headers={b"Authorization": b"Bearer \xff"})
    refused(not_text, 401, "unauthenticated")


async def test_the_public_api_without_a_configured_token_has_no_metrics(settings: Settings) -> None:
    async with client_of(replace(settings, metrics_token="")) as http:
        for token in (None, TOKEN):
            refused(await scrape(http, token), 404, "not_found")


async def test_the_internal_api_requires_the_token_only_if_configured(
    settings: Settings,
) -> None:
    async with internal(replace(settings, metrics_token="")) as http:
        assert (await scrape(http, None)).status_code == 200
    async with internal(settings) as http:
        assert (await scrape(http)).status_code == 200
        refused(await scrape(http, None), 401, "unauthenticated")


# Metrics


async def test_requests_are_counted_by_method_route_and_status_alone(
    http: httpx.AsyncClient, customer: Client
) -> None:
    created = await customer.post(CREATE, {"duration_minutes": 30})
    for _ in range(2):
        await customer.get(f"{CREATE}/{created.json()['id']}")
    await http.get("/api/client/state")
    await http.get(f"/api/nothing/{created.json()['id']}")
    await http.request("BREW", "/api/client/state")
    await http.get("/icon.svg")
    await http.get("/riwayat")
    found = await figures(http)

    def times(method: str, route: str, status: str) -> float:
        return found[key(REQUESTS, method=method, route=route, status=status)]

    assert times("POST", CREATE, "201") == 1
    assert times("GET", f"{CREATE}/<payment_session_id:uuid>", "200") == 2
    assert times("GET", "/api/client/state", "401") == 1
    assert times("GET", "(none)", "404") == 1
    assert times("other", "(none)", "405") == 1
    assert times("GET", "(file)", "200") == 1
    assert times("GET", "(page)", "200") == 1


async def test_calls_are_counted_by_function_and_outcome(
    http: httpx.AsyncClient, customer: Client, worker: Worker, postgres: Postgres, db: Connection
) -> None:
    created = await customer.post(CREATE, {"duration_minutes": 30})
    await customer.post(f"{CREATE}/{created.json()['id']}/cancel")
    await customer.post(f"{CREATE}/{created.json()['id']}/confirm")
    with postgres.away():
        await until(lambda: worker.app.ctx.database.connected == 0)
        await customer.get("/api/client/state")
    await until(lambda: worker.app.ctx.database.connected == QUICK_LANES + SLOW_LANES)
    db.execute("revoke usage on schema api from curhat_app")
    await customer.get("/api/client/state")
    found = await figures(http)

    def times(function: str, outcome: str) -> float:
        return found[key(CALLS, function=function, outcome=outcome)]

    assert times("create_payment_session", "ok") == 1
    assert times("confirm_payment_session", "refused") == 1
    assert times("client_state", "unavailable") == 1
    assert times("client_state", "failed") == 1


async def test_lanes_and_their_queues_are_measured(
    http: httpx.AsyncClient, customer: Client, postgres: Postgres
) -> None:
    created = await customer.post(CREATE, {"duration_minutes": 30})
    with postgres.locked("payment_sessions", created.json()["id"]):
        asked = asyncio.create_task(customer.post(f"{CREATE}/{created.json()['id']}/confirm"))
        await until(postgres.waiting)
        found = await figures(http)
    await asked
    for lanes, connections in (("quick", QUICK_LANES), ("slow", SLOW_LANES), ("bell", 1)):
        assert found[key("curhat_database_connections", lanes=lanes)] == connections
    assert found[key("curhat_database_calls_in_flight", lanes="quick")] == 1
    assert found[key("curhat_database_longest_queue", lanes="quick")] == 1
    assert found[key("curhat_database_calls_in_flight", lanes="slow")] == 0


async def test_sockets_are_counted_by_role_and_close_code(
    http: httpx.AsyncClient, customer: Client, mitra: Client, worker: Worker
) -> None:
    async with signed_in(customer) as first, signed_in(customer), signed_in(mitra) as watcher:
        await watcher.send("watch", what="availability")
        await watcher.frame_of("AVAILABILITY")
        found = await figures(http)
        assert found[key("curhat_sockets", role="customer")] == 2
        assert found[key("curhat_sockets", role="mitra")] == 1
        assert found[key("curhat_socket_unsent_bytes")] == 0
        assert found[key("curhat_socket_longest_queue_bytes")] == 0
        assert found[key("curhat_socket_held_frames")] == 0
        assert found[key("curhat_events_subscribed")] == 1
        assert found[key("curhat_availability_watchers")] == 1
        await first.connection.send("no frame")
        assert await first.close_code() == 4009
        await watcher.connection.close(3999)
    async with raw_socket(f"{worker.socket_url}/api/client/ws", "curhat.v1", "bearer.x") as socket:
        assert await socket.close_code() == 4001
    await until(lambda: not worker.app.ctx.hub.members())
    found = await figures(http)
    closed = {
        dict(labels)["code"]: count
        for (name, labels), count in found.items()
        if name == "curhat_sockets_closed_total"
    }
    assert closed == {"4009": 1, "1000": 1, "other": 1, "4001": 1}


async def test_availability_is_measured(http: httpx.AsyncClient, mitra: Client, worker: Worker) -> None:
    await mitra.post("/api/mitra/status", {"online": True})
    await until(lambda: worker.app.ctx.availability.count == 1)
    found = await figures(http)
    assert found[key("curhat_availability_mitras")] == 1
    assert 0 <= found[key("curhat_availability_age_seconds")] < 10
    assert found[key("curhat_availability_asked_total")] >= 1


async def test_the_internal_worker_measures_the_outbox_and_overdue_deadlines(
    settings: Settings, customer: Client
) -> None:
    await customer.post(CREATE, {"duration_minutes": 30})
    async with internal(settings) as http:
        found: dict[Key, float] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while key("curhat_outbox_events", process="internal") not in found:
                found = values(text_string_to_metric_families((await scrape(http)).text))
    assert found[key("curhat_outbox_events", process="internal")] == 1
    assert found[key("curhat_outbox_oldest_seconds", process="internal")] > 0
    assert found[key("curhat_deadlines_overdue", process="internal")] == 0
    assert found[key("curhat_deadline_lag_seconds", process="internal")] == 0


async def test_labels_hold_no_id_phone_number_or_token(
    http: httpx.AsyncClient, customer: Client, mitra: Client, db: Connection
) -> None:
    await pair(customer, mitra)
    await http.get(f"/{customer.id}")
    text = (await scrape(http)).text
    assert not UUID.search(text)
    phones: list[Any] = db.execute(
        "select phone from data.users union select phone from data.mitras"
    ).fetchall()
    for (phone,) in phones:
        assert phone not in text
    for token in (customer.token, mitra.token):
        assert token not in text
