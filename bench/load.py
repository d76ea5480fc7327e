"""Requests over many connections at once, by a cheap client.

Each connection sends a request, reads the whole reply, and sends the next.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass
class Result:
    """The replies by status, the time of each, and the whole time, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    taken: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Replies a second."""
        return len(self.taken) / self.seconds


class Hand(asyncio.Protocol):
    """One connection. It is done when there are no more requests."""

    def __init__(self, requests: Iterator[bytes], result: Result) -> None:
        self._requests = requests
        self._result = result
        self._buffer = b""
        self._asked_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        """Send the next request."""
        request = next(self._requests, None)
        if self._transport is None or request is None:
            self._finish()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = LENGTH.search(head + b"\r\n")
        if length is None:
            raise AssertionError(f"a reply without a length: {head!r}")
        if len(body) >= int(length[1]):
            self._buffer = b""
            self._result.taken.append(time.perf_counter() - self._asked_at)
            self._result.statuses[int(head[9:12])] += 1
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server hung up"))

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


def request(method: str, path: str, token: str | None = None, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode() + body


async def send(port: int, requests: Iterator[bytes], connections: int) -> Result:
    """Send them all, over so many connections."""
    loop = asyncio.get_running_loop()
    result = Result()
    hands = []
    for _ in range(connections):
        transport, hand = await loop.create_connection(lambda: Hand(requests, result), "127.0.0.1", port)
        hands.append((transport, hand))
    began = time.perf_counter()
    for _, hand in hands:
        hand.ask()
    try:
        await asyncio.gather(*(hand.done for _, hand in hands))
    finally:
        result.seconds = time.perf_counter() - began
        for transport, _ in hands:
            transport.close()
    return result


def for_seconds(request_bytes: bytes, seconds: float) -> Iterator[bytes]:
    """Repeat the same request for so many seconds."""
    ends_at = time.perf_counter() + seconds
    while time.perf_counter() < ends_at:
        yield request_bytes
