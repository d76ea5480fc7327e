"""Payment sessions: creation, confirmation, and exactly one end for each."""

from datetime import datetime

import pytest

from tests.sql.world import EXTENSION, FIRST_CHAT, World, refuses


def statuses(world: World, payment: str) -> list[str]:
    """The statuses in a payment's events, in order."""
    return [event["to_status"] for event in world.events("PAYMENT_SESSION") if event["entity_id"] == payment]


def test_a_new_payment_is_pending_for_the_configured_minutes(world: World) -> None:
    world.configure("payment_session_timeout_minutes", 7)
    payment = world.choose(world.customer(), 30)
    assert payment["status"] == "pending"
    lifetime = datetime.fromisoformat(payment["expires_at"]) - world.clock.now()
    assert lifetime.total_seconds() == 7 * 60


@pytest.mark.parametrize(("minutes", "amount"), [(30, FIRST_CHAT[30]), (60, FIRST_CHAT[60])])
def test_a_first_chat_costs_what_its_tier_says(world: World, minutes: int, amount: int) -> None:
    assert world.choose(world.customer(), minutes)["amount"] == amount


@pytest.mark.parametrize(("minutes", "amount"), list(EXTENSION.items()))
def test_an_extension_has_its_own_prices(world: World, minutes: int, amount: int) -> None:
    payment = world.choose(world.customer(), minutes, extension=True)
    assert (payment["amount"], payment["is_free_trial"], payment["is_extension"]) == (amount, False, True)


def test_a_tier_may_be_given_by_id(world: World) -> None:
    customer = world.customer()
    tier = world.value("select id from data.price_tiers where duration_minutes = 60")
    assert world.api("create_payment_session", customer, 60, tier)["tier_id"] == str(tier)


def test_a_given_tier_must_have_the_chosen_minutes(world: World) -> None:
    customer = world.customer()
    tier = world.value("select id from data.price_tiers where duration_minutes = 60")
    with refuses(400, "unknown_tier"):
        world.api("create_payment_session", customer, 30, tier)


def test_an_inactive_tier_is_unknown(world: World) -> None:
    world.owner.execute(
        "update data.price_tiers set retired_at = now(), retired_by = 'Ratna' where duration_minutes = 60"
    )
    with refuses(400, "unknown_tier"):
        world.choose(world.customer(), 60)


def test_a_new_payment_abandons_the_pending_one(world: World) -> None:
    customer = world.customer()
    older = world.choose(customer, 30)["id"]
    newer = world.choose(customer, 60)["id"]
    assert statuses(world, older) == ["pending", "abandoned"]
    assert world.payment(newer)["status"] == "pending"


def test_an_extension_payment_does_not_abandon_a_chats(world: World) -> None:
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


def test_a_payment_can_be_confirmed_until_it_expires(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"]
    world.clock.advance(20 * 60 - 0.000001)
    assert world.api("confirm_payment_session", payment, customer)["status"] == "confirmed"


def test_a_payment_past_its_deadline_cannot_be_confirmed_even_before_it_fires(world: World) -> None:
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
def test_failing_an_unconfirmed_payment_changes_nothing(world: World, status: str) -> None:
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


def test_the_customer_sees_the_whole_row(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    shown = world.api("get_payment_session", payment, customer)
    assert shown == {key: value for key, value in world.payment(payment).items() if key != "customer_id"}


def test_only_the_customer_receives_each_change(world: World) -> None:
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
