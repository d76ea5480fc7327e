"""The OpenAPI 3.1 document of a server, made from its table of routes.

What goes in and out are the types of `app.public.bodies` and `app.public.replies`. A route is described by the comment
of its SQL function. Its refusals are those of the functions that it calls (`app.described.refusals`) and those that
follow from what it takes. The frames of the server's sockets are among the schemas (`FrameTo…`, `FrameFrom…`),
for clients that generate their types from them.
"""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from uuid import UUID

import msgspec

from app.auth import Audience
from app.described import refusals
from app.http.errors import HTTP_SLUGS
from app.http.routes import IDEMPOTENCY_KEY, PATH_PARAMETER, Form, Listener, Route
from app.internal import frames as internal_frames
from app.internal import replies as internal_replies
from app.internal import table as internal_table
from app.postgres.db import only_reads
from app.public import conversation, frames, replies
from app.public import table as public_table
from app.sockets import serving

TABLES: Mapping[Listener, Sequence[Route]] = {
    "public": public_table.ROUTES,
    "internal": internal_table.ROUTES,
}
TITLES: Mapping[Listener, str] = {
    "public": "Curhat: customers and mitras",
    "internal": "Curhat: control center",
}

FRAMES: Mapping[Listener, Mapping[str, Any]] = {
    "public": {
        "FrameToCustomer": frames.ToCustomer,
        "FrameToMitra": frames.ToMitra,
        "FrameFromClient": serving.Auth | conversation.Said,
    },
    "internal": {
        "FrameToOperator": internal_frames.ToOperator,
        "EventToOperator": internal_frames.OperatorEvent,
        "FrameFromOperator": internal_frames.FromOperator,
    },
}

# The refusals of any call; the second only of a call that may have changed something.
MOMENTARY = ("busy", "unavailable", "response_timeout")
UNKNOWN = "unknown_outcome"

Json = dict[str, Any]


def document(listener: Listener) -> bytes:
    """The whole document, as JSON."""
    routes = TABLES[listener]
    shapes = _Shapes(routes, FRAMES[listener])
    paths: dict[str, Json] = {}
    for route in routes:
        path = paths.setdefault(PATH_PARAMETER.sub(r"{\g<name>}", route.path), {})
        path[route.method.lower()] = _operation(route, shapes)
    audiences = sorted({route.audience for route in routes if route.audience is not None})
    whole = {
        "openapi": "3.1.1",
        "info": {"title": TITLES[listener], "version": version("curhat"), "description": _introduction()},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": shapes.components,
            "securitySchemes": {audience: _scheme(audience) for audience in audiences},
        },
    }
    return msgspec.json.encode(whole)


def refusals_of(route: Route) -> dict[int, list[str]]:
    """The refusals of a route: slugs by status, sorted."""
    found: dict[int, set[str]] = {status: set(slugs) for status, slugs in route.refuses.items()}
    for status, slug in (*_of_what_it_takes(route), *_of_what_it_calls(route)):
        found.setdefault(status, set()).add(slug)
    found.setdefault(500, set()).add("internal_error")
    return {status: sorted(slugs) for status, slugs in sorted(found.items())}


def facts_of(route: Route) -> Mapping[str, type[msgspec.Struct]]:
    """The types of the facts of a route's refusals, by slug."""
    of_everybody = replies.FACTS
    return {**of_everybody, **internal_replies.FACTS} if route.schema == "control_center" else of_everybody


def _of_what_it_takes(route: Route) -> Iterable[tuple[int, str]]:
    takes = route.takes
    if route.audience is not None:
        yield from ((401, "unauthenticated"), (403, "forbidden"))
    if takes.body is not None:
        yield from ((400, "invalid_body"), (413, "too_large"))
    yield 400, "invalid_query"
    if takes.query is not None:
        yield 414, "address_too_long"
    if takes.idempotency_key:
        yield 400, "invalid_idempotency_key"
    if set(takes.path.values()) - {str}:
        yield 404, "not_found"
    if route.limit is not None:
        yield 429, "too_many_requests"


def _of_what_it_calls(route: Route) -> Iterable[tuple[int, str]]:
    for function in route.functions:
        for slug in refusals.by_function()[function]:
            yield refusals.statuses()[slug], slug
        yield from ((503, slug) for slug in MOMENTARY)
        if not only_reads(function.partition(".")[2]):
            yield 503, UNKNOWN


