"""A chat: messages in order, read marks, warnings, the end, history."""

from datetime import datetime
from uuid import UUID

import pytest

from tests.sql.world import Row, World, refuses


def send(world: World, chat: Row, by: str, message: str, text: str = "Halo") -> Row:
    reply: Row = world.api("send_message", chat["id"], by, chat[by]["id"], message, text)
    return reply


def wait(world: World, chat: Row, minutes: float) -> int:
    return world.wait(minutes * 60, connected=[chat["mitra"]["id"]])


# Messages


def test_messages_are_numbered_in_order(world: World, chat: Row) -> None:
    sent = [world.say(chat, by) for by in ("customer", "mitra", "customer")]
    assert [message["seq"] for message in sent] == [1, 2, 3]
    assert world.row("chat_sessions", chat["id"])["last_seq"] == 3


def test_both_read_the_same_messages(world: World, chat: Row) -> None:
    world.say(chat, "customer", "Halo")
    world.say(chat, "mitra", "Halo juga")
    pages = [
        world.api("list_messages", chat["id"], by, chat[by]["id"], 0, 10) for by in ("customer", "mitra")
    ]
    assert pages[0] == pages[1]
    assert [(row["sender"], row["body"]) for row in pages[0]["rows"]] == [
        ("customer", "Halo"),
        ("mitra", "Halo juga"),
    ]


def test_the_same_message_sent_again_is_one_message(world: World, chat: Row) -> None:
    message = world.uuid()
    first, again = (send(world, chat, "customer", message) for _ in range(2))
    assert first == again
    assert len(world.events("CHAT_MESSAGE")) == 1


def test_the_same_message_id_from_the_other_person_is_another_message(world: World, chat: Row) -> None:
    message = world.uuid()
    assert [send(world, chat, by, message)["seq"] for by in ("customer", "mitra")] == [1, 2]


def test_a_message_sent_again_after_the_end_is_still_acknowledged(world: World, chat: Row) -> None:
    message = world.uuid()
    first = send(world, chat, "customer", message)
    world.end(chat)
    assert send(world, chat, "customer", message) == first


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "a" * 4001])
def test_a_blank_or_overlong_message_is_refused(world: World, chat: Row, text: str) -> None:
    with refuses(400, "invalid_message"):
        world.say(chat, text=text)


@pytest.mark.parametrize("text", ["a", "a" * 4000, "💛" * 4000, "  dua baris\n\nnih  "])
def test_a_message_is_stored_verbatim(world: World, chat: Row, text: str) -> None:
    world.say(chat, text=text)
    page = world.api("list_messages", chat["id"], "mitra", chat["mitra"]["id"], 0, 10)
    assert page["rows"][0]["body"] == text


def test_messages_are_read_in_pages(world: World, chat: Row) -> None:
    for _ in range(5):
        world.say(chat)
    pages: list[list[int]] = []
    after: int | None = 0
    while after is not None:
        page = world.api("list_messages", chat["id"], "customer", chat["customer"]["id"], after, 2)
        pages.append([row["seq"] for row in page["rows"]])
        after = page["next"]
    assert pages == [[1, 2], [3, 4], [5]]


def test_the_page_after_the_last_message_is_empty(world: World, chat: Row) -> None:
    world.say(chat)
    page = world.api("list_messages", chat["id"], "customer", chat["customer"]["id"], 1, 10)
    assert page == {"rows": [], "next": None}


def test_a_mitra_cannot_write_as_the_customer(world: World, chat: Row) -> None:
    with refuses(404, "chat_session_not_found"):
        world.api("send_message", chat["id"], "customer", chat["mitra"]["id"], world.uuid(), "Halo")


# Read marks


def test_a_read_mark_only_moves_forward(world: World, chat: Row) -> None:
    for _ in range(3):
        world.say(chat)
    mitra = chat["mitra"]["id"]
    marks = [
        world.api("mark_read", chat["id"], "mitra", mitra, seq)["mitra_read_seq"] for seq in (2, 1, 2, 3)
    ]
    assert marks == [2, 2, 2, 3]
    assert [event["body"]["seq"] for event in world.events("CHAT_READ")] == [2, 3]


