"""Fixtures of the socket tests: a worker, people, the relay, and a publisher."""

from collections.abc import AsyncIterator

import pytest

from app import redis_client
from app.settings import Settings
from listeners import relay
from tests.conftest import Connection
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
from tests.rest.harness import Client, Worker, background, until
from tests.sockets.harness import Publisher
from tests.sockets.leftovers import held

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


@pytest.fixture(autouse=True)
async def nothing_is_left(
    settings: Settings, monitor: Connection, database: str, redis_url: str
) -> AsyncIterator[None]:
    """After each test and its worker, no task, connection or subscription is left over."""

    def beyond() -> dict[str, object]:
        return held(monitor, database, redis_url).beyond(before)

    before = held(monitor, database, redis_url)
    yield
    try:
        await until(lambda: not beyond())
    except TimeoutError:
        pytest.fail(f"left over: {beyond()}")


@pytest.fixture(params=["customer", "mitra"])
def person(request: pytest.FixtureRequest, customer: Client, mitra: Client) -> Client:
    """A customer, and a mitra."""
    return customer if request.param == "customer" else mitra


@pytest.fixture
async def relayed(settings: Settings) -> AsyncIterator[None]:
    """The relay runs."""
    async with background(relay.run(settings)):
        yield


@pytest.fixture
async def publisher(worker: Worker, redis_url: str) -> AsyncIterator[Publisher]:
    """Publishes to a subscribed worker."""
    assert worker.app.ctx.hub.subscription.subscribed.is_set()
    async with redis_client.connect(redis_url) as redis:
        yield Publisher(redis)
