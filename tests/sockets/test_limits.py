"""Limits on what a socket may send and how slowly it may read, and how a breach ends."""

import asyncio
import base64
import contextlib
import os
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from websockets.frames import Frame, Opcode

from app.sockets import hub, websocket
from tests.rest.harness import PATIENCE_SECONDS, Client, Postgres, Worker, pair, until
from tests.sockets.harness import PATHS, Publisher, signed_in


@pytest.mark.parametrize(
    "frame",
    [
        "hello",
        "[]",
        "{}",
        '{"type": "dance"}',
        '{"type": 1}',
        '{"type": "auth", "token": "x"}',
        b'{"type": "ping"}',
        '{"type": "ping", "x": "' + "y" * 66_000 + '"}',
        "x" * 1_000_000,
    ],
)
async def test_an_invalid_frame_closes_with_4009(customer: Client, frame: str | bytes) -> None:
    async with signed_in(customer) as socket:
        await socket.connection.send(frame)
        assert await socket.close_code() == 4009


async def test_a_text_that_is_not_utf_8_closes_with_4009(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await socket.connection.send(b'{"type": "ping\xff"}', text=True)
        assert await socket.close_code() == 4009


async def test_a_fragmented_frame_is_one_frame(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await socket.connection.send(iter(['{"type"', ': "pi', 'ng"}']))
        await socket.frame_of("pong")


async def test_too_many_frames_close_with_4029(customer: Client) -> None:
    async with signed_in(customer) as socket:
        for _ in range(500):
            await socket.send("ping")
        assert await socket.close_code() == 4029


async def test_too_many_protocol_pings_close_with_4029(customer: Client) -> None:
    async with signed_in(customer) as socket:
        for number in range(500):
            await socket.connection.ping(str(number))
        assert await socket.close_code() == 4029


async def test_backpressure_applies_while_frames_are_processed(
    worker: Worker, customer: Client, mitra: Client, postgres: Postgres
) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as socket:
        (member,) = worker.app.ctx.hub.members()
        with postgres.locked("chat_sessions", chat_id):
            await socket.send("message", chat_session_id=chat_id, client_message_id=str(uuid4()), body="Halo")
            await until(postgres.waiting)
            for _ in range(websocket.MOST_UNREAD_FRAMES + 1):
                await socket.send("ping")
            await until(lambda: not member.websocket._transport.is_reading())  # noqa: SLF001
        await socket.frame_of("ack")
        for _ in range(websocket.MOST_UNREAD_FRAMES + 1):
            await socket.frame_of("pong")
        assert member.websocket._transport.is_reading()  # noqa: SLF001


async def test_every_frame_of_an_allowed_burst_is_answered(customer: Client) -> None:
    async with signed_in(customer) as socket:
        for _ in range(80):
            await socket.send("ping")
        for _ in range(80):
            await socket.frame_of("pong")


@asynccontextmanager
async def unresponsive_socket(client: Client) -> AsyncIterator[sockets.socket]:
    """A socket that signs in and then neither reads nor answers, with a small kernel buffer."""
    loop = asyncio.get_running_loop()
    with sockets.socket() as sock:
        sock.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await loop.sock_connect(sock, ("127.0.0.1", client.port))
        lines = (
            f"GET {PATHS[client.audience]} HTTP/1.1",
            "Host: x",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            f"Sec-WebSocket-Protocol: curhat.v1, bearer.{client.token}",
        )
        await loop.sock_sendall(sock, "\r\n".join((*lines, "", "")).encode())
        yield sock


def is_connected(worker: Worker, client: Client) -> bool:
    """Whether this person has a socket on the worker."""
    return client.id in worker.app.ctx.hub.people(client.audience)


async def test_a_reader_with_too_much_unsent_data_is_cut_off(
    worker: Worker, customer: Client, mitra: Client, publisher: Publisher
) -> None:
    async with unresponsive_socket(customer) as sock, signed_in(mitra) as good:
        await until(lambda: is_connected(worker, customer))
        sent = 0
        while is_connected(worker, customer):
            await publisher.publish(
                customer=customer.id, mitras=(mitra.id,), number=sent, filler="x" * 50_000
            )
            assert (await good.frame())["number"] == sent
            sent += 1
        await hung_up(sock)
        assert is_connected(worker, mitra)
        await publisher.publish(mitras=(mitra.id,), number="after")
        assert (await good.frame())["number"] == "after"


async def test_a_stalled_reader_is_cut_off(
    worker: Worker, customer: Client, mitra: Client, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(websocket, "MOST_UNSENT_BYTES", 10**9)
    monkeypatch.setattr(websocket, "PING_SECONDS", 10**9)
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.05)
    async with unresponsive_socket(customer), signed_in(mitra) as good:
        await until(lambda: is_connected(worker, customer))
        sent = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while is_connected(worker, customer):
                await publisher.publish(
                    customer=customer.id, mitras=(mitra.id,), number=sent, filler="x" * 50_000
                )
                assert (await good.frame())["number"] == sent
                sent += 1
        assert is_connected(worker, mitra)


async def test_the_kernel_buffers_little_for_a_stalled_reader(
    customer: Client, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MOST_UNSENT_BYTES", 10**9)
    async with unresponsive_socket(customer):
        await until(lambda: is_connected(worker, customer))
        (member,) = worker.app.ctx.hub.members()
        for _ in range(200):  # piece by piece, since the kernel enlarges a buffer that drains
            member.websocket.send(websocket.text_frame(b'{"type":"TEST","x":"' + b"x" * 20_000 + b'"}'))
            await asyncio.sleep(0)
        assert member.websocket.unsent > 200 * 20_000 - 4 * websocket.KERNEL_BYTES


async def test_a_slow_reader_that_reads_again_is_closed_with_4008(
    customer: Client, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "CUT_SECONDS", 60.0)
    async with signed_in(customer) as socket:
        (member,) = worker.app.ctx.hub.members()
        for _ in range(200):
            member.websocket.send(websocket.text_frame(b'{"type":"TEST","x":"' + b"x" * 50_000 + b'"}'))
        assert await socket.close_code() == 4008


async def test_a_vanished_peer_is_dropped(
    worker: Worker, customer: Client, mitra: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.1)
    monkeypatch.setattr(hub, "LOOK_SECONDS", 0.02)
    async with unresponsive_socket(customer), signed_in(mitra) as alive:
        await until(lambda: is_connected(worker, customer))
        await until(lambda: not is_connected(worker, customer))
        await alive.send("ping")
        await alive.frame_of("pong")


async def hung_up(sock: sockets.socket) -> None:
    """Read until the server has hung up."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionResetError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await loop.sock_recv(sock, 1_000_000):
                pass


async def test_a_client_that_does_not_answer_a_close_is_dropped(
    worker: Worker, customer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "CLOSE_SECONDS", 0.1)
    async with unresponsive_socket(customer) as sock:
        await until(lambda: is_connected(worker, customer))
        (member,) = worker.app.ctx.hub.members()
        member.websocket.finish(4009)
        await hung_up(sock)


async def test_an_oversized_frame_is_read_to_its_end_so_that_the_close_code_arrives(
    customer: Client,
) -> None:
    frame = Frame(Opcode.TEXT, b"x" * 1_000_000).serialize(mask=True)
    loop = asyncio.get_running_loop()
    async with unresponsive_socket(customer) as sock, asyncio.timeout(PATIENCE_SECONDS):
        await loop.sock_sendall(sock, frame[:100_000])
        received = b""
        while (4009).to_bytes(2, "big") not in received:
            received += await loop.sock_recv(sock, 65536)
        await loop.sock_sendall(sock, frame[100_000:])
