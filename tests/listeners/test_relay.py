"""The relay delivers every committed event, in any order of commits and through any failure."""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psycopg

from app.settings import Settings
from listeners import relay
from tests.listeners.conftest import Cut, Listens, Run, Subscriber, Writer, Writers, write_event
from tests.waits import PATIENCE_SECONDS, until
from workshop.embedded.redis_server import RedisServer, find_program

RELAY = "curhat relay"
NEVER = 3600.0


async def outbox(writer: Writer) -> int:
    row = await (await writer.execute("select count(*) from data.outbox")).fetchone()
    assert row is not None
    return int(row[0])


async def test_no_event_is_missed_of_concurrent_writers_and_a_long_transaction(
    settings: Settings, run: Run, subscriber: Subscriber, writers: Writers
) -> None:
    chance = random.Random(1)
    run(relay.run(settings))
    early = await writers.open(autocommit=False)
    await write_event(early, -1)

    async def write(number: int) -> None:
        writer = await writers.open(autocommit=False)
        for turn in range(20):
            await write_event(writer, number * 100 + turn)
            await asyncio.sleep(chance.random() / 100)
            await writer.commit()

    await asyncio.gather(*(write(number) for number in range(16)))
    others = {number * 100 + turn for number in range(16) for turn in range(20)}
    await subscriber.receive(others)  # while the early one is still open

    await early.commit()
    await subscriber.receive({-1})
    assert Counter(frame["marker"] for frame in subscriber.frames) == Counter(others | {-1})


async def test_events_of_one_commit_are_published_as_one_message(
    settings: Settings, run: Run, subscriber: Subscriber, writer: Writer
) -> None:
    run(relay.run(settings))
    async with writer.transaction():
        for marker in range(50):
            await write_event(writer, marker)
    await subscriber.receive(set(range(50)))
    assert [frame["marker"] for frame in subscriber.frames] == list(range(50))
    assert subscriber.messages == 1


async def test_an_event_committed_after_many_later_ones_is_delivered(
    settings: Settings, run: Run, subscriber: Subscriber, writer: Writer, writers: Writers
) -> None:
    run(relay.run(settings))
    early = await writers.open(autocommit=False)
    await write_event(early, -1)
    later = set(range(relay.OVERLAP + 10))
    async with writer.transaction():
        for marker in later:
            await write_event(writer, marker)
    await subscriber.receive(later)

    await early.commit()

    await subscriber.receive({-1})


async def test_the_bell_wakes_the_relay(
    settings: Settings, run: Run, subscriber: Subscriber, writer: Writer, listens: Listens
) -> None:
    run(relay.run(settings, look_seconds=NEVER))
    await write_event(writer, 1)
    await subscriber.receive({1})
    await listens(f"{RELAY} bell")

    await write_event(writer, 2)

    await subscriber.receive({2})


async def test_an_event_without_a_ring_is_found_by_polling(
    settings: Settings, run: Run, subscriber: Subscriber, writer: Writer, writers: Writers
) -> None:
    run(relay.run(settings))
    await write_event(writer, 1)
    await subscriber.receive({1})

    await write_event(await writers.open(rings=False), 2)

    await subscriber.receive({2})


async def test_every_event_is_notified_once_without_its_body(
    settings: Settings, run: Run, database_url: str, writer: Writer
) -> None:
    written = set(range(relay.BATCH + 50))
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as listener:
        await listener.execute("listen curhat_events")
        for marker in written:
            await write_event(writer, marker)
        rows = await (await writer.execute("select id from data.events")).fetchall()
        run(relay.run(settings, look_seconds=NEVER))

        announced = []
        async for notification in listener.notifies(timeout=PATIENCE_SECONDS):
            announced.append(json.loads(notification.payload))
            if len(announced) == len(written):
                break
        await writer.execute("notify curhat_events, 'last'")
        async for notification in listener.notifies(timeout=PATIENCE_SECONDS, stop_after=1):
            assert notification.payload == "last"

    assert sorted(event["id"] for event in announced) == sorted(row[0] for row in rows)
    assert all("body" not in event for event in announced)


async def test_an_event_of_an_unknown_type_does_not_block_others(
    settings: Settings, run: Run, subscriber: Subscriber, writer: Writer
) -> None:
    await writer.execute(
        "select logic.append_event('UNHEARD_OF', 'thing', null, null, null, null, null, 'system', '{}')"
    )
    await write_event(writer, 1)
    run(relay.run(settings))

    await subscriber.receive({1})
    await outbox_is_empty(writer)


