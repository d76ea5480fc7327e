"""Payment sessions: chosen, confirmed, and exactly one accountable end for each."""

from datetime import datetime

import pytest

from tests.sql.world import EXTENSION, FIRST_CHAT, World, refuses


def statuses(world: World, payment: str) -> list[str]:
    """The statuses that a payment's events tell of, in order."""
    return [event["to_status"] for event in world.events("PAYMENT_SESSION") if event["entity_id"] == payment]


def test_a_choice_is_pending_for_the_configured_minutes(world: World) -> None:
    world.configure("payment_session_timeout_minutes", 7)
    payment = world.choose(world.customer(), 30)
    assert payment["status"] == "pending"
    lifetime = datetime.fromisoformat(payment["expires_at"]) - world.clock.now()
    assert lifetime.total_seconds() == 7 * 60


@pytest.mark.parametrize(("minutes", "amount"), [(30, FIRST_CHAT[30]), (60, FIRST_CHAT[60])])
def test_a_first_chat_costs_what_its_tier_says(world: World, minutes: int, amount: int) -> None:
    assert world.choose(world.customer(), minutes)["amount"] == amount


@pytest.mark.parametrize(("minutes", "amount"), list(EXTENSION.items()))
def test_an_extension_has_prices_of_its_own(world: World, minutes: int, amount: int) -> None:
    payment = world.choose(world.customer(), minutes, extension=True)
    assert (payment["amount"], payment["is_free_trial"], payment["is_extension"]) == (amount, False, True)


def test_a_tier_may_be_named(world: World) -> None:
    customer = world.customer()
    tier = world.value("select id from data.price_tiers where duration_minutes = 60")
    assert world.api("create_payment_session", customer, 60, tier)["tier_id"] == str(tier)


def test_a_named_tier_must_have_the_chosen_minutes(world: World) -> None:
    customer = world.customer()
    tier = world.value("select id from data.price_tiers where duration_minutes = 60")
    with refuses(400, "unknown_tier"):
        world.api("create_payment_session", customer, 30, tier)


def test_a_tier_that_is_no_longer_sold_is_unknown(world: World) -> None:
    world.owner.execute("update data.price_tiers set active = false where duration_minutes = 60")
    with refuses(400, "unknown_tier"):
        world.choose(world.customer(), 60)


def test_a_new_choice_abandons_the_unconfirmed_one(world: World) -> None:
    customer = world.customer()
    older = world.choose(customer, 30)["id"]
    newer = world.choose(customer, 60)["id"]
    assert statuses(world, older) == ["pending", "abandoned"]
    assert world.payment(newer)["status"] == "pending"


def test_a_choice_of_the_other_kind_is_left_alone(world: World) -> None:
    customer = world.customer()
    chat = world.choose(customer, 30)["id"]
    world.choose(customer, 30, extension=True)
    assert world.payment(chat)["status"] == "pending"


def test_a_confirmed_payment_is_not_abandoned(world: World) -> None:
    customer = world.customer()
    paid = world.pay(customer)
    world.choose(customer)
    assert world.payment(paid)["status"] == "confirmed"


def test_a_first_chat_is_charged_at_confirm(world: World) -> None:
    payment = world.payment(world.pay(world.customer()))
    assert payment["charged_at"] == payment["confirmed_at"] is not None


def test_a_free_trial_is_never_charged(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer, 15)
    assert world.payment(payment)["charged_at"] is None


def test_an_extension_is_not_charged_at_confirm(world: World) -> None:
    payment = world.payment(world.pay(world.customer(), 15, extension=True))
    assert payment["status"] == "confirmed"
    assert payment["charged_at"] is None


def test_confirming_twice_is_one_confirmation(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    first = world.payment(payment)
    world.clock.advance(5)
    reply = world.api("confirm_payment_session", payment, customer)
    assert reply["status"] == "confirmed"
    assert world.payment(payment) == first
    assert statuses(world, payment) == ["pending", "confirmed"]


def test_the_last_moment_to_confirm_is_before_it_expires(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"]
    world.clock.advance(20 * 60 - 0.000001)
    assert world.api("confirm_payment_session", payment, customer)["status"] == "confirmed"


def test_at_its_deadline_a_pending_payment_is_over_though_nothing_fired(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"]
    world.clock.advance(20 * 60)
    with refuses(410, "payment_session_expired"):
        world.api("confirm_payment_session", payment, customer)


def test_cancelling_twice_is_one_cancellation(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"]
    for _ in range(2):
        assert world.api("cancel_payment_session", payment, customer)["status"] == "abandoned"
    assert statuses(world, payment) == ["pending", "abandoned"]


def test_a_pending_payment_expires_without_a_failure(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    assert world.wait(20 * 60) == 1
    assert statuses(world, payment) == ["pending", "expired"]
    assert world.failures() == 0


def test_a_payment_does_not_expire_before_its_time(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    assert world.wait(20 * 60 - 1) == 0
    assert world.payment(payment)["status"] == "pending"


@pytest.mark.parametrize("status", ["pending", "consumed", "failed_pairing"])
def test_failing_what_is_not_confirmed_leaves_it_alone(world: World, status: str) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"] if status == "pending" else world.pay(customer)
    if status == "consumed":
        mitra = world.mitra()
        world.accept(world.search(customer, payment), mitra)
    elif status == "failed_pairing":
        world.api("cancel_request", customer, payment)
    before = (world.payment(payment), world.failures(), len(world.events()))
    failed = world.value(
        "select (logic.fail_payment_session(p, 'customer_cancelled', 'system')).id "
        "from data.payment_sessions p where id = %s",
        payment,
    )
    assert failed is None
    assert (world.payment(payment), world.failures(), len(world.events())) == before


def test_the_whole_row_is_shown_to_its_customer(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    shown = world.api("get_payment_session", payment, customer)
    assert shown == {key: value for key, value in world.payment(payment).items() if key != "customer_id"}


def test_every_change_is_told_to_the_customer_alone(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)
    (envelope,) = world.drain()
    assert (envelope["customer_id"], envelope["mitra_ids"]) == (customer, [])
    frame = envelope["frame"]
    assert frame["type"] == "PAYMENT_SESSION"
    assert {key: frame[key] for key in ("payment_session_id", "status", "amount", "is_extension")} == {
        "payment_session_id": payment["id"],
        "status": "pending",
        "amount": FIRST_CHAT[30],
        "is_extension": False,
    }
