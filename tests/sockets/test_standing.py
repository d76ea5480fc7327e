"""A person who is signed out or blocked loses their sockets and calls at once, on every worker."""

import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from app.auth import issue_token
from app.identity import standing
from app.server import create_internal_app
from app.settings import Settings
from tests.conftest import Connect, Connection
from tests.rest.harness import Client, People, Worker, running, until
from tests.sockets.harness import Socket, raw_socket, signed_in


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[Worker]:
    """Another worker on the same database."""
    async with running(settings) as worker:
        yield worker


@pytest.fixture
def operator(connect: Connect) -> Connection:
    return connect(role="curhat_operator")


def sign_in(settings: Settings, db: Connection, person: Client) -> UUID:
    """Give the person an access token of a new sign-in; return its id."""
    sign_in_id = uuid4()
    db.execute(
        "insert into data.sign_ins (id, audience, person_id, token_hash, created_at, refreshed_at, expires_at) "
        "values (%s, %s, %s, repeat('0', 64), now(), now(), now() + '1 day')",
        [sign_in_id, person.audience, person.id],
    )
    person.token = issue_token(settings, person.audience, person.id, sign_in_id=sign_in_id)
    return sign_in_id


def state_of(person: Client) -> str:
    return f"/api/{'client' if person.audience == 'customer' else 'mitra'}/state"


def socket_at(worker: Worker, person: Client) -> str:
    return f"{worker.socket_url}/api/{'client' if person.audience == 'customer' else 'mitra'}/ws"


async def status_at(worker: Worker, person: Client) -> int:
    """The status of a call by this person on this worker."""
    async with httpx.AsyncClient(base_url=worker.url) as http:
        return (await http.get(state_of(person), headers=person.headers())).status_code


@pytest.mark.parametrize("act", ["ops.sign_out_person(%s, 'Ratna')", "ops.block_person(%s, 'Ratna')"])
async def test_an_operators_act_closes_sockets_and_refuses_calls_on_every_worker(
    relayed: None,
    worker: Worker,
    other: Worker,
    *,
    settings: Settings,
    db: Connection,
    operator: Connection,
    person: Client,
    act: str,
) -> None:
    sign_in(settings, db, person)
    assert (await status_at(worker, person), await status_at(other, person)) == (200, 200)
    async with (
        raw_socket(socket_at(worker, person), "curhat.v1", f"bearer.{person.token}") as one,
        raw_socket(socket_at(other, person), "curhat.v1", f"bearer.{person.token}") as two,
    ):
        operator.execute(f"select {act}".encode(), [person.id])
        assert (await one.close_code(), await two.close_code()) == (4001, 4001)
    assert (await status_at(worker, person), await status_at(other, person)) == (401, 401)
    async with raw_socket(socket_at(other, person), "curhat.v1", f"bearer.{person.token}") as late:
        assert await late.close_code() == 4001


async def test_other_people_are_not_affected(
    relayed: None,
    worker: Worker,
    *,
    settings: Settings,
    db: Connection,
    operator: Connection,
    customer: Client,
) -> None:
    bystander = Client(settings, customer._http, "customer", People(db).customer())  # noqa: SLF001
    sign_in(settings, db, bystander)
    sign_in(settings, db, customer)
    async with signed_in(bystander) as socket, signed_in(customer) as gone:
        operator.execute("select ops.block_person(%s, 'Ratna')", [customer.id])
        assert await gone.close_code() == 4001
        await socket.send("ping")
        assert (await socket.frame())["type"] == "pong"
    assert await status_at(worker, bystander) == 200


async def test_without_the_relay_workers_learn_it_soon(
    worker: Worker,
    *,
    settings: Settings,
    db: Connection,
    operator: Connection,
    customer: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No event is delivered; every worker reads the database itself."""
    monkeypatch.setattr(standing, "LOOK_SECONDS", 0.05)
    worker.app.ctx.standing._wanted.set()  # noqa: SLF001 - ends the wait of five seconds
    sign_in(settings, db, customer)
    async with signed_in(customer) as socket:
        operator.execute("select ops.sign_out_person(%s, 'Ratna')", [customer.id])
        assert await socket.close_code() == 4001
    assert (await customer.get("/api/client/state")).status_code == 401


async def test_a_worker_started_later_knows(
    settings: Settings, db: Connection, operator: Connection, customer: Client
) -> None:
    sign_in(settings, db, customer)
    operator.execute("select ops.sign_out_person(%s, 'Ratna')", [customer.id])
    async with running(settings) as late:
        assert await status_at(late, customer) == 401


async def test_an_unblocked_person_is_let_in_again(
    relayed: None, worker: Worker, operator: Connection, customer: Client
) -> None:
    operator.execute("select ops.block_person(%s, 'Ratna')", [customer.id])
    await worker.app.ctx.standing.look()
    assert await status_at(worker, customer) == 401
    operator.execute("select ops.unblock_person(%s, 'Ratna')", [customer.id])
    await worker.app.ctx.standing.look()
    assert await status_at(worker, customer) == 200


async def test_signing_a_mitra_out_shortens_the_lease(
    relayed: None, settings: Settings, db: Connection, operator: Connection, mitra: Client
) -> None:
    sign_in(settings, db, mitra)
    await mitra.post("/api/mitra/status", {"online": True})
    async with signed_in(mitra) as socket:
        operator.execute("select ops.sign_out_person(%s, 'Ratna')", [mitra.id])
        assert await socket.close_code() == 4001

    def seconds_left() -> timedelta:
        row = db.execute(
            "select reachable_until - now() from data.mitras where id = %s", [mitra.id]
        ).fetchone()
        assert row is not None
        left: timedelta = row[0]
        return left

    await until(lambda: seconds_left() < timedelta(seconds=6))


@pytest.mark.parametrize(
    ("change", "status"),
    [("p_role => 'viewer', p_active => null", 200), ("p_role => null, p_active => false", 401)],
)
async def test_a_changed_operators_socket_is_closed_and_a_disabled_ones_calls_are_refused(
    relayed: None, settings: Settings, people: People, *, operator: Connection, change: str, status: int
) -> None:
    people.operator("admin")
    clerk = people.operator("operator", "clerk@curhat.example")
    token = issue_token(settings, "operator", clerk)
    async with running(settings, create_internal_app) as internal:
        url = f"{internal.socket_url}/internal/ws"
        async with raw_socket(url, "curhat.v1", f"bearer.{token}") as socket:
            assert (await socket.frame())["operator"]["role"] == "operator"
            operator.execute("set role curhat_staff_admin")
            operator.execute(
                f"select ops.change_operator('clerk@curhat.example', {change}, p_who => 'Ratna')".encode()
            )
            assert await socket.close_code() == 4001
        async with httpx.AsyncClient(base_url=internal.url) as http:
            answer = await http.get("/internal/config", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status


async def pong(socket: Socket) -> str:
    await socket.send("ping")
    server_time: str = (await socket.frame_of("pong"))["server_time"]
    return server_time


async def test_a_socket_always_gives_the_databases_time(
    worker: Worker, customer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's clock is twelve seconds ahead of the database's."""
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 12)
    async with raw_socket(socket_at(worker, customer), "curhat.v1", f"bearer.{customer.token}") as socket:
        snapshot = (await socket.frame())["server_time"]
        assert abs(seconds(await pong(socket)) - seconds(snapshot)) < 6


async def test_a_token_expires_by_the_databases_clock(
    worker: Worker, settings: Settings, customer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.token = issue_token(settings, "customer", customer.id, timedelta(minutes=5))
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert (await customer.get("/api/client/state")).status_code == 200


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
