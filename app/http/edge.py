"""What every request and every reply has in common, whatever answers: limits, the request's id, headers, the log.

It guarantees
- that each request has an id: the one that a trusted proxy gave it, else a new one. It is in X-Request-ID of the
  reply, in every line of the log, and in every event that the request caused;
- that what arrives is bounded: address and headers by size, all of a request by REQUEST_SECONDS from its first
  byte, however slowly it trickles; a connection that asks nothing is closed;
- that whom a request is for, where its head ends and its body does is read as any other server reads it, or not at
  all (400): behind a proxy the rest would be taken for somebody else's request;
- that a reply may be taken as slowly as a network is, and who takes nothing of it is let go;
- that every reply bears the headers that keep browsers safe; a handler that sets one of them has its way;
- that browsers of other origins get through when the settings name them, and no others;
- that each request is told of in one line of the log, and counted: its route as written, never what was filled in,
  no token, no phone number, no body.

All of it happens where Sanic reads a head and writes one: its middleware costs more, and never sees a request that
reaches no route.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from time import monotonic, perf_counter
from typing import Any, NoReturn, cast

import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import (
    BadRequest,
    BadURL,
    PayloadTooLarge,
    RequestCancelled,
    RequestTimeout,
    SanicException,
    ServiceUnavailable,
)
from sanic.helpers import STATUS_CODES
from sanic.http import Http as SanicHttp
from sanic.http import Stage
from sanic.http.http1 import HTTP_CONTINUE
from sanic.response import BaseHTTPResponse
from sanic.server import HttpProtocol

from app import request_id
from app.http import proxies
from app.log import RequestLog
from app.metrics import Figures
from app.settings import Settings

MOST_TARGET_BYTES = 4 * 1024
MOST_HEAD_BYTES = 8 * 1024
MOST_BODY_BYTES = 64 * 1024
REQUEST_SECONDS = 10.0
REPLY_SECONDS = 25.0  # a look that is taken again after a lost connection takes statement_timeout twice
IDLE_SECONDS = 75.0  # longer than proxies keep a connection (nginx: 60), so that it is they who let go
LOOK_SECONDS = 2.0
LINGER_SECONDS = 2.0

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
HEAD = re.compile(TOKEN + rb" [!-~]+ HTTP/1\.[01](?:\r\n" + TOKEN + rb":[\t -~\x80-\xff]*)*")
"""A request's head without the empty line at its end (RFC 9112)."""
HOST = re.compile(rb"\r\nhost:", re.IGNORECASE)
CHUNK = re.compile(rb"\r\n[0-9A-Fa-f]{1,16}[\t ]*(?:;[\t -~\x80-\xff]*)?\r\n")
"""What stands before the data of a chunk: the end of what came before it, its size, and what may go along."""
MOST_CHUNK_BYTES = 64

SAFE: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
OVER_TLS: Mapping[str, str] = {"strict-transport-security": "max-age=31536000"}

ALLOWED_HEADERS = "authorization, content-type, idempotency-key, x-request-id"
EXPOSED_HEADERS = "content-disposition, retry-after, x-request-id"
PREFLIGHT_SECONDS = 7200  # the longest that Chromium keeps one

log = structlog.get_logger(__name__)

STATUS_LINES = {status: b"HTTP/1.1 %d %b\r\n" % (status, text) for status, text in STATUS_CODES.items()}
# What figures are told apart by; nothing of it is made of what somebody sent.
LABELS = ("method", "route", "status")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATUSES = {status: str(status) for status in STATUS_CODES}
CLOSE_CODES = frozenset(
    {1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1013, *range(4000, 4100)}
)

BODILESS = frozenset({204, 304})
PLAIN = b"%b%bcontent-type: %b\r\ncontent-length: %d\r\nx-request-id: %b\r\nconnection: %b\r\n\r\n%b"


