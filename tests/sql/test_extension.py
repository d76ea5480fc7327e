"""Extensions: requested by the customer, answered by the mitra or the timer, charged at approval."""

from datetime import datetime, timedelta

import pytest

from tests.sql.world import EXTENSION, Row, World, refuses


def wait(world: World, chat: Row, seconds: float) -> int:
    return world.wait(seconds, connected=[chat["mitra"]["id"]])


def ends_at(world: World, chat: Row) -> datetime:
    end: datetime = world.value("select ends_at from data.chat_sessions where id = %s", chat["id"])
    return end


def status(world: World, extension: Row) -> str:
    found: str = world.row("extensions", extension["id"])["status"]
    return found


def end_reason(world: World, chat: Row) -> str | None:
    reason: str | None = world.row("chat_sessions", chat["id"])["end_reason"]
    return reason


# Requesting


def test_the_mitra_sees_the_deadline_and_the_default_action(world: World, chat: Row) -> None:
    world.configure("extension_timeout_seconds", 25)
    extension = world.extend(chat)
    assert extension["status"] == "requested"
    (event,) = world.events("EXTENSION_REQUESTED")
    assert event["mitra_ids"] == [chat["mitra"]["id"]]
    assert event["body"]["default_action"] == "auto_approve"
    deadline = datetime.fromisoformat(event["body"]["deadline_at"])
    assert deadline - world.clock.now() == timedelta(seconds=25)


def test_requesting_twice_with_a_payment_is_one_extension(world: World, chat: Row) -> None:
    payment = world.pay(chat["customer"]["id"], 15, extension=True)
    first, again = (world.extend(chat, payment=payment) for _ in range(2))
    assert first == again
    assert len(world.events("EXTENSION_REQUESTED")) == 1


