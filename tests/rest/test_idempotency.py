"""Idempotency over REST: a repeated request takes effect once."""

import asyncio

from tests.conftest import Connection
from tests.rest.harness import Client, pay

CREATE = "/api/client/payment-sessions"


async def test_the_same_key_and_body_give_the_same_reply(customer: Client, db: Connection) -> None:
    first = await customer.post(CREATE, {"duration_minutes": 30}, key="k")
    again = await customer.post(CREATE, {"duration_minutes": 30}, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert db.execute("select count(*) from data.payment_sessions").fetchone() == (1,)


async def test_the_same_key_with_another_body_is_refused(customer: Client) -> None:
    await customer.post(CREATE, {"duration_minutes": 30}, key="k")
    other = await customer.post(CREATE, {"duration_minutes": 60}, key="k")
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_key_reused")


async def test_concurrent_requests_with_one_key_take_effect_once(customer: Client, db: Connection) -> None:
    replies = await asyncio.gather(
        *(customer.post(CREATE, {"duration_minutes": 30}, key="k") for _ in range(10))
    )
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert db.execute("select count(*) from data.payment_sessions").fetchone() == (1,)


async def test_a_repeated_search_with_its_key_has_the_same_status(customer: Client) -> None:
    body = {"payment_session_id": await pay(customer)}
    first = await customer.post("/api/client/chat-requests", body, key="k")
    again = await customer.post("/api/client/chat-requests", body, key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