class Edge:
    """What the requests of one listener have in common; `methods` are those that its CORS allows."""

    def __init__(self, settings: Settings, methods: Sequence[str], figures: Figures) -> None:
        self._proxies = settings.trusted_proxies
        self._origins = frozenset(settings.cors_origins)
        self._methods = ", ".join(methods)
        self._log = RequestLog(settings, __name__)
        self._requests = figures.timings(
            "curhat_http_request_seconds", "Requests, from a head that was read to its reply.", *LABELS
        )
        self._closed = figures.counter("curhat_sockets_closed", "WebSockets that were closed.", "code")
        self._plain = _lines(self.headers_of(tls=False))
        self._plain_over_tls = _lines(self.headers_of(tls=True))

    def take_id(self, request: Request, peer: str) -> None:
        """Call a request what a trusted proxy calls it."""
        if self._proxies and proxies.trusts(self._proxies, peer):
            given = str(request.headers.get(request_id.HEADER, ""))
            if request_id.WELL_FORMED.fullmatch(given):
                request_id.current.set(given)

    def head_of(self, request: Request) -> bytes | None:
        """What every reply's head holds, as it goes over the wire; None for one that holds more."""
        if self._origins and "origin" in request.headers:
            return None
        return self._plain_over_tls if self._is_over_tls(request) else self._plain

    def complete(self, request: Request, response: BaseHTTPResponse) -> None:
        """Add the headers that a reply bears to those that it has already."""
        headers = {
            request_id.HEADER: request_id.current.get(),
            **self.headers_of(tls=self._is_over_tls(request)),
        }
        origin = request.headers.get("origin")
        if "cross-origin-resource-policy" in response.headers:
            headers.pop("vary", None)  # it is for pages of its own origin, and the same for all of them
        elif origin in self._origins:
            headers["access-control-allow-origin"] = origin
            headers["access-control-expose-headers"] = EXPOSED_HEADERS
        if (response.content_type or "").startswith("text/javascript"):
            del headers["content-security-policy"]  # of a script that a worker runs it would be the worker's
        for name, value in headers.items():
            response.headers.setdefault(name, value)

    def headers_of(self, *, tls: bool) -> dict[str, str]:
        """The headers that every reply bears."""
        return {**SAFE, **(OVER_TLS if tls else {}), **({"vary": "origin"} if self._origins else {})}

    def preflight(self, request: Request) -> HTTPResponse | None:
        """The answer to a browser that asks whether a page of another origin may ask; None when it does not."""
        if (
            request.method != "OPTIONS"
            or "access-control-request-method" not in request.headers
            or request.headers.get("origin") not in self._origins
        ):
            return None
        headers = {
            "access-control-allow-methods": self._methods,
            "access-control-allow-headers": ALLOWED_HEADERS,
            "access-control-max-age": str(PREFLIGHT_SECONDS),
        }
        return HTTPResponse(None, 204, headers)

    def answered(self, request: Request, status: int, seconds: float) -> None:
        """Tell of a request that has its reply."""
        caller = getattr(request.ctx, "caller", None)
        route = route_of(request)
        method = request.method if request.method in METHODS else "other"
        self._requests.observe(seconds, method, _label(request, route, status), STATUSES[status])
        self._log.tell(
            request_id.current.get(),
            method=method,
            route=route,
            status=status,
            seconds=seconds,
            audience=None if caller is None else caller.audience,
        )

    def closed(self, request: Request, cause: str, code: int, seconds: float) -> None:
        """Tell of a WebSocket that is closed; `cause` is the id of the request that opened it."""
        self._closed.add(str(code) if code in CLOSE_CODES else "other")
        caller = getattr(request.ctx, "caller", None)
        log.info(
            "socket",
            request_id=cause,
            route=route_of(request),
            code=code,
            ms=round(1000 * seconds, 2),
            audience=None if caller is None else caller.audience,
        )

    def _is_over_tls(self, request: Request) -> bool:
        return bool(self._proxies) and proxies.is_https(request)


