"""What may befall a house, and in which order a seed has it happen."""

import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from tests.chaos.house import House

OURS = ("public-1", "public-2", "internal", "relay", "deadlines")
SESSIONS = {
    "the app's": "curhat app",
    "the relay's": "curhat relay%",
    "the deadline listener's": "curhat deadlines%",
    "everybody's": "%",
}
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 3.0
SHORTEST_FREEZE, LONGEST_FREEZE = 1.0, 8.0


@dataclass(frozen=True, slots=True)
class Blow:
    """One thing that happens: what it is called, how long nothing happens before it (seconds), and how it is done."""

    name: str
    pause: float
    strike: Callable[[House], Awaitable[None]]


def blows(seed: int) -> Iterator[Blow]:
    """Blows without end: each kind once, in an order of the seed's, then each once more in another."""
    chance = random.Random(seed)
    while True:
        every = list(_every(chance))
        chance.shuffle(every)
        for name, strike in every:
            yield Blow(name, chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE), strike)


def _every(chance: random.Random) -> Iterator[tuple[str, Callable[[House], Awaitable[None]]]]:
    for name in OURS:
        yield f"{name} is killed", _signal(signal.SIGKILL, name)
        yield f"{name} is told to stop", _signal(signal.SIGTERM, name)
    yield "all of ours are killed at once", _signal(signal.SIGKILL, *OURS)
    for name in ("public-1", "public-2", "relay", "deadlines", "redis"):
        seconds = chance.uniform(SHORTEST_FREEZE, LONGEST_FREEZE)
        yield f"{name} hangs for {seconds:.1f} s", _freeze(name, seconds)
    for whose, application in SESSIONS.items():
        yield f"{whose} sessions with Postgres are cut", _cut_postgres(application)
    for kind in ("normal", "pubsub"):
        yield f"connections with Redis are cut ({kind})", _cut_redis(kind)
    yield "Postgres is restarted", _signal(signal.SIGINT, "postgres")
    yield "Postgres crashes", _signal(signal.SIGQUIT, "postgres")
    yield "Postgres is killed", _signal(signal.SIGKILL, "postgres")
    yield "Redis is restarted", _signal(signal.SIGTERM, "redis")
    yield "Redis is killed", _signal(signal.SIGKILL, "redis")


def _signal(number: signal.Signals, *names: str) -> Callable[[House], Awaitable[None]]:
    async def strike(house: House) -> None:
        for name in names:
            await house.signal(name, number)

    return strike


def _freeze(name: str, seconds: float) -> Callable[[House], Awaitable[None]]:
    return lambda house: house.freeze(name, seconds)


def _cut_postgres(application: str) -> Callable[[House], Awaitable[None]]:
    return lambda house: house.cut_postgres(application)


def _cut_redis(kind: str) -> Callable[[House], Awaitable[None]]:
    return lambda house: house.cut_redis(kind)


ONE_OF_EACH = len(list(_every(random.Random(0))))
"""How many kinds of blow there are."""
