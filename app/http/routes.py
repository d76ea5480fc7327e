"""What a route is: one row that says everything about it.

A listener's routes stand in one table each (`app.public.table`, `app.internal.table`). A row says method, path,
audience, the SQL function that is called, the type of the body or of the query, and what comes back:

    Route("POST", "/internal/mitras/<mitra_id:uuid>/offline", "operator", "force_mitra_offline", {200: …}, body=Reason)

The function is called by name. Its parameter `p_x` gets
- the part `x` of the path, or the field `x` of the body or of the query;
- the caller's id, as `p_customer_id`, `p_mitra_id` or `p_operator_id`. A function that serves several audiences takes
  `p_role` and `p_person_id` instead;
- the Idempotency-Key, as `p_idempotency_key`.
Every parameter must be given by one of these, and everything that is taken must have a parameter.

A row names a handler instead where more is done than to call a function. Its signature says what it takes: `body`,
`query`, `idempotency_key`, and the parts of the path. `calls` names the functions that it calls, and its docstring
describes it. Either way the OpenAPI document (`app.described.openapi`) is made of the row.
"""

import inspect
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, get_type_hints
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from app.auth import Audience, Unauthenticated
from app.envelope import DECODE_ERRORS
from app.http.limits import Limit, limits
from app.postgres.db import Database, Schema
from app.postgres.functions import functions
from app.refusals import Refusal, raise_if_kept

Listener = Literal["public", "internal"]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]  # None: it has sent the response itself
SocketHandler = Callable[..., Coroutine[Any, Any, None]]
Socket = tuple[str, SocketHandler]
Reader = Callable[[Request], Any]
Shape = type[msgspec.Struct]
Form = Shape | str

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
PATH_PARAMETER = re.compile(r"<(?P<name>\w+):(?P<kind>\w+)>")
PATH_KINDS = {"uuid": UUID, "str": str, "int": int}


@dataclass(frozen=True)
class Takes:
    """What a route takes: the types of body and query, whether an Idempotency-Key, the parts of the path."""

    body: Shape | None
    query: Shape | None
    idempotency_key: bool
    path: Mapping[str, type]


@dataclass(frozen=True, eq=False)
class Route:
    """A method and a path, who may call it (None: anybody), what answers, and what comes back.

    `does` is the SQL function or the handler. `replies` says for each status what the body is: a type, a media type,
    or several of these to choose from with Accept. `status` finds the status in the reply where there are several,
    `limit` is how often one caller may ask. Refusals follow from the row and from the SQL functions that it calls;
    `refuses` lists by status what a handler refuses with besides.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    audience: Audience | None
    does: str | Handler
    replies: Mapping[int, Form | tuple[Form, ...]]
    body: Shape | None = None
    query: Shape | None = None
    status: Callable[[bytes], int] | None = None
    limit: Limit | None = None
    calls: tuple[str, ...] = ()
    refuses: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    schema: ClassVar[Schema] = "api"

    @property
    def name(self) -> str:
        """Its name, unique among the listener's."""
        return f"{self.audience or 'anybody'}_{self.action}"

    @property
    def action(self) -> str:
        """The name of what answers."""
        return self.does if isinstance(self.does, str) else self.does.__name__

    @property
    def functions(self) -> tuple[str, ...]:
        """The SQL functions that are called, with their schema."""
        names = (self.does,) if isinstance(self.does, str) else self.calls
        return tuple(f"{self.schema}.{name}" for name in names)

    @property
    def description(self) -> str:
        """What it does: a sentence, and where there is more to say, more of them after an empty line."""
        if not isinstance(self.does, str):
            return inspect.getdoc(self.does) or ""
        comment = functions()[self.functions[0]].comment.partition(" Refuses ")[0]
        return re.sub(r"\bp_(\w+)", r"`\1`", comment.replace(". ", ".\n\n", 1))

    @cached_property
    def takes(self) -> Takes:
        """What it takes.

        Raises:
            TypeError: path, body and query do not fit the function or the handler.
        """
        given = {found["name"]: PATH_KINDS[found["kind"]] for found in PATH_PARAMETER.finditer(self.path)}
        if isinstance(self.does, str):
            takes_key = "idempotency_key" in functions()[self.functions[0]].parameters
            takes = Takes(self.body, self.query, takes_key, given)
            self._check_parameters(takes)
            return takes
        hints = get_type_hints(self.does)
        _request, *taken = inspect.signature(self.does).parameters
        path = {name: hints[name] for name in taken if name not in ("body", "query", "idempotency_key")}
        if path != given:
            raise TypeError(f"{self.method} {self.path} gives {given}, its handler takes {path}.")
        return Takes(hints.get("body"), hints.get("query"), "idempotency_key" in taken, path)

    @property
    def callers_parameters(self) -> tuple[str, ...]:
        """The parameters of the SQL function that say who calls: one for the id, before it one for the role."""
        if self.audience is None:
            return ()
        shared = "person_id" in functions()[self.functions[0]].parameters
        return ("role", "person_id") if shared else (f"{self.audience}_id",)

    def _check_parameters(self, takes: Takes) -> None:
        given = Counter([*takes.path, *self.callers_parameters, *["idempotency_key"] * takes.idempotency_key])
        for shape in (takes.body, takes.query):
            given.update(() if shape is None else shape.__struct_fields__)
        taken = functions()[self.functions[0]].parameters
        for name in sorted(given.keys() | taken):
            if given[name] != 1 or name not in taken:
                raise TypeError(
                    f"{self.method} {self.path} gives p_{name} {given[name]} times, {self.functions[0]} takes it "
                    f"{int(name in taken)} times."
                )


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated caller of a request."""

    audience: Audience
    id: UUID


def blueprint(name: str, routes: Iterable[Route], sockets: Iterable[Socket] = ()) -> Blueprint:
    """The routes as Sanic takes them, each behind its audience and with what it takes decoded."""
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
    """The caller; only on routes with an audience."""
    found: Caller = request.ctx.caller
    return found


def database(request: Request) -> Database:
    found: Database = request.app.ctx.database
    return found


def reply(body: bytes | None, status: int = 200) -> HTTPResponse:
    """A function's reply, as it came from the database."""
    return HTTPResponse(body or b"{}", status, content_type="application/json")


def _answering(route: Route) -> Handler:
    audience = route.audience
    readers = list(_readers(route.takes))
    takes_query = route.takes.query is not None
    handler = _calling(route, route.does) if isinstance(route.does, str) else route.does

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


def _calling(route: Route, function: str) -> Handler:
    """The one handler of all routes that only call a function."""
    *role, callers_id = route.callers_parameters or (None,)
    shapes = [name for name in ("query", "body") if getattr(route, name) is not None]
    status, status_of, limit = min(route.replies), route.status, route.limit

    async def calling(request: Request, **given: Any) -> HTTPResponse:  # noqa: ANN401
        for shape in [given.pop(name) for name in shapes]:
            given.update(msgspec.structs.asdict(shape))
        if callers_id is not None:
            asks = caller(request)
            given[callers_id] = asks.id
            if role:
                given["role"] = asks.audience
            if limit is not None:
                await limits(request).check(limit, str(asks.id))
        answer = await database(request).call(function, **given)
        raise_if_kept(answer)
        return reply(answer, status if status_of is None else status_of(answer or b"{}"))

    return calling


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
    """Read single parameters, and lists as a repeated parameter.

    A list may be written with brackets, `cause_tags[]=…`, as many clients do.
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
    """The parameters of a query. A query that cannot be read whole is refused."""
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
    """The bearer token of a request.

    Raises:
        Unauthenticated: it has none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return token.strip()
