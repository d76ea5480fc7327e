"""Who may call what: every route of both APIs, with every kind of token.

The table repeats the routes on purpose: a new route, or a changed audience, must be written here as well.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import get_args
from uuid import uuid4

import httpx
import pytest

from app.auth import AUDIENCES, Audience, issue_token
from app.described.openapi import TABLES
from app.http.routes import PATH_PARAMETER, Listener
from app.internal import table as internal_table
from app.public import table as public_table
from app.settings import Settings
from tests.rest.harness import CREATE, People, client_of

DOCS = ["/openapi.json", "/docs", "/docs/", "/docs/start.js"]

WHOSE: Mapping[Listener, Mapping[Audience | None, list[str]]] = {
    "public": {
        None: [
            "GET /healthz",
            "GET /readyz",
            "GET /metrics",
            "POST /api/auth/otp",
            "POST /api/auth/otp/verify",
            "POST /api/auth/refresh",
            "POST /api/auth/logout",
            "POST /api/providers/midtrans/notices",
            "POST /api/providers/xendit/notices",
        ],
        "customer": [
            "GET /api/client/mitra-availability",
            "GET /api/client/state",
            "GET /api/client/pricing",
            "POST /api/client/payment-sessions",
            "GET /api/client/payment-sessions",
            "GET /api/client/credit",
            "GET /api/client/payment-sessions/:id/charges",
            "POST /api/client/payment-sessions/:id/charges",
            "GET /api/client/payment-sessions/:id",
            "POST /api/client/payment-sessions/:id/confirm",
            "POST /api/client/payment-sessions/:id/cancel",
            "POST /api/client/payment-sessions/:id/seen",
            "POST /api/client/chat-requests",
            "POST /api/client/chat-requests/returning",
            "POST /api/client/chat-requests/cancel",
            "POST /api/client/chat-requests/:id/fallback-to-blast",
            "GET /api/client/chat-sessions",
            "GET /api/client/chat-sessions/:id",
            "GET /api/client/chat-sessions/:id/messages",
            "POST /api/client/chat-sessions/:id/messages",
            "POST /api/client/chat-sessions/:id/extensions",
            "POST /api/client/chat-sessions/:id/end",
        ],
        "mitra": [
            "GET /api/mitra/state",
            "POST /api/mitra/status",
            "GET /api/mitra/earnings",
            "GET /api/mitra/earnings/movements",
            "GET /api/mitra/chat-requests",
            "POST /api/mitra/chat-requests/:id/seen",
            "POST /api/mitra/chat-requests/:id/accept",
            "POST /api/mitra/chat-requests/:id/decline",
            "GET /api/mitra/chat-sessions",
            "GET /api/mitra/chat-sessions/:id",
            "GET /api/mitra/chat-sessions/:id/messages",
            "POST /api/mitra/chat-sessions/:id/messages",
            "POST /api/mitra/chat-sessions/:id/end",
            "POST /api/mitra/extensions/:id/approve",
            "POST /api/mitra/extensions/:id/reject",
        ],
    },
    "internal": {
        None: [
            "GET /healthz",
            "GET /readyz",
            "GET /metrics",
            "POST /internal/auth/login",
            "POST /internal/auth/refresh",
            "POST /internal/auth/logout",
        ],
        "operator": [
            "POST /internal/auth/password",
            "GET /internal/operators",
            "POST /internal/operators",
            "PATCH /internal/operators/:id",
            "GET /internal/state",
            "GET /internal/counters",
            "GET /internal/dashboard",
            "GET /internal/config",
            "GET /internal/config/history",
            "PATCH /internal/config/:id",
            "GET /internal/prices",
            "POST /internal/prices",
            "POST /internal/prices/:id/retire",
            "POST /internal/rates",
            "GET /internal/reconciliation",
            "POST /internal/users/:id/credit",
            "GET /internal/failed-pairings",
            "POST /internal/failed-pairings/actions",
            "GET /internal/failed-pairings/:id",
            "POST /internal/failed-pairings/:id/action",
            "GET /internal/searches",
            "GET /internal/searches/:id",
            "GET /internal/searches/:id/mitras/:id",
            "GET /internal/chat-sessions",
            "POST /internal/chat-sessions/:id/end",
            "GET /internal/mitras",
            "GET /internal/mitras/:id",
            "GET /internal/mitras/:id/days/:id",
            "GET /internal/mitras/:id/chat-sessions",
            "POST /internal/mitras/:id/offline",
            "GET /internal/users",
            "GET /internal/users/:id",
            "GET /internal/users/:id/days/:id",
            "GET /internal/users/:id/payments",
            "GET /internal/payments/:id/timeline",
        ],
    },
}
SOCKETS: Mapping[Listener, list[str]] = {
    "public": [path for path, _ in public_table.SOCKETS],
    "internal": [path for path, _ in internal_table.SOCKETS],
}

NOT_SERVED = {("public", "GET /metrics")}
"""Routes that answer 404 to everybody unless a setting enables them."""

both = pytest.mark.parametrize("listener", get_args(Listener))


def row_of(method: str, path: str) -> str:
    """A route, written as in the table above."""
    return f"{method} {PATH_PARAMETER.sub(':id', path)}"


@both
def test_every_route_is_in_the_table_with_its_audience(listener: Listener) -> None:
    rows = {row_of(route.method, route.path): route.audience for route in TABLES[listener]}
    assert rows == {row: audience for audience, rows in WHOSE[listener].items() for row in rows}


@both
def test_nothing_but_these_routes_and_the_web_apps_is_served(settings: Settings, listener: Listener) -> None:
    served = {
        row_of(method, f"/{route.path}")
        for route in CREATE[listener](settings).router.routes
        for method in route.methods
        if ".file_" not in route.name
    }
    known = {row for rows in WHOSE[listener].values() for row in rows} | {f"GET {path}" for path in DOCS}
    heads = {row.replace("GET ", "HEAD ", 1) for row in known if row.startswith("GET ")}
    assert served == known | heads | {f"GET {path}" for path in SOCKETS[listener]}


def tokens(settings: Settings, people: People) -> dict[str, str | None]:
    """A token of each kind for real people. None: no header is sent."""
    somebody = {"customer": people.customer(), "mitra": people.mitra(), "operator": people.operator()}
    good: dict[str, str] = {
        audience: issue_token(settings, audience, somebody[audience]) for audience in AUDIENCES
    }
    expired = {
        f"expired {audience}": issue_token(settings, audience, somebody[audience], timedelta(seconds=-1))
        for audience in AUDIENCES
    }
    return {
        "no": None,
        "garbage": "garbage",
        "forged": good["customer"][:-6] + "abcdef",
        **expired,
        **good,
    }


@both
async def test_a_route_answers_only_its_audience(
    settings: Settings, people: People, listener: Listener
) -> None:
    wrong = {}
    async with client_of(settings, CREATE[listener]) as client:
        for kind, token in tokens(settings, people).items():
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            for audience, rows in WHOSE[listener].items():
                for row in rows:
                    method, path = row.split()
                    address = re.sub(":id", lambda _: str(uuid4()), path)
                    response = await client.request(method, address, headers=headers)
                    got = verdict(response)
                    if got != expected(listener, row, audience, kind):
                        wrong[row, kind] = (got, response.text)
    assert wrong == {}


def expected(listener: Listener, row: str, audience: Audience | None, kind: str) -> str:
    if (listener, row) in NOT_SERVED:
        return "404 not_found"
    if audience is None or kind == audience:
        return "answered"
    return "403 forbidden" if kind in AUDIENCES else "401 unauthenticated"


def verdict(response: httpx.Response) -> str:
    """ "answered" if the caller was let in, else the status and slug."""
    if not response.headers["content-type"].startswith("application/json"):
        return "answered"
    slug = response.json().get("error")
    if slug in ("unauthenticated", "forbidden", "not_found", "method_not_allowed", "internal_error"):
        return f"{response.status_code} {slug}"
    return "answered"
