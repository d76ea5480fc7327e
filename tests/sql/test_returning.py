""" "Curhat lagi": one mitra whom the customer knows is asked."""

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


def test_a_mitra_who_comes_later_is_not_offered_it(world: World, pair: tuple[str, str]) -> None:
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


def test_any_confirmed_payment_may_ask_again(world: World, pair: tuple[str, str]) -> None:
    payment = world.pay(pair[0])
    assert world.ask_again(*pair, payment)["status"] == "searching"


def test_a_payment_for_a_favourite_may_go_to_everybody(world: World, pair: tuple[str, str]) -> None:
    payment = world.pay(pair[0], mitra=pair[1])
    assert world.search(pair[0], payment)["request_type"] == "general"


def test_asking_again_gives_the_search_that_runs(world: World, pair: tuple[str, str]) -> None:
    payment = world.pay(pair[0], mitra=pair[1])
    first, again = (world.ask_again(*pair, payment) for _ in range(2))
    assert again["id"] == first["id"]
    assert (first["already_running"], again["already_running"]) == (False, True)


def test_one_who_cannot_be_had_is_a_reason_and_a_recorded_failure(
    world: World, pair: tuple[str, str]
) -> None:
    customer, mitra = pair
    world.api("set_mitra_status", mitra, False)
    payment = world.pay(customer, mitra=mitra)
    reply = world.ask_again(customer, mitra, payment)
    failure = world.failure(payment)
    assert reply["reason"] == reply["cause_tag"] == failure["cause_tag"] == "targeted_mitra_offline"
    assert (reply["failure_id"], reply["payment_session_id"]) == (failure["id"], payment)
    assert reply["fallback_offered"]
    assert reply["mitra"]["id"] == mitra


def test_the_customer_is_told_that_time_ran_out(world: World, pair: tuple[str, str]) -> None:
    search = world.ask_again(*pair)
    world.wait(20, connected=[pair[1]])
    (event,) = world.events("RETURNING_CHAT_TIMEOUT")
    assert event["customer_id"] == pair[0]
    assert event["body"]["request_id"] == search["id"]
    assert event["body"]["mitra"]["id"] == pair[1]
    assert world.events("RETURNING_CHAT_REJECTED") == []


def test_the_customer_is_told_of_a_no(world: World, pair: tuple[str, str]) -> None:
    world.decline(world.ask_again(*pair), pair[1])
    (event,) = world.events("RETURNING_CHAT_REJECTED")
    assert event["customer_id"] == pair[0]
    assert world.events("RETURNING_CHAT_TIMEOUT") == []


# While the two are in a chat


def test_a_running_chat_is_continued_with_its_minutes_left_added(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    running = world.chat(customer, mitra, 30)
    world.wait(20 * 60, connected=[mitra])
    chat = world.accept(world.ask_again(customer, mitra), mitra)
    assert minutes_left(world, chat) == 30 + 10
    ended = world.row("chat_sessions", running["id"])
    assert (ended["status"], ended["end_reason"]) == ("ended", "continued")
    assert datetime.fromisoformat(ended["ended_at"]) == world.clock.now()


def test_the_deadlines_of_the_continued_chat_are_the_new_ones(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra, 30)
    world.wait(20 * 60, connected=[mitra])
    chat = world.accept(world.ask_again(customer, mitra), mitra)
    world.wait(10 * 60, connected=[mitra])
    assert world.row("chat_sessions", chat["id"])["status"] == "active"
    world.wait(30 * 60, connected=[mitra])
    assert world.row("chat_sessions", chat["id"])["end_reason"] == "time_up"


def test_a_full_mitra_may_be_asked_by_one_they_are_chatting_with(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra)
    search = world.ask_again(customer, mitra)
    assert world.accept(search, mitra)["status"] == "active"


def test_a_chat_whose_time_ran_out_while_they_were_asked_adds_nothing(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra, 30)
    world.wait(30 * 60 - 5, connected=[mitra])
    search = world.ask_again(customer, mitra)
    world.wait(10, connected=[mitra])
    assert minutes_left(world, world.accept(search, mitra)) == 30


def test_a_chat_past_its_end_that_nothing_fired_adds_nothing(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.chat(customer, mitra, 30)
    world.wait(30 * 60 - 5, connected=[mitra])
    search = world.ask_again(customer, mitra)
    world.clock.advance(10)
    assert minutes_left(world, world.accept(search, mitra)) == 30


def test_a_no_leaves_the_running_chat_as_it_is(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    running = world.chat(customer, mitra)
    world.decline(world.ask_again(customer, mitra), mitra)
    assert world.row("chat_sessions", running["id"])["status"] == "active"


def test_a_chat_goes_on_in_a_new_one_also_with_a_mitra_who_has_more_than_they_may_have_by_now(
    world: World,
) -> None:
    """It takes the place of the one that runs, and the customer was offered to ask."""
    mitra, customer = world.mitra(), world.customer()
    for someone in (customer, world.customer(), world.customer()):
        world.chat(someone, mitra)
    world.configure("max_customers_per_mitra", 1)
    world.wait(30, connected=[mitra])
    chat = world.accept(world.ask_again(customer, mitra), mitra)
    assert chat["status"] == "active"
    assert world.value("select count(*) from data.chat_sessions where status = 'active'") == 3
