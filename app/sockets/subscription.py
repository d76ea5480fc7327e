"""A subscription to Redis channels that reconnects by itself and says so.

It guarantees
- that `on_subscribed` is called each time SUBSCRIBE is confirmed, before any later message. What was published
  before is lost, so a caller that needs the state reads it then;
- that a connection which is lost, deaf, or leads to a server that our address no longer names is noticed within
  PING_SECONDS + PONG_SECONDS: when nothing comes, a message to ourselves must come back. It is published over a new
  connection, and with a write (`app.redis_client`);
- that it never subscribes at a server that takes no writes: nothing is published there.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from uuid import uuid4

import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from app import redis_client
from app.redis_client import CONNECT_SECONDS
from app.retries import Retries

PING_PREFIX = "curhat:ping:"
PING_SECONDS = 3.0
PONG_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 3.0

log = structlog.get_logger(__name__)


class Subscription:
    """Hands every message of a channel to its handler while `run` runs."""

    def __init__(
        self,
        url: str,
        handlers: Mapping[str, Callable[[bytes], None]],
        on_subscribed: Callable[[], None],
    ) -> None:
        self._url = url
        self._ping_channel = f"{PING_PREFIX}{uuid4().hex}"
        self._handlers = {channel.encode(): handler for channel, handler in handlers.items()}
        self._on_subscribed = on_subscribed
        self._retries = Retries(LONGEST_PAUSE_SECONDS)
        self.subscribed = asyncio.Event()
        """Set while messages come in."""

    async def run(self) -> NoReturn:
        """Subscribe until cancelled; every loss is logged and followed by a new attempt."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("redis subscription lost", reason=repr(error))
            finally:
                self.subscribed.clear()
            await self._retries.wait()

    async def _listen(self) -> NoReturn:
        await self._ping()
        async with redis_client.connect(self._url) as redis, redis.pubsub() as pubsub:
            async with asyncio.timeout(CONNECT_SECONDS):  # a server may accept the connection and stay silent
                await pubsub.subscribe(*self._handlers, self._ping_channel)
            awaited = {*self._handlers, self._ping_channel.encode()}
            while True:
                message = await self._next(pubsub)
                if message["type"] == "message":
                    handler = self._handlers.get(message["channel"])
                    if handler is not None:
                        handler(message["data"])
                elif message["type"] == "subscribe":
                    awaited.discard(message["channel"])
                    if not awaited:
                        self._retries.reset()
                        self.subscribed.set()
                        self._on_subscribed()

    async def _next(self, pubsub: PubSub) -> dict[str, Any]:
        message: dict[str, Any] | None = await pubsub.get_message(timeout=PING_SECONDS)
        if message is None:
            await self._ping()
            message = await pubsub.get_message(timeout=PONG_SECONDS)
        if message is None:
            raise ConnectionError(f"nothing came back for {PONG_SECONDS:.0f} s")
        return message

    async def _ping(self) -> None:
        """Publish a message to ourselves, over a connection of its own."""
        async with redis_client.connect(self._url) as redis, asyncio.timeout(PONG_SECONDS):
            await redis_client.publish(redis, self._ping_channel, b"")