class App(Sanic[Any, Any]):
    """Sanic without middleware and signals, which nobody here uses: they are a tenth of a poll's reply."""

    async def handle_request(self, request: Request) -> None:
        """Find the handler, let it answer, and send what it says."""
        stream = cast(Http, request.stream)
        try:
            response = self.ctx.edge.preflight(request) if request.method == "OPTIONS" else None
            if response is None:
                request.route, handler, given = self.router.get(request.path, request.method, None)
                if stream.request_body:
                    await request.receive_body()  # type: ignore[no-untyped-call]
                response = await handler(request, **given)
            if response is not None:  # else a WebSocket
                stream.respond(response)
                await stream.http1_response_header(b"", end_stream=True)
        except Exception as error:
            if stream.stage is not Stage.HANDLER:
                raise
            await self.handle_exception(request, error)

    def register_middleware(self, *_arguments: object, **_options: object) -> NoReturn:
        """There is none."""
        raise NotImplementedError("what every request has in common is done in app.http.edge")


class Http(SanicHttp):
    """One connection's requests, one after the other."""

    __slots__ = ("_plain_head", "leaves_unread")

    async def http1(self) -> None:
        """Answer requests until the connection is to be closed."""
        self.leaves_unread = False
        self._plain_head = b""
        await super().http1()  # type: ignore[no-untyped-call]
        if self.leaves_unread:
            await cast(Connection, self.protocol).linger()

    async def error_response(self, exception: Exception) -> None:
        """Answer a request that failed. When its client has gone there is nobody to tell."""
        if isinstance(exception, asyncio.CancelledError):  # it is no Exception, but Sanic hands it on as one
            return
        self.leaves_unread = self.stage is Stage.REQUEST
        await super().error_response(exception)

    async def http1_request_header(self) -> None:
        """Read a head into `self.request`."""
        request_id.current.set(request_id.new())
        try:
            await super().http1_request_header()  # type: ignore[no-untyped-call]
        except PayloadTooLarge as error:
            raise self._too_long() from error
        except BadURL:
            self.url = None  # Sanic makes its stand-in for the request of it, and would fail again
            raise
        self.protocol.app.ctx.edge.take_id(self.request, cast(Connection, self.protocol).peer)
        if len(self.request.raw_url) > MOST_TARGET_BYTES:
            raise TooLong(414)
        if not self._is_plain_head():
            raise BadRequest

    def _is_plain_head(self) -> bool:
        """Whether nobody can read it otherwise. Sanic takes a line that ends or is folded anyhow, a space in a name,
        the digits of any script, an address without a path, and two hosts or none. Whoever polls says the same again
        and again: it is looked at once.
        """
        request = self.request
        if request.head != self._plain_head:
            if not HEAD.fullmatch(request.head) or request._parsed_url.path is None:  # noqa: SLF001
                return False
            hosts = len(HOST.findall(request.head))
            if hosts > 1 or (hosts == 0 and request.version == "1.1"):
                return False
            self._plain_head = request.head
        if not self.request_body:
            return True
        return bool(
            request.version == "1.1" if self._is_chunked else request.headers["content-length"].isascii()
        )

    async def read(self) -> bytes | None:
        """Read a piece of a request's body. Sanic takes for the beginning of a chunk whatever `int` takes for a size,
        whatever stands before it.
        """
        if self._is_chunked and not self.request_bytes_left:
            await self._wait_for_chunk()
            if not CHUNK.match(self.recv_buffer):
                raise BadRequest
        return await super().read()

    @property
    def _is_chunked(self) -> bool:
        return cast(object, self.request_body) == "chunked"

    async def _wait_for_chunk(self) -> None:
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(HTTP_CONTINUE)
        while self.recv_buffer.find(b"\r\n", 3) < 0 and len(self.recv_buffer) <= MOST_CHUNK_BYTES:
            await self._receive_more()

    async def http1_response_header(self, data: bytes, end_stream: bool) -> None:
        """Write a reply's head; of a plain one the body, too, in one piece.

        With a request's body not read to its end it is the last one: Sanic would wait for the rest, for ever.
        """
        if self.request_body:
            self.leaves_unread = True
            self.request_body = None
            self.keep_alive = False
        edge: Edge = self.protocol.app.ctx.edge
        response = self.response
        head = edge.head_of(self.request) if self._is_plain(response) and not data else None
        if head is not None:
            await self._reply(cast(HTTPResponse, response), head)
        else:
            edge.complete(self.request, response)
            await super().http1_response_header(data, end_stream)
        edge.answered(
            self.request, response.status, 0.0 if self.perft0 is None else perf_counter() - self.perft0
        )

    def _is_plain(self, response: BaseHTTPResponse) -> bool:
        """Whether it has a body and no headers of its own."""
        return bool(
            type(response) is HTTPResponse
            and response.body
            and not (
                response.headers or response.status in BODILESS or self.head_only or self.expecting_continue
            )
        )

    async def _reply(self, response: HTTPResponse, head: bytes) -> None:
        body = cast(bytes, response.body)
        reply = PLAIN % (
            STATUS_LINES[response.status],
            head,
            (response.content_type or "application/octet-stream").encode(),
            len(body),
            request_id.current.get().encode(),
            b"keep-alive" if self.keep_alive else b"close",
            body,
        )
        await cast(Connection, self.protocol).write(reply)
        self.response_size = len(body)
        self.response_func = None  # type: ignore[assignment] # as Sanic does: nothing more may be sent
        self.stage = Stage.IDLE

    def _too_long(self) -> "TooLong":
        """Which part of the head is too long: its first line or the others."""
        return TooLong(414 if self.recv_buffer.find(b"\r\n", 0, MOST_HEAD_BYTES) < 0 else 431)


