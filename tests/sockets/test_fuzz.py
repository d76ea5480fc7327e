"""Fuzzing: whatever arrives, the socket answers or closes with the right code, and nothing else happens."""

import asyncio
import base64
import gc
import json
import os
import random
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from app.sockets.websocket import FRAME_BURST, MOST_FRAME_BYTES
from tests.rest.harness import PATIENCE_SECONDS, Client, Worker, pair
from tests.sockets.harness import PATHS, Socket, signed_in

ANSWERED = "answered"
PING = b'{"type": "ping"}'
KEY = b"\x37\x37\x37\x37"


def frame(
    payload: bytes = PING,
    *,
    opcode: int = Opcode.TEXT,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
) -> bytes:
    """A frame of RFC 6455, valid or not."""
    head = bytes([fin << 7 | reserved << 4 | opcode])
    mask = masked << 7
    if len(payload) < 126:
        head += bytes([mask | len(payload)])
    elif len(payload) < 1 << 16:
        head += struct.pack("!BH", mask | 126, len(payload))
    else:
        head += struct.pack("!BQ", mask | 127, len(payload))
    if not masked:
        return head + payload
    return head + KEY + bytes(byte ^ KEY[n % 4] for n, byte in enumerate(payload))


def close(payload: bytes = b"") -> bytes:
    return frame(payload, opcode=Opcode.CLOSE)


def deflated(payload: bytes) -> bytes:
    """A frame compressed without a negotiated extension."""
    compress = zlib.compressobj(wbits=-15)
    return frame((compress.compress(payload) + compress.flush(zlib.Z_SYNC_FLUSH))[:-4], reserved=0b100)


BIG = PING + b" " * MOST_FRAME_BYTES
HALF = MOST_FRAME_BYTES // 2 + 1
TOO_MANY, FEW = int(FRAME_BURST) + 50, 4