def test_a_read_mark_stops_at_the_last_message(world: World, chat: Row) -> None:
    world.say(chat)
    assert world.api("mark_read", chat["id"], "mitra", chat["mitra"]["id"], 9)["mitra_read_seq"] == 1


def test_customer_and_mitra_have_separate_read_marks(world: World, chat: Row) -> None:
    world.say(chat)
    marks = world.api("mark_read", chat["id"], "customer", chat["customer"]["id"], 1)
    assert (marks["customer_read_seq"], marks["mitra_read_seq"]) == (1, 0)
    assert world.events("CHAT_READ")[0]["body"]["reader"] == "customer"


# Time


def test_both_are_warned_five_minutes_and_one_minute_before_the_end_once_each(
    world: World, chat: Row
) -> None:
    for minutes in (24, 1, 1, 2.5, 0.5, 0.5):
        wait(world, chat, minutes)
    warnings = world.events("CHAT_ENDING_SOON")
    assert [warning["body"]["seconds_left"] for warning in warnings] == [300, 60]
    assert {warning["customer_id"] for warning in warnings} == {chat["customer"]["id"]}
    assert [warning["mitra_ids"] for warning in warnings] == [[chat["mitra"]["id"]]] * 2


def test_a_chat_ends_when_its_time_is_up_once(world: World, chat: Row) -> None:
    world.say(chat)
    wait(world, chat, 30)
    assert world.fire() == 0
    (ended,) = world.events("CHAT_ENDED")
    assert (ended["body"]["end_reason"], ended["body"]["last_seq"]) == ("time_up", 1)
    assert ended["actor"] == "deadline"
    assert world.row("chat_sessions", chat["id"])["deadline_at"] is None


def test_after_an_outage_a_chat_ends_without_late_warnings(world: World, chat: Row) -> None:
    wait(world, chat, 45)
    assert world.events("CHAT_ENDING_SOON") == []
    assert world.row("chat_sessions", chat["id"])["end_reason"] == "time_up"


def test_after_an_outage_a_warning_states_the_real_seconds_left(world: World, chat: Row) -> None:
    wait(world, chat, 29.5)
    assert [warning["body"]["seconds_left"] for warning in world.events("CHAT_ENDING_SOON")] == [30]


def test_nobody_writes_after_the_deadline_even_before_it_fires(world: World, chat: Row) -> None:
    world.clock.advance(30 * 60)
    with refuses(409, "chat_ended"):
        world.say(chat)


# The end


@pytest.mark.parametrize("by", ["customer", "mitra"])
def test_each_of_the_two_may_end_it(world: World, chat: Row, by: str) -> None:
    ended = world.end(chat, by)
    assert (ended["status"], ended["end_reason"]) == ("ended", f"ended_by_{by}")
    assert datetime.fromisoformat(ended["ended_at"]) == world.clock.now()
    (event,) = world.events("CHAT_ENDED")
    assert event["actor"] == f"{by}:{chat[by]['id']}"


def test_ending_twice_is_one_end(world: World, chat: Row) -> None:
    first = world.end(chat, "customer")
    assert world.end(chat, "mitra") == first
    assert len(world.events("CHAT_ENDED")) == 1


def test_nobody_else_ends_it(world: World, chat: Row) -> None:
    for role in ("customer", "mitra", "operator"):
        with refuses(404, "chat_session_not_found"):
            world.api("end_chat", chat["id"], role, world.customer())


def test_time_in_a_chat_does_not_count_as_idle(world: World, chat: Row) -> None:
    world.clock.advance(1)
    idle = world.mitra()
    world.clock.advance(1)
    world.end(chat)
    search = world.search(world.customer())
    assert [mitra for mitra, _ in world.offers(search)] == [idle, chat["mitra"]["id"]]


