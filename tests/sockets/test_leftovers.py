"""The check that `nothing_is_left` makes after every test in this folder."""

import asyncio

import psycopg

from app import redis_client
from tests.conftest import Connection
from tests.rest.harness import until
from tests.sockets.leftovers import held


async def test_a_leaked_task_connection_and_subscription_are_found(
    monitor: Connection, database: str, database_url: str, redis_url: str
) -> None:
    def beyond() -> dict[str, object]:
        return held(monitor, database, redis_url).beyond(before)

    before = held(monitor, database, redis_url)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    stray = asyncio.create_task(asyncio.sleep(3600), name="stray")
    with (
        psycopg.connect(database_url) as connection,
        redis_client.connect_blocking(redis_url) as client,
        client.pubsub() as pubsub,
    ):
        pubsub.subscribe("curhat:test")
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await until(lambda: "subscriptions in Redis" in beyond())
        found = beyond()
        assert found["tasks"] == ["stray"]
        assert found["connections to Postgres"] == [connection.info.backend_pid]
        assert found["subscriptions in Redis"] == 1
        assert found["connections of this process"]
        writer.close()
    stray.cancel()
    server.close()
    await until(lambda: not beyond())
