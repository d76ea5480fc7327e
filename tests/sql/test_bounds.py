"""Rate limits and quotas for one person. Normal use stays below them."""

import psycopg
import pytest

from tests.sql.world import World, refuses


def test_customer_and_mitra_have_separate_message_limits(world: World) -> None:
    world.configure("messages_per_minute", 10)
    chat = world.chat(world.customer(), world.mitra())
    for _ in range(10):
        world.say(chat)
        world.say(chat, "mitra")
        world.clock.advance(1)
    with refuses(429, "too_many_messages"):
        world.say(chat)
    world.clock.advance(50)
    world.say(chat)
    with refuses(429, "too_many_messages"):
        world.say(chat)


def test_a_rate_limit_says_how_long_to_wait(world: World) -> None:
    world.configure("messages_per_minute", 10)
    chat = world.chat(world.customer(), world.mitra())
    for _ in range(10):
        world.say(chat)
    world.clock.advance(20)
    with pytest.raises(psycopg.Error, match="too_many_messages") as caught:
        world.say(chat)
    assert caught.value.diag.message_hint == '{"retry_after": 40}'


def test_a_repeated_message_does_not_count_again(world: World) -> None:
    world.configure("messages_per_minute", 10)
    chat = world.chat(world.customer(), world.mitra())
    last = [world.say(chat) for _ in range(10)][-1]
    again = world.api(
        "send_message", chat["id"], "customer", chat["customer"]["id"], last["client_message_id"], "Halo"
    )
    assert again == last


def test_a_full_chat_can_still_be_read_and_ended(world: World) -> None:
    world.configure("messages_per_chat", 200)
    chat = world.chat(world.customer(), world.mitra())
    for _ in range(200):
        world.say(chat)
        world.clock.advance(2)
    with refuses(409, "chat_full"):
        world.say(chat, "mitra")
    customer = chat["customer"]["id"]
    world.api("mark_read", chat["id"], "mitra", chat["mitra"]["id"], 200)
    assert world.api("list_messages", chat["id"], "customer", customer, 0, 10)
    assert world.end(chat)["status"] == "ended"


def test_a_kept_reply_is_returned_even_above_the_key_quota(world: World) -> None:
    world.configure("idempotency_keys_per_day", 50)
    customer = world.customer()
    payment = world.choose(customer)["id"]
    for key in range(50):
        world.api("confirm_payment_session", payment, customer, str(key))
    with refuses(429, "too_many_idempotency_keys"):
        world.api("confirm_payment_session", payment, customer, "50")
    assert world.api("confirm_payment_session", payment, customer, "7")["status"] == "confirmed"
    world.clock.advance(hours=25)
    world.owner.execute("select logic.purge_idempotency_keys()")
    assert world.choose(customer)


def test_payments_are_possible_again_after_an_hour(world: World) -> None:
    world.configure("payments_per_hour", 10)
    customer = world.customer()
    for _ in range(10):
        world.choose(customer)
    with refuses(429, "too_many_payments"):
        world.choose(customer)
    world.choose(world.customer())
    world.clock.advance(hours=1)
    world.choose(customer)


@pytest.mark.parametrize("search", ["---", "   a   ", "%%%", "-1-2-", "___", "(((", "", "\\\\\\"])
def test_a_search_text_needs_three_letters_or_digits(world: World, search: str) -> None:
    """The trigram index needs three characters; a shorter text would scan the whole table."""
    staff = world.staff()
    for name, more in (("list_users", (None, 50)), ("list_mitras", (None, 50, 0))):
        with refuses(400, "search_too_short"):
            world.control(name, staff, search, *more)
