"""What a route is, and what its handler asks of a request.

A listener's routes stand in one table each (`app.public.table`, `app.internal.table`). A handler is a few
lines: the type of the body, one call, the status.
"""

import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from app.auth import Audience, Unauthenticated, verify_token
from app.db import Database, Refusal

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]
SocketHandler = Callable[..., Coroutine[Any, Any, None]]

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, who may call it (None: anybody), and what answers."""

    method: Literal["GET", "POST"]
    path: str
    audience: Audience | None
    handler: Handler


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from."""

    audience: Audience
    id: UUID


class Outcome(msgspec.Struct):
    """Of a reply, what its status depends on."""

    already_running: bool = False
    reason: str | None = None


_outcome_decoder = msgspec.json.Decoder(Outcome)


def blueprint(
    name: str, routes: Iterable[Route], sockets: Iterable[tuple[str, SocketHandler]] = ()
) -> Blueprint:
    """The routes as Sanic takes them, each behind its audience."""
    made = Blueprint(name)
    for route in routes:
        made.add_route(
            _guarded(route),
            route.path,
            methods=[route.method],
            name=f"{route.audience or 'anybody'}_{route.handler.__name__}",
        )
    for path, handler in sockets:
        made.add_websocket_route(handler, path, name=handler.__name__)
    return made


def caller(request: Request) -> Caller:
    """Who asks; only behind an audience."""
    found: Caller = request.ctx.caller
    return found


def database(request: Request) -> Database:
    found: Database = request.app.ctx.database
    return found


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key header, if there is one.

    Raises:
        Refusal: `invalid_idempotency_key`.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise Refusal(
            400, "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 visible ASCII characters."
        )
    return key


def reply(body: bytes | None, status: int = 200) -> HTTPResponse:
    """A function's reply, as it came from the database."""
    return HTTPResponse(body or b"{}", status, content_type="application/json")


def search_reply(body: bytes | None) -> HTTPResponse:
    """A search was asked for: 201, 200 when it ran already, 409 when it failed at once for a `reason`."""
    outcome = _outcome_decoder.decode(body or b"{}")
    if outcome.reason is not None:
        return reply(body, 409)
    return reply(body, 200 if outcome.already_running else 201)


def _guarded(route: Route) -> Handler:
    if route.audience is None:
        return route.handler
    audience, handler = route.audience, route.handler

    async def guarded(request: Request, **path: Any) -> HTTPResponse:  # noqa: ANN401
        token = _bearer(request)
        user_id = verify_token(request.app.ctx.settings, audience, token)
        request.ctx.caller = Caller(audience, user_id)
        return await handler(request, **path)

    return guarded


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return token.strip()
