"""Two people over two sockets, with the relay between them."""

from collections.abc import Callable
from uuid import uuid4

import msgspec
import pytest

from app.envelope import Envelope, encode, join
from tests.rest.harness import Client, go_online, pair, pay
from tests.sockets.harness import Publisher, signed_in

pytestmark = pytest.mark.usefixtures("relayed")


async def test_a_search_is_offered_and_accepted_and_both_are_paired(customer: Client, mitra: Client) -> None:
    async with signed_in(customer) as customers, signed_in(mitra) as mitras:
        await go_online(mitra)
        assert (await mitras.frame_of("MITRA_STATUS"))["online"]
        body = {"payment_session_id": await pay(customer)}
        request = (await customer.post("/api/client/chat-requests", body)).json()

        offer = await mitras.frame_of("CHAT_REQUEST")
        assert (offer["request_id"], offer["request_type"]) == (request["id"], "general")
        assert (await customers.frame_of("CHAT_REQUEST_STARTED"))["deadline_at"] == offer["deadline_at"]

        await mitra.post(f"/api/mitra/chat-requests/{request['id']}/accept")
        paired = [await socket.frame_of("PAIRED") for socket in (customers, mitras)]
        assert paired[0] == paired[1]
        assert paired[0]["chat_session"]["customer"]["id"] == str(customer.id)


