"""A channel reconnects, reads the state before it delivers, and detects a connection that no longer delivers."""

import asyncio
import re
from pathlib import Path

import pytest

from listeners.channel import Channel, Notification
from tests.listeners.conftest import Cut, Run, Writer
from tests.listeners.proxy import postgres_proxy
from tests.waits import PATIENCE_SECONDS, until

NAME = "channel under test"
# The channel's NOTIFY to itself, as the server sends it: "A", length, pid, channel, an empty payload.
PING = re.compile(rb"A.{8}curhat_ping_[0-9a-f]{32}\0\0", re.DOTALL)


async def notify(writer: Writer, payload: str) -> None:
    await writer.execute("select pg_notify('news', %s)", [payload])


async def connected(channel: Channel) -> None:
    async def holds() -> bool:
        return channel.connected

    await until(holds)


async def round_trip(channel: Channel) -> None:
    """Wait for a whole round trip: whatever was sent before it has arrived."""
    seen: set[float | None] = {channel.last_round_trip}

    async def holds() -> bool:
        seen.add(channel.last_round_trip)
        return len(seen) > 2

    await until(holds)


async def next_payload(channel: Channel) -> str:
    notification = await channel.next(PATIENCE_SECONDS)
    assert notification is not None
    return notification.payload


async def test_a_notification_is_delivered_with_its_channel_and_payload(
    database_url: str, run: Run, writer: Writer
) -> None:
    channel = Channel(database_url, ["news", "weather"], name=NAME)
    run(channel.run())
    await connected(channel)

    await writer.execute("select pg_notify('weather', 'rain')")

    async with asyncio.timeout(PATIENCE_SECONDS):
        async for notification in channel:
            assert notification == Notification("weather", "rain")
            break


async def test_next_is_none_after_a_timeout(database_url: str, run: Run) -> None:
    channel = Channel(database_url, ["news"], name=NAME)
    run(channel.run())

    assert await channel.next(0.01) is None


async def test_it_reconnects_after_its_backend_was_terminated(
    database_url: str, run: Run, writer: Writer, cut: Cut
) -> None:
    times_connected = 0

    async def count() -> None:
        nonlocal times_connected
        times_connected += 1

    channel = Channel(database_url, ["news"], name=NAME, on_connected=count)
    run(channel.run())
    await connected(channel)

    await cut(NAME)

    async def again() -> bool:
        return times_connected == 2

    await until(again)
    await notify(writer, "after")
    assert await next_payload(channel) == "after"


async def test_the_state_is_read_after_listen_and_before_delivery(
    database_url: str, run: Run, writer: Writer
) -> None:
    may_return = asyncio.Event()

    async def read_state() -> None:
        await notify(writer, "sent while the state is read")
        await may_return.wait()

    channel = Channel(database_url, ["news"], name=NAME, on_connected=read_state, ping_seconds=0.01)
    run(channel.run())
    await round_trip(channel)  # so the notification has arrived

    assert not channel.connected
    assert await channel.next(0) is None
    may_return.set()
    assert await next_payload(channel) == "sent while the state is read"


async def test_a_failed_read_of_the_state_is_retried(database_url: str, run: Run) -> None:
    tries = 0

    async def fail_once() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionRefusedError

    channel = Channel(database_url, ["news"], name=NAME, on_connected=fail_once)
    run(channel.run())
    await connected(channel)

    assert tries == 2


async def test_a_bug_in_reading_the_state_ends_the_channel(database_url: str) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await Channel(database_url, ["news"], name=NAME, on_connected=fail).run()


async def test_filtered_notifications_are_not_delivered(database_url: str, run: Run, writer: Writer) -> None:
    channel = Channel(
        database_url, ["news"], name=NAME, concerns=lambda notification: notification.payload != "gossip"
    )
    run(channel.run())
    await connected(channel)

    for payload in ("gossip", "news", "gossip"):
        await notify(writer, payload)

    assert await next_payload(channel) == "news"
    assert await channel.next(0) is None


async def test_queued_notifications_can_be_dropped(database_url: str, run: Run, writer: Writer) -> None:
    channel = Channel(database_url, ["news"], name=NAME, ping_seconds=0.01)
    run(channel.run())
    await connected(channel)
    await notify(writer, "old")
    await round_trip(channel)

    channel.forget()

    assert await channel.next(0) is None
    await notify(writer, "new")
    assert await next_payload(channel) == "new"


async def test_equal_notifications_are_queued_once(database_url: str, run: Run, writer: Writer) -> None:
    channel = Channel(database_url, ["news"], name=NAME, ping_seconds=0.01)
    run(channel.run())
    await connected(channel)

    for payload in ("bell", "bell", "other", "bell"):
        await notify(writer, payload)
    await round_trip(channel)

    assert [await next_payload(channel), await next_payload(channel)] == ["bell", "other"]
    assert await channel.next(0) is None
    await notify(writer, "bell")
    assert await next_payload(channel) == "bell"


async def test_a_full_queue_causes_the_state_to_be_read_again(
    database_url: str, run: Run, writer: Writer
) -> None:
    reads = 0

    async def read_state() -> None:
        nonlocal reads
        reads += 1

    channel = Channel(
        database_url, ["news"], name=NAME, on_connected=read_state, queue_size=3, ping_seconds=0.01
    )
    run(channel.run())
    await connected(channel)

    for number in range(4):
        await notify(writer, str(number))
    await round_trip(channel)

    assert reads == 2
    assert await next_payload(channel) == "3"
    assert await channel.next(0) is None


async def test_failures_are_counted_until_listen_has_succeeded(
    database_url: str, run: Run, tmp_path: Path
) -> None:
    async with postgres_proxy(database_url, tmp_path) as (url, proxy):
        proxy.refuse()
        channel = Channel(url, ["news"], name=NAME)
        run(channel.run())

        async def failed_often() -> bool:
            return channel.failures >= 3

        await until(failed_often)
        proxy.accept()
        await connected(channel)

    assert channel.failures == 0


async def test_a_blackholed_connection_is_noticed_and_replaced(
    database_url: str, run: Run, writer: Writer, tmp_path: Path
) -> None:
    async with postgres_proxy(database_url, tmp_path) as (url, proxy):
        channel = Channel(url, ["news"], name=NAME, ping_seconds=0.05, ping_timeout_seconds=0.2)
        run(channel.run())
        await connected(channel)

        proxy.blackhole()

        async def noticed() -> bool:
            return not channel.connected

        await until(noticed)
        received = None
        while received is None:  # on a slow machine the new one may time out as well
            await connected(channel)
            await notify(writer, "received again")
            received = await channel.next(0.5)
        assert received.payload == "received again"


async def test_a_connection_that_answers_but_does_not_notify_is_noticed_and_replaced(
    database_url: str, run: Run, tmp_path: Path
) -> None:
    async with postgres_proxy(database_url, tmp_path) as (url, proxy):
        channel = Channel(url, ["news"], name=NAME, ping_seconds=0.05, ping_timeout_seconds=0.2)
        run(channel.run())
        await connected(channel)

        proxy.withhold(PING)

        async def noticed() -> bool:
            return not channel.connected

        await until(noticed)
        proxy.withhold(None)
        await connected(channel)
