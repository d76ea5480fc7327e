"""The OpenAPI documents match the route tables, and are served with a page that loads nothing from elsewhere."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import httpx
import pytest
from click.testing import CliRunner

from app.cli import main
from app.described import docs
from app.described.openapi import FRAMES, TABLES, document
from app.described.refusals import by_function, statuses
from app.http.routes import Listener
from app.internal import replies as internal_replies
from app.internal.replies import FACTS, OfferStatus, ValueType
from app.public import replies
from app.public.replies import (
    CauseTag,
    ChatStatus,
    EndReason,
    ExtensionDefault,
    ExtensionStatus,
    OperatorAction,
    PaymentStatus,
    RequestStatus,
    RequestType,
    Sender,
)
from app.settings import Settings
from tests.conftest import Connection
from tests.rest.harness import CREATE, client_of
from workshop.reference.generate import read_transitions

both = pytest.mark.parametrize("listener", TABLES)


def described(listener: Listener) -> Any:  # noqa: ANN401
    return json.loads(document(listener))


@pytest.fixture
async def http(settings: Settings, listener: Listener) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(settings, CREATE[listener]) as client:
        yield client


@both
async def test_the_document_and_its_page_are_served(http: httpx.AsyncClient, listener: Listener) -> None:
    served = await http.get("/openapi.json")
    assert (served.status_code, served.headers["content-type"]) == (200, "application/json")
    assert served.content == document(listener)
    page = await http.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "//" not in policy
    named = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    loaded = [address for address in named if address != "data:,"]
    assert len(loaded) == 3
    for address in loaded:
        response = await http.get(address)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(("text/css", "text/javascript"))
        assert len(response.content) > 100


@both
def test_the_command_prints_the_document(listener: Listener) -> None:
    done = CliRunner().invoke(main, ["openapi", listener])
    assert (done.exit_code, done.stdout_bytes) == (0, document(listener) + b"\n")


@both
def test_every_route_is_in_the_document(listener: Listener) -> None:
    paths = described(listener)["paths"]
    documented = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert documented == {
        (route.method, re.sub(r"<(\w+):\w+>", r"{\1}", route.path)) for route in TABLES[listener]
    }


@both
def test_every_schema_is_defined_and_used(listener: Listener) -> None:
    whole = described(listener)
    held = {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}
    frames = {f"#/components/schemas/{name}" for name in FRAMES[listener]}
    assert set(references(whole)) == held - frames
    assert all(re.fullmatch(r"[A-Za-z]+", name) for name in whole["components"]["schemas"])


def references(node: object) -> Iterator[str]:
    """All references below a node."""
    match node:
        case dict():
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from references(value)
        case list():
            for value in node:
                yield from references(value)


def test_a_routes_refusals_are_those_of_its_function_and_its_row() -> None:
    operation = described("public")["paths"]["/api/client/chat-requests/returning"]["post"]
    documented = {
        (int(status), slug)
        for status, response in operation["responses"].items()
        for slug in slugs(response["content"]["application/json"]["schema"])
    }
    stated = {(statuses()[slug], slug) for slug in by_function()["api.start_returning_request"]}
    assert stated
    assert documented == stated | {
        (400, "invalid_body"),
        (400, "invalid_idempotency_key"),
        (400, "invalid_query"),
        (401, "unauthenticated"),
        (403, "forbidden"),
        (413, "too_large"),
        (500, "internal_error"),
        (503, "busy"),
        (503, "response_timeout"),
        (503, "unavailable"),
        (503, "unknown_outcome"),
    }


def test_the_facts_of_a_refusal_are_documented_only_for_operators() -> None:
    def conflict(path: str, listener: Listener) -> dict[str, set[str]]:
        (content,) = described(listener)["paths"][path]["post"]["responses"]["409"]["content"].values()
        bodies = content["schema"].get("anyOf", [content["schema"]])
        return {slug: set(body["required"]) for body in bodies for slug in slugs(body)}

    documented = conflict("/internal/failed-pairings/{failure_id}/action", "internal")
    facts = set(FACTS["failure_already_actioned"].__struct_fields__)
    assert documented["failure_already_actioned"] == {"error", "message"} | facts
    assert documented["nothing_to_refund"] == {"error", "message"}
    fallback = "/api/client/chat-requests/{payment_session_id}/fallback-to-blast"
    assert conflict(fallback, "public")["failure_already_actioned"] == {"error", "message"}


def slugs(schema: dict[str, Any]) -> Iterator[str]:
    """The slugs in a schema of one or more refusals."""
    for one in schema.get("anyOf", [schema]):
        yield from one.get("properties", {}).get("error", {}).get("enum", [])


def test_security_and_headers_are_documented() -> None:
    whole = described("public")
    operation = whole["paths"]["/api/client/payment-sessions"]["post"]
    assert operation["security"] == [{"customer": []}]
    assert whole["components"]["securitySchemes"]["customer"]["scheme"] == "bearer"
    assert [parameter["name"] for parameter in operation["parameters"]] == ["Idempotency-Key"]
    assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]
    assert "Retry-After" in operation["responses"]["503"]["headers"]
    assert whole["paths"]["/healthz"]["get"]["security"] == []


# Where the database lists the values: a state machine, or a column's constraint.
SETS: dict[Any, str | tuple[str, str]] = {
    PaymentStatus: "payment_session",
    RequestStatus: "pairing_request",
    ChatStatus: "chat_session",
    ExtensionStatus: "extension",
    RequestType: ("pairing_requests", "request_type_is_known"),
    CauseTag: ("pairing_failures", "cause_tag_is_known"),
    EndReason: ("chat_sessions", "end_reason_is_known"),
    Sender: ("chat_messages", "sender_is_known"),
    OfferStatus: "pairing_offer",
    OperatorAction: ("pairing_failures", "operator_action_is_known"),
    replies.Role: ("cc_users", "role_is_known"),
    ValueType: ("app_config", "value_type_is_known"),
}


@pytest.mark.parametrize("texts", SETS, ids=lambda texts: "-".join(get_args(texts))[:40])
def test_an_enumeration_matches_the_database(db: Connection, texts: object) -> None:
    match SETS[texts]:
        case str(entity):
            known = {edge.to_status for edge in read_transitions(db) if edge.entity == entity}
        case table, constraint:
            row = db.execute(
                "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and conname = %s",
                [f"data.{table}", constraint],
            ).fetchone()
            assert row is not None
            known = set(re.findall(r"'(\w+)'::text", row[0]))
    assert set(get_args(texts)) == known


def test_the_default_actions_of_an_extension_match_the_setting(db: Connection) -> None:
    row = db.execute(
        "select options from control_center.settings where key = 'extension_default_action_on_timeout'"
    ).fetchone()
    assert row == (list(get_args(ExtensionDefault)),)


def test_every_type_of_reply_has_a_docstring() -> None:
    for name, shape in {**vars(replies), **vars(internal_replies)}.items():
        if isinstance(shape, type) and issubclass(shape, replies.Reply):
            assert "__doc__" in vars(shape), name
            assert not (vars(shape)["__doc__"] or "").startswith(f"{name}("), name


def test_the_pages_policy_allows_it_to_call_its_routes() -> None:
    assert "connect-src 'self'" in docs.HEADERS["content-security-policy"]
