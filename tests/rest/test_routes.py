"""One row says everything about a route: what it takes is decoded, what it calls is known."""

import ast
import inspect
import re
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from sanic import HTTPResponse, Request

from app.described.openapi import TABLES, refusals_of
from app.described.refusals import statuses
from app.http.edge import App
from app.http.routes import Listener, Route, blueprint, reply
from app.public import table
from app.server import create_public_app
from app.settings import Settings
from tests.rest.harness import Client, client_of
from tests.rest.test_refusals import refused
from workshop.reference.generate import app_refusals

EVERY = [(listener, route) for listener in TABLES for route in TABLES[listener]]
every_route = pytest.mark.parametrize(
    ("listener", "route"), EVERY, ids=[f"{listener} {route.method} {route.path}" for listener, route in EVERY]
)


def called_by(handler: Callable[..., Any]) -> set[str]:
    """The SQL functions that a handler calls, directly or through functions of its module."""
    module = inspect.getmodule(handler)
    assert module is not None
    functions = {
        node.name: node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    to_visit, visited, called = [handler.__name__], set[str](), set[str]()
    while to_visit:
        name = to_visit.pop()
        visited.add(name)
        for node in ast.walk(functions[name]):
            match node:
                case ast.Call(func=ast.Attribute(attr="call"), args=[ast.Constant(value=str(function)), *_]):
                    called.add(function)
                case ast.Name(id=other) if other in functions and other not in visited:
                    to_visit.append(other)
    return called


@pytest.mark.parametrize(
    "route", [route for _, route in EVERY if callable(route.does)], ids=lambda one: one.name
)
def test_a_row_names_the_functions_that_its_handler_calls(route: Route) -> None:
    assert callable(route.does)
    assert set(route.calls) == called_by(route.does)


@every_route
def test_a_handler_has_a_summary_of_one_line(listener: Listener, route: Route) -> None:
    summary = route.description.partition("\n\n")[0]
    assert summary.endswith(".")
    assert "\n" not in summary


@every_route
def test_a_route_of_several_statuses_says_which_it_is(listener: Listener, route: Route) -> None:
    if isinstance(route.does, str):
        assert (len(route.replies) > 1) == (route.status is not None)
    else:
        assert (route.body, route.query, route.status, route.limit) == (None, None, None, None)


@every_route
def test_what_a_handler_refuses_with_itself_is_what_the_app_says(listener: Listener, route: Route) -> None:
    known = {(refusal.status, refusal.slug) for refusal in app_refusals()}
    assert {(status, slug) for status, slugs in route.refuses.items() for slug in slugs} <= known


@every_route
def test_every_refusal_of_a_row_is_defined(listener: Listener, route: Route) -> None:
    in_the_app = {(refusal.status, refusal.slug) for refusal in app_refusals()}
    in_sql = {(status, slug) for slug, status in statuses().items()}
    found = refusals_of(route)
    assert {(status, slug) for status, slugs in found.items() for slug in slugs} <= in_the_app | in_sql


def test_names_and_paths_are_unique() -> None:
    for routes in TABLES.values():
        assert len({route.name for route in routes}) == len(routes)
        assert len({(route.method, route.path) for route in routes}) == len(routes)


class Online(msgspec.Struct):
    online: bool


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Route("POST", "/x", "mitra", "set_mitra_status", {}), "/x gives p_online 0 times, api.set_mitra"),
        (Route("POST", "/x", "customer", "set_mitra_status", {}, body=Online), "p_customer_id 1 times"),
        (Route("POST", "/x", None, "set_mitra_status", {}, body=Online), "p_mitra_id 0 times"),
        (
            Route("POST", "/<mitra_id:uuid>", "mitra", "set_mitra_status", {}, body=Online),
            "p_mitra_id 2 times",
        ),
        (Route("GET", "/x", "mitra", "mitra_state", {}, query=Online), "mitra_state takes it 0 times"),
    ],
)
def test_a_row_that_does_not_fit_its_function_is_noticed_at_the_start(row: Route, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        blueprint("trial", [row])


def test_a_path_that_does_not_fit_its_handler_is_noticed_at_the_start() -> None:
    async def of_another(_request: Request, chat_session_id: UUID) -> HTTPResponse:
        return reply(None)

    for path in ("/x", "/x/<other:uuid>", "/x/<chat_session_id:str>"):
        with pytest.raises(TypeError, match=path):
            blueprint("trial", [Route("GET", path, None, of_another, {})])


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    colours: tuple[Literal["red", "blue"], ...] = ()
    shades: list[str] | None = None
    limit: int = 50


class Given(msgspec.Struct, forbid_unknown_fields=True):
    name: str


async def look(
    _request: Request, kind: str, query: Filter, idempotency_key: str | None, body: Given, thing_id: UUID
) -> HTTPResponse:
    given = {"kind": kind, "thing_id": thing_id, "query": query, "key": idempotency_key, "body": body}
    return reply(msgspec.json.encode(given))


LOOK = Route("PATCH", "/trial/<kind:str>/<thing_id:uuid>", None, look, {200: Given})
THING = f"/trial/tall/{UUID(int=7)}"


def create_with_look(settings: Settings) -> App:
    app = create_public_app(settings)
    app.blueprint(blueprint("trial", [LOOK]))
    return app


@pytest.fixture
async def trial(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a public app with one extra route."""
    async with client_of(settings, create_with_look) as client:
        yield client


async def test_a_handler_gets_the_arguments_of_its_signature(trial: httpx.AsyncClient) -> None:
    query: dict[str, list[str] | int] = {"colours": ["red", "blue"], "limit": 7}
    response = await trial.patch(
        THING, params=query, json={"name": "Sari"}, headers={"Idempotency-Key": "one"}
    )
    assert response.json() == {
        "kind": "tall",
        "thing_id": str(UUID(int=7)),
        "query": {"colours": ["red", "blue"], "shades": None, "limit": 7},
        "key": "one",
        "body": {"name": "Sari"},
    }
    response = await trial.patch(THING, params={"shades": "x"}, json={"name": "Sari"})
    assert response.json()["query"] == {"colours": [], "shades": ["x"], "limit": 50}
    assert response.json()["key"] is None


async def test_the_refusal_of_an_invalid_request_names_the_field(trial: httpx.AsyncClient) -> None:
    async def sentence(slug: str, **request: Any) -> str:  # noqa: ANN401
        return refused(await trial.patch(THING, **{"json": {"name": "Sari"}, **request}), 400, slug)

    assert "$.limit" in await sentence("invalid_query", params={"limit": "many"})
    assert "$.limit" in await sentence("invalid_query", params=[("limit", "1"), ("limit", "1")])
    assert "$.colours[1]" in await sentence("invalid_query", params=[("colours", "red"), ("colours", "x")])
    assert "size" in await sentence("invalid_query", params={"size": "1"})
    assert "U+0000" in await sentence("invalid_query", params={"shades": "\0"})
    assert "$.name" in await sentence("invalid_body", json={"name": 1})
    await sentence("invalid_idempotency_key", headers={"Idempotency-Key": "a b"})
    refused(await trial.patch("/trial/tall/7", json={"name": "Sari"}), 404, "not_found")


@pytest.mark.parametrize("query", ["limit", "limit=1&", "shades=%zz", "shades=%ff", "=1", "shades=%"])
async def test_a_malformed_query_is_refused(trial: httpx.AsyncClient, query: str) -> None:
    refused(await trial.patch(f"{THING}?{query}", json={"name": "Sari"}), 400, "invalid_query")


async def test_no_route_ignores_an_unknown_query_parameter(
    customer: Client, mitra: Client, http: httpx.AsyncClient
) -> None:
    """Even a route without any parameters."""
    clients = {"customer": customer, "mitra": mitra}
    for route in table.ROUTES:
        path = re.sub(r"<\w+:uuid>", str(uuid4()), route.path)
        headers = clients[route.audience].headers() if route.audience in clients else {}
        response = await http.request(route.method, f"{path}?unheard_of=1", headers=headers, json={})
        refused(response, 400, "invalid_query")


async def test_every_get_route_answers_head(customer: Client, mitra: Client, http: httpx.AsyncClient) -> None:
    clients = {"customer": customer, "mitra": mitra}
    paths = [(route.path, route.audience) for route in table.ROUTES if route.method == "GET"]
    for path, audience in [*paths, ("/docs", None), ("/openapi.json", None), ("/docs/swagger-ui.css", None)]:
        path = re.sub(r"<\w+:uuid>", str(uuid4()), path)  # noqa: PLW2901
        headers = clients[audience].headers() if audience in clients else {}
        got = await http.get(path, headers=headers)
        head = await http.head(path, headers=headers)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers["content-type"] == got.headers["content-type"]
        assert "content-length" in head.headers


async def test_a_path_has_one_spelling(customer: Client, http: httpx.AsyncClient) -> None:
    """A proxy that answers /readyz itself would let another spelling through."""
    for path in ("/readyz/", "/metrics/", "/healthz/", "/api/client/state/"):
        refused(await http.get(path, headers=customer.headers()), 404, "not_found")
    assert (await http.get("/docs/")).headers["location"] == "/docs"


async def test_the_token_is_checked_before_the_request(customer: Client, http: httpx.AsyncClient) -> None:
    refused(await http.post("/api/client/payment-sessions", content=b"{"), 401, "unauthenticated")
    path = f"/api/client/payment-sessions/{uuid4()}"
    refused(await http.get(path), 401, "unauthenticated")
