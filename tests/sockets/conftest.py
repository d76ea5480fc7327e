"""A worker, its people, the relay, and somebody who publishes."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from app.settings import Settings
from listeners import relay
from tests.rest.conftest import (
    customer,
    http,
    mitra,
    new_customer,
    new_mitra,
    people,
    postgres,
    pytest_asyncio_loop_factories,
    settings,
    worker,
)
from tests.rest.harness import Worker, background
from tests.sockets.harness import Publisher

__all__ = [
    "customer",
    "http",
    "mitra",
    "new_customer",
    "new_mitra",
    "people",
    "postgres",
    "pytest_asyncio_loop_factories",
    "settings",
    "worker",
]


@pytest.fixture
async def relayed(settings: Settings) -> AsyncIterator[None]:
    """The relay is at work."""
    async with background(relay.run(settings)):
        yield


@pytest.fixture
async def publisher(worker: Worker, redis_url: str) -> AsyncIterator[Publisher]:
    """Publishes to a worker that listens."""
    assert worker.app.ctx.hub.subscription.subscribed.is_set()
    async with Redis.from_url(redis_url) as redis:
        yield Publisher(redis)
