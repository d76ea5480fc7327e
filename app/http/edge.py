"""What all requests and replies share: limits, the request id, headers, the log.

It guarantees
- that each request has an id: that of a trusted proxy, else a new one. It is in the reply's X-Request-ID, in every
  line of the log, and in every event that the request caused;
- that requests are bounded: address and headers by size, the whole request by REQUEST_SECONDS from its first byte;
  an idle connection is closed;
- that request smuggling is impossible: a request whose host, end of head or end of body another server could read
  differently is refused (400);
- that a slow reader of a reply is waited for, and one that reads nothing is disconnected;
- that every reply has the security headers; a handler may override each of them;
- that CORS admits the origins of the settings and no others;
- that each request is counted, and logged in one line: its route as written in the table, and no id, token, phone
  number or body.

This is done where Sanic reads and writes a head: its middleware costs more, and never sees a request that matches
no route.
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
REPLY_SECONDS = 25.0  # a read that is retried after a lost connection takes statement_timeout twice
IDLE_SECONDS = 75.0  # longer than proxies keep a connection (nginx: 60), so that the proxy closes it
LOOK_SECONDS = 2.0
LINGER_SECONDS = 2.0

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
HEAD = re.compile(TOKEN + rb" [!-~]+ HTTP/1\.[01](?:\r\n" + TOKEN + rb":[\t -~\x80-\xff]*)*")
"""A request's head without the empty line at its end (RFC 9112)."""
HOST = re.compile(rb"\r\nhost:", re.IGNORECASE)
CHUNK = re.compile(rb"\r\n[0-9A-Fa-f]{1,16}[\t ]*(?:;[\t -~\x80-\xff]*)?\r\n")
"""The line before the data of a chunk: the end of the chunk before, the size, extensions."""
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
PREFLIGHT_SECONDS = 7200  # the longest that Chromium caches one

log = structlog.get_logger(__name__)

STATUS_LINES = {status: b"HTTP/1.1 %d %b\r\n" % (status, text) for status, text in STATUS_CODES.items()}
# The labels of the metrics; none holds client input.
LABELS = ("method", "route", "status")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATUSES = {status: str(status) for status in STATUS_CODES}
CLOSE_CODES = frozenset(
    {1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1013, *range(4000, 4100)}
)

BODILESS = frozenset({204, 304})
PLAIN = b"%b%bcontent-type: %b\r\ncontent-length: %d\r\nx-request-id: %b\r\nconnection: %b\r\n\r\n%b"


class Edge:
    """What the requests of one listener share; `methods` are those that CORS allows."""

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
        """Use the request id of a trusted proxy."""
        if self._proxies and proxies.trusts(self._proxies, peer):
            given = str(request.headers.get(request_id.HEADER, ""))
            if request_id.WELL_FORMED.fullmatch(given):
                request_id.current.set(given)

    def head_of(self, request: Request) -> bytes | None:
        """The common headers of a reply, as they go over the wire; None if this reply needs more."""
        if self._origins and "origin" in request.headers:
            return None
        return self._plain_over_tls if self._is_over_tls(request) else self._plain

    def complete(self, request: Request, response: BaseHTTPResponse) -> None:
        """Add the common headers to those of a reply."""
        headers = {
            request_id.HEADER: request_id.current.get(),
            **self.headers_of(tls=self._is_over_tls(request)),
        }
        origin = request.headers.get("origin")
        if "cross-origin-resource-policy" in response.headers:
            headers.pop("vary", None)  # it is the same for every page of its own origin
        elif origin in self._origins:
            headers["access-control-allow-origin"] = origin
            headers["access-control-expose-headers"] = EXPOSED_HEADERS
        if (response.content_type or "").startswith("text/javascript"):
            del headers[
                "content-security-policy"
            ]  # the policy of a worker's script would apply to the worker
        for name, value in headers.items():
            response.headers.setdefault(name, value)

    def headers_of(self, *, tls: bool) -> dict[str, str]:
        """The headers of every reply."""
        return {**SAFE, **(OVER_TLS if tls else {}), **({"vary": "origin"} if self._origins else {})}

    def preflight(self, request: Request) -> HTTPResponse | None:
        """The reply to a CORS preflight; None when the request is none."""
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
        """Log and count an answered request."""
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
        """Log and count a closed WebSocket; `cause` is the id of the request that opened it."""
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
    """Sanic without middleware and signals, which are not used here and take a tenth of a poll's reply."""

    async def handle_request(self, request: Request) -> None:
        """Find the handler, call it, and send its response."""
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
        """There is no middleware."""
        raise NotImplementedError("what every request has in common is done in app.http.edge")