class _Shapes:
    """The types of routes and sockets as JSON schemas: those of queries inline, the others by reference."""

    def __init__(self, routes: Iterable[Route], unions: Mapping[str, Any]) -> None:
        named = {shape for route in routes for shape in _shapes_of(route)}
        queries = {route.takes.query for route in routes if route.takes.query is not None}
        ordered = sorted(named | queries, key=lambda shape: shape.__qualname__)
        schemas, components = msgspec.json.schema_components(
            [*ordered, *unions.values()], ref_template="#/components/schemas/{name}"
        )
        components.update(zip(unions, schemas[len(ordered) :], strict=True))
        self._schemas = dict(zip(ordered, schemas[: len(ordered)], strict=True))
        self._queries = {query: components.pop(_name(self._schemas[query])) for query in queries}
        self.components = components

    def of(self, form: type[msgspec.Struct]) -> Json:
        return self._schemas[form]

    def parameters_of(self, query: type[msgspec.Struct]) -> Iterable[tuple[str, Json, bool]]:
        """The name of each parameter, its schema, whether it is required."""
        schema = self._queries[query]
        for name, part in schema["properties"].items():
            yield name, part, name in schema.get("required", ())


def _shapes_of(route: Route) -> Iterable[type[msgspec.Struct]]:
    if route.takes.body is not None:
        yield route.takes.body
    for forms in route.replies.values():
        yield from (form for form in _each(forms) if not isinstance(form, str))


def _each(forms: Form | tuple[Form, ...]) -> tuple[Form, ...]:
    return forms if isinstance(forms, tuple) else (forms,)


def _name(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _operation(route: Route, shapes: _Shapes) -> Json:
    summary, _, description = route.description.partition("\n\n")
    made: Json = {
        "operationId": route.name,
        "summary": summary,
        "tags": [route.audience or "anybody"],
        "security": [{route.audience: []}] if route.audience is not None else [],
    }
    if description:
        made["description"] = description
    parameters = list(_parameters(route, shapes))
    if parameters:
        made["parameters"] = parameters
    if route.takes.body is not None:
        made["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": shapes.of(route.takes.body)}},
        }
    made["responses"] = _responses(route, shapes)
    return made


def _parameters(route: Route, shapes: _Shapes) -> Iterable[Json]:
    for name, kind in route.takes.path.items():
        yield {"name": name, "in": "path", "required": True, "schema": _path_schema(kind)}
    if route.takes.query is not None:
        for name, schema, required in shapes.parameters_of(route.takes.query):
            yield {"name": name, "in": "query", "required": required, "schema": schema}
    if route.takes.idempotency_key:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key with the same request takes effect once and gets the same reply.",
            "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY.pattern}$"},
        }


def _path_schema(kind: type) -> Json:
    return {UUID: {"type": "string", "format": "uuid"}, str: {"type": "string"}, int: {"type": "integer"}}[
        kind
    ]


def _responses(route: Route, shapes: _Shapes) -> Json:
    refused = refusals_of(route)
    return {
        str(status): _response(
            status,
            route.replies.get(status, ()),
            _refusals(refused.get(status, []), facts_of(route)),
            shapes,
        )
        for status in sorted({*route.replies, *refused})
    }


def _response(status: int, forms: Form | tuple[Form, ...], refused: Sequence[Json], shapes: _Shapes) -> Json:
    bodies = [shapes.of(form) for form in _each(forms) if not isinstance(form, str)]
    bodies += refused
    content: Json = {form: {"schema": {"type": "string"}} for form in _each(forms) if isinstance(form, str)}
    if bodies:
        content["application/json"] = {"schema": bodies[0] if len(bodies) == 1 else {"anyOf": bodies}}
    made: Json = {"description": HTTPStatus(status).phrase, "content": content}
    headers = _headers(status)
    if headers:
        made["headers"] = headers
    return made


def _refusals(slugs: Sequence[str], facts: Mapping[str, type[msgspec.Struct]]) -> list[Json]:
    """One schema for all refusals without facts, one for each that has facts."""
    plain = [slug for slug in slugs if slug not in facts]
    made = [_refusal(plain, {})] if plain else []
    for slug in slugs:
        if slug in facts:
            _, components = msgspec.json.schema_components([facts[slug]])
            made.append(_refusal([slug], components[facts[slug].__name__]["properties"]))
    return made


def _refusal(slugs: Sequence[str], facts: Json) -> Json:
    return {
        "type": "object",
        "required": ["error", "message", *facts],
        "properties": {"error": {"enum": list(slugs)}, "message": {"type": "string"}, **facts},
        "additionalProperties": False,
    }


def _headers(status: int) -> Json:
    match status:
        case 401:
            return {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}}
        case 429 | 503:
            return {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
        case _:
            return {}


def _scheme(audience: Audience) -> Json:
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": f"An access token of a {audience}.",
    }


def _introduction() -> str:
    slugs = ", ".join(f"`{slug}` ({status})" for status, (slug, _) in HTTP_SLUGS.items())
    return (
        "Ids are UUIDs, times RFC 3339 in UTC, money whole rupiah. A refusal changes nothing. It has a stable "
        "slug (`error`) and a plain sentence (`message`). A request that reaches none of these routes is refused "
        f"in the same form: {slugs}."
    )
