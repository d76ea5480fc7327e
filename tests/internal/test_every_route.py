"""Properties of every route of the internal API."""

from collections.abc import Callable, Iterable
from uuid import UUID

import httpx

from app.auth import issue_token
from app.http.routes import PATH_PARAMETER, Route
from app.internal.table import ROUTES, SOCKETS
from app.settings import Settings
from tests.internal.harness import Desk
from tests.sql.world import World

SECRET = "rahasia sekali"
# Changing the password needs the old one, which tests/auth covers.
OPERATORS = [
    route for route in ROUTES if route.audience == "operator" and route.path != "/internal/auth/password"
]
SIGN_IN = {"/internal/auth/login", "/internal/auth/refresh", "/internal/auth/logout"}
# All other routes need the role viewer.
MORE_THAN_A_VIEWER = {
    ("PATCH", "/internal/config/<key:str>"): "admin",
    ("GET", "/internal/operators"): "admin",
    ("POST", "/internal/operators"): "admin",
    ("PATCH", "/internal/operators/<changed_id:uuid>"): "admin",
    ("POST", "/internal/failed-pairings/<failure_id:uuid>/action"): "operator",
    ("POST", "/internal/failed-pairings/actions"): "operator",
    ("POST", "/internal/chat-sessions/<chat_session_id:uuid>/end"): "operator",
    ("POST", "/internal/mitras/<mitra_id:uuid>/offline"): "operator",
}


def make_history(world: World) -> dict[str, str]:
    """Make a history with messages; return an id for every path parameter."""
    customer, mitra = world.customer(), world.mitra()
    chat = world.chat(customer, mitra)
    world.say(chat, "customer", SECRET)
    world.say(chat, "mitra", SECRET)
    extension = world.extend(chat)
    world.api("reject_extension", extension["id"], mitra)
    search = world.search(world.customer())
    payment = extension["payment_session_id"]
    return {
        "failure_id": world.failure(payment)["id"],
        "payment_session_id": payment,
        "request_id": search["id"],
        "chat_session_id": chat["id"],
        "mitra_id": mitra,
        "user_id": customer,
        "changed_id": world.staff("viewer"),
        "key": "presence_ttl_seconds",
        "day": world.clock.now().date().isoformat(),
    }


def bodies(ids: dict[str, str]) -> dict[str, object]:
    """A body for each route that needs one."""
    return {
        "set_config": {"value": 46},
        "action_failure": {"action": "no_action"},
        "action_failures": {"ids": [ids["failure_id"]], "action": "no_action"},
        "end_chat": {"note": "reported"},
        "force_mitra_offline": {"note": "phone lost"},
        "add_operator": {
            "email": "wati@curhat.example",
            "display_name": "Wati",
            "role": "viewer",
            "password": "a password that is long",
        },
        "change_operator": {"role": "operator"},
    }


def address(route: Route, ids: dict[str, str]) -> str:
    return PATH_PARAMETER.sub(lambda found: ids[found["name"]], route.path)


def reading_first(routes: Iterable[Route]) -> list[Route]:
    """Sort the routes that change something last."""
    return sorted(routes, key=lambda route: route.method != "GET")


async def send(
    http: httpx.AsyncClient, route: Route, ids: dict[str, str], token: str | None
) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    body = bodies(ids).get(route.action)
    return await http.request(route.method, address(route, ids), json=body, headers=headers)


async def test_only_operators_are_let_in(settings: Settings, http: httpx.AsyncClient, world: World) -> None:
    ids = make_history(world)
    tokens = {
        "no token": (None, 401),
        "a customer's": (issue_token(settings, "customer", UUID(ids["user_id"])), 403),
        "a mitra's": (issue_token(settings, "mitra", UUID(ids["mitra_id"])), 403),
        "an unknown operator's": (issue_token(settings, "operator", UUID(world.uuid())), 401),
    }
    let_in = [
        (route.method, route.path, whose)
        for route in OPERATORS
        for whose, (token, status) in tokens.items()
        if (await send(http, route, ids, token)).status_code != status
    ]
    assert let_in == []
    assert {route.path for route in ROUTES if route.audience is None} == {
        "/healthz",
        "/readyz",
        "/metrics",
        *SIGN_IN,
    }


async def test_every_route_needs_its_role(new_desk: Callable[..., Desk], world: World) -> None:
    ids = make_history(world)
    desks = {role: new_desk(role) for role in ("viewer", "operator", "admin")}
    ranks = list(desks)
    for route in OPERATORS:
        needed = MORE_THAN_A_VIEWER.get((route.method, route.path), "viewer")
        for role in ranks[: ranks.index(needed)]:
            response = await send(desks[role].http, route, ids, desks[role].token)
            assert (response.status_code, response.json()["error"]) == (403, "role_not_sufficient"), route
    for route in reading_first(OPERATORS):
        needed = MORE_THAN_A_VIEWER.get((route.method, route.path), "viewer")
        response = await send(desks[needed].http, route, ids, desks[needed].token)
        assert response.status_code in route.replies, (route.path, response.text)


async def test_every_route_answers_as_documented_and_without_messages(
    new_desk: Callable[..., Desk], world: World
) -> None:
    """The desk checks the responses against the routes' rows."""
    ids = make_history(world)
    admin = new_desk("admin")
    for route in reading_first(OPERATORS):
        body = bodies(ids).get(route.action)
        path = address(route, ids)
        match route.method:
            case "GET":
                response = await admin.get(path)
            case "POST":
                response = await admin.post(path, body)
            case "PATCH":
                response = await admin.patch(path, body)
        assert response.status_code in route.replies, (route.path, response.text)
        assert SECRET not in response.text, route.path
    file = await admin.get("/internal/failed-pairings", accept="text/csv")
    assert ids["failure_id"] in file.text
    assert SECRET not in file.text


def test_there_is_one_socket() -> None:
    """`test_socket.py` covers it."""
    assert [path for path, _ in SOCKETS] == ["/internal/ws"]
