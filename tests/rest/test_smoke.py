"""The plan's six smoke scenarios (§2.7) and its checklist, over REST, with all listeners running.

`tests/sql/smoke.sql` does the same without the app. Here a test does not wait for a deadline: it moves the deadline to
now, and the deadline listener fires it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.settings import Settings
from listeners import availability, deadlines, relay
from tests.conftest import Connection
from tests.rest.harness import Client, background, go_online, pair, pay, search, until

Row = dict[str, Any]
WindowEnds = Callable[[str, str], None]
Failures = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(autouse=True)
async def listeners(settings: Settings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for listener in (relay, deadlines, availability):
            await stack.enter_async_context(background(listener.run(settings)))
        yield


@pytest.fixture
def window_ends(db: Connection) -> WindowEnds:
    """Moves a row's deadline to now."""

    def end(table: str, row_id: str) -> None:
        db.execute(f"update data.{table} set deadline_at = now() where id = %s", [row_id])

    return end


@pytest.fixture
def failures(db: Connection) -> Failures:
    """A payment's failures, as operators see them: cause, refund due, superseded."""
    query = (
        "select cause_tag, refund_due, superseded_at is not null from control_center.failed_pairings "
        "where payment_session_id = %s order by created_at"
    )
    return lambda payment_id: db.execute(query, [payment_id]).fetchall()


