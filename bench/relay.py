"""Whether the relay misses or delays anything when transactions commit out of order.

16 writers append events and commit them in scrambled order, while another transaction, which appended its event first,
stays open. Delays run from each commit to the arrival of the event over Redis. The floor, measured in the same run,
runs from a NOTIFY to the arrival of the message that a listener publishes on it.
"""

import asyncio
import contextlib
import json
import random
import time

import asyncpg
import click

from app import redis_client
from app.envelope import REDIS_CHANNEL, split
from bench.measure import Line, console, say, show
from bench.stack import Stack, stack

APPEND = """
select logic.append_event(
    'CHAT_EXTENDED', 'chat_session', gen_random_uuid(), null, null, gen_random_uuid(), null, 'system', '{}'
)
"""
COMMITTED = "select id, extract(epoch from pg_xact_commit_timestamp(xmin))::double precision from data.events"
CATCH_UP_SECONDS = 30


@click.command()
@click.option("--writers", default=16, show_default=True)
@click.option("--seconds", default=60.0, show_default=True, help="How long the one transaction stays open.")
def bench(writers: int, seconds: float) -> None:
    """Events missed or delayed among scrambled commits and one open transaction."""
    asyncio.run(_bench(writers, seconds))


class Heard:
    """The times at which each event arrived over Redis."""

    def __init__(self) -> None:
        self.times: dict[int, list[float]] = {}
        self.listening = asyncio.Event()
        self._more = asyncio.Event()

    async def listen(self, url: str) -> None:
        """Listen until cancelled."""
        async with redis_client.connect(url) as redis, redis.pubsub() as messages:
            await messages.subscribe(REDIS_CHANNEL)
            async for message in messages.listen():
                if message["type"] == "message":
                    arrived = time.time()
                    for one in split(message["data"]):
                        self.times.setdefault(json.loads(one)["id"], []).append(arrived)
                    self._more.set()
                else:
                    self.listening.set()

    async def until(self, ids: set[int]) -> None:
        """Wait until all of them have arrived."""
        while not ids <= self.times.keys():
            self._more.clear()
            await self._more.wait()


async def _bench(writers: int, seconds: float) -> None:
    async with stack(listeners=("relay",)) as ours:
        bare = await floor(ours)
        heard = Heard()
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(heard.listen(ours.settings.redis_url))
            await heard.listening.wait()
            await _write(ours, writers, seconds)
            database = await ours.superuser()
            committed: dict[int, float] = dict(await database.fetch(COMMITTED))
            await database.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_SECONDS):
                    await heard.until(set(committed))
            listening.cancel()
    console.print(
        f"events {len(committed)} · missed {len(committed.keys() - heard.times.keys())} · "
        f"delivered again {sum(len(times) - 1 for times in heard.times.values())}"
    )
    delays = sorted((committed[one], times[0] - committed[one]) for one, times in heard.times.items())
    tenth = len(delays) // 10
    show(
        "from commit to Redis",
        [
            Line("floor: a NOTIFY heard, then published over Redis", bare),
            Line("events, while a transaction stays open", [delay for _, delay in delays[:-1]]),
            Line("of these, the first tenth", [delay for _, delay in delays[:tenth]]),
            Line("of these, the last tenth", [delay for _, delay in delays[-tenth:-1]]),
            Line("the event of the open transaction", [delays[-1][1]]),
        ],
    )


async def _write(ours: Stack, writers: int, seconds: float) -> None:
    say(f"{writers} writers for {seconds:g} s, and one transaction that stays open")
    early = await ours.superuser()
    transaction = early.transaction()
    await transaction.start()
    await early.execute(APPEND)
    ends_at = time.monotonic() + seconds

    async def write(number: int) -> None:
        chance = random.Random(number)
        connection = await ours.superuser()
        while time.monotonic() < ends_at:
            async with connection.transaction():
                await connection.execute(APPEND)
                await asyncio.sleep(chance.random() / 10)  # meanwhile others append later and commit earlier
        await connection.close()

    await asyncio.gather(*(write(number) for number in range(writers)))
    await transaction.commit()  # after all others
    await early.close()


async def floor(ours: Stack) -> list[float]:
    """From a NOTIFY to the arrival of the message that a listener publishes on it."""
    taken: list[float] = []
    listener, notifier = await ours.superuser(), await ours.superuser()
    async with redis_client.connect(ours.settings.redis_url) as redis, redis.pubsub() as messages:
        await messages.subscribe("floor")
        await messages.get_message(timeout=5)
        heard = asyncio.Event()
        await listener.add_listener("floor", lambda *_: heard.set())
        for _ in range(200):
            heard.clear()
            started = time.perf_counter()
            await notifier.execute("notify floor")
            await heard.wait()
            await redis.publish("floor", "")
            await messages.get_message(timeout=5)
            taken.append(time.perf_counter() - started)
    await _close(listener, notifier)
    return taken


async def _close(*connections: asyncpg.Connection) -> None:
    for connection in connections:
        await connection.close()
