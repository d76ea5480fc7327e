"""What all requests and replies have in common."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from sanic import Request
from sanic.compat import Header
from sanic.server import HttpProtocol

from app import request_id
from app.http import edge
from app.http.proxies import client_address, is_https
from app.postgres.db import QUICK_LANES
from app.server import create_internal_app
from app.settings import Settings
from tests.conftest import Connection
from tests.rest.harness import PATIENCE_SECONDS, Client, Worker, client_of, pair, until
from tests.rest.test_refusals import refused
from tests.sockets.harness import signed_in

CREATE = "/api/client/payment-sessions"
PAGE = "https://example.com"
LOCAL = ip_network("127.0.0.0/8")


@asynccontextmanager
async def asking(settings: Settings, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401
    """A client of a worker with changed settings."""
    async with client_of(replace(settings, **changed)) as client:
        yield client


# Request ids


async def test_each_reply_has_a_unique_id(http: httpx.AsyncClient) -> None:
    responses = [await http.get(path) for path in ("/healthz", "/healthz", "/api/nothing", "/openapi.json")]
    ids = {response.headers["x-request-id"] for response in responses}
    assert len(ids) == len(responses)
    assert all(request_id.WELL_FORMED.fullmatch(one) for one in ids)


async def test_every_event_of_a_request_has_the_id_of_its_reply(
    customer: Client, mitra: Client, db: Connection
) -> None:
    """Starting a search appends several events, in nested functions."""
    await mitra.post("/api/mitra/status", {"online": True})
    created = await customer.post(CREATE, {"duration_minutes": 30})
    await customer.post(f"{CREATE}/{created.json()['id']}/confirm")
    started = await customer.post("/api/client/chat-requests", {"payment_session_id": created.json()["id"]})
    types = db.execute(
        "select array_agg(type order by type) from data.events where http_request_id = %s",
        [started.headers["x-request-id"]],
    ).fetchone()
    assert types == (["CHAT_REQUEST", "CHAT_REQUEST_STARTED"],)


async def test_each_of_fifty_concurrent_requests_has_its_own_id(
    new_customer: Callable[[], Client], db: Connection
) -> None:
    """They are pipelined over the same few connections."""
    customers = [new_customer() for _ in range(50)]
    responses = await asyncio.gather(*(one.post(CREATE, {"duration_minutes": 30}) for one in customers))
    ids = {response.json()["id"]: response.headers["x-request-id"] for response in responses}
    assert len(set(ids.values())) == 50
    written = db.execute("select entity_id::text, http_request_id from data.events").fetchall()
    assert dict(written) == ids
    assert len(written) == 50


async def test_an_event_without_a_request_does_not_get_the_previous_requests_id(
    worker: Worker, mitra: Client, db: Connection
) -> None:
    for online in (True, False) * QUICK_LANES:
        await mitra.post("/api/mitra/status", {"online": online})
    last = db.execute("select max(id) from data.events").fetchone()
    for online in (True, False) * QUICK_LANES:
        await worker.app.ctx.database.call("set_mitra_status", mitra_id=mitra.id, online=online)
    assert last is not None
    found = db.execute("select distinct http_request_id from data.events where id > %s", last).fetchall()
    assert found == [(None,)]


async def test_an_event_of_a_socket_has_the_id_of_the_request_that_opened_it(
    customer: Client, mitra: Client, db: Connection
) -> None:
    chat_id = await pair(customer, mitra)
    async with signed_in(customer) as customers:
        response = customers.connection.response
        assert response is not None
        await customers.send("message", chat_session_id=chat_id, client_message_id=str(uuid4()), body="Halo")
        await customers.frame_of("ack")
    found = db.execute("select http_request_id from data.events where type = 'CHAT_MESSAGE'").fetchall()
    assert found == [(response.headers["x-request-id"],)]


@pytest.mark.parametrize(
    ("trusted", "taken"), [((LOCAL,), ["proxy/4711"]), ((), []), ((ip_network("10.0.0.0/8"),), [])]
)
async def test_an_id_is_accepted_only_from_a_trusted_proxy(
    settings: Settings, trusted: tuple[object, ...], taken: list[str]
) -> None:
    given = ["proxy/4711", "two words", "x" * 101, ""]
    async with asking(settings, trusted_proxies=trusted) as http:
        responses = [await http.get("/healthz", headers={"X-Request-ID": one}) for one in given]
    ids = [response.headers["x-request-id"] for response in responses]
    assert [one for one in ids if one in given] == taken
    assert len(set(ids)) == len(given)


# Client addresses


def asked(peer: str, trusted: str, **headers: str) -> Request:
    """The parts of a request that identify the client."""
    networks = tuple(ip_network(one) for one in trusted.split())
    request = SimpleNamespace(
        app=SimpleNamespace(ctx=SimpleNamespace(settings=SimpleNamespace(trusted_proxies=networks))),
        conn_info=SimpleNamespace(client_ip=peer),
        headers=Header([(name.replace("_", "-"), value) for name, value in headers.items()]),
    )
    return cast(Request, request)


@pytest.mark.parametrize(
    ("peer", "trusted", "forwarded", "client"),
    [
        ("203.0.113.9", "", "198.51.100.1", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.0/8", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.2", "10.0.0.0/8", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.0/8", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.0/8", "198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.0/8", "10.0.0.8, 10.0.0.7", "10.0.0.8"),
        ("10.0.0.2", "10.0.0.0/8", "", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.0/8", "198.51.100.1, nobody", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.0/8", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.2", "10.0.0.0/8", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.2", "10.0.0.0/8", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.2", "10.0.0.0/8", "198.51.100.1", "198.51.100.1"),
        ("2001:db8::2", "2001:db8::/32", "198.51.100.1", "198.51.100.1"),
        ("", "10.0.0.0/8", "198.51.100.1", ""),
    ],
)
def test_the_client_is_the_nearest_address_not_of_a_trusted_proxy(
    peer: str, trusted: str, forwarded: str, client: str
) -> None:
    assert client_address(asked(peer, trusted, x_forwarded_for=forwarded)) == client


@pytest.mark.parametrize(
    ("peer", "proto", "over_tls"),
    [
        ("10.0.0.2", "https", True),
        ("10.0.0.2", "HTTPS", True),
        ("10.0.0.2", "http", False),
        ("10.0.0.2", "https, http", False),
        ("10.0.0.2", "http, https", True),
        ("203.0.113.9", "https", False),
    ],
)
def test_a_trusted_proxy_says_whether_it_was_reached_over_tls(peer: str, proto: str, over_tls: bool) -> None:
    assert is_https(asked(peer, "10.0.0.0/8", x_forwarded_proto=proto)) == over_tls


# Headers


async def test_every_reply_has_the_security_headers(http: httpx.AsyncClient, customer: Client) -> None:
    responses = [
        await http.get("/healthz"),
        await customer.get("/api/client/state"),
        await http.get("/api/client/state"),
        await http.get("/api/nothing"),
        await http.post("/healthz"),
        await http.post(CREATE, content=b"x" * 100_000, headers=customer.headers()),
        await http.get("/api/client/ws"),
    ]
    assert [response.status_code for response in responses] == [200, 200, 401, 404, 405, 413, 426]
    for response in responses:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in response.headers


async def test_a_page_keeps_its_own_policy(http: httpx.AsyncClient) -> None:
    for path in ("/docs", "/"):
        response = await http.get(path)
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_script_has_no_policy_since_a_web_worker_would_obey_it(
    http: httpx.AsyncClient,
) -> None:
    response = await http.get("/docs/start.js")
    assert "content-security-policy" not in response.headers
    assert response.headers["cache-control"] == "max-age=86400"


async def test_replies_over_tls_set_hsts(settings: Settings) -> None:
    async with asking(settings, trusted_proxies=(LOCAL,)) as http:
        for path in ("/healthz", "/api/nothing"):
            for proto, expected in (("https", "max-age=31536000"), ("http", None)):
                response = await http.get(path, headers={"X-Forwarded-Proto": proto})
                assert response.headers.get("strict-transport-security") == expected


# CORS


def preflight(origin: str, method: str = "POST") -> dict[str, str]:
    return {"Origin": origin, "Access-Control-Request-Method": method}


async def test_an_allowed_origin_may_send_requests(settings: Settings) -> None:
    async with asking(settings, cors_origins=(PAGE,)) as http:
        preflighted = await http.options(CREATE, headers=preflight(PAGE))
        assert (preflighted.status_code, preflighted.content) == (204, b"")
        assert preflighted.headers["access-control-allow-origin"] == PAGE
        assert preflighted.headers["access-control-allow-methods"] == "GET, POST"
        for name in ("authorization", "content-type", "idempotency-key"):
            assert name in preflighted.headers["access-control-allow-headers"]
        assert preflighted.headers["access-control-max-age"] == "7200"
        for path, status in (("/healthz", 200), ("/api/client/state", 401)):
            response = await http.get(path, headers={"Origin": PAGE})
            assert response.status_code == status
            assert response.headers["access-control-allow-origin"] == PAGE
            assert response.headers["vary"] == "origin"
            for name in ("retry-after", "x-request-id"):
                assert name in response.headers["access-control-expose-headers"]


async def test_another_origin_may_not(settings: Settings) -> None:
    async with asking(settings, cors_origins=(PAGE,)) as http:
        for origin in ("https://example.org", "null", f"{PAGE}:8443"):
            refused(await http.options(CREATE, headers=preflight(origin)), 405, "method_not_allowed")
            response = await http.get("/healthz", headers={"Origin": origin})
            assert "access-control-allow-origin" not in response.headers
            assert response.headers["vary"] == "origin"


async def test_without_allowed_origins_none_may(settings: Settings) -> None:
    async with asking(settings, cors_origins=()) as http:
        refused(await http.options(CREATE, headers=preflight(PAGE)), 405, "method_not_allowed")
        response = await http.get("/healthz", headers={"Origin": PAGE})
        assert not {"access-control-allow-origin", "vary"} & response.headers.keys()


async def test_the_control_center_may_change_and_delete(settings: Settings) -> None:
    settings = replace(settings, cors_origins=(PAGE,))
    async with client_of(settings, create_internal_app) as http:
        response = await http.options("/healthz", headers=preflight(PAGE, "PATCH"))
    assert response.headers["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE"


async def test_a_static_file_does_not_vary_by_origin(settings: Settings) -> None:
    async with asking(settings, cors_origins=(PAGE,)) as http:
        response = await http.get("/", headers={"Origin": PAGE})
    assert response.headers["vary"] == "accept-encoding"
    assert "access-control-allow-origin" not in response.headers


# Limits


async def raw(worker: Worker, *pieces: bytes) -> httpx.Response:
    """Send raw bytes and read the reply until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(PATIENCE_SECONDS):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)


