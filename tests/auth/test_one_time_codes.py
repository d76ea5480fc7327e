"""Customers and mitras sign in with a code: over REST, from the request to the tokens."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.auth import read_token
from app.identity.sender import Message, sender_for
from app.settings import Settings
from tests.auth.door import Door, Gateway, new_phone, wrong
from tests.rest.contract import check
from tests.rest.harness import PATIENCE_SECONDS, Postgres, client_of, running, until
from tests.rest.test_refusals import refused
from tests.sql.world import World


async def test_a_customer_signs_in_and_uses_what_they_got(door: Door, settings: Settings) -> None:
    phone = new_phone()
    asked = check("public", await door.ask(phone.replace("+62", "0")))
    assert (asked.status_code, asked.json()) == (
        202,
        {"phone": phone, "expires_in": 300, "resend_in": 30},
    )
    told = check("public", await door.tell(phone, door.code(phone)))
    assert told.status_code == 200
    assert told.headers["cache-control"] == "no-store"
    signed_in = told.json()
    assert signed_in["expires_in"] == 900
    assert (signed_in["user"]["phone"], signed_in["user"]["display_name"]) == (phone, "Budi")
    person = read_token(settings, "customer", signed_in["access_token"]).subject_id
    assert str(person) == signed_in["user"]["id"]
    assert (await door.state(signed_in["access_token"])).status_code == 200
    with pytest.raises(Exception, match="forbidden"):
        read_token(settings, "mitra", signed_in["access_token"])


async def test_a_mitra_signs_in_as_a_mitra(
    door: Door, settings: Settings, take_on: Callable[..., dict[str, Any]]
) -> None:
    phone = new_phone()
    mitra = take_on("add_mitra", phone, "Bestie Sari", "Ratna")
    signed_in = await door.sign_in(phone, "mitra")
    assert str(read_token(settings, "mitra", signed_in["access_token"]).subject_id) == mitra["id"]
    refused(await door.state(signed_in["access_token"]), 403, "forbidden")


async def test_without_a_name_a_new_customer_is_told_so_and_the_code_holds(door: Door) -> None:
    phone = new_phone()
    await door.ask(phone)
    missing = check("public", await door.tell(phone, door.code(phone), name=None))
    assert "display_name" in refused(missing, 400, "display_name_required")
    assert (await door.tell(phone, door.code(phone))).status_code == 200


async def test_a_wrong_code_is_refused_until_the_number_is_locked(door: Door) -> None:
    phone = new_phone()
    await door.ask(phone)
    code = door.code(phone)
    for left in (4, 3, 2, 1):
        response = check("public", await door.tell(phone, wrong(code)))
        refused(response, 401, "otp_wrong")
        assert response.json()["tries_left"] == left
    for response in (await door.tell(phone, wrong(code)), await door.tell(phone, code)):
        refused(check("public", response), 429, "sign_in_locked")
        assert 1 <= int(response.headers["retry-after"]) <= 60
    refused(await door.ask(phone), 429, "sign_in_locked")


async def test_another_code_so_soon_is_refused_with_how_long_to_wait(door: Door) -> None:
    phone = new_phone()
    await door.ask(phone)
    response = check("public", await door.ask(phone))
    refused(response, 429, "otp_too_soon")
    assert response.headers["retry-after"] == str(response.json()["retry_after"])


async def test_the_same_code_twice_at_once_is_one_sign_in(door: Door) -> None:
    phone = new_phone()
    await door.ask(phone)
    code = door.code(phone)
    told = await asyncio.gather(*(door.tell(phone, code) for _ in range(5)))
    assert sorted(response.status_code for response in told) == [200, 410, 410, 410, 410]


async def test_a_code_that_has_expired_is_refused(door: Door, world: World) -> None:
    phone = new_phone()
    await door.ask(phone)
    world.clock.advance(300)
    refused(check("public", await door.tell(phone, door.code(phone))), 410, "otp_expired")


async def test_a_lock_out_is_over_when_it_is_over(door: Door, world: World) -> None:
    phone = new_phone()
    await door.ask(phone)
    for _ in range(5):
        last = await door.tell(phone, wrong(door.code(phone)))
    world.clock.advance(int(last.headers["retry-after"]) - 1)
    refused(await door.ask(phone), 429, "sign_in_locked")
    world.clock.advance(1)
    assert (await door.ask(phone)).status_code == 202
    assert (await door.tell(phone, door.code(phone))).status_code == 200


async def test_whoever_is_blocked_is_told_once_they_have_shown_who_they_are(
    door: Door, take_on: Callable[..., dict[str, Any]]
) -> None:
    phone = new_phone()
    signed_in = await door.sign_in(phone)
    take_on("block_person", signed_in["user"]["id"], "Ratna")
    refused(check("public", await door.refresh(signed_in["refresh_token"])), 401, "refresh_token_invalid")
    await door.ask(phone)
    refused(check("public", await door.tell(phone, door.code(phone))), 403, "account_blocked")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("otp", {"phone": "0812", "audience": "operator"}, "audience"),
        ("otp", {"audience": "customer"}, "phone"),
        ("otp/verify", {"phone": "0812", "audience": "customer", "code": "12345"}, "code"),
        ("otp/verify", {"phone": "0812", "audience": "customer", "code": "١٢٣٤٥٦"}, "code"),
        ("otp/verify", {"phone": "0812", "audience": "customer", "code": "123456\n"}, "code"),
        ("otp", {"phone": "0812", "audience": "customer", "device": "short"}, "device"),
        ("otp", {"phone": "0812", "audience": "customer", "device": "d" * 43 + "\n"}, "device"),
        ("otp", {"phone": "0" * 101, "audience": "customer"}, "phone"),
        ("refresh", {"refresh_token": "x" * 64 + "\n"}, "refresh_token"),
        ("refresh", {"refresh_token": "x"}, "refresh_token"),
        ("logout", {"refresh_token": "=" * 64}, "refresh_token"),
    ],
)
async def test_what_does_not_fit_is_named(
    http: httpx.AsyncClient, path: str, body: dict[str, str], field: str
) -> None:
    response = check("public", await http.post(f"/api/auth/{path}", json=body))
    assert field in refused(response, 400, "invalid_body")


async def test_what_is_no_phone_number_is_refused(door: Door) -> None:
    refused(check("public", await door.ask("rahasia")), 400, "invalid_phone")


# The webhook


async def test_the_webhook_gets_the_code_and_the_code_signs_in(by_webhook: Door, gateway: Gateway) -> None:
    phone = new_phone()
    assert (await by_webhook.ask(phone)).status_code == 202
    ((headers, message),) = gateway.received
    assert message.keys() == {"phone", "audience", "code", "expires_in"}
    assert (message["phone"], message["audience"], message["expires_in"]) == (phone, "customer", 300)
    assert headers["content-type"] == "application/json"
    assert "authorization" not in headers
    assert (await by_webhook.tell(phone, message["code"])).status_code == 200


async def test_for_a_number_that_no_mitra_has_it_is_called_without_a_code(
    by_webhook: Door, gateway: Gateway, take_on: Callable[..., dict[str, Any]]
) -> None:
    known, unknown = new_phone(), new_phone()
    take_on("add_mitra", known, "Sari", "Ratna")
    replies = [await by_webhook.ask(phone, "mitra") for phone in (known, unknown)]
    assert replies[0].status_code == replies[1].status_code == 202
    bodies = [reply.json() for reply in replies]
    assert [body.pop("phone") for body in bodies] == [known, unknown]
    assert bodies[0] == bodies[1]
    assert [message["phone"] for message in gateway.messages] == [known, unknown]
    assert [message["code"] is None for message in gateway.messages] == [False, True]


async def test_a_user_and_password_in_its_address_are_sent(settings: Settings, gateway: Gateway) -> None:
    gateway.user = "curhat:s%40crt@"
    sender = sender_for(replace(settings, otp_sender=gateway.url))
    await sender.send(Message("+62811", "customer", "123456", 300))
    await sender.close()
    ((headers, _),) = gateway.received
    assert headers["authorization"] == "Basic Y3VyaGF0OnNAY3J0"


@pytest.mark.parametrize("answers", [(500,), (503, 500)])
async def test_a_webhook_that_comes_back_in_time_is_asked_again_for_the_same_message(
    by_webhook: Door, gateway: Gateway, answers: tuple[int, ...]
) -> None:
    gateway.answers = [*answers]
    assert (await by_webhook.ask(new_phone())).status_code == 202
    assert len(gateway.received) == len(answers) + 1
    assert len({headers["idempotency-key"] for headers, _ in gateway.received}) == 1


@pytest.mark.parametrize("answers", [(500, 500, 500), (400,), (404,), (301,), (429,)])
async def test_a_webhook_that_takes_nothing_is_told_and_the_code_is_not_counted(
    by_webhook: Door, gateway: Gateway, answers: tuple[int, ...]
) -> None:
    gateway.answers = [*answers]
    phone = new_phone()
    response = check("public", await by_webhook.ask(phone))
    refused(response, 503, "otp_not_sent")
    assert int(response.headers["retry-after"]) > 0
    assert len(gateway.received) == len(answers)
    again = await by_webhook.ask(phone)
    assert (again.status_code, again.json()["resend_in"]) == (202, 30)
    assert (await by_webhook.tell(phone, gateway.messages[-1]["code"])).status_code == 200


async def test_a_webhook_that_is_away_is_told(settings: Settings) -> None:
    away = replace(settings, otp_sender="http://127.0.0.1:9/codes")
    async with client_of(away) as client:
        response = await client.post("/api/auth/otp", json={"phone": new_phone(), "audience": "customer"})
    refused(response, 503, "otp_not_sent")


async def test_a_webhook_that_says_nothing_holds_up_nobody_for_long(
    by_webhook: Door, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is bounded is bounded by less than the client's own patience; others are served meanwhile."""
    monkeypatch.setattr("app.identity.sender.ALL_SECONDS", 0.5)
    gateway.answers = [None]
    phone = new_phone()
    asked = asyncio.create_task(by_webhook.ask(phone))
    await until(lambda: gateway.received)
    assert (await by_webhook.ask(new_phone())).status_code == 202
    refused(await asked, 503, "otp_not_sent")
    assert (await by_webhook.ask(phone)).status_code == 202


async def test_a_client_that_hangs_up_gets_its_code_all_the_same(by_webhook: Door, gateway: Gateway) -> None:
    gateway.answers = [None]
    phone = new_phone()
    asked = asyncio.create_task(by_webhook.ask(phone))
    await until(lambda: gateway.received)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    gateway.let_go()
    await until(lambda: len(gateway.received) == 2)
    assert (await by_webhook.tell(phone, gateway.messages[0]["code"])).status_code == 200


async def test_a_database_that_is_away_is_told_and_nothing_is_sent(
    settings: Settings, gateway: Gateway, postgres: Postgres
) -> None:
    async with (
        running(replace(settings, otp_sender=gateway.url)) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=PATIENCE_SECONDS) as client,
    ):
        with postgres.away():
            await until(lambda: worker.app.ctx.database.connected == 0)
            response = await Door(client, Path("/nowhere")).ask(new_phone())
    assert (response.status_code, response.json()["error"]) == (503, "unavailable")
    assert gateway.received == []
