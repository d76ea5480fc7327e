"""A request whose client, lane or Postgres is lost in the middle of it."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from app.http.health import LISTENERS
from app.postgres.db import QUICK_LANES, SLOW_LANES
from app.settings import Settings
from listeners import availability, deadlines, relay
from tests.conftest import Connect, Connection
from tests.rest.harness import Client, Postgres, Worker, background, until

CREATE = "/api/client/payment-sessions"
LISTENER_NAMES = ("relay", "deadline_listener", "availability_listener")


@pytest.fixture
async def payment_id(customer: Client) -> str:
    created = await customer.post(CREATE, {"duration_minutes": 30})
    payment_id: str = created.json()["id"]
    return payment_id


def connections() -> int:
    """The number of HTTP connections of the worker in this event loop."""
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    return sum(getattr(coroutine, "__name__", "") == "connection_task" for coroutine in coroutines)


async def send_and_hang_up(customer: Client, path: str, asked: Callable[[], object]) -> None:
    """Send a POST, hang up once `asked` holds, and wait until the worker has noticed."""
    before = connections()
    _, writer = await asyncio.open_connection("127.0.0.1", customer.port)
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {customer.token}",
        "Content-Length: 0",
    )
    writer.write("\r\n".join((*lines, "", "")).encode())
    await until(asked)
    writer.close()
    await until(lambda: connections() == before)


async def test_a_transition_completes_and_rings_after_the_client_hung_up(
    customer: Client,
    postgres: Postgres,
    payment_id: str,
    db: Connection,
    connect: Connect,
) -> None:
    listener = connect(role=None)
    listener.execute("listen curhat_bell")
    with postgres.locked("payment_sessions", payment_id):
        await send_and_hang_up(customer, f"{CREATE}/{payment_id}/confirm", postgres.waiting)
    found = "select status from data.payment_sessions"
    await until(lambda: db.execute(found).fetchone() == ("confirmed",))
    changes = "select to_status from data.events where entity_id = %s order by id"
    assert db.execute(changes, [payment_id]).fetchall() == [("pending",), ("confirmed",)]
    await until(lambda: list(listener.notifies(timeout=0)))


async def test_a_lane_lost_in_flight_is_an_unknown_outcome_and_a_retry_takes_effect_once(
    customer: Client, postgres: Postgres, payment_id: str, db: Connection
) -> None:
    confirm = f"{CREATE}/{payment_id}/confirm"
    with postgres.locked("payment_sessions", payment_id):
        asked = asyncio.create_task(customer.post(confirm, key="k"))
        await until(postgres.waiting)
        postgres.cut(*postgres.waiting())
        response = await asked
    assert (response.status_code, response.json()["error"]) == (503, "unknown_outcome")
    assert int(response.headers["retry-after"]) > 0

    retried = await customer.post(confirm, key="k")
    assert (retried.status_code, retried.json()["status"]) == (200, "confirmed")
    changes = "select count(*) from data.events where entity_id = %s and to_status = 'confirmed'"
    assert db.execute(changes, [payment_id]).fetchone() == (1,)


async def test_without_postgres_requests_fail_fast_until_it_is_back(
    worker: Worker, customer: Client, postgres: Postgres, http: httpx.AsyncClient
) -> None:
    with postgres.away():
        await until(lambda: worker.app.ctx.database.connected == 0)
        for response in (
            await customer.post(CREATE, {"duration_minutes": 30}),
            await customer.get("/api/client/state"),
            await http.get("/readyz"),
        ):
            assert (response.status_code, response.json()["error"]) == (503, "unavailable")
            assert int(response.headers["retry-after"]) > 0
        assert (await http.get("/healthz")).status_code == 200
    await until(lambda: worker.app.ctx.database.connected == QUICK_LANES + SLOW_LANES)
    assert (await customer.get("/api/client/state")).status_code == 200
    assert (await http.get("/readyz")).json()["database"] == "ok"


async def test_a_lock_held_too_long_is_busy_and_changes_nothing(
    customer: Client, postgres: Postgres, payment_id: str
) -> None:
    with postgres.locked("payment_sessions", payment_id, patience=False):
        response = await customer.post(f"{CREATE}/{payment_id}/confirm")
    assert (response.status_code, response.json()["error"]) == (503, "busy")
    assert int(response.headers["retry-after"]) > 0
    assert (await customer.get(f"{CREATE}/{payment_id}")).json()["status"] == "pending"


async def test_readiness_names_silent_listeners(
    worker: Worker, http: httpx.AsyncClient, settings: Settings, db: Connection
) -> None:
    ready = (await http.get("/readyz")).json()
    assert {name: ready[name] for name in LISTENER_NAMES} == dict.fromkeys(LISTENER_NAMES, "silent")
    assert ready["connections"] == QUICK_LANES + SLOW_LANES
    async with (
        background(relay.run(settings)),
        background(deadlines.run(settings)),
        background(availability.run(settings)),
    ):
        beats = "select count(*) from data.heartbeats where process = any(%s)"
        await until(lambda: db.execute(beats, [list(LISTENERS)]).fetchone() == (3,))
    ready = (await http.get("/readyz")).json()
    assert {name: ready[name] for name in LISTENER_NAMES} == dict.fromkeys(LISTENER_NAMES, "ok")
    db.execute("update data.heartbeats set at = at - interval '15 seconds' where process = 'relay'")
    ready = (await http.get("/readyz")).json()
    assert [name for name in LISTENER_NAMES if ready[name] == "silent"] == ["relay"]
