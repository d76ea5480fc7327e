"""One subscription to a Redis channel that comes back by itself and says when it was away.

It guarantees
- that `on_subscribed` is called each time SUBSCRIBE has been confirmed, before any message that follows it:
  what was published before is lost, so whoever needs the state reads it now;
- that a connection which is lost, or alive but deaf, is noticed within PING_SECONDS + PONG_SECONDS: when
  nothing comes, a PING must come back; and one that is not there yet, within CONNECT_SECONDS.
"""

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.retries import Retries

CONNECT_SECONDS = 3.0
PING_SECONDS = 3.0
PONG_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 3.0

log = structlog.get_logger(__name__)


def connect(url: str) -> Redis:
    """A client that reports the first failure instead of trying again behind our back.

    It waits for an answer for ever: whoever uses it says how long, by `asyncio.timeout`.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=None,  # with one, redis-py loses cancellations: asyncio.wait_for before Python 3.12
        retry=Retry(NoBackoff(), 0),
    )


class Subscription:
    """Hands every message of `channel` to `on_message` for as long as `run` runs."""

    def __init__(
        self,
        url: str,
        channel: str,
        on_message: Callable[[bytes], None],
        on_subscribed: Callable[[], None],
    ) -> None:
        self._url = url
        self._channel = channel
        self._on_message = on_message
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
        async with connect(self._url) as redis, redis.pubsub() as pubsub:
            async with asyncio.timeout(CONNECT_SECONDS):  # a server may take the connection and say nothing
                await pubsub.subscribe(self._channel)
            while True:
                message = await self._next(pubsub)
                if message["type"] == "message":
                    self._on_message(message["data"])
                elif message["type"] == "subscribe":
                    self._retries.reset()
                    self.subscribed.set()
                    self._on_subscribed()

    async def _next(self, pubsub: PubSub) -> dict[str, Any]:
        message: dict[str, Any] | None = await pubsub.get_message(timeout=PING_SECONDS)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=PONG_SECONDS)
        if message is None:
            raise ConnectionError(f"nothing came back for {PONG_SECONDS:.0f} s")
        return message
