"""The seven causes of a failure, each on every path to it, and whether a refund is due."""

from collections.abc import Callable

import pytest

from tests.sql.world import EXTENSION, FIRST_CHAT, World

Path = Callable[[World, int], str]
ExtensionPath = Callable[[World], str]


def no_mitra_is_online(world: World, minutes: int) -> str:
    customer = world.customer()
    payment = world.pay(customer, minutes)
    world.search(customer, payment)
    world.wait(60)
    return payment


def no_mitra_answers(world: World, minutes: int) -> str:
    customer, mitra = world.customer(), world.mitra()
    payment = world.pay(customer, minutes)
    world.search(customer, payment)
    world.wait(60, connected=[mitra])
    return payment


def all_decline(world: World, minutes: int) -> str:
    customer, mitras = world.customer(), [world.mitra(), world.mitra()]
    payment = world.pay(customer, minutes)
    search = world.search(customer, payment)
    for mitra in mitras:
        world.decline(search, mitra)
    return payment


def one_declines_and_the_other_goes_offline(world: World, minutes: int) -> str:
    customer, one, other = world.customer(), world.mitra(), world.mitra()
    payment = world.pay(customer, minutes)
    world.decline(world.search(customer, payment), one)
    world.api("set_mitra_status", other, False)
    return payment


