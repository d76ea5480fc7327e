"""How late a deadline fires, from its time to the commit that fired it.

Floors, measured in the same run: how late a plain timer of asyncio is, and how long one such commit takes on demand.
"""

import asyncio
import operator
import random
import time

import asyncpg
import click

from bench.measure import Line, say, show
from bench.stack import Stack, stack

TARGET_MILLISECONDS = 25

ADD_PAYMENT = """
with added as (
    insert into data.payment_sessions (customer_id, amount, duration_minutes, created_at, expires_at)
    values ($1, 15000, 15, now(), clock_timestamp() + make_interval(secs => $2))
    returning *
)
select id from added, lateral logic.append_payment_event(added, null, 'system')
"""
LATENESS = """
select extract(epoch from pg_xact_commit_timestamp(e.xmin) - p.expires_at)::double precision
from data.events e
join data.payment_sessions p on p.id = e.entity_id
where e.to_status = 'expired' and p.id = any ($1)
"""


@click.command()
@click.option("--deadlines", default=500, show_default=True, help="How many, spread over the time.")
@click.option("--seconds", default=15.0, show_default=True, help="Over how long they are spread.")
@click.option("--nearer", default=50, show_default=True, help="How many are set nearer than the sleep.")
def bench(deadlines: int, seconds: float, nearer: int) -> None:
    """Lateness of deadlines with the listener alive."""
    asyncio.run(_bench(deadlines, seconds, nearer))


async def _bench(deadlines: int, seconds: float, nearer: int) -> None:
    async with stack() as ours:
        database = await ours.superuser()
        people = await _customers(ours, deadlines + nearer + 100)
        commits = await _commits(database, people[:100])
        timers = await _timers(100)
        say(f"{deadlines} deadlines over {seconds:g} s")
        spread = await _spread(database, people[100 : 100 + deadlines], seconds)
        say(f"{nearer} deadlines, each set while the listener sleeps")
        woken = await _nearer(database, people[100 + deadlines :])
        await database.close()
    show(
        "how late, from the deadline to the commit that fired it",
        [
            Line("floor: an asyncio timer, then one such commit", list(map(operator.add, timers, commits))),
            Line("deadlines", spread, TARGET_MILLISECONDS),
            Line("set nearer than the present sleep", woken, TARGET_MILLISECONDS),
        ],
    )


async def _customers(ours: Stack, count: int) -> list[str]:
    database = await ours.as_role("curhat_operator")
    rows = await database.fetch("select id from ops.seed_people($1, 0)", count)
    await database.close()
    return [row["id"] for row in rows]


async def _spread(database: asyncpg.Connection, people: list[str], seconds: float) -> list[float]:
    chance = random.Random(1)
    async with database.transaction():
        payments = [
            await database.fetchval(ADD_PAYMENT, person, 2 + chance.random() * seconds) for person in people
        ]
    return await _lateness(database, payments, 2 + seconds)


async def _nearer(database: asyncpg.Connection, people: list[str]) -> list[float]:
    chance = random.Random(2)
    payments = []
    for person in people:
        payments.append(await database.fetchval(ADD_PAYMENT, person, 0.02 + chance.random() * 0.3))
        await asyncio.sleep(0.35)
    return await _lateness(database, payments, 0)


async def _lateness(database: asyncpg.Connection, payments: list[str], seconds: float) -> list[float]:
    await asyncio.sleep(seconds)
    while True:
        rows = await database.fetch(LATENESS, payments)
        if len(rows) == len(payments):
            return [row[0] for row in rows]
        await asyncio.sleep(0.1)


async def _commits(database: asyncpg.Connection, people: list[str]) -> list[float]:
    """How long a session takes to expire one payment on demand."""
    taken = []
    for person in people:
        payment = await database.fetchval(ADD_PAYMENT, person, -0.001)
        started = time.perf_counter()
        await database.fetchval("select logic.expire_payment_session($1)", payment)
        taken.append(time.perf_counter() - started)
    return taken


async def _timers(count: int) -> list[float]:
    """How late a timer of asyncio is."""
    chance = random.Random(3)
    late = []
    for _ in range(count):
        wanted = time.perf_counter() + 0.005 + chance.random() / 50
        await asyncio.sleep(wanted - time.perf_counter())
        late.append(time.perf_counter() - wanted)
    return late
