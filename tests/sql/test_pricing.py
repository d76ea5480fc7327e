"""Prices, and the one free trial."""

from tests.sql.world import EXTENSION, FIRST_CHAT, World, refuses


def amounts(world: World, customer: str, *, extension: bool = False) -> dict[int, int]:
    """The tiers offered to a customer: rupiah by minutes."""
    tiers = world.api("get_pricing", customer, extension)["tiers"]
    return {tier["duration_minutes"]: tier["amount"] for tier in tiers}


def is_eligible(world: World, customer: str) -> bool:
    eligible: bool = world.api("get_pricing", customer, False)["free_trial_eligible"]
    return eligible


def test_the_shortest_chat_is_free_for_a_new_customer(world: World) -> None:
    pricing = world.api("get_pricing", world.customer(), False)
    assert pricing["free_trial_eligible"]
    assert [
        (tier["duration_minutes"], tier["amount"], tier["is_free_trial"]) for tier in pricing["tiers"]
    ] == [
        (15, 0, True),
        (30, FIRST_CHAT[30], False),
        (60, FIRST_CHAT[60], False),
    ]


def test_the_trial_is_chosen_by_its_minutes(world: World) -> None:
    trial = world.choose(world.customer(), 15)
    assert (trial["amount"], trial["is_free_trial"]) == (0, True)


def test_once_confirmed_the_trial_is_used_up(world: World) -> None:
    customer = world.customer()
    world.pay(customer, 15)
    assert not is_eligible(world, customer)
    assert amounts(world, customer) == FIRST_CHAT
    assert world.choose(customer, 15)["amount"] == FIRST_CHAT[15]


def test_a_trial_with_a_chat_is_used_up(world: World) -> None:
    customer = world.customer()
    world.end(world.chat(customer, world.mitra(), 15))
    assert not is_eligible(world, customer)


def test_a_pending_trial_is_not_used_up(world: World) -> None:
    customer = world.customer()
    world.choose(customer, 15)
    assert is_eligible(world, customer)


def test_a_failed_trial_may_be_repeated(world: World) -> None:
    customer = world.customer()
    world.api("cancel_request", customer, world.pay(customer, 15))
    assert world.choose(customer, 15)["is_free_trial"]


def test_one_customers_trial_does_not_affect_another(world: World) -> None:
    world.pay(world.customer(), 15)
    assert is_eligible(world, world.customer())


def test_an_extension_is_never_free(world: World) -> None:
    customer = world.customer()
    pricing = world.api("get_pricing", customer, True)
    assert not pricing["free_trial_eligible"]
    assert not any(tier["is_free_trial"] for tier in pricing["tiers"])
    assert amounts(world, customer, extension=True) == EXTENSION


def test_only_active_tiers_are_offered(world: World) -> None:
    world.owner.execute(
        "update data.price_tiers set retired_at = now(), retired_by = 'Ratna' where duration_minutes = 15"
    )
    customer = world.customer()
    assert amounts(world, customer) == {30: FIRST_CHAT[30], 60: FIRST_CHAT[60]}
    assert not world.choose(customer, 30)["is_free_trial"]


def test_a_second_confirmed_trial_is_refused(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    first = world.pay(customer, 15, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, first), mitra)
    second = world.pay(customer, 15)
    with refuses(409, "free_trial_already_used"):
        world.api("fallback_to_blast", customer, first)
    assert world.payment(first)["status"] == "failed_pairing"
    assert world.payment(second)["status"] == "confirmed"
