"""Every kind of refusal has its status and one shape: `{"error": slug, "message": sentence}`."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from app.auth import LIFETIME, Unauthenticated, issue_token, read_token
from app.public.replies import FACTS
from app.settings import Settings
from tests.conftest import Connect
from tests.rest.harness import Client, People, Worker, pay

CREATE = "/api/client/payment-sessions"


def refused(response: httpx.Response, status: int, slug: str) -> str:
    """Check a refusal's status, slug and shape. Return its sentence."""
    assert (response.status_code, response.json()["error"]) == (status, slug), response.text
    facts = FACTS[slug].__struct_fields__ if slug in FACTS else ()
    assert response.json().keys() == {"error", "message", *facts}
    assert response.headers["content-type"] == "application/json"
    sentence: str = response.json()["message"]
    assert sentence.endswith(".")
    return sentence


async def test_a_refusal_of_the_database_keeps_its_status_slug_and_sentence(customer: Client) -> None:
    response = await customer.post(f"{CREATE}/{uuid4()}/confirm")
    refused(response, 404, "payment_session_not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"duration_minutes": "30"}', "duration_minutes"),
        (b'{"duration_minutes": 30, "tier_id": "x"}', "tier_id"),
        (b'{"duration_minutes": 30, "colour": "red"}', "colour"),
        (b'{"duration_minutes": 99999999999}', "duration_minutes"),
        (b"{}", "duration_minutes"),
        (b"[]", "object"),
        (b"{", "truncated"),
        (b'{"duration_minutes": 30}\xff', "malformed"),
        (b"", "truncated"),
        (b'{"duration_minutes": 30, "colour": ' + b"[" * 60_000, "colour"),
        (b"[" * 60_000, "object"),
    ],
)
async def test_the_refusal_of_an_invalid_body_names_the_field(
    customer: Client, http: httpx.AsyncClient, body: bytes, field: str
) -> None:
    response = await http.post(CREATE, content=body, headers=customer.headers())
    assert field in refused(response, 400, "invalid_body")


async def test_a_text_that_postgres_cannot_store_is_refused(customer: Client) -> None:
    body = {"client_message_id": str(uuid4()), "body": "ha\0lo"}
    response = await customer.post(f"/api/client/chat-sessions/{uuid4()}/messages", body)
    assert "U+0000" in refused(response, 400, "invalid_body")


async def test_a_body_that_is_not_utf_8_is_refused(customer: Client, http: httpx.AsyncClient) -> None:
    content = f'{{"client_message_id": "{UUID(int=1)}", "body": "'.encode() + b'\xff"}'
    path = f"/api/client/chat-sessions/{UUID(int=2)}/messages"
    response = await http.post(path, content=content, headers=customer.headers())
    assert "utf-8" in refused(response, 400, "invalid_body")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/client/pricing", {"extension": "perhaps"}),
        ("/api/client/chat-sessions", {"limit": "0"}),
        ("/api/client/chat-sessions", {"limit": ""}),
        ("/api/client/chat-sessions", {"page": "2"}),
        (f"/api/client/chat-sessions/{UUID(int=0)}/messages", {"after_seq": "-1"}),
    ],
)
async def test_an_invalid_query_is_refused(customer: Client, path: str, query: dict[str, str]) -> None:
    refused(await customer.get(path, **query), 400, "invalid_query")


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "caf\u00e9"])
async def test_an_invalid_idempotency_key_is_refused(
    customer: Client, http: httpx.AsyncClient, key: str
) -> None:
    headers = httpx.Headers({**customer.headers(), "Idempotency-Key": key}, encoding="utf-8")
    response = await http.post(CREATE, json={"duration_minutes": 30}, headers=headers)
    refused(response, 400, "invalid_idempotency_key")


async def test_an_unknown_path_and_a_malformed_id_are_not_found(customer: Client) -> None:
    refused(await customer.get("/api/client/nothing"), 404, "not_found")
    refused(await customer.get(f"{CREATE}/42"), 404, "not_found")


async def test_a_refused_method_is_answered_with_the_allowed_ones(
    customer: Client, http: httpx.AsyncClient
) -> None:
    response = await customer.get("/api/client/chat-requests")
    refused(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
    messages = f"/api/client/chat-sessions/{uuid4()}/messages"
    for method in ("DELETE", "TRACE"):
        response = await http.request(method, messages)
        refused(response, 405, "method_not_allowed")
        assert response.headers["allow"] == "GET, POST, HEAD"


async def test_a_body_that_is_too_large_is_refused(customer: Client) -> None:
    refused(await customer.post(CREATE, {"duration_minutes": 30, "x": "y" * 100_000}), 413, "too_large")


async def test_an_unexpected_error_leaks_nothing(customer: Client, connect: Connect) -> None:
    connect(role="curhat_owner").execute("revoke usage on schema api from curhat_app")
    response = await customer.get("/api/client/pricing")
    sentence = refused(response, 500, "internal_error")
    assert sentence == "Something went wrong on our side."


async def test_an_invalid_token_is_refused(worker: Worker, http: httpx.AsyncClient, people: People) -> None:
    key = worker.settings.jwt_keys[0]
    customer_id = people.customer()
    good = issue_token(worker.settings, "customer", customer_id)
    claims = jwt.decode(good, options={"verify_signature": False})

    def signed(claims: dict[str, Any], secret: str = key.secret, kid: str = key.kid) -> str:
        return jwt.encode(claims, secret, "HS256", headers={"kid": kid})

    bad = {
        "expired": issue_token(worker.settings, "customer", customer_id, timedelta(seconds=-1)),
        "forged": signed(claims, secret="x" * 40),
        "of a removed key": signed(claims, kid="gone"),
        "unsigned": jwt.encode(claims, None, "none", headers={"kid": key.kid}),
        "without a subject": signed({name: value for name, value in claims.items() if name != "sub"}),
        "with a malformed subject": signed({**claims, "sub": "42"}),
        "without an expiry": signed({name: value for name, value in claims.items() if name != "exp"}),
        "for two audiences": signed({**claims, "aud": ["customer", "mitra"]}),
        "no token": "x",
    }
    for token in bad.values():
        response = await http.get("/api/client/state", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code in (401, 403)
        assert response.headers.get("www-authenticate") == ("Bearer" if response.status_code == 401 else None)
    response = await http.get("/api/client/state", headers={"Authorization": f"Basic {good}"})
    refused(response, 401, "unauthenticated")
    response = await http.get("/api/client/state", headers={"Authorization": f"Bearer {good}"})
    assert response.status_code == 200


def test_a_cached_token_expires(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    person_id = uuid4()
    token = issue_token(settings, "customer", person_id)
    assert read_token(settings, "customer", token).subject_id == person_id
    later = time.time() + LIFETIME.total_seconds()
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unauthenticated):
        read_token(settings, "customer", token)


def test_a_token_signed_by_a_clock_slightly_ahead_is_valid(settings: Settings) -> None:
    """One machine may sign and another check: a small clock skew must sign nobody out."""
    person_id, key, ahead = uuid4(), settings.jwt_keys[0], time.time() + 5
    claims = {"aud": "customer", "sub": str(person_id), "iat": ahead, "exp": ahead + LIFETIME.total_seconds()}
    token = jwt.encode(claims, key.secret, "HS256", headers={"kid": key.kid})
    assert read_token(settings, "customer", token).subject_id == person_id


async def test_another_customers_payment_is_not_found(
    customer: Client, new_customer: Callable[[], Client]
) -> None:
    payment_id = await pay(customer)
    refused(await new_customer().get(f"{CREATE}/{payment_id}"), 404, "payment_session_not_found")