def known(world: World, minutes: int) -> tuple[str, str, str]:
    """A customer, an online mitra they have chatted with, and a payment for that mitra."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    return customer, mitra, world.pay(customer, minutes, mitra=mitra)


def the_favourite_is_offline(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.api("set_mitra_status", mitra, False)
    assert world.ask_again(customer, mitra, payment)["reason"] == "targeted_mitra_offline"
    return payment


def the_favourite_is_unreachable(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.clock.advance(45)
    assert world.ask_again(customer, mitra, payment)["reason"] == "targeted_mitra_offline"
    return payment


def the_favourite_is_full(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.configure("max_customers_per_mitra", 1)
    world.chat(world.customer(), mitra)
    assert world.ask_again(customer, mitra, payment)["reason"] == "targeted_mitra_offline"
    return payment


def the_favourite_goes_offline(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.ask_again(customer, mitra, payment)
    world.api("set_mitra_status", mitra, False)
    return payment


def the_favourites_lease_lapses(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.configure("returning_chat_confirmation_timeout_seconds", 60)
    world.ask_again(customer, mitra, payment)
    world.wait(45)
    return payment


def the_favourite_declines(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    return payment


def the_favourite_is_silent(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.ask_again(customer, mitra, payment)
    world.wait(20, connected=[mitra])
    return payment


def never_searched(world: World, minutes: int) -> str:
    payment = world.pay(world.customer(), minutes)
    world.wait(20 * 60)
    return payment


def expired_while_searching(world: World, minutes: int) -> str:
    customer, mitra = world.customer(), world.mitra()
    payment = world.pay(customer, minutes)
    world.wait(20 * 60 - 30, connected=[mitra])
    world.search(customer, payment)
    world.wait(30, connected=[mitra])
    return payment


def expired_while_asking_again(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.wait(20 * 60 - 10, connected=[mitra])
    world.ask_again(customer, mitra, payment)
    world.wait(10, connected=[mitra])
    return payment


def cancelled_while_searching(world: World, minutes: int) -> str:
    customer, _ = world.customer(), world.mitra()
    payment = world.pay(customer, minutes)
    world.search(customer, payment)
    world.api("cancel_request", customer, payment)
    return payment


def cancelled_while_asking_again(world: World, minutes: int) -> str:
    customer, mitra, payment = known(world, minutes)
    world.ask_again(customer, mitra, payment)
    world.api("cancel_request", customer, payment)
    return payment


def cancelled_before_searching(world: World, minutes: int) -> str:
    customer = world.customer()
    payment = world.pay(customer, minutes)
    world.api("cancel_request", customer, payment)
    return payment


# For each path: the cause, the final status of the search and of each offer, and whether a fallback is offered.
PATHS: dict[Path, tuple[str, str | None, list[str], bool]] = {
    no_mitra_is_online: ("no_mitra_available", "failed", [], False),
    no_mitra_answers: ("no_mitra_available", "failed", ["auto_rejected"], False),
    all_decline: ("all_mitras_rejected", "failed", ["declined", "declined"], False),
    one_declines_and_the_other_goes_offline: (
        "all_mitras_rejected",
        "failed",
        ["declined", "withdrawn"],
        False,
    ),
    the_favourite_is_offline: ("targeted_mitra_offline", "failed", [], True),
    the_favourite_is_unreachable: ("targeted_mitra_offline", "failed", [], True),
    the_favourite_is_full: ("targeted_mitra_offline", "failed", [], True),
    the_favourite_goes_offline: ("targeted_mitra_offline", "failed", ["withdrawn"], True),
    the_favourites_lease_lapses: ("targeted_mitra_offline", "failed", ["withdrawn"], True),
    the_favourite_declines: ("targeted_mitra_rejected", "failed", ["declined"], True),
    the_favourite_is_silent: ("targeted_mitra_timeout", "failed", ["auto_rejected"], True),
    never_searched: ("payment_session_expired", None, [], False),
    expired_while_searching: ("payment_session_expired", "failed", ["withdrawn"], False),
    expired_while_asking_again: ("payment_session_expired", "failed", ["withdrawn"], False),
    cancelled_while_searching: ("customer_cancelled", "cancelled", ["withdrawn"], False),
    cancelled_while_asking_again: ("customer_cancelled", "cancelled", ["withdrawn"], False),
    cancelled_before_searching: ("customer_cancelled", None, [], False),
}

each_path = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)


@each_path
def test_the_cause_is_recorded_and_search_and_offers_are_closed(world: World, path: Path) -> None:
    cause, search_status, offers, _ = PATHS[path]
    payment = path(world, 30)
    assert world.failure(payment)["cause_tag"] == cause
    assert world.payment(payment)["status"] == "failed_pairing"
    searches = world.rows("select * from data.pairing_requests where payment_session_id = %s", payment)
    assert [search["status"] for search in searches] == ([] if search_status is None else [search_status])
    assert sorted(status for search in searches for _, status in world.offers(search)) == offers


@each_path
def test_the_customer_receives_the_cause_once(world: World, path: Path) -> None:
    cause, _, _, fallback_offered = PATHS[path]
    payment = path(world, 30)
    (event,) = world.events("PAIRING_FAILED")
    assert event["customer_id"] == world.payment(payment)["customer_id"]
    assert (event["body"]["payment_session_id"], event["body"]["cause_tag"]) == (payment, cause)
    assert event["body"]["fallback_offered"] is fallback_offered


@each_path
def test_a_charged_payment_that_failed_is_due_for_refund(world: World, path: Path) -> None:
    payment = path(world, 30)
    failure = world.failure(payment)
    assert world.payment(payment)["charged_at"] is not None
    assert (failure["amount"], failure["refund_due"]) == (FIRST_CHAT[30], True)


@each_path
def test_no_refund_is_due_for_a_free_trial(world: World, path: Path) -> None:
    payment = path(world, 15)
    failure = world.failure(payment)
    assert world.payment(payment)["charged_at"] is None
    assert (failure["amount"], failure["refund_due"]) == (0, False)


# Extensions


def running(world: World) -> tuple[dict[str, str], str, str]:
    """A pending extension, its payment, and the mitra."""
    chat = world.chat(world.customer(), world.mitra())
    extension = world.extend(chat)
    return extension, extension["payment_session_id"], chat["mitra"]["id"]


def the_mitra_rejects(world: World) -> str:
    extension, payment, mitra = running(world)
    world.api("reject_extension", extension["id"], mitra)
    return payment


def the_timer_rejects(world: World) -> str:
    world.configure("extension_default_action_on_timeout", "auto_reject")
    _, payment, mitra = running(world)
    world.wait(10, connected=[mitra])
    return payment


def the_mitra_goes_offline(world: World) -> str:
    _, payment, mitra = running(world)
    world.api("set_mitra_status", mitra, False)
    world.wait(10)
    return payment


def the_mitra_ends_the_chat(world: World) -> str:
    extension, payment, mitra = running(world)
    world.api("end_chat", extension["chat_session_id"], "mitra", mitra)
    return payment


def the_customer_ends_the_chat(world: World) -> str:
    extension, payment, _ = running(world)
    customer = world.payment(payment)["customer_id"]
    world.api("end_chat", extension["chat_session_id"], "customer", customer)
    return payment


def an_operator_ends_the_chat(world: World) -> str:
    extension, payment, _ = running(world)
    world.ops("end_chat", extension["chat_session_id"], "Ratna")
    return payment


def the_payment_expires(world: World) -> str:
    customer, mitra = world.customer(), world.mitra()
    chat = world.chat(customer, mitra, 60)
    payment = world.pay(customer, 15, extension=True)
    world.wait(20 * 60 - 5, connected=[mitra])
    world.extend(chat, payment=payment)
    world.wait(5, connected=[mitra])
    return payment


def paid_but_never_requested(world: World) -> str:
    payment = world.pay(world.customer(), 15, extension=True)
    world.wait(20 * 60)
    return payment


EXTENSION_PATHS: dict[ExtensionPath, tuple[str, str | None]] = {
    the_mitra_rejects: ("targeted_mitra_rejected", "rejected"),
    the_timer_rejects: ("targeted_mitra_timeout", "auto_rejected"),
    the_mitra_goes_offline: ("targeted_mitra_offline", "auto_rejected"),
    the_mitra_ends_the_chat: ("targeted_mitra_rejected", "withdrawn"),
    the_customer_ends_the_chat: ("customer_cancelled", "withdrawn"),
    an_operator_ends_the_chat: ("customer_cancelled", "withdrawn"),
    the_payment_expires: ("payment_session_expired", "withdrawn"),
    paid_but_never_requested: ("payment_session_expired", None),
}


@pytest.mark.parametrize("path", EXTENSION_PATHS, ids=lambda path: path.__name__)
def test_a_failed_extension_charges_nothing(world: World, path: ExtensionPath) -> None:
    cause, extension_status = EXTENSION_PATHS[path]
    payment = path(world)
    row, failure = world.payment(payment), world.failure(payment)
    assert (row["status"], row["charged_at"]) == ("failed_pairing", None)
    assert (failure["cause_tag"], failure["amount"], failure["refund_due"]) == (cause, EXTENSION[15], False)
    extensions = world.rows("select * from data.extensions where payment_session_id = %s", payment)
    assert [failure["targeted_mitra_id"]] == ([one["mitra_id"] for one in extensions] or [None])
    assert [one["status"] for one in extensions] == ([] if extension_status is None else [extension_status])
    (event,) = world.events("EXTENSION_FAILED")
    assert (event["body"]["payment_session_id"], event["body"]["fallback_offered"]) == (payment, False)
    causes = [event["body"]["cause_tag"] for event in world.events("EXTENSION_REJECTED")]
    assert causes == ([] if extension_status is None else [cause])
