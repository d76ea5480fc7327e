"""What counts as missed and as doubled, case by case."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from workshop.simulate.knowledge import (
    Json,
    Knowledge,
    ended_fact,
    failure_fact,
    message_fact,
    offer_fact,
    paired_fact,
    payment_fact,
    payment_facts,
    search_fact,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
events = count(1)


def frame(kind: str, **more: Any) -> Json:  # noqa: ANN401
    return {"type": kind, "id": next(events), "at": NOON.isoformat(), **more}


def message(seq: int, client_message_id: str | None = None) -> Json:
    return {
        "chat_session_id": "chat",
        "seq": seq,
        "sender": "mitra",
        "client_message_id": client_message_id or f"message {seq}",
        "body": "halo",
    }


def chat(last_seq: int = 0, **more: Any) -> Json:  # noqa: ANN401
    return {"id": "chat", "payment_session_id": "payment", "last_seq": last_seq, "status": "active", **more}


def payment(status: str, *, confirmed: bool = True) -> Json:
    return {
        "id": "payment",
        "status": status,
        "confirmed_at": NOON.isoformat() if confirmed else None,
        "created_at": NOON.isoformat(),
    }


def customer_snapshot(at: datetime = NOON + timedelta(minutes=1), **more: Any) -> Json:  # noqa: ANN401
    return {
        "type": "snapshot",
        "server_time": at.isoformat(),
        "payment_session": None,
        "search": None,
        "last_failure": None,
        "chats": [],
        "extensions": [],
        **more,
    }


def mitra_snapshot(*offers: str) -> Json:
    return {
        "type": "snapshot",
        "server_time": NOON.isoformat(),
        "online": True,
        "offers": [{"request_id": one} for one in offers],
        "chats": [],
        "extensions": [],
    }


def connected(role: Any = "customer") -> Knowledge:  # noqa: ANN401
    knowledge = Knowledge(role)
    knowledge.connected()
    knowledge.take_snapshot(customer_snapshot() if role == "customer" else mitra_snapshot())
    return knowledge


def paired() -> Knowledge:
    knowledge = connected()
    knowledge.take_event(frame("PAIRED", chat_session=chat(), request_id="request"))
    return knowledge


def test_an_event_twice_on_one_connection_is_doubled() -> None:
    knowledge = paired()
    event = frame("CHAT_MESSAGE", **message(1))

    assert knowledge.take_event(event)
    assert not knowledge.take_event(event)

    assert len(knowledge.doubled) == 1


def test_an_event_again_on_a_later_connection_is_dropped_and_not_doubled() -> None:
    knowledge = paired()
    event = frame("CHAT_MESSAGE", **message(1))
    knowledge.take_event(event)
    knowledge.connected()

    assert not knowledge.take_event(event)

    assert knowledge.doubled == []
    assert knowledge.redelivered == 1


def test_a_message_as_two_events_is_doubled() -> None:
    knowledge = paired()
    knowledge.take_event(frame("CHAT_MESSAGE", **message(1)))
    knowledge.take_event(frame("CHAT_MESSAGE", **message(1)))

    assert len(knowledge.doubled) == 1


def test_another_message_under_the_same_seq_is_doubled() -> None:
    knowledge = paired()
    knowledge.recover_messages("chat", [message(1, "one")], None)
    knowledge.take_event(frame("CHAT_MESSAGE", **message(1, "another")))

    assert len(knowledge.doubled) == 1


def test_one_message_under_two_seqs_is_doubled() -> None:
    knowledge = paired()
    knowledge.take_event(frame("CHAT_MESSAGE", **message(1, "same")))
    knowledge.take_event(frame("CHAT_MESSAGE", **message(2, "same")))

    assert len(knowledge.doubled) == 1


def test_a_message_that_was_recovered_and_then_comes_as_a_frame_is_not_doubled() -> None:
    knowledge = paired()
    knowledge.recover_messages("chat", [message(1)], None)
    knowledge.take_event(frame("CHAT_MESSAGE", **message(1)))

    assert knowledge.doubled == []


def test_a_gap_is_not_filled_by_what_comes_after_it() -> None:
    knowledge = paired()
    knowledge.take_event(frame("CHAT_MESSAGE", **message(2)))

    assert message_fact("chat", 1) not in knowledge.facts


def test_a_snapshot_asks_for_the_messages_it_counts_and_for_no_later_ones() -> None:
    knowledge = paired()
    recovery = knowledge.take_snapshot(customer_snapshot(chats=[chat(last_seq=2)]))
    assert recovery.messages == {"chat": 2}

    knowledge.recover_messages("chat", [message(1), message(2), message(3)], recovery.messages["chat"])

    assert message_fact("chat", 2) in knowledge.facts
    assert message_fact("chat", 3) not in knowledge.facts


def test_a_chat_that_a_snapshot_no_longer_has_is_known_to_have_ended_and_is_read_to_its_end() -> None:
    knowledge = paired()

    recovery = knowledge.take_snapshot(customer_snapshot())

    assert ended_fact("chat") in knowledge.facts
    assert recovery.messages == {"chat": None}


def test_a_chat_whose_end_was_told_is_read_to_its_end_after_the_next_snapshot_and_once() -> None:
    knowledge = paired()
    knowledge.take_event(frame("CHAT_ENDED", chat_session_id="chat"))

    assert knowledge.take_snapshot(customer_snapshot()).messages == {"chat": None}
    assert knowledge.take_snapshot(customer_snapshot()).messages == {}


def test_a_chat_that_a_snapshot_shows_is_known_to_have_begun() -> None:
    knowledge = connected()
    knowledge.take_snapshot(customer_snapshot(chats=[chat()]))

    assert paired_fact("chat") in knowledge.facts


def test_a_chat_that_ended_before_the_snapshot_is_recovered_from_the_history() -> None:
    knowledge = connected()
    recovery = knowledge.take_snapshot(customer_snapshot())
    ended = chat(status="ended", ended_at=(recovery.at - timedelta(seconds=1)).isoformat())

    assert knowledge.recover_ended_chat(ended, recovery)
    assert {paired_fact("chat"), ended_fact("chat")} <= knowledge.facts


def test_a_chat_that_ended_after_the_snapshot_is_left_to_its_frames() -> None:
    knowledge = connected()
    recovery = knowledge.take_snapshot(customer_snapshot())
    ended = chat(status="ended", ended_at=(recovery.at + timedelta(seconds=1)).isoformat())

    assert not knowledge.recover_ended_chat(ended, recovery)
    assert ended_fact("chat") not in knowledge.facts


def test_the_reply_to_ones_own_call_tells_nothing() -> None:
    knowledge = connected()
    knowledge.own_payment("payment")
    knowledge.own_search("request", "payment")

    assert knowledge.facts == set()


def test_every_step_of_a_payment_must_be_told() -> None:
    knowledge = connected()
    for status in ("pending", "consumed"):
        knowledge.take_event(frame("PAYMENT_SESSION", payment_session_id="payment", status=status))

    assert payment_facts(payment("consumed")) - knowledge.facts == {payment_fact("payment", "confirmed")}


def test_a_snapshot_covers_the_steps_up_to_what_it_shows() -> None:
    knowledge = connected()
    knowledge.take_snapshot(customer_snapshot(payment_session=payment("confirmed"), search={"id": "request"}))

    assert knowledge.facts == payment_facts(payment("confirmed")) | {search_fact("request")}


def test_a_payment_that_a_snapshot_no_longer_has_is_asked_for() -> None:
    knowledge = connected()
    knowledge.own_payment("payment")
    knowledge.own_search("request", "payment")
    recovery = knowledge.take_snapshot(customer_snapshot())
    assert recovery.payments == ["payment"]

    knowledge.recover_payment(payment("failed_pairing"), recovery)

    assert {failure_fact("payment"), search_fact("request")} <= knowledge.facts
    assert knowledge.take_snapshot(customer_snapshot()).payments == []


def test_a_payment_that_was_made_after_the_snapshot_is_left_to_its_frames() -> None:
    knowledge = connected()
    knowledge.own_payment("payment")
    recovery = knowledge.take_snapshot(customer_snapshot(at=NOON - timedelta(seconds=1)))

    knowledge.recover_payment(payment("abandoned", confirmed=False), recovery)

    assert knowledge.facts == set()


def test_an_offer_is_known_and_open_until_it_is_closed() -> None:
    knowledge = connected("mitra")
    knowledge.take_event(frame("CHAT_REQUEST", request_id="request"))
    assert offer_fact("request") in knowledge.facts
    assert "request" in knowledge.offers

    knowledge.take_event(frame("CHAT_REQUEST_CLOSED", request_id="request", reason="taken"))
    assert "request" not in knowledge.offers


def test_an_offer_whose_closing_overtook_it_is_not_opened_again() -> None:
    knowledge = connected("mitra")
    offered = frame("CHAT_REQUEST", request_id="request")
    knowledge.take_event(frame("CHAT_REQUEST_CLOSED", request_id="request", reason="taken"))
    knowledge.take_event(offered)

    assert offer_fact("request") in knowledge.facts
    assert knowledge.offers == {}


def test_an_offer_that_a_snapshot_no_longer_has_is_closed() -> None:
    knowledge = connected("mitra")
    knowledge.take_event(frame("CHAT_REQUEST", request_id="request"))
    knowledge.take_snapshot(mitra_snapshot("another"))

    assert set(knowledge.offers) == {"another"}


def test_an_event_is_known_by_its_frame_or_by_a_snapshot_that_is_later_and_by_nothing_else() -> None:
    knowledge = connected("mitra")
    told = frame("CHAT_READ", chat_session_id="chat", reader="customer", seq=1)
    knowledge.take_event(told)
    later = NOON + timedelta(seconds=1)

    assert knowledge.knows_of(told["id"], later)
    assert knowledge.knows_of(next(events), NOON)
    assert not knowledge.knows_of(next(events), later)


def test_what_was_overtaken_on_a_connection_is_not_made_good_by_the_next_one() -> None:
    knowledge = connected("mitra")
    lost, late = NOON + timedelta(seconds=1), NOON + timedelta(seconds=15)
    knowledge.take_event(frame("CHAT_READ", at=late.isoformat()))
    assert not knowledge.overlooked(next(events), lost)

    knowledge.connected()
    knowledge.take_snapshot({**mitra_snapshot(), "server_time": (NOON + timedelta(minutes=1)).isoformat()})

    assert knowledge.overlooked(next(events), lost)
    assert not knowledge.overlooked(next(events), late - timedelta(seconds=9))
    assert not knowledge.overlooked(next(events), NOON)


def test_what_was_overtaken_and_then_shown_by_a_snapshot_on_the_same_connection_is_made_good() -> None:
    knowledge = connected("mitra")
    knowledge.take_snapshot({**mitra_snapshot(), "server_time": (NOON + timedelta(seconds=5)).isoformat()})
    knowledge.take_event(frame("CHAT_READ", at=(NOON + timedelta(seconds=30)).isoformat()))
    knowledge.connected()
    knowledge.take_snapshot({**mitra_snapshot(), "server_time": (NOON + timedelta(minutes=1)).isoformat()})

    assert not knowledge.overlooked(next(events), NOON + timedelta(seconds=4))
    assert knowledge.overlooked(next(events), NOON + timedelta(seconds=6))
