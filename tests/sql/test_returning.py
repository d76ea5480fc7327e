""" "Curhat lagi": a returning request asks one mitra whom the customer knows."""

from datetime import datetime, timedelta

import pytest

from tests.sql.world import Row, World


def minutes_left(world: World, chat: Row) -> float:
    left: timedelta = datetime.fromisoformat(chat["ends_at"]) - world.clock.now()
    return left.total_seconds() / 60


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    """A customer and a mitra who have chatted; the mitra is online."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    return customer, mitra


def test_only_that_mitra_is_asked(world: World, pair: tuple[str, str]) -> None:
    world.mitra()
    search = world.ask_again(*pair)
    assert search["request_type"] == "returning"
    assert search["mitra"]["id"] == pair[1]
    assert world.offers(search) == [(pair[1], "offered")]


def test_another_mitra_who_comes_online_is_not_offered_it(world: World, pair: tuple[str, str]) -> None:
    search = world.ask_again(*pair)
    world.mitra()
    assert world.offers(search) == [(pair[1], "offered")]


def test_the_mitra_has_the_configured_seconds(world: World, pair: tuple[str, str]) -> None:
    world.configure("returning_chat_confirmation_timeout_seconds", 5)
    assert world.ask_again(*pair)["seconds_left"] == 5
    assert world.wait(5, connected=[pair[1]]) == 1
    assert world.failures() == 1


def test_an_accept_in_time_starts_the_chat(world: World, pair: tuple[str, str]) -> None:
    search = world.ask_again(*pair)
    world.clock.advance(19)
    chat = world.accept(search, pair[1])
    assert minutes_left(world, chat) == 30
    assert world.payment(chat["payment_session_id"])["status"] == "consumed"


def test_any_confirmed_payment_may_be_used(world: World, pair: tuple[str, str]) -> None:
    payment = world.pay(pair[0])
    assert world.ask_again(*pair, payment)["status"] == "searching"


def test_a_payment_for_a_favourite_may_be_used_for_a_blast(world: World, pair: tuple[str, str]) -> None:
    payment = world.pay(pair[0], mitra=pair[1])
    assert world.search(pair[0], payment)["request_type"] == "general"


def test_asking_again_returns_the_running_search(world: World, pair: tuple[str, str]) -> None:
    payment = world.pay(pair[0], mitra=pair[1])
    first, again = (world.ask_again(*pair, payment) for _ in range(2))
    assert again["id"] == first["id"]
    assert (first["already_running"], again["already_running"]) == (False, True)


def test_asking_an_unavailable_mitra_fails_with_a_reason(world: World, pair: tuple[str, str]) -> None:
    customer, mitra = pair
    world.api("set_mitra_status", mitra, False)
    payment = world.pay(customer, mitra=mitra)
    reply = world.ask_again(customer, mitra, payment)
    failure = world.failure(payment)
    assert reply["reason"] == reply["cause_tag"] == failure["cause_tag"] == "targeted_mitra_offline"
    assert (reply["failure_id"], reply["payment_session_id"]) == (failure["id"], payment)
    assert reply["fallback_offered"]
    assert reply["mitra"]["id"] == mitra


def test_the_customer_learns_of_the_timeout(world: World, pair: tuple[str, str]) -> None:
    search = world.ask_again(*pair)
    world.wait(20, connected=[pair[1]])
    (event,) = world.events("RETURNING_CHAT_TIMEOUT")
    assert event["customer_id"] == pair[0]
    assert event["body"]["request_id"] == search["id"]
    assert event["body"]["mitra"]["id"] == pair[1]
    assert world.events("RETURNING_CHAT_REJECTED") == []


def test_the_customer_learns_of_the_rejection(world: World, pair: tuple[str, str]) -> None:
    world.decline(world.ask_again(*pair), pair[1])
    (event,) = world.events("RETURNING_CHAT_REJECTED")
    assert event["customer_id"] == pair[0]
    assert world.events("RETURNING_CHAT_TIMEOUT") == []


# While the two are in a chat


def test_a_running_chats_minutes_left_are_added_to_the_new_one(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    running = world.chat(customer, mitra, 30)
    world.wait(20 * 60, connected=[mitra])
    chat = world.accept(world.ask_again(customer, mitra), mitra)
    assert minutes_left(world, chat) == 30 + 10
    ended = world.row("chat_sessions", running["id"])
    assert (ended["status"], ended["end_reason"]) == ("ended", "continued")
    assert datetime.fromisoformat(ended["ended_at"]) == world.clock.now()


def test_a_continued_chat_ends_at_its_new_deadline(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra, 30)
    world.wait(20 * 60, connected=[mitra])
    chat = world.accept(world.ask_again(customer, mitra), mitra)
    world.wait(10 * 60, connected=[mitra])
    assert world.row("chat_sessions", chat["id"])["status"] == "active"
    world.wait(30 * 60, connected=[mitra])
    assert world.row("chat_sessions", chat["id"])["end_reason"] == "time_up"


def test_a_full_mitra_may_be_asked_from_a_running_chat(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra)
    search = world.ask_again(customer, mitra)
    assert world.accept(search, mitra)["status"] == "active"


def test_a_chat_that_ended_during_the_request_adds_nothing(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra, 30)
    world.wait(30 * 60 - 5, connected=[mitra])
    search = world.ask_again(customer, mitra)
    world.wait(10, connected=[mitra])
    assert minutes_left(world, world.accept(search, mitra)) == 30


def test_a_chat_past_its_deadline_adds_nothing_even_before_it_fires(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra, 30)
    world.wait(30 * 60 - 5, connected=[mitra])
    search = world.ask_again(customer, mitra)
    world.clock.advance(10)
    assert minutes_left(world, world.accept(search, mitra)) == 30


def test_a_rejection_does_not_change_the_running_chat(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    running = world.chat(customer, mitra)
    world.decline(world.ask_again(customer, mitra), mitra)
    assert world.row("chat_sessions", running["id"])["status"] == "active"


def test_a_mitra_above_a_lowered_limit_may_continue_a_running_chat(world: World) -> None:
    """The new chat replaces the running one, and the customer was offered to ask."""
    mitra, customer = world.mitra(), world.customer()
    for someone in (customer, world.customer(), world.customer()):
        world.chat(someone, mitra)
    world.configure("max_customers_per_mitra", 1)
    world.wait(30, connected=[mitra])
    chat = world.accept(world.ask_again(customer, mitra), mitra)
    assert chat["status"] == "active"
    assert world.value("select count(*) from data.chat_sessions where status = 'active'") == 3