async def test_every_event_has_its_type_id_and_time(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await pay(customer)
        frames = [await socket.frame_of("PAYMENT_SESSION") for _ in range(2)]
    assert [frame["status"] for frame in frames] == ["pending", "confirmed"]
    assert frames[0]["id"] < frames[1]["id"]
    assert all(frame["at"] for frame in frames)


async def test_a_message_is_acknowledged_and_delivered(customer: Client, mitra: Client) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as customers, signed_in(mitra) as mitras:
        message_id = str(uuid4())
        body = "Halo — “apa kabar?” 🙂"
        await customers.send("message", chat_session_id=chat_id, client_message_id=message_id, body=body)
        ack = await customers.frame_of("ack")
        assert ack.pop("sent_at")
        assert ack == {"type": "ack", "chat_session_id": chat_id, "client_message_id": message_id, "seq": 1}
        received = await mitras.frame_of("CHAT_MESSAGE")
        assert (received["body"], received["seq"], received["sender"]) == (body, 1, "customer")

        await mitras.send("read", chat_session_id=chat_id, seq=1)
        read = await customers.frame_of("CHAT_READ")
        assert (read["reader"], read["seq"]) == ("mitra", 1)


async def test_a_message_sent_twice_is_one_message(customer: Client, mitra: Client) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as socket:
        message = {"chat_session_id": chat_id, "client_message_id": str(uuid4()), "body": "Halo"}
        acks = []
        for _ in range(2):
            await socket.send("message", **message)
            acks.append(await socket.frame_of("ack"))
    assert acks[0] == acks[1]


async def test_messages_keep_the_order_in_which_they_were_sent(customer: Client, mitra: Client) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as customers:
        for number in range(20):
            await customers.send(
                "message", chat_session_id=chat_id, client_message_id=str(uuid4()), body=str(number)
            )
        assert [(await customers.frame_of("ack"))["seq"] for _ in range(20)] == list(range(1, 21))
    rows = (await mitra.get(f"/api/mitra/chat-sessions/{chat_id}/messages")).json()["rows"]
    assert [row["body"] for row in rows] == [str(number) for number in range(20)]


async def test_typing_reaches_only_the_other_person_of_a_running_chat(
    customer: Client, mitra: Client, new_customer: Callable[[], Client]
) -> None:
    chat_id = await pair(customer, mitra)
    async with (
        signed_in(customer) as customers,
        signed_in(mitra) as mitras,
        signed_in(new_customer()) as strangers,
    ):
        await strangers.send("typing", chat_session_id=chat_id)
        await strangers.send("ping")
        await strangers.frame_of("pong")
        await customers.send("typing", chat_session_id=chat_id)
        typing = await mitras.frame_of("CHAT_TYPING")
        assert (typing["chat_session_id"], typing["sender"], typing["id"]) == (chat_id, "customer", None)

        await mitras.send("typing", chat_session_id=chat_id)
        assert (await customers.frame_of("CHAT_TYPING"))["sender"] == "mitra"


async def test_typing_works_from_the_start_of_a_chat_to_its_end(customer: Client, mitra: Client) -> None:
    async with signed_in(customer) as customers, signed_in(mitra) as mitras:
        chat_id = await pair(customer, mitra)
        for socket in (customers, mitras):
            await socket.frame_of("PAIRED")
        await customers.send("typing", chat_session_id=chat_id)
        await mitras.frame_of("CHAT_TYPING")

        await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
        assert (await customers.frame_of("CHAT_ENDED"))["end_reason"] == "ended_by_customer"
        await mitras.frame_of("CHAT_ENDED")
        await customers.send("typing", chat_session_id=chat_id)
        await customers.send("ping")
        await customers.frame_of("pong")
        await pay(customer, 30)
        await mitra.post("/api/mitra/status", {"online": False})
        assert "CHAT_TYPING" not in [frame["type"] for frame in await mitras.frames_until("MITRA_STATUS")]


async def test_a_ping_is_answered_with_the_servers_time(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await socket.send("ping")
        assert (await socket.frame_of("pong"))["server_time"].endswith("Z")


async def test_a_refusal_is_an_answer_and_the_socket_stays_open(customer: Client) -> None:
    async with signed_in(customer) as socket:
        message_id = str(uuid4())
        await socket.send("message", chat_session_id=str(uuid4()), client_message_id=message_id, body="Halo")
        refused = await socket.frame()
        assert refused.pop("message")
        assert refused == {
            "type": "error",
            "error": "chat_session_not_found",
            "in_reply_to": "message",
            "client_message_id": message_id,
        }
        await socket.send("read", chat_session_id=str(uuid4()), seq=1)
        refused = await socket.frame()
        assert (refused["error"], refused["in_reply_to"]) == ("chat_session_not_found", "read")
        await socket.send("ping")
        await socket.frame_of("pong")


async def test_an_invalid_field_of_a_known_frame_is_answered(customer: Client) -> None:
    async with signed_in(customer) as socket:
        await socket.send("message", chat_session_id="x", client_message_id="mine", body="Halo")
        refused = await socket.frame()
        assert (refused["error"], refused["in_reply_to"]) == ("invalid_body", "message")
        assert refused["client_message_id"] == "mine"
        assert "chat_session_id" in refused["message"]
        await socket.send("read", chat_session_id=str(uuid4()), seq=-1)
        assert "seq" in (await socket.frame())["message"]


async def test_a_frame_reaches_every_socket_of_its_person_and_no_others(
    customer: Client, new_customer: Callable[[], Client], publisher: Publisher
) -> None:
    other = new_customer()
    async with signed_in(customer) as first, signed_in(customer) as second, signed_in(other) as others:
        await publisher.publish(customer=customer.id, number=1)
        await publisher.publish(customer=other.id, number=2)
        received = [(await socket.frame())["number"] for socket in (first, second, others)]
    assert received == [1, 1, 2]


async def test_one_id_for_a_customer_and_a_mitra_reaches_both(
    customer: Client, mitra: Client, publisher: Publisher
) -> None:
    async with signed_in(customer) as customers, signed_in(mitra) as mitras:
        await publisher.publish(customer=customer.id, mitras=(mitra.id,), number=1)
        assert [(await socket.frame())["number"] for socket in (customers, mitras)] == [1, 1]


async def test_a_duplicate_envelope_is_shown_once(customer: Client, publisher: Publisher) -> None:
    async with signed_in(customer) as socket:
        event_id = await publisher.publish(customer=customer.id, number=1)
        await publisher.publish(customer=customer.id, number=2, event_id=event_id + 1)
        await publisher.publish(customer=customer.id, number=1, event_id=event_id)
        await publisher.publish(customer=customer.id, number=3, event_id=event_id + 2)
        assert [(await socket.frame())["number"] for _ in range(3)] == [1, 2, 3]


async def test_a_malformed_envelope_is_ignored(customer: Client, publisher: Publisher) -> None:
    async with signed_in(customer) as socket:
        for text in ("", "null", "{", '{"id": "x"}', b'{"\xff": 1}'):
            await publisher.publish_text(text)
        await publisher.publish(customer=customer.id, number=1)
        assert (await socket.frame())["number"] == 1


async def test_a_batch_is_delivered_in_order_without_malformed_envelopes(
    customer: Client, publisher: Publisher
) -> None:
    async with signed_in(customer) as socket:
        envelopes = [
            encode(Envelope(None, customer.id, (), msgspec.Raw(b'{"type": "TEST", "number": %d}' % number)))
            for number in range(3)
        ]
        envelopes.insert(1, b"{")
        await publisher.publish_text(join([one.decode() for one in envelopes]))
        assert [(await socket.frame())["number"] for _ in range(3)] == [0, 1, 2]
