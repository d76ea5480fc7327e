"""A WebSocket: the sans-I/O protocol of `websockets` on a connection of Sanic's.

Sanic routes the request and hands the connection over. Its own WebSocket implementation is not used: it starts a
task for every chunk, drops text that is not UTF-8 silently, refuses a client that names no subprotocol, and never
drops a reader that stalls.

It guarantees
- that unsent data is bounded. The transport's buffer is the only queue. A slow reader, whose buffer grows too large
  or does not shrink for some seconds, is cut off (4008), and nobody else is held up;
- that incoming data is bounded: by size (4009), by rate (4029, pings count), and by backpressure while the handler
  is busy;
- that a close code arrives: we read until the peer has hung up. Closing with unread data would reset the connection
  and lose the code;
- that a vanished peer is noticed: its pong must come before the next ping is due;
- that a connection that is being closed is gone after some seconds, whether or not the peer answers.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Any, cast

from sanic import Request
from sanic.exceptions import SanicException
from websockets import http11
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from app import request_id
from app.http import edge

SUBPROTOCOL = Subprotocol("curhat.v1")

# The longest message (4000 characters) with every character escaped fits.
MOST_FRAME_BYTES = 64 * 1024
FRAMES_PER_SECOND = 20.0
FRAME_BURST = 100.0
MOST_UNREAD_FRAMES = 32
MOST_UNSENT_BYTES = 512 * 1024
# The kernel buffers twice this besides. By default it buffers 4 MB for a peer that reads nothing, and hides the
# stall until they are full.
KERNEL_BYTES = 64 * 1024

PING_SECONDS = 10.0
STALL_SECONDS = 5.0
CLOSE_SECONDS = 5.0
CUT_SECONDS = 1.0


class Code(IntEnum):
    """Why a socket was closed."""

    GOING_AWAY = 1001
    INTERNAL_ERROR = 1011
    TRY_AGAIN_LATER = 1013
    UNAUTHENTICATED = 4001
    FORBIDDEN = 4003
    TOO_SLOW = 4008
    BAD_FRAME = 4009
    TOO_MANY = 4029


def text_frame(text: bytes) -> bytes:
    """A text frame as it goes over the wire; the same bytes serve every socket."""
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class Wire(ServerProtocol):
    """The protocol, with our code for a message that is too large."""

    def fail(self, code: CloseCode | int, reason: str = "") -> None:
        super().fail(Code.BAD_FRAME if code == CloseCode.MESSAGE_TOO_BIG else code, reason)


class WebSocket:
    """An open connection. `receive` is for one reader; everything else may be called from anywhere."""

    __slots__ = (
        "_abort_timer",
        "_frames_allowed",
        "_frames_allowed_at",
        "_inbox",
        "_is_text",
        "_loop",
        "_lost",
        "_message",
        "_ping_at",
        "_pinged",
        "_progress",
        "_progress_at",
        "_retiring",
        "_transport",
        "_waiter",
        "_wire",
        "_written",
    )

    def __init__(self, wire: Wire, transport: asyncio.Transport) -> None:
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._wire = wire
        self._transport = transport
        self._inbox: deque[bytes] = deque()
        self._message = bytearray()
        self._is_text = True
        self._waiter: asyncio.Future[None] | None = None
        self._abort_timer: asyncio.TimerHandle | None = None
        self._lost = False
        self._retiring = False
        self._frames_allowed = FRAME_BURST
        self._frames_allowed_at = now
        self._ping_at = now + PING_SECONDS
        self._pinged = False
        self._written = 0
        self._progress = 0
        self._progress_at = now

    @property
    def open(self) -> bool:
        """Whether frames can be sent and received."""
        return not self._lost and self._wire.state is State.OPEN

    @property
    def closed_by_client(self) -> bool:
        """Whether the client closed it: not us, and not a lost connection."""
        return self._wire.close_rcvd_then_sent is True

    @property
    def unsent(self) -> int:
        """How many bytes wait to be sent."""
        return self._transport.get_write_buffer_size()

    @property
    def close_code(self) -> int:
        """The close code: ours, which repeats the client's if that came first; 1006 without any."""
        said = self._wire.close_sent or self._wire.close_rcvd
        return int(CloseCode.ABNORMAL_CLOSURE if said is None else said.code)

    async def receive(self) -> bytes | None:
        """The next text that the client sent, or None once the socket is closing."""
        while not (self._inbox or self._retiring) and self.open:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._retiring:
            self.finish(Code.GOING_AWAY, "going away")
        if not self.open:
            return None
        if len(self._inbox) == MOST_UNREAD_FRAMES:
            self._transport.resume_reading()
        return self._inbox.popleft()

    def send(self, frame: bytes) -> None:
        """Send what `text_frame` made. A closing socket sends nothing."""
        if self.open:
            self._write(frame)

    def finish(self, code: int, reason: str = "", within: float | None = None) -> None:
        """Close, and drop the connection after `within` (CLOSE_SECONDS) even if the client does not answer."""
        if not self.open:
            return
        self._wire.send_close(code, reason)
        self._flush()
        self._let_go(CLOSE_SECONDS if within is None else within)

    def cut(self) -> None:
        """Drop a reader that does not keep up. It gets the close code if it reads again within a moment."""
        self.finish(Code.TOO_SLOW, "too slow", CUT_SECONDS)

    def retire(self) -> None:
        """The server stops: close now, or after the frame that is being handled."""
        self._retiring = True
        self._wake()

    def check(self, now: float) -> None:
        """Check for a stalled reader and send pings; call it about every second."""
        if not self.open:
            return
        unsent = self.unsent
        if unsent == 0 or self._written - unsent != self._progress:
            self._progress = self._written - unsent
            self._progress_at = now
        elif now - self._progress_at >= STALL_SECONDS:
            self.cut()
        if now >= self._ping_at:
            self._ping(now)

    def data_received(self, data: bytes) -> None:
        self._wire.receive_data(data)
        for event in self._wire.events_received():
            if not self.open:
                break
            self._take(cast(Frame, event))
        self._flush()
        if self._wire.state is not State.OPEN:
            self._let_go(CLOSE_SECONDS)

    def connection_lost(self) -> None:
        self._lost = True
        if self._abort_timer is not None:
            self._abort_timer.cancel()
        self._wake()

    async def close(self) -> None:
        """For Sanic: the handler has returned."""
        self.finish(CloseCode.NORMAL_CLOSURE)

    def end_connection(self, code: int) -> None:
        """For Sanic: the handler was cancelled."""
        self.finish(code)

    def _take(self, frame: Frame) -> None:
        self._pinged = False
        if not self._within_rate():
            self.finish(Code.TOO_MANY, "too many frames")
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if frame.opcode is not Opcode.CONT:
                self._is_text = frame.opcode is Opcode.TEXT
            self._message += frame.data
            if frame.fin:
                self._take_message()

    def _take_message(self) -> None:
        message = bytes(self._message)
        self._message.clear()
        if not self._is_text:
            self.finish(Code.BAD_FRAME, "text frames only")
            return
        self._inbox.append(message)
        if len(self._inbox) == MOST_UNREAD_FRAMES:
            self._transport.pause_reading()
        self._wake()

    def _within_rate(self) -> bool:
        now = self._loop.time()
        earned = (now - self._frames_allowed_at) * FRAMES_PER_SECOND
        self._frames_allowed = min(FRAME_BURST, self._frames_allowed + earned) - 1
        self._frames_allowed_at = now
        return self._frames_allowed >= 0

    def _ping(self, now: float) -> None:
        if self._pinged:
            self._transport.abort()
            return
        self._pinged = True
        self._ping_at = now + PING_SECONDS
        self._wire.send_ping(b"")
        self._flush()

    def _flush(self) -> None:
        """Write what the protocol wants to send; an empty piece means end of file."""
        for data in self._wire.data_to_send():
            if data:
                self._write(data)
            elif not self._transport.is_closing():
                self._transport.write_eof()

    def _write(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(data)
        self._written += len(data)
        if self._transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            self.cut()

    def _let_go(self, within: float) -> None:
        """Closing has begun: wake the reader, drop unread data, give the peer `within` seconds."""
        if self._abort_timer is None:
            self._abort_timer = self._loop.call_later(within, self._transport.abort)
            self._transport.resume_reading()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Protocol(edge.Connection):
    """A connection which turns into a `WebSocket` when a route asks for it."""

    __slots__ = ("_cause", "_opened_at", "_request", "websocket")

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(**settings)
        self.websocket: WebSocket | None = None
        self._request: Request | None = None
        self._cause = ""
        self._opened_at = 0.0

    async def websocket_handshake(self, request: Request, _subprotocols: Sequence[str] | None) -> WebSocket:
        """Answer the client's handshake.

        Raises:
            SanicException: it is none.
        """
        wire = Wire(max_size=MOST_FRAME_BYTES, select_subprotocol=_select_subprotocol, state=State.OPEN)
        try:
            headers = Headers(_of_handshake(request))
        except InvalidHeader as error:
            raise SanicException(status_code=400) from error
        response = wire.accept(http11.Request(request.path, headers, request.method))
        if response.status_code != 101:
            raise SanicException(status_code=response.status_code)
        response.headers[request_id.HEADER] = request_id.current.get()
        transport = cast(asyncio.Transport, self.transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
        transport.write(response.serialize())
        self.websocket = WebSocket(wire, transport)
        self._request, self._cause = request, request_id.current.get()
        self._opened_at = self.loop.time()
        if self.recv_buffer:
            transport.resume_reading()  # which Sanic pauses when much has come
            self.websocket.data_received(bytes(self.recv_buffer))
            self.recv_buffer.clear()
        return self.websocket

    def data_received(self, data: bytes) -> None:
        if self.websocket is None:
            super().data_received(data)
        else:
            self.websocket.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.websocket is not None and self._request is not None:
            self.websocket.connection_lost()
            open_for = self.loop.time() - self._opened_at
            self.app.ctx.edge.closed(self._request, self._cause, self.websocket.close_code, open_for)
        super().connection_lost(exc)  # type: ignore[no-untyped-call]

    def check_timeouts(self) -> None:
        """A WebSocket has its own timeouts."""
        if self.websocket is None:
            super().check_timeouts()

    def close(self, timeout: float | None = None) -> None:
        """The handler has ended; a WebSocket closes by a close frame."""
        if self.websocket is None:
            super().close(timeout)
        else:
            self.websocket.finish(CloseCode.GOING_AWAY)

    def close_if_idle(self) -> bool:
        """The server stops."""
        if self.websocket is None:
            return bool(super().close_if_idle())
        self.websocket.retire()
        return False


def _of_handshake(request: Request) -> Iterator[tuple[str, str]]:
    """The headers of the handshake; the others may hold anything."""
    for name, value in request.headers.items():
        if name in ("connection", "upgrade", "origin") or name.startswith("sec-websocket-"):
            yield name, value


def _select_subprotocol(_wire: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return SUBPROTOCOL if SUBPROTOCOL in offered else None
