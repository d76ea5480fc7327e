"""The blows that can hit a house, and their order for a seed."""

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
HELD = {
    "the payments are locked": "lock table data.payment_sessions in access exclusive mode",
    "the events are locked": "lock table data.events in share mode",
    "an operator leaves a mitra half offline": (
        "select ops.force_mitra_offline(id, 'chaos') from data.mitras where declared_online order by id limit 1"
    ),
    "an operator leaves a setting half changed": (
        "select ops.set_config('max_customers_per_mitra', '2', 'chaos')"
    ),
}
"""Statements whose transaction somebody in psql leaves open and then rolls back."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 3.0
SHORTEST_FREEZE, LONGEST_FREEZE = 1.0, 8.0
LONGEST_HOLD = 4.0


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow: its name, the pause before it in seconds, and how it is struck."""

    name: str
    pause: float
    strike: Callable[[House], Awaitable[None]]


def blows(seed: int) -> Iterator[Blow]:
    """Endless blows: each kind once, in an order that the seed gives, then each once more in another."""
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
    for name in ("public-1", "public-2", "internal", "relay", "deadlines", "redis"):
        seconds = chance.uniform(SHORTEST_FREEZE, LONGEST_FREEZE)
        yield f"{name} hangs for {seconds:.1f} s", _freeze(name, seconds)
    for whose, application in SESSIONS.items():
        yield f"{whose} sessions with Postgres are cut", _cut_postgres(application)
    for kind in ("normal", "pubsub"):
        yield f"connections with Redis are cut ({kind})", _cut_redis(kind)
    for what, statement in HELD.items():
        seconds = chance.uniform(SHORTEST_FREEZE, LONGEST_HOLD)
        yield f"{what} for {seconds:.1f} s", _hold(statement, seconds)
    seconds = chance.uniform(SHORTEST_FREEZE, LONGEST_HOLD)
    yield f"all connections with Postgres are taken for {seconds:.1f} s", _take_all_connections(seconds)
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


def _hold(statement: str, seconds: float) -> Callable[[House], Awaitable[None]]:
    return lambda house: house.hold(statement, seconds)


def _take_all_connections(seconds: float) -> Callable[[House], Awaitable[None]]:
    return lambda house: house.take_all_connections(seconds)


def _cut_redis(kind: str) -> Callable[[House], Awaitable[None]]:
    return lambda house: house.cut_redis(kind)


ONE_OF_EACH = len(list(_every(random.Random(0))))
"""The number of kinds."""
