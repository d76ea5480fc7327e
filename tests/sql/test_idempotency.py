"""Idempotency keys: a repeated request gets the same reply and takes effect once."""

from collections.abc import Callable

import pytest

from tests.sql.world import Row, World, refuses

Arguments = tuple[object, ...]


def create(world: World) -> tuple[str, Arguments]:
    return "create_payment_session", (world.customer(), 30, None, None, False)


def confirm(world: World) -> tuple[str, Arguments]:
    customer = world.customer()
    return "confirm_payment_session", (world.choose(customer)["id"], customer)


def start(world: World) -> tuple[str, Arguments]:
    customer = world.customer()
    return "start_general_request", (customer, world.pay(customer))


def known(world: World) -> tuple[str, str, str]:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    return customer, mitra, world.pay(customer, mitra=mitra)


def ask_again(world: World) -> tuple[str, Arguments]:
    customer, mitra, payment = known(world)
    return "start_returning_request", (customer, payment, mitra)


def ask_an_offline_mitra_again(world: World) -> tuple[str, Arguments]:
    customer, mitra, payment = known(world)
    world.api("set_mitra_status", mitra, False)
    return "start_returning_request", (customer, payment, mitra)


def fall_back(world: World) -> tuple[str, Arguments]:
    customer, mitra, payment = known(world)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    return "fallback_to_blast", (customer, payment)


def extend(world: World) -> tuple[str, Arguments]:
    customer = world.customer()
    chat = world.chat(customer, world.mitra())
    return "request_extension", (chat["id"], customer, world.pay(customer, 15, extension=True))


Prepare = Callable[[World], tuple[str, Arguments]]
each_call = pytest.mark.parametrize(
    "prepare",
    [create, confirm, start, ask_again, ask_an_offline_mitra_again, fall_back, extend],
    ids=lambda prepare: prepare.__name__,
)


@each_call
def test_the_same_key_gives_the_same_reply_and_one_effect(world: World, prepare: Prepare) -> None:
    function, arguments = prepare(world)
    first = world.api(function, *arguments, "key")
    events = world.events()
    world.clock.advance(3)
    assert world.api(function, *arguments, "key") == first
    assert world.events() == events


@each_call
def test_the_kept_reply_does_not_depend_on_later_changes(world: World, prepare: Prepare) -> None:
    function, arguments = prepare(world)
    first = world.api(function, *arguments, "key")
    world.wait(23 * 3600)
    assert world.api(function, *arguments, "key") == first


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    customer = world.customer()
    world.api("create_payment_session", customer, 30, None, None, False, "key")
    with refuses(409, "idempotency_key_reused"):
        world.api("create_payment_session", customer, 60, None, None, False, "key")


def test_the_same_key_for_another_function_is_refused(world: World) -> None:
    customer = world.customer()
    payment = world.choose(customer)["id"]
    world.api("confirm_payment_session", payment, customer, "key")
    with refuses(409, "idempotency_key_reused"):
        world.api("start_general_request", customer, payment, "key")


def test_two_customers_may_use_the_same_key(world: World) -> None:
    replies: list[Row] = [
        world.api("create_payment_session", world.customer(), 30, None, None, False, "key") for _ in range(2)
    ]
    assert replies[0]["id"] != replies[1]["id"]


def test_a_refused_call_leaves_its_key_free(world: World) -> None:
    customer = world.customer()
    with refuses(400, "unknown_tier"):
        world.api("create_payment_session", customer, 31, None, None, False, "key")
    reply = world.api("create_payment_session", customer, 30, None, None, False, "key")
    assert reply["status"] == "pending"


def test_without_a_key_every_call_takes_effect(world: World) -> None:
    customer = world.customer()
    assert world.choose(customer)["id"] != world.choose(customer)["id"]


def test_keys_are_purged_after_a_day(world: World) -> None:
    customer = world.customer()
    call = ("create_payment_session", customer, 30, None, None, False)
    first = world.api(*call, "old")
    world.clock.advance(hours=24)
    young = world.api(*call, "young")
    world.clock.advance(1)
    world.owner.execute("select logic.purge_idempotency_keys()")
    assert world.api(*call, "young") == young
    assert world.api(*call, "old")["id"] != first["id"]
