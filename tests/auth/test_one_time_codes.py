"""Customers and mitras sign in with a one-time code, over REST."""

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
from tests.auth.client import AuthClient, Webhook, new_phone, wrong
from tests.rest.contract import check
from tests.rest.harness import PATIENCE_SECONDS, Postgres, client_of, running, until
from tests.rest.test_refusals import refused
from tests.sql.world import World


async def test_a_customer_signs_in_and_uses_the_token(auth: AuthClient, settings: Settings) -> None:
    phone = new_phone()
    asked = check("public", await auth.request_code(phone.replace("+62", "0")))
    assert (asked.status_code, asked.json()) == (
        202,
        {"phone": phone, "expires_in": 300, "resend_in": 30},
    )
    entered = check("public", await auth.enter_code(phone, auth.code(phone)))
    assert entered.status_code == 200
    assert entered.headers["cache-control"] == "no-store"
    signed_in = entered.json()
    assert signed_in["expires_in"] == 900
    assert (signed_in["user"]["phone"], signed_in["user"]["display_name"]) == (phone, "Budi")
    person = read_token(settings, "customer", signed_in["access_token"]).subject_id
    assert str(person) == signed_in["user"]["id"]
    assert (await auth.state(signed_in["access_token"])).status_code == 200
    with pytest.raises(Exception, match="forbidden"):
        read_token(settings, "mitra", signed_in["access_token"])


async def test_a_mitra_signs_in_as_a_mitra(
    auth: AuthClient, settings: Settings, call_ops: Callable[..., dict[str, Any]]
) -> None:
    phone = new_phone()
    mitra = call_ops("add_mitra", phone, "Bestie Sari", "Ratna")
    signed_in = await auth.sign_in(phone, "mitra")
    assert str(read_token(settings, "mitra", signed_in["access_token"]).subject_id) == mitra["id"]
    refused(await auth.state(signed_in["access_token"]), 403, "forbidden")


async def test_a_missing_name_does_not_use_up_the_code(auth: AuthClient) -> None:
    phone = new_phone()
    await auth.request_code(phone)
    missing = check("public", await auth.enter_code(phone, auth.code(phone), name=None))
    assert "display_name" in refused(missing, 400, "display_name_required")
    assert (await auth.enter_code(phone, auth.code(phone))).status_code == 200


async def test_a_wrong_code_is_refused_until_the_number_is_locked(auth: AuthClient) -> None:
    phone = new_phone()
    await auth.request_code(phone)
    code = auth.code(phone)
    for left in (4, 3, 2, 1):
        response = check("public", await auth.enter_code(phone, wrong(code)))
        refused(response, 401, "otp_wrong")
        assert response.json()["tries_left"] == left
    for response in (await auth.enter_code(phone, wrong(code)), await auth.enter_code(phone, code)):
        refused(check("public", response), 429, "sign_in_locked")
        assert 1 <= int(response.headers["retry-after"]) <= 60
    refused(await auth.request_code(phone), 429, "sign_in_locked")


async def test_a_second_code_too_soon_is_refused_with_the_time_to_wait(auth: AuthClient) -> None:
    phone = new_phone()
    await auth.request_code(phone)
    response = check("public", await auth.request_code(phone))
    refused(response, 429, "otp_too_soon")
    assert response.headers["retry-after"] == str(response.json()["retry_after"])


async def test_concurrent_uses_of_a_code_are_one_sign_in(auth: AuthClient) -> None:
    phone = new_phone()
    await auth.request_code(phone)
    code = auth.code(phone)
    responses = await asyncio.gather(*(auth.enter_code(phone, code) for _ in range(5)))
    assert sorted(response.status_code for response in responses) == [200, 410, 410, 410, 410]


async def test_an_expired_code_is_refused(auth: AuthClient, world: World) -> None:
    phone = new_phone()
    await auth.request_code(phone)
    world.clock.advance(300)
    refused(check("public", await auth.enter_code(phone, auth.code(phone))), 410, "otp_expired")


async def test_a_lock_out_ends_after_the_stated_time(auth: AuthClient, world: World) -> None:
    phone = new_phone()
    await auth.request_code(phone)
    for _ in range(5):
        last = await auth.enter_code(phone, wrong(auth.code(phone)))
    world.clock.advance(int(last.headers["retry-after"]) - 1)
    refused(await auth.request_code(phone), 429, "sign_in_locked")
    world.clock.advance(1)
    assert (await auth.request_code(phone)).status_code == 202
    assert (await auth.enter_code(phone, auth.code(phone))).status_code == 200


async def test_a_blocked_person_learns_so_only_with_the_right_code(
    auth: AuthClient, call_ops: Callable[..., dict[str, Any]]
) -> None:
    phone = new_phone()
    signed_in = await auth.sign_in(phone)
    call_ops("block_person", signed_in["user"]["id"], "Ratna")
    refused(check("public", await auth.refresh(signed_in["refresh_token"])), 401, "refresh_token_invalid")
    await auth.request_code(phone)
    refused(check("public", await auth.enter_code(phone, auth.code(phone))), 403, "account_blocked")


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
async def test_the_refusal_of_an_invalid_body_names_the_field(
    http: httpx.AsyncClient, path: str, body: dict[str, str], field: str
) -> None:
    response = check("public", await http.post(f"/api/auth/{path}", json=body))
    assert field in refused(response, 400, "invalid_body")


