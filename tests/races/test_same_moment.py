"""Many calls at the same moment: one place, one winner, and a prompt refusal for everybody else."""

import os
from collections import Counter

from tests.races.crowd import MANY, Crowd
from tests.sql.world import World

ROUNDS = int(os.environ.get("CURHAT_RACE_ROUNDS", "20"))
"""How often the twenty accept one request: CURHAT_RACE_ROUNDS=200 for the long run."""


def test_twenty_mitras_accept_one_request_and_one_wins(world: World, crowd: Crowd) -> None:
    mitras = [world.mitra() for _ in range(MANY)]
    customer = world.customer()

    for _ in range(ROUNDS):
        payment = world.pay(customer)
        search = world.search(customer, payment)

        told = crowd.call("select api.accept_request(%s, %s)", [[search["id"], mitra] for mitra in mitras])

        assert told == {"done": 1, "request_already_taken": MANY - 1}
        assert world.payment(payment)["status"] == "consumed"
        (chat,) = world.rows("select * from data.chat_sessions where status = 'active'")
        assert chat["payment_session_id"] == payment
        world.api("end_chat", chat["id"], "customer", customer)
        world.fire()

    assert world.value("select count(*) from data.chat_sessions") == ROUNDS
    assert world.audit() == []


def test_a_mitra_with_one_place_who_accepts_twenty_requests_at_once_gets_one(
    world: World, crowd: Crowd
) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    searches = [world.search(world.customer()) for _ in range(MANY)]

    told = crowd.call("select api.accept_request(%s, %s)", [[search["id"], mitra] for search in searches])
    world.fire()

    assert told == {"done": 1, "mitra_at_capacity": MANY - 1}
    assert world.value("select count(*) from data.chat_sessions") == 1
    statuses = Counter(row["status"] for row in world.rows("select * from data.pairing_requests"))
    assert statuses == {"matched": 1, "searching": MANY - 1}
    assert world.api("list_offers", mitra)["rows"] == []
    assert world.audit() == []


def test_twenty_confirmations_of_one_payment_are_one_charge(world: World, crowd: Crowd) -> None:
    customer = world.customer()
    payment = world.choose(customer, 30)["id"]

    told = crowd.call("select api.confirm_payment_session(%s, %s)", [[payment, customer]] * MANY)

    assert told == {"done": MANY}
    confirmed = [event for event in world.events("PAYMENT_SESSION") if event["to_status"] == "confirmed"]
    assert len(confirmed) == 1
    assert world.audit() == []


def test_twenty_choices_of_one_customer_leave_one_pending(world: World, crowd: Crowd) -> None:
    customer = world.customer()

    told = crowd.call("select api.create_payment_session(%s, 15)", [[customer]] * MANY)

    assert told == {"done": MANY}
    statuses = Counter(row["status"] for row in world.rows("select * from data.payment_sessions"))
    assert statuses == {"pending": 1, "abandoned": MANY - 1}
    assert world.audit() == []


def test_twenty_starts_of_one_payment_are_one_search(world: World, crowd: Crowd) -> None:
    world.mitra()
    customer = world.customer()
    payment = world.pay(customer)

    told = crowd.call("select api.start_general_request(%s, %s)", [[customer, payment]] * MANY)

    assert told == {"done": MANY}
    assert world.value("select count(*) from data.pairing_requests") == 1
    assert world.value("select count(*) from data.pairing_offers") == 1
    assert world.audit() == []


def test_the_messages_of_two_who_write_at_once_are_numbered_without_a_gap(world: World, crowd: Crowd) -> None:
    chat = world.chat(world.customer(), world.mitra())
    people = [("customer", chat["customer"]["id"]), ("mitra", chat["mitra"]["id"])] * (MANY // 2)

    told = crowd.call(
        "select api.send_message(%s, %s, %s, gen_random_uuid(), 'Halo')",
        [[chat["id"], role, person] for role, person in people],
    )

    assert told == {"done": MANY}
    seqs = [row["seq"] for row in world.rows("select * from data.chat_messages order by seq")]
    assert seqs == list(range(1, MANY + 1))
    assert world.audit() == []
