"""The money that a customer sees: each open payment, and each decision until they have seen it."""

from datetime import datetime

import pytest

from tests.sql.world import Row, World, refuses


def failed(world: World, customer: str, minutes: int = 30) -> str:
    """A payment whose search the customer cancelled. Its money is under review."""
    payment = world.pay(customer, minutes)
    world.api("cancel_request", customer, payment)
    return payment


def money(world: World, customer: str) -> list[tuple[str, str]]:
    """The status of each payment's money, as the customer sees it."""
    shown = world.api("client_state", customer)["money"]
    return [(one["payment_session_id"], one["status"]) for one in shown]


def decide(world: World, payment: str, action: str = "refunded") -> None:
    world.ops("action_failure", world.failure(payment)["id"], action, "Ratna", "catatan rahasia")


def money_events(world: World) -> list[Row]:
    return [event["body"] for event in world.events("MONEY")]


@pytest.mark.parametrize("action", ["refunded", "credited", "no_action"])
def test_a_decision_is_delivered_and_shown_until_seen(world: World, action: str) -> None:
    customer = world.customer()
    payment = failed(world, customer)
    assert money(world, customer) == [(payment, "under_review")]
    world.clock.advance(minutes=5)
    decide(world, payment, action)
    (shown,) = world.api("client_state", customer)["money"]
    assert (shown["status"], shown["amount"], shown["seen_at"]) == (action, 25_000, None)
    assert datetime.fromisoformat(shown["status_at"]) == world.clock.now()
    assert money_events(world) == [shown]
    assert "rahasia" not in str(shown)

    world.clock.advance(minutes=5)
    seen = world.api("see_decision", payment, customer)
    assert datetime.fromisoformat(seen["seen_at"]) == world.clock.now()
    world.clock.advance(minutes=5)
    assert world.api("see_decision", payment, customer) == seen
    assert money(world, customer) == []
    assert money_events(world) == [shown, seen]


def test_only_the_customer_receives_the_decision(world: World) -> None:
    customer = world.customer()
    payment = failed(world, customer)
    world.drain()
    decide(world, payment)
    received = {event["frame"]["type"]: event for event in world.drain()}
    assert received["MONEY"]["customer_id"] == customer
    assert received["MONEY"]["mitra_ids"] == []
    assert received["PAIRING_FAILURE_ACTIONED"]["customer_id"] is None


def test_every_way_of_deciding_sends_an_event(world: World) -> None:
    customer, clerk = world.customer(), world.staff("operator")
    payments = [failed(world, customer) for _ in range(3)]
    failures = [world.failure(payment)["id"] for payment in payments]
    world.ops("action_failure", failures[0], "refunded", "Ratna")
    world.control("action_failure", clerk, failures[1], "credited", None)
    world.value("select control_center.action_failures(%s, %s::uuid[], 'no_action')", clerk, failures[2:])
    assert [body["status"] for body in money_events(world)] == ["refunded", "credited", "no_action"]
    assert money(world, customer) == list(zip(payments, ["refunded", "credited", "no_action"], strict=True))


def test_a_newer_payment_does_not_hide_money(world: World) -> None:
    customer = world.customer()
    first, second = failed(world, customer), failed(world, customer, 60)
    decide(world, first)
    waiting = world.pay(customer)
    world.choose(customer, 60)
    assert money(world, customer) == [
        (waiting, "waiting"),
        (first, "refunded"),
        (second, "under_review"),
    ]


def test_a_waiting_payment_is_not_hidden_by_a_consumed_one(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    waiting = world.pay(customer, 60)
    chat = world.chat(customer, mitra)
    assert money(world, customer) == [(waiting, "waiting")]
    world.end(chat)
    world.search(customer, waiting)
    world.accept(world.rows("select id from data.pairing_requests where status = 'searching'")[0], mitra)
    assert money(world, customer) == []


def test_an_extension_payment_is_shown_while_it_waits(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    customer = chat["customer"]["id"]
    payment = world.pay(customer, 15, extension=True)
    assert money(world, customer) == [(payment, "waiting")]
    extension = world.extend(chat, payment=payment)
    assert money(world, customer) == [(payment, "waiting")]
    world.api("approve_extension", extension["id"], chat["mitra"]["id"])
    assert money(world, customer) == []


def test_a_free_trial_has_no_money_to_show(world: World) -> None:
    customer = world.customer()
    payment = failed(world, customer, 15)
    assert money(world, customer) == []
    decide(world, payment, "no_action")
    assert (money(world, customer), money_events(world)) == ([], [])
    with refuses(409, "money_not_decided"):
        world.api("see_decision", payment, customer)


def test_the_money_of_a_fallback_waits_again(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    (shown,) = world.api("client_state", customer)["money"]
    assert (shown["status"], shown["fallback_offered"], shown["mitra"]["id"]) == ("under_review", True, mitra)
    world.api("fallback_to_blast", customer, payment)
    assert money(world, customer) == [(payment, "waiting")]


def test_the_audit_finds_a_decision_without_its_event(world: World) -> None:
    customer = world.customer()
    decide(world, failed(world, customer))
    assert world.audit() == []
    world.sound = False
    world.owner.execute("alter table data.events disable trigger user")
    world.owner.execute("delete from data.events where type = 'MONEY'")
    found = {one["invariant"] for one in world.audit()}
    assert "the customer was told what was decided about their money" in found
