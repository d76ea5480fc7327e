"""The happy paths over REST, end to end."""

from collections.abc import Callable
from uuid import uuid4

from tests.conftest import Connection
from tests.rest.harness import Client, go_online, pair, pay


async def test_an_accepted_search_consumes_the_payment(
    customer: Client, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    payment_id = await pay(customer)
    started = await customer.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    assert started.status_code == 201
    request = started.json()
    assert (request["request_type"], request["status"]) == ("general", "searching")

    offers = await mitra.get("/api/mitra/chat-requests")
    assert [offer["request_id"] for offer in offers.json()["rows"]] == [request["id"]]
    seen = await mitra.post(f"/api/mitra/chat-requests/{request['id']}/seen")
    assert seen.status_code == 200
    accepted = await mitra.post(f"/api/mitra/chat-requests/{request['id']}/accept")
    assert accepted.status_code == 200
    assert accepted.json()["chat_session"]["status"] == "active"

    payment = await customer.get(f"/api/client/payment-sessions/{payment_id}")
    assert payment.json()["status"] == "consumed"
    assert db.execute("select * from ops.audit()").fetchall() == []


async def test_both_people_of_a_chat_write_and_read_and_one_ends_it(customer: Client, mitra: Client) -> None:
    chat_id = await pair(customer, mitra)
    for number, (person, side) in enumerate(((customer, "client"), (mitra, "mitra")), 1):
        body = {"client_message_id": str(uuid4()), "body": f"Halo dari {side} — “apa kabar?” 🙂"}
        sent = await person.post(f"/api/{side}/chat-sessions/{chat_id}/messages", body)
        assert sent.status_code == 201
        assert (sent.json()["seq"], sent.json()["body"]) == (number, body["body"])

    for person, side in ((customer, "client"), (mitra, "mitra")):
        listed = await person.get(f"/api/{side}/chat-sessions/{chat_id}/messages", after_seq=1)
        assert [row["seq"] for row in listed.json()["rows"]] == [2]
        chats = await person.get(f"/api/{side}/chat-sessions")
        assert [row["id"] for row in chats.json()["rows"]] == [chat_id]

    ended = await mitra.post(f"/api/mitra/chat-sessions/{chat_id}/end")
    assert (ended.status_code, ended.json()["end_reason"]) == (200, "ended_by_mitra")
    found = await customer.get(f"/api/client/chat-sessions/{chat_id}")
    assert found.json()["status"] == "ended"


async def test_the_state_shows_a_search_and_its_offer_to_both_sides(customer: Client, mitra: Client) -> None:
    await go_online(mitra)
    payment_id = await pay(customer)
    await customer.post("/api/client/chat-requests", {"payment_session_id": payment_id})

    of_customer = (await customer.get("/api/client/state")).json()
    assert of_customer["search"]["payment_session_id"] == payment_id
    assert of_customer["search"]["seconds_left"] > 0
    of_mitra = (await mitra.get("/api/mitra/state")).json()
    assert of_mitra["offers"][0]["request_id"] == of_customer["search"]["id"]


async def test_starting_twice_returns_the_running_search(customer: Client) -> None:
    payment_id = await pay(customer)
    body = {"payment_session_id": payment_id}
    first = await customer.post("/api/client/chat-requests", body)
    second = await customer.post("/api/client/chat-requests", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


async def test_a_search_is_cancelled_by_its_customer(customer: Client, mitra: Client) -> None:
    await go_online(mitra)
    body = {"payment_session_id": await pay(customer)}
    await customer.post("/api/client/chat-requests", body)
    cancelled = await customer.post("/api/client/chat-requests/cancel", body)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await mitra.get("/api/mitra/chat-requests")).json()["rows"] == []


async def test_an_unpaid_session_is_abandoned(customer: Client) -> None:
    created = await customer.post("/api/client/payment-sessions", {"duration_minutes": 30})
    cancelled = await customer.post(f"/api/client/payment-sessions/{created.json()['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "abandoned")


async def test_a_returning_request_to_an_offline_mitra_fails_and_falls_back(
    customer: Client, mitra: Client
) -> None:
    chat_id = await pair(customer, mitra)
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    await mitra.post("/api/mitra/status", {"online": False})

    payment_id = await pay(customer, 30, targeted_mitra_id=str(mitra.id))
    asked = await customer.post(
        "/api/client/chat-requests/returning",
        {"payment_session_id": payment_id, "mitra_id": str(mitra.id)},
    )
    assert (asked.status_code, asked.json()["reason"]) == (409, "targeted_mitra_offline")

    blast = await customer.post(f"/api/client/chat-requests/{payment_id}/fallback-to-blast")
    assert (blast.status_code, blast.json()["request_type"]) == (201, "general")


async def test_a_returning_request_is_offered_only_to_that_mitra(
    customer: Client, mitra: Client, new_mitra: Callable[[], Client]
) -> None:
    chat_id = await pair(customer, mitra)
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    other = new_mitra()
    await go_online(other)

    payment_id = await pay(customer, 30, targeted_mitra_id=str(mitra.id))
    asked = await customer.post(
        "/api/client/chat-requests/returning",
        {"payment_session_id": payment_id, "mitra_id": str(mitra.id)},
    )
    assert (asked.status_code, asked.json()["request_type"]) == (201, "returning")
    assert len((await mitra.get("/api/mitra/chat-requests")).json()["rows"]) == 1
    assert (await other.get("/api/mitra/chat-requests")).json()["rows"] == []


async def test_a_mitra_declines(customer: Client, mitra: Client, new_mitra: Callable[[], Client]) -> None:
    await go_online(mitra)
    await go_online(new_mitra())
    payment_id = await pay(customer)
    started = await customer.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    declined = await mitra.post(f"/api/mitra/chat-requests/{started.json()['id']}/decline")
    assert declined.status_code == 200
    assert (await mitra.get("/api/mitra/chat-requests")).json()["rows"] == []


async def test_an_extension_is_requested_and_approved(customer: Client, mitra: Client) -> None:
    chat_id = await pair(customer, mitra)
    payment_id = await pay(customer, 15, is_extension=True)
    asked = await customer.post(
        f"/api/client/chat-sessions/{chat_id}/extensions", {"extension_payment_session_id": payment_id}
    )
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    approved = await mitra.post(f"/api/mitra/extensions/{asked.json()['id']}/approve")
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")


async def test_an_extension_is_rejected(customer: Client, mitra: Client) -> None:
    chat_id = await pair(customer, mitra)
    payment_id = await pay(customer, 15, is_extension=True)
    asked = await customer.post(
        f"/api/client/chat-sessions/{chat_id}/extensions", {"extension_payment_session_id": payment_id}
    )
    rejected = await mitra.post(f"/api/mitra/extensions/{asked.json()['id']}/reject")
    assert (rejected.status_code, rejected.json()["status"]) == (200, "rejected")


async def test_prices_of_a_first_chat_and_of_an_extension(customer: Client) -> None:
    first = (await customer.get("/api/client/pricing")).json()
    more = (await customer.get("/api/client/pricing", extension="true")).json()
    assert first["free_trial_eligible"]
    assert [tier for tier in more["tiers"] if tier["is_free_trial"]] == []