async def test_it_reconnects_after_its_connections_were_cut(
    settings: Settings, run: Run, subscriber: Subscriber, writer: Writer, cut: Cut
) -> None:
    run(relay.run(settings))
    await write_event(writer, 1)
    await subscriber.receive({1})

    await cut(RELAY)
    await cut(f"{RELAY} bell")
    await write_event(writer, 2)

    await subscriber.receive({2})


async def test_a_standby_takes_over_from_a_killed_relay_without_loss(
    settings: Settings, subscriber: Subscriber, writer: Writer
) -> None:
    async with relay_process(settings) as first:
        await write_event(writer, 0)
        await subscriber.receive({0})
        async with relay_process(settings):
            await relays_connected(writer, 2)
            for marker in range(1, 401):
                await write_event(writer, marker)
                if marker == 200:
                    first.kill()
            await subscriber.receive(set(range(401)))


async def test_only_one_of_two_relays_holds_the_lock(settings: Settings, run: Run, writer: Writer) -> None:
    run(relay.run(settings))
    run(relay.run(settings))
    await relays_connected(writer, 2)

    async def one_holds_the_lock() -> bool:
        held = await (
            await writer.execute(
                "select count(*) from pg_locks where locktype = 'advisory' and granted "
                "and database = (select oid from pg_database where datname = current_database()) "
                "and (classid, objid) = (%s, %s)",
                relay.LOCK,
            )
        ).fetchone()
        return held == (1,)

    await until(one_holds_the_lock)


async def test_a_standby_takes_over_from_a_hanging_relay(
    settings: Settings, subscriber: Subscriber, writer: Writer
) -> None:
    async with relay_process(settings) as first:
        await write_event(writer, 0)
        await subscriber.receive({0})
        first.send_signal(signal.SIGSTOP)
        async with relay_process(settings):
            await write_event(writer, 1)
            await subscriber.receive({1})


async def test_events_wait_during_an_outage_of_redis(
    settings: Settings, run: Run, writer: Writer, tmp_path: Path
) -> None:
    server = RedisServer(find_program(), tmp_path / "r", tmp_path / "redis.log")
    first = server.start()
    run(relay.run(replace(settings, redis_url=server.url())))
    await write_event(writer, 1)
    await outbox_is_empty(writer)

    first.kill()
    first.wait()
    await write_event(writer, 2)
    await relay_lost_redis(writer)
    assert await outbox(writer) == 1

    second = server.start()
    await outbox_is_empty(writer)
    second.terminate()
    second.wait()


async def test_no_event_is_lost_while_redis_hangs(
    settings: Settings, run: Run, writer: Writer, tmp_path: Path
) -> None:
    server = RedisServer(find_program(), tmp_path / "r", tmp_path / "redis.log")
    process = server.start()
    subscriber = Subscriber(server.url())
    await subscriber.open()
    run(relay.run(replace(settings, redis_url=server.url())))
    await write_event(writer, 1)
    await subscriber.receive({1})

    process.send_signal(signal.SIGSTOP)
    await write_event(writer, 2)
    await relay_lost_redis(writer)
    process.send_signal(signal.SIGCONT)

    await subscriber.receive({2})
    await outbox_is_empty(writer)
    await subscriber.close()
    process.terminate()
    process.wait()


async def outbox_is_empty(writer: Writer) -> None:
    """Wait until the outbox is empty."""

    async def holds() -> bool:
        return await outbox(writer) == 0

    await until(holds)


async def relays_connected(writer: Writer, count: int) -> None:
    """Wait until so many relays are connected, active or standing by."""

    async def holds() -> bool:
        return len(await backends(writer)) == count

    await until(holds)


async def relay_lost_redis(writer: Writer) -> None:
    """Wait until the relay has dropped its working connection."""
    before = await backends(writer)

    async def holds() -> bool:
        return not before & await backends(writer)

    await until(holds)


async def backends(writer: Writer) -> set[int]:
    rows = await (
        await writer.execute(
            "select pid from pg_stat_activity where datname = current_database() and application_name = %s",
            [RELAY],
        )
    ).fetchall()
    return {row[0] for row in rows}


@asynccontextmanager
async def relay_process(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay in a separate process, killed at the end."""
    program = (
        "import asyncio; from app.settings import Settings; from listeners import relay; "
        "asyncio.run(relay.run(Settings.from_environment()))"
    )
    environment = {
        **os.environ,
        "CURHAT_DATABASE_URL": settings.database_url,
        "CURHAT_REDIS_URL": settings.redis_url,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
