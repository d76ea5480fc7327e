"""The deadline listener fires each deadline on time, and recovers from every failure."""

import asyncio
from typing import Any

import psycopg

from app.settings import Settings
from listeners import deadlines
from tests.listeners.conftest import Cut, Listens, Run, Writer
from tests.waits import until

LISTENER = "curhat deadlines"
NEVER = 3600.0


async def pending_payment(writer: Writer, seconds: float) -> str:
    """A payment session that expires in so many seconds; its deadline is not announced."""
    row = await (
        await writer.execute(
            """
            with customer as (
                insert into data.users (phone, display_name, created_at)
                select '+62' || (8110000000 + count(*))::text, 'Sari', now() from data.users
                returning id
            )
            insert into data.payment_sessions (customer_id, amount, duration_minutes, created_at, expires_at)
            select id, 15000, 15, now(), now() + make_interval(secs => %s) from customer
            returning id
            """,
            [seconds],
        )
    ).fetchone()
    assert row is not None
    return str(row[0])


async def expired(writer: Writer, payment_id: str) -> None:
    """Wait until the payment session has expired."""

    async def holds() -> bool:
        row = await (
            await writer.execute("select status from data.payment_sessions where id = %s", [payment_id])
        ).fetchone()
        assert row is not None
        return bool(row[0] == "expired")

    await until(holds)


async def looked(monitor: psycopg.Connection[Any], database: str, times: int) -> None:
    """Wait until the listener has been active so many times."""
    seen = set()

    async def holds() -> bool:
        row = monitor.execute(
            "select state_change from pg_stat_activity where datname = %s and application_name = %s",
            [database, LISTENER],
        ).fetchone()
        if row is not None:
            seen.add(row[0])
        return len(seen) >= times

    await until(holds)


async def fired_early(writer: Writer) -> int:
    row = await (
        await writer.execute(
            """
            select count(*) from data.events e
            join data.payment_sessions p on p.id = e.entity_id
            where e.to_status = 'expired' and e.at < p.expires_at
            """
        )
    ).fetchone()
    assert row is not None
    return int(row[0])


async def test_an_overdue_deadline_is_fired_at_startup(settings: Settings, run: Run, writer: Writer) -> None:
    payment_id = await pending_payment(writer, -60)

    run(deadlines.run(settings, look_seconds=NEVER))

    await expired(writer, payment_id)


async def test_it_wakes_at_the_next_deadline_and_not_before(
    settings: Settings, run: Run, writer: Writer
) -> None:
    payment_ids = [await pending_payment(writer, 0.2 + number / 100) for number in range(20)]

    run(deadlines.run(settings, look_seconds=NEVER))

    for payment_id in payment_ids:
        await expired(writer, payment_id)
    assert await fired_early(writer) == 0


async def test_it_wakes_for_a_newly_set_earlier_deadline(
    settings: Settings, run: Run, writer: Writer, listens: Listens
) -> None:
    await pending_payment(writer, 600)
    first = await pending_payment(writer, -1)
    run(deadlines.run(settings, look_seconds=NEVER))
    await expired(writer, first)
    await listens(f"{LISTENER} bell")

    nearer = await pending_payment(writer, 0.1)
    await writer.execute("select pg_notify('curhat_deadline', '0.1')")

    await expired(writer, nearer)


async def test_an_unannounced_deadline_is_found_by_polling(
    settings: Settings, run: Run, writer: Writer
) -> None:
    await pending_payment(writer, 600)
    first = await pending_payment(writer, -1)
    run(deadlines.run(settings))
    await expired(writer, first)

    unannounced = await pending_payment(writer, 0.1)

    await expired(writer, unannounced)


async def test_it_polls_even_without_a_known_deadline(settings: Settings, run: Run, writer: Writer) -> None:
    first = await pending_payment(writer, -1)
    run(deadlines.run(settings))
    await expired(writer, first)

    unannounced = await pending_payment(writer, 0.1)

    await expired(writer, unannounced)


async def test_more_than_one_batch_is_fired(settings: Settings, run: Run, writer: Writer) -> None:
    payment_ids = [await pending_payment(writer, -1) for _ in range(deadlines.BATCH + 20)]

    run(deadlines.run(settings, look_seconds=NEVER))

    for payment_id in payment_ids:
        await expired(writer, payment_id)


async def test_it_survives_a_lost_connection(settings: Settings, run: Run, writer: Writer, cut: Cut) -> None:
    first = await pending_payment(writer, -1)
    run(deadlines.run(settings))
    await expired(writer, first)

    await cut(LISTENER)
    await cut(f"{LISTENER} bell")
    later = await pending_payment(writer, 0.1)

    await expired(writer, later)


async def test_a_locked_row_is_fired_once_unlocked(
    settings: Settings, run: Run, writer: Writer, monitor: psycopg.Connection[Any], database: str
) -> None:
    held = await pending_payment(writer, -1)
    async with writer.transaction():
        await writer.execute("select from data.payment_sessions where id = %s for update", [held])
        run(deadlines.run(settings, look_seconds=NEVER))
        await looked(monitor, database, times=5)

    await expired(writer, held)


async def test_two_listeners_fire_a_deadline_once(settings: Settings, run: Run, writer: Writer) -> None:
    payment_ids = [await pending_payment(writer, 0.2) for _ in range(30)]

    run(deadlines.run(settings))
    run(deadlines.run(settings))

    await asyncio.gather(*(expired(writer, payment_id) for payment_id in payment_ids))
    rows = await (
        await writer.execute(
            "select count(*) from data.events where to_status = 'expired' group by entity_id"
        )
    ).fetchall()
    assert [row[0] for row in rows] == [1] * len(payment_ids)
