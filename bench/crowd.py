"""Many customers' sockets, held open by a cheap client: it reads frames and answers pings."""

import asyncio
import base64
import json
import os
import socket
import time
from collections.abc import Sequence
from typing import Any, cast

PONG = b"\x8a\x80\0\0\0\0"
TEXT, PING, CLOSE = 0x81, 0x89, 0x88
CONNECTING_AT_ONCE = 100


class Ear(asyncio.Protocol):
    """One socket. `delays` has the delay of each frame, in seconds."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._upgraded = False
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[float] = loop.create_future()
        self.delays: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        lines = (
            "GET /api/client/ws HTTP/1.1",
            "Host: bench",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            f"Sec-WebSocket-Protocol: curhat.v1, bearer.{self._token}",
        )
        self._transport.write("\r\n".join((*lines, "", "")).encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                raise AssertionError(f"no socket: {head!r}")
            self._upgraded, self._buffer = True, rest
        while (frame := self._next_frame()) is not None:
            self._take(*frame)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionResetError("the server hung up"))
        if not self.closed.done():
            self.closed.set_result(time.time())

    def stop_reading(self) -> None:
        """Stop reading. A closed connection goes unnoticed then."""
        if self._transport is not None:
            self._transport.pause_reading()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def _next_frame(self) -> tuple[int, bytes] | None:
        if len(self._buffer) < 2:
            return None
        length, start = self._buffer[1], 2
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(self._buffer[2:start], "big")
        if len(self._buffer) < start + length:
            return None
        opcode, payload = self._buffer[0], self._buffer[start : start + length]
        self._buffer = self._buffer[start + length :]
        return opcode, payload

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == PING and self._transport is not None:
            self._transport.write(PONG)
        elif opcode == TEXT and not self.ready.done():
            self.ready.set_result(None)  # the snapshot
        elif opcode == TEXT:
            frame: dict[str, Any] = json.loads(payload)
            if "sent_at" in frame:
                self.delays.append(time.time() - frame["sent_at"])


async def connect(port: int, tokens: Sequence[str]) -> list[Ear]:
    """A socket for each token, past its snapshot."""
    at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one(token: str) -> Ear:
        async with at_once:
            _, ear = await asyncio.get_running_loop().create_connection(lambda: Ear(token), "127.0.0.1", port)
            await ear.ready
            return ear

    return await asyncio.gather(*map(one, tokens))


async def connect_narrow(port: int, token: str) -> Ear:
    """A socket with little room in its kernel, past its snapshot."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)  # noqa: FBT003 - the socket module has no other way
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, ("127.0.0.1", port))
    _, ear = await loop.create_connection(lambda: Ear(token), sock=sock)
    await ear.ready
    return ear