async def test_an_invalid_phone_number_is_refused(auth: AuthClient) -> None:
    refused(check("public", await auth.request_code("rahasia")), 400, "invalid_phone")


# The webhook


async def test_the_webhook_receives_a_code_that_signs_in(webhook_auth: AuthClient, webhook: Webhook) -> None:
    phone = new_phone()
    assert (await webhook_auth.request_code(phone)).status_code == 202
    ((headers, message),) = webhook.received
    assert message.keys() == {"phone", "audience", "code", "expires_in"}
    assert (message["phone"], message["audience"], message["expires_in"]) == (phone, "customer", 300)
    assert headers["content-type"] == "application/json"
    assert "authorization" not in headers
    assert (await webhook_auth.enter_code(phone, message["code"])).status_code == 200


async def test_the_webhook_gets_no_code_for_a_number_of_no_mitra(
    webhook_auth: AuthClient, webhook: Webhook, call_ops: Callable[..., dict[str, Any]]
) -> None:
    known, unknown = new_phone(), new_phone()
    call_ops("add_mitra", known, "Sari", "Ratna")
    replies = [await webhook_auth.request_code(phone, "mitra") for phone in (known, unknown)]
    assert replies[0].status_code == replies[1].status_code == 202
    bodies = [reply.json() for reply in replies]
    assert [body.pop("phone") for body in bodies] == [known, unknown]
    assert bodies[0] == bodies[1]
    assert [message["phone"] for message in webhook.messages] == [known, unknown]
    assert [message["code"] is None for message in webhook.messages] == [False, True]


async def test_credentials_in_the_webhooks_url_are_sent(settings: Settings, webhook: Webhook) -> None:
    webhook.user = "curhat:s%40crt@"
    sender = sender_for(replace(settings, otp_sender=webhook.url))
    await sender.send(Message("+62811", "customer", "123456", 300))
    await sender.close()
    ((headers, _),) = webhook.received
    assert headers["authorization"] == "Basic Y3VyaGF0OnNAY3J0"


@pytest.mark.parametrize("answers", [(500,), (503, 500)])
async def test_a_failing_webhook_is_retried_with_one_idempotency_key(
    webhook_auth: AuthClient, webhook: Webhook, answers: tuple[int, ...]
) -> None:
    webhook.answers = [*answers]
    assert (await webhook_auth.request_code(new_phone())).status_code == 202
    assert len(webhook.received) == len(answers) + 1
    assert len({headers["idempotency-key"] for headers, _ in webhook.received}) == 1


@pytest.mark.parametrize("answers", [(500, 500, 500), (400,), (404,), (301,), (429,)])
async def test_an_unsent_code_is_refused_and_does_not_count(
    webhook_auth: AuthClient, webhook: Webhook, answers: tuple[int, ...]
) -> None:
    webhook.answers = [*answers]
    phone = new_phone()
    response = check("public", await webhook_auth.request_code(phone))
    refused(response, 503, "otp_not_sent")
    assert int(response.headers["retry-after"]) > 0
    assert len(webhook.received) == len(answers)
    again = await webhook_auth.request_code(phone)
    assert (again.status_code, again.json()["resend_in"]) == (202, 30)
    assert (await webhook_auth.enter_code(phone, webhook.messages[-1]["code"])).status_code == 200


async def test_an_unreachable_webhook_is_a_refusal(settings: Settings) -> None:
    away = replace(settings, otp_sender="http://127.0.0.1:9/codes")
    async with client_of(away) as client:
        response = await client.post("/api/auth/otp", json={"phone": new_phone(), "audience": "customer"})
    refused(response, 503, "otp_not_sent")


async def test_a_silent_webhook_times_out_and_blocks_nobody_else(
    webhook_auth: AuthClient, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timeout is shorter than the client's."""
    monkeypatch.setattr("app.identity.sender.ALL_SECONDS", 0.5)
    webhook.answers = [None]
    phone = new_phone()
    asked = asyncio.create_task(webhook_auth.request_code(phone))
    await until(lambda: webhook.received)
    assert (await webhook_auth.request_code(new_phone())).status_code == 202
    refused(await asked, 503, "otp_not_sent")
    assert (await webhook_auth.request_code(phone)).status_code == 202


async def test_a_code_is_sent_even_if_the_client_hangs_up(webhook_auth: AuthClient, webhook: Webhook) -> None:
    webhook.answers = [None]
    phone = new_phone()
    asked = asyncio.create_task(webhook_auth.request_code(phone))
    await until(lambda: webhook.received)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    webhook.hang_up()
    await until(lambda: len(webhook.received) == 2)
    assert (await webhook_auth.enter_code(phone, webhook.messages[0]["code"])).status_code == 200


async def test_without_the_database_no_code_is_sent(
    settings: Settings, webhook: Webhook, postgres: Postgres
) -> None:
    async with (
        running(replace(settings, otp_sender=webhook.url)) as worker,
        httpx.AsyncClient(base_url=worker.url, timeout=PATIENCE_SECONDS) as client,
    ):
        with postgres.away():
            await until(lambda: worker.app.ctx.database.connected == 0)
            response = await AuthClient(client, Path("/nowhere")).request_code(new_phone())
    assert (response.status_code, response.json()["error"]) == (503, "unavailable")
    assert webhook.received == []