TOO_LONG = [
    ((b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: %b\r\n\r\n" % (b"x" * 9_000),), 431, "head_too_large"),
    ((b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: %b" % (b"x" * 1_000_000),), 431, "head_too_large"),
    ((b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 5_000),), 414, "address_too_long"),
    ((b"GET /%b" % (b"x" * 1_000_000),), 414, "address_too_long"),
    ((b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n",), 405, "method_not_allowed"),
    (
        (b"POST /api/mitra/status HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n", b"x" * 5_000_000),
        413,
        "too_large",
    ),
    ((b"hello\r\n\r\n",), 400, "bad_request"),
]


async def test_an_oversized_request_is_refused_before_all_of_it_arrived(worker: Worker) -> None:
    for pieces, status, slug in TOO_LONG:
        response = await raw(worker, *pieces)
        refused(response, status, slug)
        assert request_id.WELL_FORMED.fullmatch(response.headers["x-request-id"])


SIGN_OUT = b"POST /api/auth/logout HTTP/1.1\r\nHost: x\r\n"
CHUNKED = SIGN_OUT + b"Transfer-Encoding: chunked\r\n\r\n"
# Request smuggling: requests whose head, body or host another server may read differently.
AMBIGUOUS = {
    "both lengths": SIGN_OUT + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": SIGN_OUT + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "no host": SIGN_OUT.replace(b"Host: x\r\n", b"") + b"Content-Length: 0\r\n\r\n",
    "two hosts": SIGN_OUT + b"hosT: y\r\nContent-Length: 0\r\n\r\n",
    "two hosts in HTTP/1.0": SIGN_OUT.replace(b"1.1", b"1.0") + b"Host: y\r\nContent-Length: 0\r\n\r\n",
    "a space before the colon": SIGN_OUT + b"Content-Length : 0\r\n\r\n",
    "a folded line": SIGN_OUT + b"X: y\r\n Content-Length: 0\r\n\r\n",
    "a bare line feed": SIGN_OUT + b"X: y\nContent-Length: 0\r\n\r\n",
    "a bare carriage return": SIGN_OUT + b"X: y\rContent-Length: 0\r\n\r\n",
    "U+0000": SIGN_OUT + b"X: y\0\r\n\r\n",
    "no name": SIGN_OUT + b": y\r\n\r\n",
    "digits of another script": SIGN_OUT + "Content-Length: \u0660\r\n\r\n".encode(),
    "a vertical tab": SIGN_OUT + b"Content-Length: 0\x0b\r\n\r\n",
    "chunks in HTTP/1.0": SIGN_OUT.replace(b"1.1", b"1.0")
    + b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk that ends elsewhere": CHUNKED + b"2\r\n{}xx0\r\n\r\n",
    "a size with a prefix": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a size with a line feed": CHUNKED + b"\n2\r\n{}\r\n0\r\n\r\n",
    "a size of another script": CHUNKED + "\u0662\r\n{}\r\n0\r\n\r\n".encode(),
    "a last chunk of two": CHUNKED + b"2\r\n{}\r\n0_0\r\n\r\n",
}


async def test_request_smuggling_is_refused_and_ends_the_connection(
    worker: Worker,
) -> None:
    """Behind a proxy, the rest of the body would be read as the next request, possibly of another client."""
    for name, request in AMBIGUOUS.items():
        response = await raw(worker, request + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (name, response.status_code) == (name, 400)
        refused(response, 400, "bad_request")


async def test_each_head_on_a_connection_is_checked(worker: Worker) -> None:
    """Even when earlier ones were fine."""
    fine, no_name = (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    writer.write(fine + fine + no_name + fine)
    async with asyncio.timeout(PATIENCE_SECONDS):
        replies = await reader.read()
    writer.close()
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", replies)] == [200, 200, 400]


async def test_a_chunked_body_may_arrive_in_any_pieces(worker: Worker) -> None:
    whole = (
        CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"1;a=b\r\n{\r\n1 \r\n}\r\n0\r\n\r\n"
    )
    for pieces in ((whole,), tuple(whole[at : at + 1] for at in range(len(whole)))):
        response = await raw(worker, *pieces)
        assert refused(response, 400, "invalid_body") == "Object missing required field `refresh_token`."


@pytest.mark.parametrize(
    "target",
    [b"nothing", b"example.com:443", b"http://example.com", b"http://example.com?x=y", b"/\x7f", b"/\xff"],
)
async def test_an_invalid_request_target_is_refused(worker: Worker, target: bytes) -> None:
    refused(await raw(worker, b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target), 400, "bad_request")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short time limit for requests, not for replies."""
    monkeypatch.setattr(edge, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(edge, "LOOK_SECONDS", 0.02)


async def trickle(worker: Worker, start: bytes) -> httpx.Response:
    """Send a byte now and then until the server answers; return the reply."""
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    writer.write(start)
    reply = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not reply.done():
            writer.write(b"x")
            await asyncio.sleep(0.01)
    writer.close()
    head, _, body = (await reply).partition(b"\r\n\r\n")
    return httpx.Response(int(head.split()[1]), headers={"content-type": "application/json"}, content=body)


TRICKLING = {
    "head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
    "body": b"POST /api/mitra/status HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n",
    "chunk": b"POST /api/mitra/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nEA60\r\n",
}


async def test_a_request_that_trickles_in_times_out(impatient: None, worker: Worker) -> None:
    for start in TRICKLING.values():
        refused(await trickle(worker, start), 408, "request_timeout")


async def test_an_idle_connection_is_closed(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(edge, "LOOK_SECONDS", 0.02)
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await reader.read() == b""
    writer.close()


async def test_a_slow_reply_times_out(
    worker: Worker, customer: Client, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "REPLY_SECONDS", 0.1)
    monkeypatch.setattr(edge, "LOOK_SECONDS", 0.02)
    db.execute("begin; lock table data.users")
    response = await customer.get("/api/client/state")
    db.execute("rollback")
    refused(response, 503, "response_timeout")
    assert int(response.headers["retry-after"]) > 0


async def test_backpressure_applies_to_a_client_that_reads_no_replies(
    worker: Worker, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered: list[str] = []
    monkeypatch.setattr(worker.app.ctx.edge, "answered", lambda request, *_: answered.append(request.path))
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", worker.port))
        client.setblocking(False)
        client.send(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        await until(lambda: "/openapi.json" in answered)
        await http.get("/healthz")
        assert answered.count("/openapi.json") < 200


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[edge.Connection]:
    """The lost connections, in order."""
    gone: list[edge.Connection] = []

    def connection_lost(connection: edge.Connection, exc: Exception | None) -> None:
        gone.append(connection)
        HttpProtocol.connection_lost(connection, exc)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(edge.Connection, "connection_lost", connection_lost)
    return gone


@pytest.mark.parametrize("header", [b"", b"Upgrade: websocket\r\n"])
async def test_a_client_that_reads_no_replies_is_disconnected(
    worker: Worker, lost: list[edge.Connection], monkeypatch: pytest.MonkeyPatch, header: bytes
) -> None:
    monkeypatch.setattr(edge, "REPLY_SECONDS", 0.2)
    monkeypatch.setattr(edge, "LOOK_SECONDS", 0.02)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", worker.port))
        client.setblocking(False)
        client.send(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n%b\r\n" % header * 700)
        await until(lambda: lost)


async def test_a_slow_reader_gets_the_whole_reply(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a slow network, with small kernel buffers."""
    monkeypatch.setattr(edge, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(edge, "LOOK_SECONDS", 0.02)
    monkeypatch.setitem(worker.app.config, "GRACEFUL_TCP_CLOSE_TIMEOUT", 0.1)

    def connection_made(connection: edge.Connection, transport: asyncio.Transport) -> None:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32768)
        HttpProtocol.connection_made(connection, transport)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(edge.Connection, "connection_made", connection_made)
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port, limit=32768)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
    writer.write(b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    left = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while left and (piece := await reader.read(20_000)):
        left -= len(piece)
        await asyncio.sleep(0.02)
    writer.close()
    assert left == 0
