"""What a route is: the one place that says everything about it.

A listener's routes stand in one table each (`app.public.table`, `app.internal.table`). A row says method, path,
audience, handler and what comes back; the handler's signature says what it takes, its docstring what it does:

    async def create_payment_session(
        request: Request, body: NewPaymentSession, idempotency_key: str | None
    ) -> HTTPResponse:

`body` is the JSON body, `query` the query parameters, each of the type that is written; `idempotency_key` is the
header; every other parameter is a part of the path. They are decoded before the handler is called, and what does
not fit is refused. The OpenAPI document (`app.described.openapi`) is made of the same rows.
"""

import inspect
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_type_hints
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from app.auth import Audience, Unauthenticated
from app.envelope import DECODE_ERRORS
from app.postgres.db import Database
from app.refusals import Refusal

Listener = Literal["public", "internal"]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]  # None: it has responded, piece by piece
SocketHandler = Callable[..., Coroutine[Any, Any, None]]
Socket = tuple[str, SocketHandler]
Reader = Callable[[Request], Any]
Form = type[msgspec.Struct] | str

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
PATH_PARAMETER = re.compile(r"<(?P<name>\w+):(?P<kind>\w+)>")
PATH_KINDS = {"uuid": UUID, "str": str, "int": int}


@dataclass(frozen=True)
class Takes:
    """What a handler takes: types of body and query, whether an Idempotency-Key, the parts of the path."""

    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    idempotency_key: bool
    path: Mapping[str, type]


@dataclass(frozen=True, eq=False)
class Route:
    """A method and a path, who may call it (None: anybody), what answers, and what comes back.

    `replies` says for each status what the body is: a type, a media type, or several of these to choose from
    with Accept. Refusals are not among them: those of the SQL functions that the handler calls are read off
    sql/, those that come of audience, body, query and the like follow from the row. `calls` names the functions
    where it is not the one function that the handler is named after, `refuses` by status what the handler
    itself refuses with.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    audience: Audience | None
    handler: Handler
    replies: Mapping[int, Form | tuple[Form, ...]]
    calls: tuple[str, ...] | None = None
    refuses: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name, like no other's of the listener."""
        return f"{self.audience or 'anybody'}_{self.handler.__name__}"

    @property
    def functions(self) -> tuple[str, ...]:
        """The SQL functions that the handler calls."""
        return (self.handler.__name__,) if self.calls is None else self.calls

    @cached_property
    def takes(self) -> Takes:
        """What the handler takes.

        Raises:
            TypeError: path and handler do not fit together.
        """
        hints = get_type_hints(self.handler)
        given = {found["name"]: PATH_KINDS[found["kind"]] for found in PATH_PARAMETER.finditer(self.path)}
        _request, *taken = inspect.signature(self.handler).parameters
        path = {name: hints[name] for name in taken if name not in ("body", "query", "idempotency_key")}
        if path != given:
            raise TypeError(f"{self.method} {self.path} gives {given}, its handler takes {path}.")
        return Takes(
            body=hints["body"] if "body" in taken else None,
            query=hints["query"] if "query" in taken else None,
            idempotency_key="idempotency_key" in taken,
            path=path,
        )


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


def blueprint(name: str, routes: Iterable[Route], sockets: Iterable[Socket] = ()) -> Blueprint:
    """The routes as Sanic takes them, each behind its audience and with what its handler takes decoded."""
    made = Blueprint(name)
    for route in routes:
        made.add_route(_answering(route), route.path, methods=methods_of(route), name=route.name)
    for path, handler in sockets:
        made.add_websocket_route(handler, path, name=handler.__name__)
    return made


def methods_of(route: Route) -> list[str]:
    """The methods that a route answers: HEAD wherever GET is (RFC 9110)."""
    return ["GET", "HEAD"] if route.method == "GET" else [route.method]


def caller(request: Request) -> Caller:
    """Who asks; only behind an audience."""
    found: Caller = request.ctx.caller
    return found