# The bytes sent, and the code that the socket closes with.
BROKEN: dict[str, tuple[bytes, int | str]] = {
    # Not WebSocket
    "unmasked": (frame(masked=False), 1002),
    "compressed": (deflated(PING), 1002),
    "reserved bit 2": (frame(reserved=0b010), 1002),
    "reserved bit 3": (frame(reserved=0b001), 1002),
    "reserved opcode": (frame(opcode=0x3), 1002),
    "reserved control opcode": (frame(b"", opcode=0xB), 1002),
    "a fragmented ping": (frame(b"", opcode=Opcode.PING, fin=False), 1002),
    "an oversized ping": (frame(b"x" * 126, opcode=Opcode.PING), 1002),
    "a continuation of nothing": (frame(b"x", opcode=Opcode.CONT), 1002),
    "a text within a text": (frame(fin=False) + frame(), 1002),
    "a close of one byte": (close(b"\x03"), 1002),
    "a close with a reserved code": (close(struct.pack("!H", 1005)), 1002),
    "a close with a reason that is not UTF-8": (close(struct.pack("!H", 1000) + b"\xff"), 1007),
    # Not our protocol
    "binary": (frame(opcode=Opcode.BINARY), 4009),
    "fragmented binary": (
        frame(b"{", opcode=Opcode.BINARY, fin=False) + frame(b"}", opcode=Opcode.CONT),
        4009,
    ),
    "empty": (frame(b""), 4009),
    "not UTF-8": (frame(b'{"type": "ping\xff"}'), 4009),
    "truncated UTF-8": (frame(b'{"type": "ping\xe2\x82'), 4009),
    "a surrogate": (frame(b'{"type": "ping\xed\xa0\x80"}'), 4009),
    "a byte order mark": (frame(b"\xef\xbb\xbf" + PING), 4009),
    "two objects": (frame(PING + PING), 4009),
    "a number": (frame(b"1e999"), 4009),
    "nested too deeply": (frame(b'{"x": ' + b"[" * 60_000), 4009),
    "nested too deeply in a known type": (frame(b'{"type": "ping", "x": ' + b"[" * 60_000), 4009),
    "nested too deeply but balanced": (frame(b'{"x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"), 4009),
    "too large": (frame(BIG), 4009),
    "too large and fragmented": (
        frame(BIG[:HALF], fin=False) + frame(BIG[HALF : 2 * HALF], opcode=Opcode.CONT),
        4009,
    ),
    "an enormous announced length": (b"\x81\xff" + struct.pack("!Q", 1 << 62) + KEY, 4009),
    # Too many
    "too many pings": (frame(b"", opcode=Opcode.PING) * TOO_MANY, 4029),
    "too many pongs": (frame(b"", opcode=Opcode.PONG) * TOO_MANY, 4029),
    "too many fragments": (
        frame(b" ", fin=False) + frame(b"", opcode=Opcode.CONT, fin=False) * TOO_MANY,
        4029,
    ),
    # Valid closes
    "a close": (close(struct.pack("!H", 1000)), 1000),
    "a close with a private code": (close(struct.pack("!H", 4321) + b"bye"), 4321),
}

UNUSUAL: dict[str, bytes] = {
    "fragmented, with a ping between": (
        frame(PING[:5], fin=False)
        + frame(b"?", opcode=Opcode.PING)
        + frame(b"", opcode=Opcode.CONT, fin=False)
        + frame(PING[5:], opcode=Opcode.CONT)
    ),
    "an unsolicited pong": frame(b"!", opcode=Opcode.PONG) + frame(),
    "white space": frame(b"\r\n " + PING + b"\t"),
    "as large as allowed": frame(PING + b" " * (MOST_FRAME_BYTES - len(PING))),
}


class Raw:
    """A connection after its handshake, for any bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def frame(self) -> tuple[int, bytes]:
        """The opcode and payload of the server's next frame."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            first, length = await self._reader.readexactly(2)
            if length == 126:
                (length,) = struct.unpack("!H", await self._reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", await self._reader.readexactly(8))
            return first & 0xF, await self._reader.readexactly(length)

    async def close_code(self) -> int:
        """The server's close code; 1006 if it hangs up without one."""
        try:
            while True:
                opcode, payload = await self.frame()
                if opcode == Opcode.CLOSE:
                    return int.from_bytes(payload[:2], "big")
        except (asyncio.IncompleteReadError, ConnectionResetError):
            return 1006

    async def pong(self) -> None:
        """Wait for the answer to a `ping`."""
        while True:
            opcode, payload = await self.frame()
            assert opcode != Opcode.CLOSE, payload
            if opcode == Opcode.TEXT and json.loads(payload)["type"] == "pong":
                return


@asynccontextmanager
async def raw(worker: Worker, path: str, *lines: str, more: bytes = b"") -> AsyncIterator[Raw]:
    """A raw connection after its handshake. `more` is sent together with the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    try:
        handshake = (
            f"GET {path} HTTP/1.1",
            "Host: x",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            *lines,
        )
        writer.write("\r\n".join((*handshake, "", "")).encode() + more)
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head
        assert b"sec-websocket-extensions" not in head.lower()
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def raw_signed_in(client: Client, worker: Worker) -> AsyncIterator[Raw]:
    """A person's raw connection, after its snapshot."""
    protocol = f"Sec-WebSocket-Protocol: curhat.v1, bearer.{client.token}"
    extension = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
    async with raw(worker, PATHS[client.audience], protocol, extension) as connection:
        opcode, payload = await connection.frame()
        assert (opcode, json.loads(payload)["type"]) == (Opcode.TEXT, "snapshot")
        yield connection


async def test_broken_input_closes_only_its_own_socket(
    worker: Worker, customer: Client, mitra: Client
) -> None:
    codes = {}
    async with signed_in(mitra) as other:
        for name, (data, _) in BROKEN.items():
            async with raw_signed_in(customer, worker) as connection:
                await connection.send(data)
                codes[name] = await connection.close_code()
        await other.send("ping")
        await other.frame_of("pong")
    assert codes == {name: code for name, (_, code) in BROKEN.items()}


async def test_broken_input_closes_the_socket_before_sign_in(worker: Worker, customer: Client) -> None:
    codes = {}
    for name, (data, _) in BROKEN.items():
        async with raw(worker, PATHS["customer"]) as connection:
            await connection.send(data)
            codes[name] = await connection.close_code()
    assert codes == {name: code for name, (_, code) in BROKEN.items()}


@pytest.mark.parametrize("name", UNUSUAL)
async def test_unusual_but_valid_input_is_answered(worker: Worker, customer: Client, name: str) -> None:
    async with raw_signed_in(customer, worker) as connection:
        await connection.send(UNUSUAL[name])
        await connection.pong()


async def test_a_frame_that_arrives_byte_by_byte_is_answered(worker: Worker, customer: Client) -> None:
    async with raw_signed_in(customer, worker) as connection:
        for byte in frame():
            await connection.send(bytes([byte]))
        await connection.pong()


async def test_empty_fragments_use_no_memory(worker: Worker, customer: Client) -> None:
    """A client may send them slowly for as long as the socket is open."""
    async with raw_signed_in(customer, worker) as connection:
        await connection.send(frame(PING[:5], fin=False))
        await connection.send(
            frame(b"", opcode=Opcode.CONT, fin=False) * 80 + frame(b"?", opcode=Opcode.PING)
        )
        assert await connection.frame() == (Opcode.PONG, b"?")
        assert sum(type(one) is Frame for one in gc.get_objects()) < 80
        await connection.send(frame(PING[5:], opcode=Opcode.CONT))
        await connection.pong()


async def test_frames_sent_with_the_handshake_are_answered(worker: Worker, customer: Client) -> None:
    """A client need not wait for the snapshot."""
    async with raw(
        worker, PATHS["customer"], f"Sec-WebSocket-Protocol: curhat.v1, bearer.{customer.token}"
    ) as connection:
        await connection.send(frame() * 2)
        await connection.pong()
        await connection.pong()


async def test_more_than_one_read_may_follow_the_handshake(worker: Worker, customer: Client) -> None:
    protocol = f"Sec-WebSocket-Protocol: curhat.v1, bearer.{customer.token}"
    async with raw(
        worker, PATHS["customer"], protocol, more=UNUSUAL["as large as allowed"] * FEW + frame()
    ) as connection:
        for _ in range(FEW + 1):
            await connection.pong()


async def test_a_client_that_hangs_up_within_a_frame_leaves_nothing_behind(
    worker: Worker, customer: Client
) -> None:
    for data in (frame()[:1], frame()[:4], frame()[:-1], frame(fin=False), b"", frame() * 50):
        async with raw_signed_in(customer, worker) as connection:
            await connection.send(data)


HANDSHAKE = {
    "connection": "Connection: Upgrade",
    "upgrade": "Upgrade: websocket",
    "version": "Sec-WebSocket-Version: 13",
    "key": f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
}

# Lines of the handshake that differ, and the status of the answer.
HANDSHAKES: dict[str, tuple[str, dict[str, str], int]] = {
    "none": ("GET", {"connection": "", "upgrade": ""}, 426),
    "no key": ("GET", {"key": ""}, 400),
    "a short key": ("GET", {"key": "Sec-WebSocket-Key: eHh4"}, 400),
    "a key that is not base64": ("GET", {"key": "Sec-WebSocket-Key: ?"}, 400),
    "two keys": ("GET", {"key": "\r\n".join([HANDSHAKE["key"]] * 2)}, 400),
    "no version": ("GET", {"version": ""}, 400),
    "an old version": ("GET", {"version": "Sec-WebSocket-Version: 8"}, 400),
    "another protocol": ("GET", {"upgrade": "Upgrade: h2c"}, 426),
    "another method": ("POST", {}, 405),
    "an invalid subprotocol": ("GET", {"more": "Sec-WebSocket-Protocol: a b"}, 400),
    "a token that is not ASCII": ("GET", {"more": "Sec-WebSocket-Protocol: curhat.v1, bearer.\xff"}, 400),
    "a user agent that is not ASCII": ("GET", {"more": "User-Agent: caf\xe9"}, 101),
    "too many lines": ("GET", {"more": "\r\n".join(f"X-{n}: {'x' * 100}" for n in range(200))}, 431),
}


async def test_an_invalid_handshake_is_refused(worker: Worker) -> None:
    statuses = {}
    for name, (method, lines, _) in HANDSHAKES.items():
        reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
        present = [line for line in {**HANDSHAKE, **lines}.values() if line]
        writer.write(
            "\r\n".join((f"{method} /api/client/ws HTTP/1.1", "Host: x", *present, "", "")).encode("latin-1")
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            statuses[name] = int((await reader.readline()).split()[1])
        writer.transport.abort()
    assert statuses == {name: status for name, (_, _, status) in HANDSHAKES.items()}


SEED = 37
FRAMES = 400
NOBODYS_CHAT = str(UUID(int=0))

ODD: list[Any] = [
    *(
        None,
        True,
        -1,
        0,
        2**31,
        2**63 - 1,
        2**63,
        2**70,
        1.5,
        1e300,
        float("inf"),
        [],
        {},
        [[]],
        {"type": "ping"},
    ),
    *("", "x", "\0", "\ud800", "😀" * 3, "x" * 5000, str(UUID(int=2))),
]


def random_frames(chat_id: str) -> Iterator[bytes]:
    """Nearly valid frames, the same in each run."""
    chance = random.Random(SEED)
    good: list[dict[str, Any]] = [
        {"type": "ping"},
        {"type": "typing", "chat_session_id": chat_id},
        {"type": "read", "chat_session_id": chat_id, "seq": 1},
        {
            "type": "message",
            "chat_session_id": chat_id,
            "client_message_id": str(UUID(int=1)),
            "body": "Halo",
        },
        {"type": "watch", "what": "availability"},
        {"type": "unwatch", "what": "availability"},
    ]
    for _ in range(FRAMES):
        fields = dict(chance.choice(good))
        for _ in range(chance.randint(0, 2)):
            key = chance.choice([*fields, "type", "body", "seq", "x"])
            fields[key] = chance.choice([*ODD, chat_id.upper(), chat_id.replace("-", "")])
            if chance.random() < 0.2:
                del fields[key]
        text = json.dumps(fields, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
        if chance.random() < 0.2:
            at = chance.randrange(len(text))
            text = text[:at] + chance.randbytes(chance.randint(0, 3)) + text[at + 1 :]
        yield text


async def test_random_frames_are_answered_refused_or_close_with_4009(
    customer: Client, mitra: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sockets.websocket.FRAME_BURST", 1e9)
    left = list(random_frames(await pair(customer, mitra)))
    outcomes = set[str]()
    while left:
        async with signed_in(customer) as socket:
            while left and "4009" not in (outcome := await outcome_of(socket, left.pop())):
                outcomes |= outcome
            outcomes |= outcome
    assert {"4009", "invalid_body"} <= outcomes
    assert outcomes <= {"4009", "invalid_body", "invalid_message", "chat_session_not_found"}


async def outcome_of(socket: Socket, text: bytes) -> set[str]:
    """The slug of the refusal or the code of the close that a frame causes; empty if it was accepted."""
    outcome = set[str]()
    number = str(uuid4())
    try:
        await socket.connection.send(text, text=True)
        await socket.send("message", chat_session_id=NOBODYS_CHAT, client_message_id=number, body="?")
        while (got := await socket.frame_of("error")).get("client_message_id") != number:
            outcome.add(got["error"])
    except ConnectionClosed as closed:
        outcome.add(str(closed.rcvd.code if closed.rcvd is not None else 1006))
    return outcome
