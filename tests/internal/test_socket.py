"""`/internal/ws`: sign-in, the snapshot, and every event without messages."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from app import redis_client
from app.auth import Audience, issue_token
from app.settings import Settings
from app.sockets import hub
from tests.internal.harness import Desk, got
from tests.rest.harness import Postgres, Worker, until
from tests.sockets.harness import Publisher, Socket, raw_socket
from tests.sql.world import World


def url(worker: Worker) -> str:
    return f"{worker.socket_url}/internal/ws"


@pytest.fixture
async def socket(worker: Worker, desk: Desk) -> AsyncIterator[Socket]:
    """An operator's socket, after its snapshot."""
    async with raw_socket(url(worker), "curhat.v1", f"bearer.{desk.token}") as socket:
        assert (await socket.frame())["type"] == "snapshot"
        yield socket


@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
async def test_every_role_may_sign_in_and_sees_the_state(
    worker: Worker, new_desk: Callable[..., Desk], world: World, role: str
) -> None:
    world.chat(world.customer(), world.mitra())
    world.search(world.customer())
    desk = new_desk(role)
    async with raw_socket(url(worker), "curhat.v1", f"bearer.{desk.token}") as socket:
        snapshot = await socket.frame()
        assert socket.connection.subprotocol == "curhat.v1"
    state = got(await desk.get("/internal/state"))
    moment = {"type", "server_time"}
    assert snapshot["type"] == "snapshot"
    assert {name: snapshot[name] for name in snapshot.keys() - moment} == {
        name: state[name] for name in state.keys() - moment
    }
    assert (snapshot["counters"]["chats"], snapshot["operator"]["role"]) == (1, role)


async def test_a_token_in_the_first_frame_signs_in(worker: Worker, desk: Desk) -> None:
    async with raw_socket(url(worker)) as socket:
        await socket.send("auth", token=desk.token)
        assert (await socket.frame())["type"] == "snapshot"


@pytest.mark.parametrize("audience", ["customer", "mitra"])
async def test_customers_and_mitras_are_closed_with_4003(
    worker: Worker, settings: Settings, world: World, audience: Audience
) -> None:
    person = world.customer() if audience == "customer" else world.mitra()
    token = issue_token(settings, audience, UUID(person))
    async with raw_socket(url(worker), "curhat.v1", f"bearer.{token}") as socket:
        assert await socket.close_code() == 4003


async def test_an_invalid_token_is_closed_with_4001(worker: Worker, settings: Settings, desk: Desk) -> None:
    expired = issue_token(settings, "operator", UUID(desk.id), timedelta(seconds=-1))
    for token in ("x", expired, issue_token(settings, "operator", uuid4())):
        async with raw_socket(url(worker), "curhat.v1", f"bearer.{token}") as socket:
            assert await socket.close_code() == 4001


async def test_a_socket_closes_when_its_token_expires(worker: Worker, settings: Settings, desk: Desk) -> None:
    """A disabled operator cannot get another token."""
    token = issue_token(settings, "operator", UUID(desk.id), timedelta(seconds=1.5))
    async with raw_socket(url(worker), "curhat.v1", f"bearer.{token}") as socket:
        assert (await socket.frame())["type"] == "snapshot"
        assert await socket.close_code() == 4001
    await until(lambda: worker.app.ctx.hub.members() == [])


async def test_every_event_arrives_without_messages(relayed: None, socket: Socket, world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.say(chat, text="rahasia sekali")
    cancelling = world.customer()
    world.api("cancel_request", cancelling, world.pay(cancelling))
    world.configure("presence_ttl_seconds", 50)
    expected = [event["id"] for event in world.events()]
    received: dict[int, dict[str, object]] = {}
    while len(received) < len(expected):
        frame = await socket.frame()
        received[frame["id"]] = frame
    assert sorted(received) == expected
    for event in world.events():
        frame = received[event["id"]]
        for name in ("type", "entity", "entity_id", "from_status", "to_status", "actor", "body"):
            assert frame[name] == event[name]
    types = {frame["type"] for frame in received.values()}
    assert {"CHAT_MESSAGE", "PAIRING_FAILED", "CONFIG_CHANGED", "MITRA_STATUS"} <= types
    assert "rahasia" not in json.dumps(list(received.values()))


async def test_a_frame_without_an_event_is_not_sent(socket: Socket, publisher: Publisher) -> None:
    """Typing, for example."""
    await publisher.publish(customer=uuid4())
    await publisher.publish(customer=uuid4(), internal={"type": "TEST", "id": 1})
    assert (await socket.frame())["type"] == "TEST"


async def test_a_duplicate_event_is_shown_once(socket: Socket, publisher: Publisher) -> None:
    for number in (7, 7, 8):
        await publisher.publish(event_id=number, internal={"type": "TEST", "id": number})
    assert [(await socket.frame())["id"] for _ in range(2)] == [7, 8]


async def test_after_an_interruption_there_is_a_new_snapshot(
    worker: Worker, socket: Socket, world: World, redis_url: str
) -> None:
    async with redis_client.connect(redis_url) as redis:
        await redis.client_kill_filter(_type="pubsub", skipme=True)
    world.search(world.customer())
    snapshot = await socket.frame_of("snapshot")
    assert snapshot["counters"]["searching"] in (0, 1)
    await until(worker.app.ctx.hub.subscription.subscribed.is_set)


async def test_a_ping_is_answered(socket: Socket) -> None:
    await socket.send("ping")
    pong = await socket.frame()
    assert pong["type"] == "pong"
    assert pong["server_time"]


@pytest.mark.parametrize(
    "frame", ["hello", "[]", '{"type": "message", "body": "Halo"}', '{"type": "ping", "x": 1}']
)
async def test_any_other_frame_is_closed_with_4009(socket: Socket, frame: str) -> None:
    await socket.connection.send(frame)
    assert await socket.close_code() == 4009


async def test_frames_held_back_before_a_snapshot_are_bounded(
    worker: Worker, desk: Desk, socket: Socket, publisher: Publisher, postgres: Postgres
) -> None:
    with postgres.locked_tables("cc_users"):
        async with raw_socket(url(worker), "curhat.v1", f"bearer.{desk.token}") as stalled:
            await until(lambda: len(worker.app.ctx.hub.members()) == 2)
            for number in range(hub.MOST_HELD_FRAMES + 1):
                await publisher.publish(internal={"type": "TEST", "id": number})
            assert await stalled.close_code() == 4008
    received = [(await socket.frame())["id"] for _ in range(hub.MOST_HELD_FRAMES + 1)]
    assert received == list(range(hub.MOST_HELD_FRAMES + 1))
