"""What an idle socket costs a worker, and what a reader that stalls costs the others.

Memory: the worker's resident set before and after so many customers have opened a socket and got their snapshot.
Stalling: frames are published for many sockets at a steady rate, and large ones for one more. In turns that one reads,
which is the floor of the others' delays, or stops reading until the worker logs that it has closed it.
"""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec
import uvloop
from redis.asyncio import Redis

from app import redis_client
from app.auth import issue_token
from app.envelope import REDIS_CHANNEL, Envelope, encode
from app.sockets.websocket import Code
from bench.crowd import Ear, connect, connect_narrow
from bench.measure import Line, console, say, show
from bench.stack import Stack, stack

MOST_KIB = 30
MOST_SECONDS = 10
WORKER = "public-1"
LARGE = "x" * 20_000
LARGE_A_SECOND = 20
SETTLE_SECONDS = 3.0


@click.command()
@click.option("--idle", default=5000, show_default=True, help="Idle sockets.")
@click.option("--among", default=3000, show_default=True, help="Sockets among which one stalls.")
@click.option("--rate", default=500, show_default=True, help="Frames a second to all of them.")
@click.option("--rounds", default=3, show_default=True, help="Each way, in turns.")
@click.option("--seconds", default=11.0, show_default=True, help="Of each round.")
def bench(idle: int, among: int, rate: int, rounds: int, seconds: float) -> None:
    """Memory of idle sockets; one stalled reader among many."""
    asyncio.run(_bench(idle, among, rate, rounds, seconds))


async def _bench(idle: int, among: int, rate: int, rounds: int, seconds: float) -> None:
    async with stack(workers=1, listeners=()) as ours:
        people = await _customers(ours, max(idle, among + 1))
        await asyncio.to_thread(uvloop.run, _idle(ours, people[:idle]))
        await asyncio.to_thread(uvloop.run, _stall(ours, people[: among + 1], rounds, rate, seconds))


async def _idle(ours: Stack, people: Sequence[UUID]) -> None:
    tokens = _tokens(ours, people)
    warm_up = await connect(ours.settings.public_port, tokens[:100])
    await _hang_up(warm_up)
    before = _resident_kib(ours)
    say(f"opening {len(tokens)} sockets")
    ears = await connect(ours.settings.public_port, tokens)
    await asyncio.sleep(SETTLE_SECONDS)
    each = (_resident_kib(ours) - before) / len(ears)
    lost = sum(ear.closed.done() for ear in ears)
    await _hang_up(ears)
    console.print(
        f"{len(ears)} idle sockets, {lost} of them lost: {each:.1f} KiB each "
        f"(target <= {MOST_KIB}: {'yes' if each <= MOST_KIB and not lost else 'NO'})"
    )


async def _stall(ours: Stack, people: Sequence[UUID], rounds: int, rate: int, seconds: float) -> None:
    one, *others = people
    port = ours.settings.public_port
    ears = await connect(port, _tokens(ours, others))
    reading: list[float] = []
    stalled: list[float] = []
    stalled_at = []
    async with redis_client.connect(ours.settings.redis_url) as redis:
        say(f"{rate} frames a second to {len(ears)} sockets, {rounds} rounds of {seconds:g} s each")
        for _ in range(rounds):
            ear = await connect_narrow(port, *_tokens(ours, [one]))
            for delays in (reading, stalled):
                if delays is stalled:
                    stalled_at.append(time.time())
                    ear.stop_reading()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_publish(redis, others, rate, seconds))
                    tasks.create_task(_publish(redis, [one], LARGE_A_SECOND, seconds, LARGE))
                delays.extend(_take_delays(ears))
            await _hang_up([ear])
    lost = sum(other.closed.done() for other in ears)
    await _hang_up(ears)
    show(
        f"from publish to frame, {len(ears)} sockets on one worker",
        [Line("floor: everybody reads", reading), Line("one has stopped reading", stalled)],
    )
    closed_after = [at - since for at, since in zip(_cut_at(ours), stalled_at, strict=False)]
    told = ", ".join(f"{after:.1f}" for after in closed_after)
    well = len(closed_after) == rounds and max(closed_after) <= MOST_SECONDS
    console.print(
        f"who stopped reading was closed {len(closed_after)} times of {rounds}, after so many seconds: {told} "
        f"(target <= {MOST_SECONDS}: {'yes' if well else 'NO'}); others lost: {lost}"
    )


def _cut_at(ours: Stack) -> list[float]:
    """When the worker closed sockets for being too slow."""
    lines = (ours.settings.log_dir / f"{WORKER}.log").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines if '"socket"' in line]
    return [
        datetime.fromisoformat(line["timestamp"]).timestamp()
        for line in told
        if line["code"] == Code.TOO_SLOW
    ]


async def _publish(redis: Redis, people: Sequence[UUID], rate: int, seconds: float, filler: str = "") -> None:
    """Publish frames at a steady rate, each for one of these people."""
    chance = random.Random(1)
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        wait = began + number / rate - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        frame = {"type": "TEST", "id": None, "sent_at": time.time(), "filler": filler}
        envelope = Envelope(None, chance.choice(people), (), msgspec.Raw(msgspec.json.encode(frame)))
        await redis.publish(REDIS_CHANNEL, encode(envelope))
    await asyncio.sleep(0.2)


def _take_delays(ears: Sequence[Ear]) -> list[float]:
    """Return the delays so far, and forget them."""
    found = [delay for ear in ears for delay in ear.delays]
    for ear in ears:
        ear.delays.clear()
    return found


async def _hang_up(ears: Sequence[Ear]) -> None:
    for ear in ears:
        ear.close()
    await asyncio.gather(*(ear.closed for ear in ears))
    await asyncio.sleep(1.0)


def _tokens(ours: Stack, people: Sequence[UUID]) -> list[str]:
    return [issue_token(ours.settings, "customer", one) for one in people]


def _resident_kib(ours: Stack) -> int:
    status = Path(f"/proc/{ours.pids[WORKER]}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


async def _customers(ours: Stack, count: int) -> list[UUID]:
    operator = await ours.as_role("curhat_operator")
    rows = await operator.fetch("select id from ops.seed_people($1, 0)", count)
    await operator.close()
    return [row["id"] for row in rows]
