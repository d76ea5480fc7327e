"""The deadline listener never waits for a locked row: it goes on, and fires that deadline once the row is free."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from tests.conftest import Connect, Connection
from tests.races.scenarios import moment
from tests.sql.world import World

Held = Sequence[tuple[str, str]]
Wait = tuple[datetime, Held]
"""When a deadline is due, and the rows that firing it locks, as table and id."""

LEASE_SECONDS = 600
"""Longer than every window."""


def unconfirmed_payment(world: World) -> Wait:
    payment = world.choose(world.customer())
    return moment(payment, "expires_at"), [("payment_sessions", payment["id"])]


def unused_payment(world: World) -> Wait:
    """For "Curhat lagi": its failure names the mitra."""
    customer, mitra = world.customer(), world.mitra(online=False)
    payment = world.pay(customer, mitra=mitra)
    return moment(world.payment(payment), "expires_at"), [("payment_sessions", payment), ("mitras", mitra)]


def searching_payment(world: World) -> Wait:
    customer = world.customer()
    payment = world.pay(customer)
    expiry = moment(world.payment(payment), "expires_at")
    world.clock.set(expiry)
    world.clock.advance(-10)
    search = world.search(customer, payment)
    return expiry, [("payment_sessions", payment), ("pairing_requests", search["id"])]


def extending_payment(world: World) -> Wait:
    world.configure("extension_timeout_seconds", 300)
    chat = world.chat(world.customer(), world.mitra(), 60)
    payment = world.pay(chat["customer"]["id"], 15, extension=True)
    expiry = moment(world.payment(payment), "expires_at")
    world.clock.set(expiry)
    world.wait(-10, connected=[chat["mitra"]["id"]])
    extension = world.extend(chat, payment=payment)
    return expiry, [
        ("payment_sessions", payment),
        ("mitras", chat["mitra"]["id"]),
        ("chat_sessions", chat["id"]),
        ("extensions", extension["id"]),
    ]


def blast_window(world: World) -> Wait:
    world.mitra()
    search = world.search(world.customer())
    return moment(search, "deadline_at"), [
        ("payment_sessions", search["payment_session_id"]),
        ("pairing_requests", search["id"]),
    ]


def returning_window(world: World) -> Wait:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    world.fire()
    search = world.ask_again(customer, mitra)
    return moment(search, "deadline_at"), [
        ("payment_sessions", search["payment_session_id"]),
        ("pairing_requests", search["id"]),
        ("mitras", mitra),
    ]


def extension_timer(world: World) -> Wait:
    chat = world.chat(world.customer(), world.mitra())
    extension = world.extend(chat)
    return moment(extension, "deadline_at"), [
        ("payment_sessions", extension["payment_session_id"]),
        ("mitras", chat["mitra"]["id"]),
        ("chat_sessions", chat["id"]),
        ("extensions", extension["id"]),
    ]


def chat_warning(world: World) -> Wait:
    chat = world.chat(world.customer(), world.mitra(), 15)
    world.wait(60, connected=[chat["mitra"]["id"]])
    return moment(world.row("chat_sessions", chat["id"]), "deadline_at"), [
        ("mitras", chat["mitra"]["id"]),
        ("chat_sessions", chat["id"]),
    ]


def chat_end(world: World) -> Wait:
    chat = world.chat(world.customer(), world.mitra(), 15)
    end = moment(chat, "ends_at")
    for minutes in (5, 1):
        world.clock.set(end)
        world.wait(-60 * minutes, connected=[chat["mitra"]["id"]])
    return end, [("mitras", chat["mitra"]["id"]), ("chat_sessions", chat["id"])]


def lease(world: World) -> Wait:
    mitra = world.mitra()
    world.clock.advance(10)
    world.mitra()
    return moment(world.row("mitras", mitra), "reachable_until"), [("mitras", mitra)]


def offers_due(world: World) -> Wait:
    """A mitra has become free; the running search is to be offered to them."""
    world.configure("max_customers_per_mitra", 1)
    chat = world.chat(world.customer(), world.mitra())
    world.fire()
    world.search(world.customer())
    world.end(chat)
    return world.clock.now(), [("mitras", chat["mitra"]["id"])]


@pytest.mark.parametrize(
    "waiting",
    [
        unconfirmed_payment,
        unused_payment,
        searching_payment,
        extending_payment,
        blast_window,
        returning_window,
        extension_timer,
        chat_warning,
        chat_end,
        lease,
        offers_due,
    ],
)
def test_it_passes_over_a_held_row_at_once_and_fires_when_it_is_free(
    world: World, connect: Connect, waiting: Callable[[World], Wait]
) -> None:
    world.configure("presence_ttl_seconds", LEASE_SECONDS)
    due_at, rows = waiting(world)
    world.api("fire_due", 0)
    world.clock.set(due_at)
    holder = connect(role="curhat_owner")
    listener = connect(role="curhat_listener", lock_timeout="500")

    for table, row_id in rows:
        with holder.transaction():
            holder.execute(f"select from data.{table} where id = %s for update", [row_id])
            events = len(world.events())

            assert fired(listener) == 0
            assert len(world.events()) == events

    assert fired(listener) == 1
    assert world.audit() == []


def test_a_mitra_who_has_just_seen_the_offer_holds_nobody_up(world: World, connect: Connect) -> None:
    world.configure("presence_ttl_seconds", LEASE_SECONDS)
    mitra = world.mitra()
    search = world.search(world.customer())
    phone, listener = connect(), connect(role="curhat_listener", lock_timeout="500")
    phone.execute("begin")
    phone.execute("select api.mark_offer_seen(%s, %s)", [search["id"], mitra])
    world.clock.set(moment(search, "deadline_at"))

    assert fired(listener) == 0
    phone.execute("commit")
    assert fired(listener) == 1
    assert world.audit() == []


def test_two_at_once_fire_each_deadline_once(world: World, connect: Connect) -> None:
    payments = [world.choose(world.customer()) for _ in range(10)]
    world.clock.set(moment(payments[0], "expires_at"))
    first = connect(role="curhat_listener")
    second = connect(role="curhat_listener", lock_timeout="500")

    first.execute("begin")
    assert fired(first, limit=4) == 4
    assert fired(second) == 6
    first.execute("commit")

    assert fired(second) == 0
    expired = [
        event["entity_id"] for event in world.events("PAYMENT_SESSION") if event["to_status"] == "expired"
    ]
    assert sorted(expired) == sorted(payment["id"] for payment in payments)
    assert world.audit() == []


def test_many_rows_that_stay_locked_delay_no_other_deadline(world: World, connect: Connect) -> None:
    held = [world.choose(world.customer()) for _ in range(7)]
    world.clock.advance(1)
    others = [world.choose(world.customer()) for _ in range(3)]
    world.clock.set(moment(others[0], "expires_at"))
    holder = connect(role="curhat_owner")
    listener = connect(role="curhat_listener", lock_timeout="500")

    with holder.transaction():
        holder.execute(
            "select from data.payment_sessions where id = any (%s::uuid[]) for update",
            [[payment["id"] for payment in held]],
        )
        assert fired(listener, limit=2) == 2
        assert fired(listener, limit=2) == 1
        assert fired(listener, limit=2) == 0
        assert {world.payment(payment["id"])["status"] for payment in others} == {"expired"}

    assert fired(listener) == len(held)
    assert world.audit() == []


def test_a_mitra_who_leaves_does_not_wait_for_another_whom_the_search_names(
    world: World, connect: Connect
) -> None:
    """The last mitra with an offer leaves. The payment targets another mitra, who is leaving as well."""
    customer, asked = world.customer(), world.mitra()
    world.acquaint(customer, asked)
    world.fire()
    payment = world.pay(customer, 60, mitra=asked)
    world.decline(world.ask_again(customer, asked, payment), asked)
    last = world.mitra()
    search = world.api("fallback_to_blast", customer, payment)
    world.decline(search, asked)
    holder, leaver = connect(role="curhat_owner"), connect(lock_timeout="500")

    with holder.transaction():
        holder.execute("select from data.mitras where id = %s for update", [asked])
        leaver.execute("select api.set_mitra_status(%s, false)", [last])
        assert world.offers(search) == [(asked, "declined"), (last, "offered")]
    world.clock.advance(1)
    world.fire()

    assert world.failure(payment)["cause_tag"] == "all_mitras_rejected"
    assert world.audit() == []


def fired(listener: Connection, limit: int = 100) -> int:
    """How many deadlines one call fires. With a lock_timeout of a millisecond, waiting is an error."""
    row = listener.execute("select api.fire_due(%s)", [limit]).fetchone()
    assert row is not None
    return int(row[0])


def test_a_deadline_is_fired_while_its_customer_is_being_blocked(world: World, connect: Connect) -> None:
    """A failure refers to the customer, whose row a session in psql may hold for long."""
    customer = world.customer()
    payment = world.pay(customer)
    operator = connect(role="curhat_operator")
    with operator.transaction():
        operator.execute("select ops.block_person(%s, 'Ratna')", [customer])
        world.clock.set(moment(world.payment(payment), "expires_at"))
        world.fire()
        assert world.rows("select error from data.deadline_errors") == []
        assert world.failure(payment)["cause_tag"] == "payment_session_expired"
