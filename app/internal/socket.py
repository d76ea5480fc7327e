"""`/internal/ws`: the events for an operator's live screens.

Sign-in is as for the other sockets. After the `snapshot` comes every event, without a message's text. An operator
sends nothing but `ping`.
"""

import msgspec
from sanic import Request

from app.auth import Claims
from app.clock import DatabaseClock
from app.envelope import DECODE_ERRORS
from app.sockets.hub import Hub, Member
from app.sockets.serving import Ping, serve
from app.sockets.websocket import Code, WebSocket, text_frame

_ping_decoder = msgspec.json.Decoder(Ping)


async def operator_socket(request: Request, websocket: WebSocket) -> None:
    """`/internal/ws`"""
    await serve(request, websocket, "operator", _attend)


async def _attend(request: Request, websocket: WebSocket, claims: Claims) -> None:
    hub: Hub = request.app.ctx.hub
    member = Member(websocket, claims)
    hub.join(member)
    try:
        await member.refresh(request.app.ctx.database)
        await _answer_pings(websocket, request.app.ctx.clock)
    finally:
        hub.leave(member)


async def _answer_pings(websocket: WebSocket, clock: DatabaseClock) -> None:
    while (text := await websocket.receive()) is not None:
        try:
            _ping_decoder.decode(text)
        except DECODE_ERRORS:
            websocket.finish(Code.BAD_FRAME, "bad frame")
        else:
            pong = {"type": "pong", "server_time": clock.now()}
            websocket.send(text_frame(msgspec.json.encode(pong)))