def database(request: Request) -> Database:
    found: Database = request.app.ctx.database
    return found


def reply(body: bytes | None, status: int = 200) -> HTTPResponse:
    """A function's reply, as it came from the database."""
    return HTTPResponse(body or b"{}", status, content_type="application/json")


def search_reply(body: bytes | None) -> HTTPResponse:
    """A search was asked for: 201, 200 when it ran already, 409 when it failed at once for a `reason`."""
    outcome = _outcome_decoder.decode(body or b"{}")
    if outcome.reason is not None:
        return reply(body, 409)
    return reply(body, 200 if outcome.already_running else 201)


def _answering(route: Route) -> Handler:
    audience, handler = route.audience, route.handler
    readers = list(_readers(route.takes))
    takes_query = route.takes.query is not None

    async def answering(request: Request, **given: Any) -> HTTPResponse | None:  # noqa: ANN401
        if audience is not None:
            claims = request.app.ctx.standing.let_in(audience, bearer(request))
            request.ctx.caller = Caller(audience, claims.subject_id)
        if not takes_query and request.query_string:
            raise Refusal(400, "invalid_query", "This address takes no query.")
        for name, read in readers:
            given[name] = read(request)
        return await handler(request, **given)

    return answering


def _readers(takes: Takes) -> Iterable[tuple[str, Reader]]:
    if takes.idempotency_key:
        yield "idempotency_key", _idempotency_key
    if takes.query is not None:
        yield "query", _query_reader(takes.query)
    if takes.body is not None:
        yield "body", _body_reader(takes.body)


def _body_reader(shape: type[msgspec.Struct]) -> Reader:
    decoder = msgspec.json.Decoder(shape)

    def read(request: Request) -> msgspec.Struct:
        try:
            return decoder.decode(request.body)
        except DECODE_ERRORS as error:
            raise Refusal(400, "invalid_body", f"{error}.") from error

    return read


def _query_reader(shape: type[msgspec.Struct]) -> Reader:
    """Reads parameters of one value each, and lists as a parameter that is given again and again.

    A list's parameter may be written with brackets, `cause_tags[]=…`, as many clients do.
    """
    lists = {part.encode_name for part in msgspec.structs.fields(shape) if _is_list(part.type)}
    bracketed = {f"{name}[]": name for name in lists}

    def read(request: Request) -> msgspec.Struct:
        given: dict[str, list[str]] = {}
        for name, value in _pairs(request.query_string):
            given.setdefault(bracketed.get(name, name), []).append(value)
        for name, values in given.items():
            if name not in lists and len(values) > 1:
                raise Refusal(400, "invalid_query", f"This is given more than once - at `$.{name}`.")
            if any("\0" in value for value in values):
                raise Refusal(400, "invalid_query", "A text must not contain the character U+0000.")
        one_or_all = {name: values if name in lists else values[0] for name, values in given.items()}
        try:
            return msgspec.convert(one_or_all, shape, strict=False)
        except msgspec.ValidationError as error:
            raise Refusal(400, "invalid_query", f"{error}.") from error

    return read


def _pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of a query, nothing of it left out: what cannot be read is refused."""
    if query == "":
        return []
    unreadable = Refusal(400, "invalid_query", "The query is not made of name=value pairs in UTF-8.")
    if BROKEN_ESCAPE.search(query):
        raise unreadable
    try:
        return parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError as error:
        raise unreadable from error


def _is_list(hint: object) -> bool:
    kind = msgspec.inspect.type_info(hint)
    kinds = kind.types if isinstance(kind, msgspec.inspect.UnionType) else (kind,)
    return any(isinstance(one, msgspec.inspect.CollectionType) for one in kinds)


def _idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key header, if there is one."""
    key: str | None = request.headers.get("idempotency-key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise Refusal(
            400, "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 visible ASCII characters."
        )
    return key


def bearer(request: Request) -> str:
    """The token that a request bears.

    Raises:
        Unauthenticated: it bears none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return token.strip()