class Http(SanicHttp):
    """The requests of one connection, one after the other."""

    __slots__ = ("_plain_head", "leaves_unread")

    async def http1(self) -> None:
        """Answer requests until the connection is to be closed."""
        self.leaves_unread = False
        self._plain_head = b""
        await super().http1()  # type: ignore[no-untyped-call]
        if self.leaves_unread:
            await cast(Connection, self.protocol).linger()

    async def error_response(self, exception: Exception) -> None:
        """Answer a request that failed, unless its client has gone."""
        if isinstance(exception, asyncio.CancelledError):  # it is no Exception, but Sanic passes it as one
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
            self.url = None  # Sanic would build its error request from it, and fail again
            raise
        self.protocol.app.ctx.edge.take_id(self.request, cast(Connection, self.protocol).peer)
        if len(self.request.raw_url) > MOST_TARGET_BYTES:
            raise TooLong(414)
        if not self._is_plain_head():
            raise BadRequest

    def _is_plain_head(self) -> bool:
        """Whether the head has only one reading. Sanic also accepts bare line feeds, folded lines, a space in a
        name, non-ASCII digits, an address without a path, and two hosts or none. The heads of polls repeat, so an
        unchanged head is checked once.
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
        """Read a piece of a request's body. Sanic accepts any chunk size that `int` does, whatever precedes it, so
        the line is checked here.
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
        """Write a reply's head; a plain reply is written whole.

        If the request's body was not read to its end, the connection closes: Sanic would wait for the rest for
        ever.
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
        self.response_func = None  # type: ignore[assignment] # as Sanic does: nothing more can be sent
        self.stage = Stage.IDLE

    def _too_long(self) -> "TooLong":
        """The error for the part of the head that is too long: the first line, or the headers."""
        return TooLong(414 if self.recv_buffer.find(b"\r\n", 0, MOST_HEAD_BYTES) < 0 else 431)


class TooLong(SanicException):
    """A head that is too long."""

    def __init__(self, status: int) -> None:
        super().__init__(status_code=status)


class Connection(HttpProtocol):
    """A connection with timeouts for each request, each reply, and for idling."""

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
        """Write a whole reply, once the client has read enough of those before."""
        if not self._can_write.is_set():
            await self._can_write.wait()
        if self.transport is None or self.transport.is_closing():
            raise RequestCancelled
        self.transport.write(reply)
        self._time = monotonic()

    async def linger(self) -> None:
        """Read what still comes, for a moment: closing with unread data would reset the connection and lose the
        reply.
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
        """Take what came. The timeout of a request runs from its first byte."""
        since = self._time
        super().data_received(data)
        if self.http is not None and self.http.stage is not Stage.IDLE:
            self._time = since

    def check_timeouts(self) -> None:
        """Check the timeouts, again and again."""
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
            self.transport.abort()  # an error reply would wait behind the unread one

    def _note_progress(self, unsent: int) -> None:
        """The timeout of a reply restarts whenever the client has read some of it."""
        if unsent < self._unsent:
            self._time = monotonic()
        self._unsent = unsent


def _lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _label(request: Request, route: str, status: int) -> str:
    """A request's route, for metrics: all files of the web apps count as one, and so do their pages, which match no
    route."""
    if request.route is None:
        return "(page)" if status in (200, 304) else "(none)"
    return "(file)" if getattr(request.route.ctx, "is_file", False) else route


def route_of(request: Request) -> str:
    """A request's route as written in the table; "" if it matched none."""
    return "" if request.route is None else f"/{request.route.path}"
