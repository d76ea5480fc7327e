"""The one way to Redis: how every client connects, publishes, and notices that a server is the wrong one.

It guarantees
- that a connection over which Redis has refused a command is not used again. Such a server is often the wrong one:
  a primary that became a replica keeps its connections and answers READONLY. The next connection resolves the
  address again;
- that no message is published at a replica, which would accept PUBLISH and reach only its own subscribers. Each
  message goes with a write in one transaction.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import redis
from redis import retry as blocking
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, ResponseError

CONNECT_SECONDS = 3.0
# Deleting this key changes nothing, since it never exists. A server that takes no writes refuses it all the same.
NO_KEY = "curhat:nothing"


def connect(
    url: str, *, connect_seconds: float = CONNECT_SECONDS, answer_seconds: float | None = None
) -> Redis:
    """A client that reports the first failure and never retries by itself.

    Without `answer_seconds` it waits for an answer for ever, and its user sets an `asyncio.timeout`: with a timeout
    of its own redis-py loses cancellations (asyncio.wait_for before Python 3.12).
    """
    pool: ConnectionPool = ConnectionPool.from_url(
        url,
        socket_connect_timeout=connect_seconds,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # it is sent by a command that older servers refuse
    )
    pool.connection_class = _dropped_when_refused(pool.connection_class)
    return Redis.from_pool(pool)


def connect_blocking(url: str, *, answer_seconds: float | None = CONNECT_SECONDS) -> redis.Redis:
    """The same for code without an event loop: commands and tests."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=blocking.Retry(NoBackoff(), 0),
        driver_info=None,
    )


async def check(client: Redis) -> None:
    """Check that the server takes writes.

    Raises:
        RedisError: it does not, or does not answer.
    """
    await client.delete(NO_KEY)


async def publish(
    client: Redis, channel: str, message: bytes, keep: Mapping[str, int] = MappingProxyType({})
) -> None:
    """Publish a message, and store it under each key of `keep` for so many milliseconds, in one transaction.

    Raises:
        RedisError: the server takes no writes, or does not answer.
    """
    async with client.pipeline(transaction=True) as pipeline:
        for key, milliseconds in keep.items():
            pipeline.set(key, message, px=milliseconds)
        if not keep:
            pipeline.delete(NO_KEY)
        pipeline.publish(channel, message)
        await pipeline.execute()


def _dropped_when_refused(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    """The same class of connection, which the pool closes once the server has refused a command over it."""

    class Dropped(kind):  # type: ignore[valid-type, misc] # plain TCP, TLS or a unix socket
        async def on_connect(self) -> None:
            await super().on_connect()
            self.reset_should_reconnect()  # redis-py asks for features that an older server may refuse

        async def read_response(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
            try:
                return await super().read_response(*arguments, **options)
            except NoScriptError:
                raise  # redis-py loads the script and tries again
            except ResponseError:
                self.mark_for_reconnect()
                raise

    return Dropped
