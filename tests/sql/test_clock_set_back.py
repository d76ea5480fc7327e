"""The server's clock is set back during a chat: no message is lost or stored twice."""

from datetime import UTC, datetime

import pytest

from tests.sql.world import Row, World


def read(world: World, chat: Row, after: int = 0) -> list[str]:
    page = world.api("list_messages", chat["id"], "mitra", chat["mitra"]["id"], after, 100)
    return [message["body"] for message in page["rows"]]


@pytest.mark.parametrize("seconds", [-1, -3600, -40 * 86400])
def test_messages_after_a_step_back_are_listed_and_delivered(world: World, seconds: int) -> None:
    """Even across a month boundary, and to before the chat began."""
    chat = world.chat(world.customer(), world.mitra())
    world.clock.advance(minutes=5)
    world.say(chat, text="satu")
    world.drain()
    world.clock.advance(seconds - 300)
    world.say(chat, text="dua")
    assert read(world, chat) == ["satu", "dua"]
    assert read(world, chat, 1) == ["dua"]
    (message,) = [one["frame"] for one in world.drain() if one["frame"]["type"] == "CHAT_MESSAGE"]
    assert (message["body"], message["seq"]) == ("dua", 2)
    world.sound = seconds > -3600


@pytest.mark.parametrize("seconds", [-1, -3600, -40 * 86400])
def test_a_repeated_message_is_stored_once_after_a_step_back(world: World, seconds: int) -> None:
    chat = world.chat(world.customer(), world.mitra())
    customer = chat["customer"]["id"]
    world.clock.advance(seconds)
    message = (chat["id"], "customer", customer, world.uuid(), "satu")
    first = world.api("send_message", *message)
    world.clock.advance(seconds)
    assert world.api("send_message", *message) == first
    assert read(world, chat) == ["satu"]
    world.sound = seconds > -3600


def test_a_repeated_message_is_stored_once_in_the_next_month(world: World) -> None:
    world.clock.set(datetime(2031, 3, 31, 23, 59, 50, tzinfo=UTC))
    chat = world.chat(world.customer(), world.mitra())
    message = (chat["id"], "customer", chat["customer"]["id"], world.uuid(), "satu")
    first = world.api("send_message", *message)
    world.clock.advance(20)
    assert world.api("send_message", *message) == first
    world.say(chat, text="dua")
    assert read(world, chat) == ["satu", "dua"]


def test_messages_of_each_side_are_counted_after_a_step_back(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.clock.advance(minutes=5)
    world.say(chat, by="mitra")
    world.clock.advance(minutes=-4)
    world.end(chat)
    counts = world.value("select logic.said_in(c) from data.chat_sessions c where id = %s", chat["id"])
    assert counts["mitra_messages"] == 1