async def comes_to(look: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Wait until a look at the API shows what is wanted."""

    async def shows() -> bool:
        return await look() == wanted

    await until(shows)


async def status(customer: Client, payment_id: str) -> object:
    return (await customer.get(f"/api/client/payment-sessions/{payment_id}")).json()["status"]


async def last_cause(customer: Client) -> object:
    """The cause of the last failure, and whether a fallback is offered."""
    failure = (await customer.get("/api/client/state")).json()["last_failure"]
    return failure and (failure["cause_tag"], failure["fallback_offered"])


async def available(customer: Client) -> object:
    return (await customer.get("/api/client/mitra-availability")).json()["available"]


async def asked_again(customer: Client, mitra: Client) -> Row:
    """A running returning request, after a first chat of the two."""
    chat_id = await pair(customer, mitra)
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    payment_id = await pay(customer, 30, targeted_mitra_id=str(mitra.id))
    body = {"payment_session_id": payment_id, "mitra_id": str(mitra.id)}
    asked = await customer.post("/api/client/chat-requests/returning", body)
    assert (asked.status_code, asked.json()["request_type"]) == (201, "returning")
    row: Row = asked.json()
    return row


async def accept(mitra: Client, request_id: str) -> None:
    accepted = await mitra.post(f"/api/mitra/chat-requests/{request_id}/accept")
    assert (accepted.status_code, accepted.json()["chat_session"]["status"]) == (200, "active")


async def request_extension(customer: Client, chat_id: str) -> Row:
    """A pending extension."""
    payment_id = await pay(customer, 15, is_extension=True)
    path = f"/api/client/chat-sessions/{chat_id}/extensions"
    asked = await customer.post(path, {"extension_payment_session_id": payment_id})
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    return {**asked.json(), "payment_session_id": payment_id}


async def test_1_a_mitra_accepts_and_the_payment_is_consumed(customer: Client, mitra: Client) -> None:
    await go_online(mitra)
    request = await search(customer)
    await accept(mitra, request["id"])
    assert await status(customer, request["payment_session_id"]) == "consumed"


async def test_2_nobody_accepts_in_time(
    customer: Client, mitra: Client, window_ends: WindowEnds, failures: Failures
) -> None:
    await go_online(mitra)
    request = await search(customer)
    window_ends("pairing_requests", request["id"])
    await comes_to(lambda: last_cause(customer), ("no_mitra_available", False))
    assert await status(customer, request["payment_session_id"]) == "failed_pairing"
    assert failures(request["payment_session_id"]) == [("no_mitra_available", False, False)]  # a free trial
    assert (await mitra.get("/api/mitra/chat-requests")).json()["rows"] == []


async def test_3_a_mitra_accepts_a_returning_request(customer: Client, mitra: Client) -> None:
    request = await asked_again(customer, mitra)
    await accept(mitra, request["id"])
    assert await status(customer, request["payment_session_id"]) == "consumed"


async def test_4_a_mitra_does_not_answer_a_returning_request_in_time(
    customer: Client, mitra: Client, window_ends: WindowEnds, failures: Failures
) -> None:
    request = await asked_again(customer, mitra)
    window_ends("pairing_requests", request["id"])
    await comes_to(lambda: last_cause(customer), ("targeted_mitra_timeout", True))
    assert failures(request["payment_session_id"]) == [("targeted_mitra_timeout", True, False)]


async def test_5_a_fallback_uses_the_same_payment(
    customer: Client,
    mitra: Client,
    new_mitra: Callable[[], Client],
    window_ends: WindowEnds,
    failures: Failures,
) -> None:
    request = await asked_again(customer, mitra)
    payment_id = request["payment_session_id"]
    window_ends("pairing_requests", request["id"])
    await comes_to(lambda: last_cause(customer), ("targeted_mitra_timeout", True))

    other = new_mitra()
    await go_online(other)
    blast = await customer.post(f"/api/client/chat-requests/{payment_id}/fallback-to-blast")
    assert (blast.status_code, blast.json()["payment_session_id"]) == (201, payment_id)
    await accept(other, blast.json()["id"])
    assert await status(customer, payment_id) == "consumed"
    assert failures(payment_id) == [("targeted_mitra_timeout", True, True)]


async def test_6_availability_follows_capacity_and_presence(
    customer: Client, mitra: Client, db: Connection
) -> None:
    db.execute("select ops.set_config('max_customers_per_mitra', '1', 'Ratna')")
    await go_online(mitra)
    await comes_to(lambda: available(customer), True)
    request = await search(customer)
    await accept(mitra, request["id"])
    await comes_to(lambda: available(customer), False)
    chat_id = (await customer.get("/api/client/state")).json()["chats"][0]["id"]
    await mitra.post(f"/api/mitra/chat-sessions/{chat_id}/end")
    await comes_to(lambda: available(customer), True)
    await mitra.post("/api/mitra/status", {"online": False})
    await comes_to(lambda: available(customer), False)


async def test_a_cancelled_search_is_a_failed_pairing(customer: Client, failures: Failures) -> None:
    request = await search(customer)
    await customer.post(
        "/api/client/chat-requests/cancel", {"payment_session_id": request["payment_session_id"]}
    )
    assert failures(request["payment_session_id"]) == [("customer_cancelled", False, False)]


async def test_an_unanswered_extension_is_approved(
    customer: Client, mitra: Client, window_ends: WindowEnds, db: Connection
) -> None:
    asked = await request_extension(customer, await pair(customer, mitra))
    window_ends("extensions", asked["id"])
    await comes_to(lambda: status(customer, asked["payment_session_id"]), "consumed")
    assert db.execute("select status from data.extensions").fetchall() == [("auto_approved",)]


async def test_an_unanswered_extension_of_an_offline_mitra_is_rejected_and_not_charged(
    customer: Client, mitra: Client, window_ends: WindowEnds, failures: Failures
) -> None:
    asked = await request_extension(customer, await pair(customer, mitra))
    await mitra.post("/api/mitra/status", {"online": False})
    window_ends("extensions", asked["id"])
    await comes_to(lambda: status(customer, asked["payment_session_id"]), "failed_pairing")
    assert failures(asked["payment_session_id"]) == [("targeted_mitra_offline", False, False)]


async def test_a_changed_timeout_applies_to_the_next_returning_request(
    customer: Client, mitra: Client, db: Connection
) -> None:
    db.execute("select ops.set_config('returning_chat_confirmation_timeout_seconds', '5', 'Ratna')")
    assert 0 < (await asked_again(customer, mitra))["seconds_left"] <= 5
