"""Sockets, used as the apps use them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, get_args
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.auth import Audience
from app.envelope import REDIS_CHANNEL, Envelope, encode
from app.internal.frames import EventType, OperatorEvent, ToOperator
from app.public import frames
from tests.rest.harness import PATIENCE_SECONDS, Client

PATHS: dict[Audience, str] = {
    "customer": "/api/client/ws",
    "mitra": "/api/mitra/ws",
    "operator": "/internal/ws",
}
OPERATORS_EVENTS = frozenset(get_args(EventType))
EVENTS_TO_OPERATORS = msgspec.json.Decoder(OperatorEvent)
DECODERS: dict[Audience, msgspec.json.Decoder[Any]] = {
    **{role: msgspec.json.Decoder(union) for role, union in frames.TO.items()},
    "operator": msgspec.json.Decoder(ToOperator),
}


class Socket:
    """An open socket. Every frame it receives is checked against its type."""

    def __init__(self, connection: ClientConnection, audience: Audience) -> None:
        self.connection = connection
        self._audience = audience
        self._decoder = DECODERS[audience]

    async def frame(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            text = await self.connection.recv()
        assert isinstance(text, str)
        frame: dict[str, Any] = json.loads(text)
        if frame["type"] in OPERATORS_EVENTS and self._audience == "operator":
            EVENTS_TO_OPERATORS.decode(text)
        elif frame["type"] != "TEST":
            self._decoder.decode(text)
        return frame

    async def frame_of(self, frame_type: str) -> dict[str, Any]:
        """The next frame of this type; skips others."""
        while (frame := await self.frame())["type"] != frame_type:
            pass
        return frame

    async def frames_until(self, frame_type: str) -> list[dict[str, Any]]:
        """All frames up to the first of this type."""
        frames = [await self.frame()]
        while frames[-1]["type"] != frame_type:
            frames.append(await self.frame())
        return frames

    async def send(self, frame_type: str, **fields: object) -> None:
        await self.connection.send(msgspec.json.encode({"type": frame_type, **fields}).decode())

    async def close_code(self) -> int:
        """The code with which the server closes the socket; skips frames before it."""
        try:
            while True:
                await self.frame()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd is not None else 1006


@contextlib.asynccontextmanager
async def raw_socket(url: str, *subprotocols: str) -> AsyncIterator[Socket]:
    """A socket that offers these subprotocols and has sent nothing."""
    offered = [Subprotocol(name) for name in subprotocols] or None
    async with connect(
        url, subprotocols=offered, ping_interval=None, max_size=None, close_timeout=5
    ) as connection:
        yield Socket(connection, next(role for role, path in PATHS.items() if url.endswith(path)))


@contextlib.asynccontextmanager
async def signed_in(client: Client) -> AsyncIterator[Socket]:
    """A person's socket, after its snapshot."""
    url = f"ws://127.0.0.1:{client.port}{PATHS[client.audience]}"
    async with raw_socket(url, "curhat.v1", f"bearer.{client.token}") as socket:
        assert (await socket.frame())["type"] == "snapshot"
        yield socket


class Publisher:
    """Publishes envelopes as the relay does."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._ids = iter(range(10**12, 10**13))

    async def publish(
        self,
        *,
        customer: UUID | None = None,
        mitras: tuple[UUID, ...] = (),
        event_id: int | None = None,
        internal: object = None,
        **fields: object,
    ) -> int:
        """Publish a frame of type TEST with these fields; return its id. `internal` is the operators' frame."""
        event_id = next(self._ids) if event_id is None else event_id
        frame, seen = (
            msgspec.Raw(msgspec.json.encode(one))
            for one in ({"type": "TEST", "id": event_id, **fields}, internal)
        )
        await self._redis.publish(REDIS_CHANNEL, encode(Envelope(event_id, customer, mitras, frame, seen)))
        return event_id

    async def publish_text(self, text: str | bytes) -> None:
        await self._redis.publish(REDIS_CHANNEL, text)