def test_a_request_charges_nothing(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    payment = world.payment(extension["payment_session_id"])
    assert (payment["status"], payment["charged_at"]) == ("confirmed", None)


def test_a_second_extension_may_follow_once_the_first_is_answered(world: World, chat: Row) -> None:
    mitra = chat["mitra"]["id"]
    world.api("reject_extension", world.extend(chat)["id"], mitra)
    second = world.extend(chat)
    assert world.api("approve_extension", second["id"], mitra)["status"] == "approved"


def test_a_chat_past_its_deadline_cannot_be_extended_even_before_it_fires(world: World, chat: Row) -> None:
    wait(world, chat, 30 * 60 - 1)
    payment = world.pay(chat["customer"]["id"], 15, extension=True)
    world.clock.advance(1)
    with refuses(409, "chat_ended"):
        world.extend(chat, payment=payment)


# The mitra answers


def test_an_approval_charges_and_postpones_the_end(world: World, chat: Row) -> None:
    before = ends_at(world, chat)
    extension = world.extend(chat)
    world.clock.advance(4)
    assert world.api("approve_extension", extension["id"], chat["mitra"]["id"])["status"] == "approved"
    assert ends_at(world, chat) == before + timedelta(minutes=15)
    payment = world.payment(extension["payment_session_id"])
    assert (payment["status"], payment["amount"]) == ("consumed", EXTENSION[15])
    assert payment["charged_at"] == payment["consumed_at"] != payment["confirmed_at"]


def test_both_receive_the_new_end(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    world.api("approve_extension", extension["id"], chat["mitra"]["id"])
    (approved,) = world.events("EXTENSION_APPROVED")
    (extended,) = world.events("CHAT_EXTENDED")
    assert approved["body"]["auto"] is False
    assert datetime.fromisoformat(extended["body"]["ends_at"]) == ends_at(world, chat)
    assert (extended["customer_id"], extended["mitra_ids"]) == (
        chat["customer"]["id"],
        [chat["mitra"]["id"]],
    )


def test_approving_twice_is_one_approval(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    for _ in range(2):
        world.api("approve_extension", extension["id"], chat["mitra"]["id"])
    assert len(world.events("CHAT_EXTENDED")) == 1


def test_rejecting_twice_is_one_rejection(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    for _ in range(2):
        assert world.api("reject_extension", extension["id"], chat["mitra"]["id"])["status"] == "rejected"
    assert world.failures() == 1


def test_a_rejection_does_not_change_the_end(world: World, chat: Row) -> None:
    before = ends_at(world, chat)
    world.api("reject_extension", world.extend(chat)["id"], chat["mitra"]["id"])
    assert ends_at(world, chat) == before
    wait(world, chat, 30 * 60)
    assert end_reason(world, chat) == "time_up"


def test_another_mitra_cannot_answer(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    for answer in ("approve_extension", "reject_extension"):
        with refuses(404, "extension_not_found"):
            world.api(answer, extension["id"], world.mitra())


# The timer answers


def test_auto_approve_approves_while_the_mitra_is_reachable(world: World, chat: Row) -> None:
    before = ends_at(world, chat)
    extension = world.extend(chat)
    assert wait(world, chat, 10) == 1
    assert status(world, extension) == "auto_approved"
    assert world.payment(extension["payment_session_id"])["charged_at"] is not None
    assert ends_at(world, chat) == before + timedelta(minutes=15)
    assert world.events("EXTENSION_APPROVED")[0]["body"]["auto"] is True


@pytest.mark.parametrize("how", ["offline", "lapsed", "lapsed and not fired"])
def test_auto_approve_rejects_while_the_mitra_is_unreachable(world: World, how: str) -> None:
    chat = world.chat(world.customer(), world.mitra(), 60)
    world.configure("extension_timeout_seconds", 60)
    if how == "offline":
        world.api("set_mitra_status", chat["mitra"]["id"], False)
    elif how == "lapsed":
        world.wait(45)
    extension = world.extend(chat)
    world.wait(60)
    assert status(world, extension) == "auto_rejected"
    assert world.failure(extension["payment_session_id"])["cause_tag"] == "targeted_mitra_offline"


def test_auto_reject_rejects_even_if_the_mitra_is_reachable(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    world.configure("extension_default_action_on_timeout", "auto_reject")
    wait(world, chat, 10)
    assert status(world, extension) == "auto_rejected"
    assert world.failure(extension["payment_session_id"])["cause_tag"] == "targeted_mitra_timeout"


def test_nobody_answers_after_the_deadline_even_before_it_fires(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    world.clock.advance(10)
    with refuses(410, "extension_expired"):
        world.api("approve_extension", extension["id"], chat["mitra"]["id"])


# The chat while an extension is pending


def test_while_an_extension_is_pending_the_chat_stays_open(world: World, chat: Row) -> None:
    wait(world, chat, 30 * 60 - 5)
    world.extend(chat)
    wait(world, chat, 8)
    assert end_reason(world, chat) is None
    assert world.say(chat, "mitra")["seq"] == 1


def test_an_approval_after_the_old_end_counts_from_now(world: World, chat: Row) -> None:
    wait(world, chat, 30 * 60 - 5)
    extension = world.extend(chat)
    wait(world, chat, 8)
    world.api("approve_extension", extension["id"], chat["mitra"]["id"])
    assert ends_at(world, chat) == world.clock.now() + timedelta(minutes=15)


def test_a_rejection_after_the_old_end_ends_the_chat(world: World, chat: Row) -> None:
    wait(world, chat, 30 * 60 - 5)
    extension = world.extend(chat)
    wait(world, chat, 8)
    world.api("reject_extension", extension["id"], chat["mitra"]["id"])
    world.fire()
    assert end_reason(world, chat) == "time_up"


def test_an_extended_chat_is_warned_before_its_new_end(world: World, chat: Row) -> None:
    wait(world, chat, 25 * 60)
    world.api("approve_extension", world.extend(chat)["id"], chat["mitra"]["id"])
    for _ in range(20):
        wait(world, chat, 60)
    assert [event["body"]["seconds_left"] for event in world.events("CHAT_ENDING_SOON")] == [300, 300, 60]
    assert end_reason(world, chat) == "time_up"


def test_a_warning_due_while_pending_comes_after_a_rejection(world: World, chat: Row) -> None:
    wait(world, chat, 25 * 60)
    wait(world, chat, 4 * 60 - 2)
    extension = world.extend(chat)
    wait(world, chat, 9)
    world.api("reject_extension", extension["id"], chat["mitra"]["id"])
    world.fire()
    wait(world, chat, 10)
    assert [event["body"]["seconds_left"] for event in world.events("CHAT_ENDING_SOON")] == [300, 53]


def test_a_rejected_extension_repeats_no_warning(world: World, chat: Row) -> None:
    wait(world, chat, 25 * 60)
    world.api("reject_extension", world.extend(chat)["id"], chat["mitra"]["id"])
    world.fire()
    assert [event["body"]["seconds_left"] for event in world.events("CHAT_ENDING_SOON")] == [300]


@pytest.mark.parametrize(
    ("ender", "cause"),
    [
        ("customer", "customer_cancelled"),
        ("operator", "customer_cancelled"),
        ("mitra", "targeted_mitra_rejected"),
    ],
)
def test_a_chat_ended_by_hand_withdraws_its_extension(
    world: World, chat: Row, ender: str, cause: str
) -> None:
    extension = world.extend(chat)
    if ender == "operator":
        world.ops("end_chat", chat["id"], "Ratna")
    else:
        world.end(chat, ender)
    assert status(world, extension) == "withdrawn"
    assert end_reason(world, chat) == f"ended_by_{ender}"
    failure = world.failure(extension["payment_session_id"])
    assert (failure["cause_tag"], failure["refund_due"]) == (cause, False)


def test_an_expired_payment_withdraws_its_extension_and_the_chat_goes_on(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra(), 60)
    payment = world.pay(chat["customer"]["id"], 15, extension=True)
    wait(world, chat, 20 * 60 - 5)
    extension = world.extend(chat, payment=payment)
    before = ends_at(world, chat)
    wait(world, chat, 5)
    assert status(world, extension) == "withdrawn"
    assert end_reason(world, chat) is None
    assert ends_at(world, chat) == before


def test_a_mitra_back_online_before_the_deadline_is_reachable(world: World, chat: Row) -> None:
    extension = world.extend(chat)
    mitra = chat["mitra"]["id"]
    world.api("set_mitra_status", mitra, False)
    wait(world, chat, 5)
    world.api("set_mitra_status", mitra, True)
    wait(world, chat, 5)
    assert status(world, extension) == "auto_approved"
