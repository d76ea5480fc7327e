""" "Chat dengan bestie lain": a failed returning request becomes a blast on the same payment."""

import pytest

from tests.sql.world import World, refuses


def fail_targeted(world: World, cause: str, minutes: int = 30) -> tuple[str, str, str]:
    """A customer, the mitra of their failed returning request, and its payment."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, minutes, mitra=mitra)
    if cause == "targeted_mitra_offline":
        world.api("set_mitra_status", mitra, False)
    search = world.ask_again(customer, mitra, payment)
    if cause == "targeted_mitra_rejected":
        world.decline(search, mitra)
    elif cause == "targeted_mitra_timeout":
        world.wait(20, connected=[mitra])
    assert world.failure(payment)["cause_tag"] == cause
    return customer, mitra, payment


@pytest.mark.parametrize(
    "cause", ["targeted_mitra_offline", "targeted_mitra_rejected", "targeted_mitra_timeout"]
)
def test_a_blast_starts_on_the_same_payment_without_a_new_charge(world: World, cause: str) -> None:
    customer, mitra, payment = fail_targeted(world, cause)
    before = world.payment(payment)
    world.clock.advance(3)
    other = world.mitra()
    search = world.api("fallback_to_blast", customer, payment)
    assert (search["request_type"], search["payment_session_id"]) == ("general", payment)
    assert (other, "offered") in world.offers(search)
    assert world.payment(payment) == {**before, "status": "confirmed"}
    assert mitra


def test_the_failure_is_superseded_and_no_longer_needs_an_action(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    failure = world.failure(payment)["id"]
    world.api("fallback_to_blast", customer, payment)
    (shown,) = world.screen("failed_pairings", "id = %s", failure)
    assert shown["superseded_at"] is not None
    assert not shown["needs_action"]
    (event,) = world.events("PAIRING_FAILURE_SUPERSEDED")
    assert event["entity_id"] == failure


def test_falling_back_twice_is_one_blast(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    first, again = (world.api("fallback_to_blast", customer, payment) for _ in range(2))
    assert (first["id"], first["already_running"]) == (again["id"], False)
    assert again["already_running"]


def test_another_mitra_may_accept(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    search = world.api("fallback_to_blast", customer, payment)
    other = world.mitra()
    assert world.accept(search, other)["mitra"]["id"] == other
    assert world.payment(payment)["status"] == "consumed"


def test_the_favourite_may_be_offered_the_blast_too(world: World) -> None:
    customer, mitra, payment = fail_targeted(world, "targeted_mitra_timeout")
    assert world.offers(world.api("fallback_to_blast", customer, payment)) == [(mitra, "offered")]


def test_a_blast_that_fails_as_well_leaves_one_open_failure(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    world.api("fallback_to_blast", customer, payment)
    world.wait(60)
    failure = world.failure(payment)
    assert (failure["cause_tag"], failure["refund_due"]) == ("no_mitra_available", True)
    assert world.failures() == 2
    with refuses(409, "fallback_not_offered"):
        world.api("fallback_to_blast", customer, payment)


def test_the_fallback_is_offered_until_the_payment_expires(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    assert world.api("client_state", customer)["last_failure"]["fallback_offered"]
    world.clock.advance(20 * 60)
    assert not world.api("client_state", customer)["last_failure"]["fallback_offered"]
    with refuses(410, "payment_session_expired"):
        world.api("fallback_to_blast", customer, payment)


def test_the_fallback_is_not_offered_after_an_operators_decision(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    world.ops("action_failure", world.failure(payment)["id"], "credited", "Ratna")
    assert not world.api("client_state", customer)["last_failure"]["fallback_offered"]
    with refuses(409, "failure_already_actioned"):
        world.api("fallback_to_blast", customer, payment)


def test_the_fallback_is_not_offered_after_a_cancellation(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.ask_again(customer, mitra, payment)
    world.api("cancel_request", customer, payment)
    with refuses(409, "fallback_not_offered"):
        world.api("fallback_to_blast", customer, payment)


def test_the_fallback_is_refused_during_the_returning_request(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.ask_again(customer, mitra, payment)
    with refuses(409, "payment_already_confirmed"):
        world.api("fallback_to_blast", customer, payment)


def test_an_operator_cannot_refund_a_payment_in_use_again(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected")
    failure = world.failure(payment)["id"]
    world.accept(world.api("fallback_to_blast", customer, payment), world.mitra())
    with refuses(409, "failure_superseded"):
        world.ops("action_failure", failure, "refunded", "Ratna")


def test_a_free_trial_falls_back_without_a_charge(world: World) -> None:
    customer, _, payment = fail_targeted(world, "targeted_mitra_rejected", minutes=15)
    world.api("fallback_to_blast", customer, payment)
    row = world.payment(payment)
    assert (row["status"], row["charged_at"]) == ("confirmed", None)
