"""What happens to a request when its client, a lane, or Postgres goes away in the middle of it."""

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
BESIDE = ("relay", "deadline_listener", "availability_listener")


@pytest.fixture
async def payment_id(customer: Client) -> str:
    created = await customer.post(CREATE, {"duration_minutes": 30})
    payment_id: str = created.json()["id"]
    return payment_id


def connections() -> int:
    """How many HTTP connections the worker in this loop serves."""
    coroutines = [task.get_coro() for task in asyncio.all_tasks()]
    return sum(getattr(coroutine, "__name__", "") == "connection_task" for coroutine in coroutines)


async def ask_and_hang_up(customer: Client, path: str, asked: Callable[[], object]) -> None:
    """Send a POST, and close the connection once `asked`; return when the worker has noticed."""
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


async def test_a_client_that_hangs_up_leaves_a_whole_transition_and_the_bell_rung(
    customer: Client,
    postgres: Postgres,
    payment_id: str,
    db: Connection,
    connect: Connect,
) -> None:
    listener = connect(role=None)
    listener.execute("listen curhat_bell")
    with postgres.locked("payment_sessions", payment_id):
        await ask_and_hang_up(customer, f"{CREATE}/{payment_id}/confirm", postgres.waiting)
    found = "select status from data.payment_sessions"
    await until(lambda: db.execute(found).fetchone() == ("confirmed",))
    changes = "select to_status from data.events where entity_id = %s order by id"
    assert db.execute(changes, [payment_id]).fetchall() == [("pending",), ("confirmed",)]
    await until(lambda: list(listener.notifies(timeout=0)))


async def test_a_lane_lost_in_flight_says_that_it_does_not_know_and_a_retry_takes_effect_once(
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


async def test_without_postgres_every_request_is_told_at_once_and_all_comes_back_by_itself(
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


async def test_a_lock_that_is_not_let_go_is_told_as_busy_and_changes_nothing(
    customer: Client, postgres: Postgres, payment_id: str
) -> None:
    with postgres.locked("payment_sessions", payment_id, patience=False):
        response = await customer.post(f"{CREATE}/{payment_id}/confirm")
    assert (response.status_code, response.json()["error"]) == (503, "busy")
    assert int(response.headers["retry-after"]) > 0
    assert (await customer.get(f"{CREATE}/{payment_id}")).json()["status"] == "pending"


async def test_readiness_names_who_does_not_work_beside_us(
    worker: Worker, http: httpx.AsyncClient, settings: Settings, db: Connection
) -> None:
    ready = (await http.get("/readyz")).json()
    assert {name: ready[name] for name in BESIDE} == dict.fromkeys(BESIDE, "silent")
    assert ready["connections"] == QUICK_LANES + SLOW_LANES
    async with (
        background(relay.run(settings)),
        background(deadlines.run(settings)),
        background(availability.run(settings)),
    ):
        beats = "select count(*) from data.heartbeats where process = any(%s)"
        await until(lambda: db.execute(beats, [list(LISTENERS)]).fetchone() == (3,))
    ready = (await http.get("/readyz")).json()
    assert {name: ready[name] for name in BESIDE} == dict.fromkeys(BESIDE, "ok")
    db.execute("update data.heartbeats set at = at - interval '15 seconds' where process = 'relay'")
    ready = (await http.get("/readyz")).json()
    assert [name for name in BESIDE if ready[name] == "silent"] == ["relay"]
