"""How every WebSocket is served: sign-in, then its conversation, until the token expires.

Sign-in is by the subprotocols `curhat.v1, bearer.<token>`, or by a first frame `{"type": "auth", "token": …}`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import msgspec
from sanic import Request

from app.auth import Audience, Claims, Forbidden, Unauthenticated
from app.clock import DatabaseClock
from app.envelope import DECODE_ERRORS
from app.http.errors import refusal_of
from app.http.routes import Caller
from app.refusals import Refusal, TryAgain
from app.sockets.websocket import Code, WebSocket

SIGN_IN_SECONDS = 5.0
BEARER = "bearer."

Attend = Callable[[Request, WebSocket, Claims], Awaitable[None]]


class FromClient(msgspec.Struct, tag_field="type", forbid_unknown_fields=True):
    """A frame that a client sends."""


class Auth(FromClient, tag="auth"):
    """Sign in: the first frame of a socket that offered no token. Answered by `snapshot`."""

    token: str


class Ping(FromClient, tag="ping"):
    """Check that the server is there. Answered by `pong`."""


class FrameType(msgspec.Struct):
    """The type of a frame."""

    type: str


_auth_decoder = msgspec.json.Decoder(Auth)
_type_decoder = msgspec.json.Decoder(FrameType)


async def serve(request: Request, websocket: WebSocket, audience: Audience, attend: Attend) -> None:
    """Let a person of this audience sign in, and run the conversation until their token expires.

    Whatever goes wrong closes the socket.
    """
    try:
        claims = await _sign_in(request, websocket, audience)
        if claims is not None:
            request.ctx.caller = Caller(audience, claims.subject_id)
            with _until_it_expires(websocket, claims, request.app.ctx.clock):
                await attend(request, websocket, claims)
    except Exception as error:  # noqa: BLE001 - any error becomes a close code
        refusal = refusal_of(error)
        websocket.finish(_code_of(refusal), refusal.slug)


@contextmanager
def _until_it_expires(websocket: WebSocket, claims: Claims, clock: DatabaseClock) -> Iterator[None]:
    """Close the socket when its token expires, after the frame that is being handled."""
    timer = asyncio.get_running_loop().call_later(
        claims.expires_at - clock.time(), websocket.finish, Code.UNAUTHENTICATED, "token expired"
    )
    try:
        yield
    finally:
        timer.cancel()


async def _sign_in(request: Request, websocket: WebSocket, audience: Audience) -> Claims | None:
    """The claims of the person; None when the socket was closed instead."""
    try:
        token = _offered_token(request) or await _token_of_first_frame(websocket)
        claims: Claims = request.app.ctx.standing.let_in(audience, token)
    except Unauthenticated:
        websocket.finish(Code.UNAUTHENTICATED, "unauthenticated")
    except Forbidden:
        websocket.finish(Code.FORBIDDEN, "forbidden")
    except DECODE_ERRORS:
        websocket.finish(Code.BAD_FRAME, "bad frame")
    else:
        return claims
    return None


def _offered_token(request: Request) -> str | None:
    offered = ",".join(request.headers.getall("sec-websocket-protocol", []))
    for name in offered.split(","):
        if name.strip().startswith(BEARER):
            return name.strip().removeprefix(BEARER)
    return None


async def _token_of_first_frame(websocket: WebSocket) -> str:
    try:
        async with asyncio.timeout(SIGN_IN_SECONDS):
            text = await websocket.receive()
    except TimeoutError as error:
        raise Unauthenticated from error
    if text is None or _type_decoder.decode(text).type != "auth":
        raise Unauthenticated
    return _auth_decoder.decode(text).token


def _code_of(refusal: Refusal) -> Code:
    if isinstance(refusal, TryAgain):
        return Code.TRY_AGAIN_LATER
    if refusal.status >= 500:
        return Code.INTERNAL_ERROR
    return Code.UNAUTHENTICATED  # a person who is no longer there
