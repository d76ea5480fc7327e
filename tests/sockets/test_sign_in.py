"""Sign-in over a socket: the two ways, and the close code of each failure."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from app.auth import Audience, issue_token
from app.sockets import serving
from tests.rest.harness import Client, Worker, until
from tests.sockets.harness import PATHS, raw_socket, signed_in


def url(worker: Worker, audience: Audience) -> str:
    return worker.socket_url + PATHS[audience]


async def test_a_token_among_the_subprotocols_signs_in(worker: Worker, person: Client) -> None:
    async with raw_socket(url(worker, person.audience), "curhat.v1", f"bearer.{person.token}") as socket:
        snapshot = await socket.frame()
        assert socket.connection.subprotocol == "curhat.v1"
    assert (snapshot["type"], snapshot["user"]["id"]) == ("snapshot", str(person.id))
    assert snapshot["server_time"]


@pytest.mark.parametrize("subprotocols", [(), ("curhat.v1",)])
async def test_a_token_in_the_first_frame_signs_in(
    worker: Worker, person: Client, subprotocols: tuple[str, ...]
) -> None:
    async with raw_socket(url(worker, person.audience), *subprotocols) as socket:
        await socket.send("auth", token=person.token)
        snapshot = await socket.frame()
        assert socket.connection.subprotocol == (subprotocols[0] if subprotocols else None)
    assert (snapshot["type"], snapshot["user"]["id"]) == ("snapshot", str(person.id))


async def test_the_snapshot_equals_the_state_over_rest(worker: Worker, person: Client) -> None:
    side = "client" if person.audience == "customer" else "mitra"
    async with raw_socket(url(worker, person.audience), "curhat.v1", f"bearer.{person.token}") as socket:
        snapshot = await socket.frame()
    state = (await person.get(f"/api/{side}/state")).json()
    moment = {"type", "server_time"}
    assert {name: snapshot[name] for name in snapshot.keys() - moment} == {
        name: state[name] for name in state.keys() - moment
    }


async def test_a_bad_token_is_closed_with_4001(worker: Worker, person: Client) -> None:
    expired = issue_token(worker.settings, person.audience, person.id, timedelta(seconds=-1))
    for token in ("x", expired, person.token[:-2]):
        async with raw_socket(url(worker, person.audience), "curhat.v1", f"bearer.{token}") as socket:
            assert await socket.close_code() == 4001
        async with raw_socket(url(worker, person.audience)) as socket:
            await socket.send("auth", token=token)
            assert await socket.close_code() == 4001


async def test_a_socket_closes_when_its_token_expires(worker: Worker, person: Client) -> None:
    """A blocked person cannot get another token."""
    token = issue_token(worker.settings, person.audience, person.id, timedelta(seconds=1.5))
    async with raw_socket(url(worker, person.audience), "curhat.v1", f"bearer.{token}") as socket:
        assert (await socket.frame())["type"] == "snapshot"
        assert await socket.close_code() == 4001
    await until(lambda: worker.app.ctx.hub.members() == [])


async def test_a_token_of_another_audience_is_closed_with_4003(worker: Worker, person: Client) -> None:
    for audience in ("customer", "mitra", "operator"):
        if audience != person.audience:
            token = issue_token(worker.settings, audience, person.id)
            async with raw_socket(url(worker, person.audience), "curhat.v1", f"bearer.{token}") as socket:
                assert await socket.close_code() == 4003


async def test_a_token_of_an_unknown_person_is_closed_with_4001(worker: Worker, person: Client) -> None:
    token = issue_token(worker.settings, person.audience, uuid4())
    async with raw_socket(url(worker, person.audience), "curhat.v1", f"bearer.{token}") as socket:
        assert await socket.close_code() == 4001


async def test_any_other_frame_before_sign_in_is_closed_with_4001(worker: Worker) -> None:
    async with raw_socket(url(worker, "customer")) as socket:
        await socket.send("ping")
        assert await socket.close_code() == 4001


@pytest.mark.parametrize(
    "frame", ["hello", "[]", '{"token": "x"}', '{"type": "auth"}', b"\x00", "x" * 70_000]
)
async def test_an_invalid_first_frame_is_closed_with_4009(worker: Worker, frame: str | bytes) -> None:
    async with raw_socket(url(worker, "customer")) as socket:
        await socket.connection.send(frame)
        assert await socket.close_code() == 4009


async def test_silence_before_sign_in_is_closed_with_4001(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "SIGN_IN_SECONDS", 0.05)
    async with raw_socket(url(worker, "customer")) as socket:
        assert await socket.close_code() == 4001


async def test_a_plain_request_must_upgrade(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/client/ws")
    assert (response.status_code, response.json()["error"]) == (426, "upgrade_required")


async def test_an_invalid_handshake_is_a_bad_request(http: httpx.AsyncClient) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "7"}
    response = await http.get("/api/client/ws", headers=headers)
    assert (response.status_code, response.json()["error"]) == (400, "bad_request")


async def test_a_closed_socket_is_removed(worker: Worker, person: Client) -> None:
    async with signed_in(person):
        assert len(worker.app.ctx.hub.members()) == 1
    await until(lambda: worker.app.ctx.hub.members() == [])
