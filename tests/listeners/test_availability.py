"""The availability listener publishes on every change and every second, and recovers from every failure."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from app import redis_client
from app.envelope import AVAILABILITY_CHANNEL, AVAILABILITY_KEY, AVAILABILITY_SECONDS, AvailabilityTold
from app.settings import Settings
from listeners import availability, relay
from tests.listeners.conftest import Cut, Listens, Run, Writer
from tests.waits import until
from workshop.embedded.redis_server import RedisServer, find_program

NEVER = 3600.0
LISTENER = "curhat availability"


class Published:
    """Collects what the listener publishes."""

    def __init__(self, url: str) -> None:
        self._redis = redis_client.connect(url)
        self._messages = self._redis.pubsub(ignore_subscribe_messages=True)
        self.counts: list[int] = []

    async def open(self) -> None:
        await self._messages.subscribe(AVAILABILITY_CHANNEL)

    async def close(self) -> None:
        await self._messages.aclose()  # type: ignore[no-untyped-call]
        await self._redis.aclose()

    async def kept(self) -> AvailabilityTold | None:
        """The published value that is kept for new workers."""
        payload = await self._redis.get(AVAILABILITY_KEY)
        return None if payload is None else msgspec.json.decode(payload, type=AvailabilityTold)

    async def seconds_left(self) -> float:
        """The remaining lifetime of the kept value."""
        milliseconds: int = await self._redis.pttl(AVAILABILITY_KEY)
        return milliseconds / 1000

    async def receive(self, count: int) -> None:
        """Wait until the last published number is this one."""

        async def received() -> bool:
            while (message := await self._messages.get_message(timeout=0)) is not None:
                value = msgspec.json.decode(message["data"], type=AvailabilityTold)
                assert value.available == (value.count > 0)
                assert not value.asked
                self.counts.append(value.count)
            return bool(self.counts) and self.counts[-1] == count

        await until(received)


@pytest.fixture
async def published(redis_url: str) -> AsyncIterator[Published]:
    published = Published(redis_url)
    await published.open()
    yield published
    await published.close()


async def new_mitra(writer: Writer) -> UUID:
    row = await (await writer.execute("select id from ops.seed_people(0, 1)")).fetchone()
    assert row is not None
    assert isinstance(row[0], UUID)
    return row[0]


async def come(writer: Writer, mitra: UUID) -> None:
    await writer.execute("select api.set_mitra_status(%s, true)", [mitra])


async def come_without_event(writer: Writer, mitra: UUID) -> None:
    """Make a mitra reachable without an event."""
    await writer.execute(
        "update data.mitras set declared_online = true, reachable_until = now() + interval '1 minute' where id = %s",
        [mitra],
    )


async def chat(writer: Writer, mitra: UUID) -> UUID:
    """A chat between a new customer and the only reachable mitra."""
    row = await (
        await writer.execute(
            """
            with customer as materialized (select id from ops.seed_people(1, 0)),
            payment as materialized (
                select c.id as customer_id, (api.create_payment_session(c.id, 30) ->> 'id')::uuid as id from customer c
            )
            select customer_id, id from payment
            """
        )
    ).fetchone()
    assert row is not None
    customer, payment = row
    await writer.execute("select api.confirm_payment_session(%s, %s)", [payment, customer])
    row = await (
        await writer.execute("select api.start_general_request(%s, %s) ->> 'id'", [customer, payment])
    ).fetchone()
    assert row is not None
    row = await (
        await writer.execute("select api.accept_request(%s, %s) #>> '{chat_session,id}'", [row[0], mitra])
    ).fetchone()
    assert row is not None
    return UUID(row[0])


async def test_the_present_number_is_published_and_kept_at_startup(
    settings: Settings, run: Run, published: Published, writer: Writer
) -> None:
    await come(writer, await new_mitra(writer))

    run(availability.run(settings, look_seconds=NEVER))

    await published.receive(1)
    kept = await published.kept()
    assert kept is not None
    assert (kept.available, kept.count) == (True, 1)
    assert 0 < await published.seconds_left() <= AVAILABILITY_SECONDS


async def test_changes_of_presence_and_load_are_published(
    settings: Settings, run: Run, published: Published, writer: Writer, listens: Listens
) -> None:
    await writer.execute("select ops.set_config('max_customers_per_mitra', '1', 'Ratna')")
    mitra = await new_mitra(writer)
    run(availability.run(settings, look_seconds=NEVER))
    await published.receive(0)
    await listens(f"{LISTENER} bell")
    run(relay.run(settings))

    await come(writer, mitra)
    await published.receive(1)
    chat_id = await chat(writer, mitra)
    await published.receive(0)
    await writer.execute("select api.end_chat(%s, 'mitra', %s)", [chat_id, mitra])
    await published.receive(1)
    await writer.execute("select api.set_mitra_status(%s, false)", [mitra])
    await published.receive(0)


async def test_a_changed_capacity_is_published_without_the_relay(
    settings: Settings, run: Run, published: Published, writer: Writer, listens: Listens
) -> None:
    await writer.execute("select ops.set_config('max_customers_per_mitra', '1', 'Ratna')")
    mitra = await new_mitra(writer)
    await come(writer, mitra)
    await chat(writer, mitra)
    run(availability.run(settings, look_seconds=NEVER))
    await published.receive(0)
    await listens(f"{LISTENER} bell")

    await writer.execute("select ops.set_config('max_customers_per_mitra', '2', 'Ratna')")

    await published.receive(1)


async def test_an_unannounced_change_is_found_by_polling(
    settings: Settings, run: Run, published: Published, writer: Writer
) -> None:
    mitra = await new_mitra(writer)
    run(availability.run(settings))
    await published.receive(0)

    await come_without_event(writer, mitra)

    await published.receive(1)


async def test_an_unreadable_announcement_triggers_a_query(
    settings: Settings, run: Run, published: Published, writer: Writer, listens: Listens
) -> None:
    mitra = await new_mitra(writer)
    run(availability.run(settings, look_seconds=NEVER))
    await published.receive(0)
    await listens(f"{LISTENER} bell")
    await come_without_event(writer, mitra)

    await writer.execute("notify curhat_events, 'what?'")

    await published.receive(1)


async def test_it_reconnects_after_its_connections_were_cut(
    settings: Settings, run: Run, published: Published, writer: Writer, cut: Cut
) -> None:
    run(availability.run(settings))
    run(relay.run(settings))
    await published.receive(0)

    await cut(LISTENER)
    await cut(f"{LISTENER} bell")
    await come(writer, await new_mitra(writer))

    await published.receive(1)


async def test_without_redis_it_sends_no_heartbeat_and_it_publishes_again_afterwards(
    settings: Settings, run: Run, writer: Writer, tmp_path: Path
) -> None:
    server = RedisServer(find_program(), tmp_path / "r", tmp_path / "redis.log")
    first = server.start()
    run(availability.run(replace(settings, redis_url=server.url())))
    await until(lambda: beats(writer))
    first.kill()
    first.wait()
    await until(lambda: works(writer, False))
    await writer.execute("delete from data.heartbeats")
    await until(lambda: works(writer, True))
    await until(lambda: works(writer, False))
    assert not await beats(writer)
    await come(writer, await new_mitra(writer))

    second = server.start()
    published = Published(server.url())
    await published.open()
    await published.receive(1)
    await until(lambda: beats(writer))
    await published.close()
    second.terminate()
    second.wait()


async def beats(writer: Writer) -> bool:
    found = await writer.execute("select from data.heartbeats where process = 'availability listener'")
    return await found.fetchone() is not None


async def works(writer: Writer, expected: bool) -> bool:
    """Whether the listener's working connection is open, or closed, as expected."""
    found = await writer.execute(
        "select from pg_stat_activity where datname = current_database() and application_name = %s",
        [LISTENER],
    )
    return (await found.fetchone() is not None) == expected
