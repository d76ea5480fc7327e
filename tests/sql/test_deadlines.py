"""Deadlines fire once, whoever calls first, and a failing one does not block the others."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from tests.conftest import Connect, Connection
from tests.sql.world import World
from tests.waits import wait_until


def break_payment(world: World, payment: str) -> None:
    """Make a payment's deadline fail every time it fires."""
    constraint = sql.SQL(
        "alter table data.payment_sessions add constraint broken check (id <> {} or status = 'pending')"
    )
    world.owner.execute(constraint.format(sql.Literal(payment)))


def repair(world: World) -> None:
    world.owner.execute("alter table data.payment_sessions drop constraint broken")


def status(world: World, payment: str) -> str:
    found: str = world.payment(payment)["status"]
    return found


# Firing


def test_a_due_deadline_fires_once(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    world.clock.advance(minutes=20)
    assert [world.api("fire_due", 100) for _ in range(2)] == [1, 0]
    assert status(world, payment) == "expired"


def test_two_concurrent_callers_fire_it_once(
    world: World, connect: Connect, wait_for_lock: Callable[[int], None]
) -> None:
    payment = world.choose(world.customer())["id"]
    world.clock.advance(minutes=20)
    other = connect(role="curhat_listener")
    with other.transaction():
        other.execute("select api.fire_due(100)")
        assert world.api("fire_due", 100) == 0
    assert len([one for one in world.events("PAYMENT_SESSION") if one["to_status"] == "expired"]) == 1
    assert status(world, payment) == "expired"


def test_the_most_overdue_comes_first(world: World) -> None:
    payments = []
    for _ in range(3):
        payments.append(world.choose(world.customer())["id"])
        world.clock.advance(1)
    world.clock.advance(minutes=20)
    assert world.api("fire_due", 2) == 2
    assert [status(world, payment) for payment in payments] == ["expired", "expired", "pending"]


@pytest.mark.parametrize("first", ["payment", "lease"])
def test_the_most_overdue_comes_first_across_kinds(world: World, first: str) -> None:
    payment = world.choose(world.customer())["id"]
    world.clock.advance(minutes=19, seconds=10 if first == "lease" else 20)
    world.mitra()
    world.clock.advance(minutes=5)
    assert world.api("fire_due", 1) == 1
    assert (status(world, payment) == "expired") == (first == "payment")
    assert (world.events("MITRA_STATUS")[-1]["to_status"] == "unreachable") == (first == "lease")


def test_a_locked_row_is_skipped_and_fires_later(world: World) -> None:
    held, free = (world.choose(world.customer())["id"] for _ in range(2))
    world.clock.advance(minutes=20)
    with world.owner.transaction():
        world.owner.execute("select from data.payment_sessions where id = %s for update", [held])
        assert world.api("fire_due", 100) == 1
        assert status(world, free) == "expired"
    assert world.api("fire_due", 100) == 1
    assert status(world, held) == "expired"


HOLD = {
    "payment_sessions": "select from data.payment_sessions for update",
    "pairing_requests": "select from data.pairing_requests for update",
    "extensions": "select from data.extensions for update",
    "chat_sessions": "select from data.chat_sessions for update",
    "mitras": "select from data.mitras for update",
}


@pytest.mark.parametrize("table", HOLD)
def test_firing_waits_for_no_lock(world: World, table: str) -> None:
    mitra, customer = world.mitra(), world.customer()
    chat = world.chat(customer, mitra)
    world.extend(chat)
    world.search(world.customer())
    world.clock.advance(minutes=40)
    world.app.execute("set lock_timeout = '1ms'")
    with world.owner.transaction():
        world.owner.execute(HOLD[table])
        world.fire()
    assert world.value("select count(*) from data.deadline_errors") == 0
    world.wait(1)
    assert world.ops("due") == []


# Failing


def test_a_failing_deadline_is_recorded_and_does_not_block_others(world: World) -> None:
    broken, sound = (world.choose(world.customer())["id"] for _ in range(2))
    break_payment(world, broken)
    assert world.wait(20 * 60) == 1
    assert status(world, sound) == "expired"
    (error,) = world.rows("select * from data.deadline_errors")
    assert (error["kind"], error["id"], error["attempts"]) == ("payment_session", broken, 1)
    assert "broken" in error["error"]
    world.sound = False


def test_a_failing_deadline_is_retried_with_exponential_backoff(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    break_payment(world, payment)
    world.wait(20 * 60)
    pauses = []
    for _ in range(8):
        retry_at = world.value("select retry_at from data.deadline_errors")
        pauses.append((retry_at - world.clock.now()).total_seconds())
        world.clock.set(retry_at - timedelta(microseconds=1))
        attempts = world.value("select attempts from data.deadline_errors")
        world.api("fire_due", 100)
        assert world.value("select attempts from data.deadline_errors") == attempts
        world.clock.set(retry_at)
        world.api("fire_due", 100)
        assert world.value("select attempts from data.deadline_errors") == attempts + 1
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    world.sound = False


def test_an_error_is_deleted_once_the_deadline_fires(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    break_payment(world, payment)
    world.wait(20 * 60)
    repair(world)
    assert world.wait(1) == 1
    assert status(world, payment) == "expired"
    assert world.value("select count(*) from data.deadline_errors") == 0


def test_an_error_is_deleted_once_the_row_ends_another_way(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"]
    break_payment(world, payment)
    world.wait(20 * 60)
    repair(world)
    world.sound = False
    world.owner.execute("update data.payment_sessions set expires_at = expires_at + interval '1 hour'")
    world.api("cancel_payment_session", payment, customer)
    world.wait(60)
    assert world.value("select count(*) from data.deadline_errors") == 0


def test_a_failing_deadline_does_not_make_the_listener_spin(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    break_payment(world, payment)
    world.wait(20 * 60)
    assert world.api("seconds_to_next_deadline") is None
    world.sound = False


# The next one


def test_without_a_pending_deadline_there_is_no_next_one(world: World) -> None:
    world.mitra(online=False)
    assert world.api("seconds_to_next_deadline") is None


@pytest.mark.parametrize("minutes", [20, -20])
def test_the_next_deadline_is_given_in_seconds_of_the_servers_clock(world: World, minutes: int) -> None:
    payment = world.choose(world.customer())["id"]
    world.owner.execute(
        "update data.payment_sessions set expires_at = clock_timestamp() + make_interval(mins => %s) "
        "where id = %s",
        [minutes, payment],
    )
    world.pay(world.customer())
    search = world.search(world.customer())
    world.owner.execute(
        "update data.pairing_requests set deadline_at = deadline_at + interval '1 hour' where id = %s",
        [search["id"]],
    )
    due = world.value("select min(expires_at) from data.payment_sessions")
    before = datetime.now(UTC)
    seconds = world.api("seconds_to_next_deadline")
    after = datetime.now(UTC)
    assert (due - after).total_seconds() <= seconds <= (due - before).total_seconds()
    world.sound = False


def test_the_next_deadline_is_the_nearest_of_all_kinds(world: World) -> None:
    """A payment lasts minutes, a search 60 seconds, a lease 45."""
    seconds = []
    for begin in (
        lambda: world.choose(world.customer()),
        lambda: world.search(world.customer()),
        world.mitra,
    ):
        begin()
        seconds.append(world.api("seconds_to_next_deadline"))
    assert seconds[0] > 60 >= seconds[1] > 45 >= seconds[2]


# Pending deadlines


def waiting(world: World) -> list[str]:
    return [one["kind"] for one in world.ops("due")]


def test_every_pending_deadline_is_listed_with_its_purpose(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    chat = world.chat(customer, mitra)
    assert waiting(world) == ["mitra_lease", "chat_session"]
    world.extend(chat)
    assert waiting(world) == ["extension", "mitra_lease", "payment_session"]
    world.search(world.customer())
    world.configure("max_customers_per_mitra", 1)
    due = world.ops("due")
    assert [one["kind"] for one in due] == [
        "offers_owed",
        "extension",
        "mitra_lease",
        "pairing_request",
        "payment_session",
        "payment_session",
    ]
    assert all(one["waits_for"] for one in due)


def test_finished_rows_have_no_deadline(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    world.api("set_mitra_status", mitra, False)
    world.api("cancel_request", customer, world.pay(customer))
    world.api("cancel_payment_session", world.choose(customer)["id"], customer)
    assert waiting(world) == []


def test_a_failing_deadline_shows_its_delay_and_error(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    break_payment(world, payment)
    world.wait(20 * 60 + 5)
    (due,) = world.ops("due")
    assert (due["kind"], due["id"], due["overdue"]) == ("payment_session", payment, "00:00:05")
    assert "broken" in due["error"]
    world.sound = False


def test_first_waits_agrees_with_the_view_of_all_waits(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.extend(chat)
    world.search(world.customer())
    world.chat(world.customer(), world.mitra())
    world.end(world.chat(world.customer(), world.mitra()))
    world.configure("max_customers_per_mitra", 2)
    heads = world.rows("select kind, id, due_at from logic.first_waits('infinity', 100) order by kind, id")
    waits = world.rows("select kind, id, due_at from logic.waits order by kind, id")
    assert heads == waits
    assert {one["kind"] for one in waits} == {
        "payment_session",
        "pairing_request",
        "extension",
        "chat_session",
        "mitra_lease",
        "mitra_offers",
        "offers_owed",
    }


def test_every_kind_of_deadline_can_be_fired(world: World) -> None:
    kinds = set(
        re.findall(
            r"when '(\w+)'", world.value("select prosrc from pg_proc where oid = 'logic.fire'::regproc")
        )
    )
    listed = world.value("select pg_get_viewdef('logic.waits')")
    assert kinds == set(re.findall(r"SELECT '(\w+)'::text", listed))


# pg_cron


def test_the_pg_cron_job_fires_and_commits_without_a_listener(
    database_url: str, connect: Connect, monitor: Connection
) -> None:
    owner = connect(role="curhat_owner")
    owner.execute(
        "insert into data.users (phone, display_name, created_at) values ('+628110000001', 'Budi', now())"
    )
    owner.execute(
        "insert into data.payment_sessions (customer_id, duration_minutes, created_at, expires_at) "
        "select id, 30, now(), now() from data.users"
    )
    with psycopg.connect(database_url, autocommit=True) as cron, ThreadPoolExecutor() as threads:
        job = threads.submit(cron.execute, "call logic.fire_deadlines_for_a_minute()")
        count = "select count(*) from data.payment_sessions where status = 'expired'"
        wait_until(lambda: owner.execute(count).fetchone() == (1,))
        monitor.execute("select pg_cancel_backend(%s)", [cron.info.backend_pid])
        with pytest.raises(psycopg.errors.QueryCanceled):
            job.result()
    beats = owner.execute("select process from data.heartbeats where process = 'pg_cron'").fetchall()
    assert beats == [("pg_cron",)]