# History


def test_the_history_is_newest_first_in_pages(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    chats = []
    for _ in range(5):
        chats.append(world.chat(customer, mitra)["id"])
        world.end(world.api("get_chat_session", chats[-1], "customer", customer))
        world.clock.advance(1)
    for role, person in (("customer", customer), ("mitra", mitra)):
        pages, cursor = [], None
        while True:
            page = world.api("list_chat_sessions", role, person, cursor, 2)
            pages.append([row["id"] for row in page["rows"]])
            cursor = page["next"]
            if cursor is None:
                break
        assert pages == [chats[:2:-1], chats[2:0:-1], chats[:1]]


def test_chats_with_the_same_start_are_all_listed(world: World) -> None:
    mitra = world.mitra()
    chats = {world.chat(world.customer(), mitra)["id"] for _ in range(3)}
    listed, cursor = set(), None
    for _ in range(3):
        page = world.api("list_chat_sessions", "mitra", mitra, cursor, 1)
        listed |= {row["id"] for row in page["rows"]}
        cursor = page["next"]
    assert listed == chats
    assert cursor is None


def can_chat_again(world: World, chat: Row) -> bool:
    shown = world.api("get_chat_session", chat["id"], "customer", chat["customer"]["id"])
    possible: bool = shown["can_chat_again"]
    return possible


def test_the_customer_sees_whether_the_mitra_can_be_asked_again(world: World, chat: Row) -> None:
    world.end(chat)
    assert can_chat_again(world, chat)
    world.api("set_mitra_status", chat["mitra"]["id"], False)
    assert not can_chat_again(world, chat)


def test_an_unreachable_mitra_cannot_be_asked_again(world: World, chat: Row) -> None:
    world.end(chat)
    world.clock.advance(45)
    assert not can_chat_again(world, chat)


def test_a_full_mitra_can_be_asked_again_only_from_a_running_chat(world: World, chat: Row) -> None:
    world.configure("max_customers_per_mitra", 1)
    assert can_chat_again(world, chat)
    world.end(chat)
    world.chat(world.customer(), chat["mitra"]["id"])
    assert not can_chat_again(world, chat)


def test_the_mitra_does_not_see_whether_they_can_be_asked_again(world: World, chat: Row) -> None:
    shown = world.api("get_chat_session", chat["id"], "mitra", chat["mitra"]["id"])
    assert "can_chat_again" not in shown


def test_nobody_sees_a_phone_number_but_their_own(world: World, chat: Row) -> None:
    world.say(chat)
    world.search(world.customer())
    customer, mitra = chat["customer"]["id"], chat["mitra"]["id"]
    phones = {
        table: world.row(table, person)["phone"] for table, person in (("users", customer), ("mitras", mitra))
    }
    shown = {
        "users": [
            world.api("client_state", customer),
            world.api("list_chat_sessions", "customer", customer, None, 10),
        ],
        "mitras": [
            world.api("mitra_state", mitra),
            world.api("list_offers", mitra),
            world.api("list_chat_sessions", "mitra", mitra, None, 10),
        ],
    }
    assert phones["mitras"] not in str(shown["users"])
    assert phones["users"] not in str(shown["mitras"])
    frames = [envelope["frame"] for envelope in world.drain()]
    assert phones["users"] not in str(frames)
    assert phones["mitras"] not in str(frames)


@pytest.mark.parametrize("role", ["customer", "mitra", "operator", None])
@pytest.mark.parametrize(
    ("function", "more"),
    [("send_message", (str(UUID(int=1)), "Halo")), ("mark_read", (1,)), ("end_chat", ())],
)
def test_a_null_person_is_no_member_of_a_chat(
    world: World, role: str | None, function: str, more: tuple[object, ...]
) -> None:
    chat = world.chat(world.customer(), world.mitra())
    with refuses(404, "chat_session_not_found"):
        world.api(function, chat["id"], role, None, *more)
