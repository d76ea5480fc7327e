"""Snapshots: everything that an app needs after it was disconnected."""

from datetime import UTC, datetime

import pytest

from tests.sql.world import World


def test_a_new_customers_snapshot_is_empty(world: World) -> None:
    customer = world.customer()
    person = world.row("users", customer)
    before = datetime.now(UTC)
    state = world.api("client_state", customer)
    after = datetime.now(UTC)
    assert before <= datetime.fromisoformat(state.pop("server_time")) <= after
    assert state == {
        "user": {"id": customer, "display_name": person["display_name"], "phone": person["phone"]},
        "payment_session": None,
        "search": None,
        "last_failure": None,
        "money": [],
        "chats": [],
        "extensions": [],
        "lost_chats": [],
    }


@pytest.mark.parametrize("confirmed", [False, True])
def test_an_open_payment_is_shown(world: World, confirmed: bool) -> None:
    customer = world.customer()
    payment = world.pay(customer) if confirmed else world.choose(customer)["id"]
    shown = world.api("client_state", customer)["payment_session"]
    assert shown == world.api("get_payment_session", payment, customer)


def test_an_abandoned_payment_is_not_shown(world: World) -> None:
    customer = world.customer()
    world.api("cancel_payment_session", world.choose(customer)["id"], customer)
    assert world.api("client_state", customer)["payment_session"] is None


def test_a_search_is_shown_with_its_seconds_left(world: World) -> None:
    customer = world.customer()
    search = world.search(customer)
    world.clock.advance(12.5)
    shown = world.api("client_state", customer)["search"]
    assert (shown["id"], shown["request_type"], shown["status"]) == (search["id"], "general", "searching")
    assert shown["seconds_left"] == 47.5
    assert shown["mitra"] is None


def test_a_search_past_its_deadline_has_no_seconds_left(world: World) -> None:
    customer = world.customer()
    world.search(customer)
    world.clock.advance(61)
    assert world.api("client_state", customer)["search"]["seconds_left"] == 0


def test_a_returning_request_is_shown_with_its_mitra(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    world.ask_again(customer, mitra)
    shown = world.api("client_state", customer)["search"]
    assert shown["mitra"] == {"id": mitra, "display_name": world.row("mitras", mitra)["display_name"]}


def test_the_last_failure_is_shown_with_its_cause(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    world.search(customer, payment)
    world.wait(60)
    shown = world.api("client_state", customer)["last_failure"]
    assert (shown["payment_session_id"], shown["cause_tag"]) == (payment, "no_mitra_available")
    assert shown["fallback_offered"] is False


def test_a_new_payment_hides_the_last_failure(world: World) -> None:
    customer = world.customer()
    world.api("cancel_request", customer, world.pay(customer))
    world.clock.advance(1)
    world.choose(customer)
    assert world.api("client_state", customer)["last_failure"] is None


def test_a_failure_is_shown_despite_an_earlier_payment_from_another_device(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    world.search(customer, payment)
    world.clock.advance(1)
    choice = world.choose(customer, 60)["id"]
    world.wait(60)
    state = world.api("client_state", customer)
    assert state["payment_session"]["id"] == choice
    assert state["last_failure"]["payment_session_id"] == payment


def test_a_failed_extension_is_not_shown_as_the_last_failure(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.api("reject_extension", world.extend(chat)["id"], chat["mitra"]["id"])
    assert world.api("client_state", chat["customer"]["id"])["last_failure"] is None


def test_both_see_their_chat_and_its_pending_extension(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    extension = world.extend(chat)
    for role, function in (("customer", "client_state"), ("mitra", "mitra_state")):
        state = world.api(function, chat[role]["id"])
        assert [one["id"] for one in state["chats"]] == [chat["id"]]
        assert state["extensions"] == [extension]


def test_a_customer_sees_that_the_mitra_of_their_chat_is_lost(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.chat(world.customer(), world.mitra())
    customer, mitra = chat["customer"]["id"], chat["mitra"]["id"]
    assert world.api("client_state", customer)["lost_chats"] == []
    world.api("set_mitra_status", mitra, False)
    assert world.api("client_state", customer)["lost_chats"] == [chat["id"]]


def test_ended_chats_are_not_shown(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.extend(chat)
    world.end(chat)
    for role, function in (("customer", "client_state"), ("mitra", "mitra_state")):
        state = world.api(function, chat[role]["id"])
        assert (state["chats"], state["extensions"]) == ([], [])


def test_a_mitra_sees_their_presence_and_offers(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    person = world.row("mitras", mitra)
    state = world.api("mitra_state", mitra)
    assert state["user"] == {"id": mitra, "display_name": person["display_name"], "phone": person["phone"]}
    assert (state["online"], state["presence"]) == (True, "online")
    assert datetime.fromisoformat(state["reachable_until"]) == datetime.fromisoformat(
        person["reachable_until"]
    )
    assert [offer["request_id"] for offer in state["offers"]] == [search["id"]]
    assert state["offers"] == world.api("list_offers", mitra)["rows"]


def test_a_snapshot_changes_nothing(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.search(customer)
    before = world.events()
    world.api("client_state", customer)
    world.api("mitra_state", mitra)
    assert world.events() == before