class TooLong(SanicException):
    """A head that is longer than anything that is sent here."""

    def __init__(self, status: int) -> None:
        super().__init__(status_code=status)


class Connection(HttpProtocol):
    """A connection that gives each request so much time, and itself when nothing is asked."""

    HTTP_CLASS = Http
    __slots__ = ("_unsent",)

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings)
        self._unsent = 0

    @property
    def peer(self) -> str:
        """The address at its other end; "" when it has none."""
        return "" if self.conn_info is None else self.conn_info.client_ip

    async def write(self, reply: bytes) -> None:
        """Write a whole reply, as soon as the client has taken enough of those before."""
        if not self._can_write.is_set():
            await self._can_write.wait()
        if self.transport is None or self.transport.is_closing():
            raise RequestCancelled
        self.transport.write(reply)
        self._time = monotonic()

    async def linger(self) -> None:
        """Take what is still coming, for a moment: one that is closed with something unread is reset, and our last
        word lost.
        """
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while True:
                    self.recv_buffer.clear()
                    await self.receive_more()  # type: ignore[no-untyped-call]

    def data_received(self, data: bytes) -> None:
        """Take what came. The time of a request counts from its first byte, whatever trickles in after it."""
        since = self._time
        super().data_received(data)
        if self.http is not None and self.http.stage is not Stage.IDLE:
            self._time = since

    def check_timeouts(self) -> None:
        """Look at the time, again and again."""
        http = self.http
        if not self._task or http is None or self.transport is None:
            return
        self._note_progress(self.transport.get_write_buffer_size())
        seconds = monotonic() - self._time
        error: SanicException | None = None
        if http.stage is Stage.IDLE:
            over = seconds > IDLE_SECONDS
        elif http.stage is Stage.REQUEST or http.request_body:
            over, error = seconds > REQUEST_SECONDS, RequestTimeout()
        else:
            over, error = seconds > REPLY_SECONDS, ServiceUnavailable()
        if not over:
            self._callback_check_timeouts = self.loop.call_later(LOOK_SECONDS, self.check_timeouts)
        elif self._can_write.is_set():
            http.exception = error
            self._task.cancel()
        else:
            self.transport.abort()  # what it would be told would wait with the rest

    def _note_progress(self, unsent: int) -> None:
        """The time of a reply counts from when something of it was last taken."""
        if unsent < self._unsent:
            self._time = monotonic()
        self._unsent = unsent


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _label(request: Request, route: str, status: int) -> str:
    """A request's route, for figures: the files of the web apps are one, and so are their pages, which have none."""
    if request.route is None:
        return "(page)" if status in (200, 304) else "(none)"
    return "(file)" if getattr(request.route.ctx, "is_file", False) else route


def route_of(request: Request) -> str:
    """A request's route as it is written, without what was filled in; "" when there was none for it."""
    return "" if request.route is None else f"/{request.route.path}"
