"""What is used of packages beyond their documented interfaces, by name: an upgrade that takes it away fails here."""

import inspect
import re
from pathlib import Path

import pytest
from redis.asyncio.connection import AbstractConnection
from sanic import Request, Sanic
from sanic.http import Http
from sanic.server import HttpProtocol
from websockets.server import ServerProtocol
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend

from app.http import edge
from app.migrate import history
from app.sockets import websocket

pytestmark = pytest.mark.check

ROOT = Path(__file__).resolve().parents[2]

# What our classes override.
OVERRIDDEN: dict[type, tuple[type, set[str]]] = {
    edge.App: (Sanic, {"handle_request", "register_middleware"}),
    edge.Http: (
        Http,
        {"error_response", "http1", "http1_request_header", "http1_response_header", "read"},
    ),
    edge.Connection: (HttpProtocol, {"HTTP_CLASS", "check_timeouts", "data_received"}),
    websocket.Protocol: (
        HttpProtocol,
        {"check_timeouts", "close", "close_if_idle", "connection_lost", "data_received"},
    ),
    websocket.Wire: (ServerProtocol, {"fail"}),
    history.Backend: (
        PostgresqlPsycopgBackend,
        {
            "apply_one",
            "connect",
            "create_lock_table_sql",
            "get_log_data",
            "init_connection",
            "init_database",
            "list_tables",
        },
    ),
}
# What they read, set and call besides.
USED: dict[object, set[str]] = {
    Sanic: {"handle_exception", "create_server", "unregister_app"},
    Http: {
        *("_receive_more", "_send", "exception", "expecting_continue", "head_only", "keep_alive", "perft0"),
        *(
            "recv_buffer",
            "request_body",
            "request_bytes_left",
            "response_func",
            "response_size",
            "stage",
            "url",
        ),
    },
    HttpProtocol: {"_callback_check_timeouts", "_can_write", "_task", "_time", "conn_info", "receive_more"},
    Request: {"_parsed_url", "head", "raw_url"},
    ServerProtocol(): {"close_rcvd", "close_rcvd_then_sent", "close_sent"},
    AbstractConnection: {"mark_for_reconnect", "on_connect", "read_response", "reset_should_reconnect"},
    PostgresqlPsycopgBackend: {"format_sql", "log_migration", "mark_one"},
}


@pytest.mark.parametrize("ours", OVERRIDDEN)
def test_what_we_override_is_there_and_is_named_here(ours: type) -> None:
    base, names = OVERRIDDEN[ours]
    assert {name for name in vars(ours) if not name.startswith("__") and hasattr(base, name)} == names
    for name in names:
        assert inspect.iscoroutinefunction(getattr(ours, name)) == inspect.iscoroutinefunction(
            getattr(base, name)
        ), name


@pytest.mark.parametrize("base", USED, ids=lambda base: getattr(base, "__name__", type(base).__name__))
def test_what_we_use_is_there(base: object) -> None:
    assert {name for name in USED[base] if not hasattr(base, name)} == set()


def test_one_place_makes_clients_of_redis() -> None:
    made = re.compile(r"\bRedis(\.from_url|\.from_pool)?\(")
    places = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "listeners", "workshop", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if made.search(path.read_text(encoding="utf-8"))
    }
    assert places == {"app/redis_client.py"}
