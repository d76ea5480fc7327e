"""`/api/client/ws` and `/api/mitra/ws`: sign-in, snapshot, events, and what people say.

A client signs in with the subprotocols `curhat.v1, bearer.<token>`, or with a first frame
`{"type": "auth", "token": …}`. After that it gets `snapshot`, then events as they happen, until the token expires
or its person is signed out: then the socket is closed with 4001, and a fresh token opens another. What it sends:
`message` (answered by `ack`), `read`, `typing` (heard only by the other person of a running chat, and lost
when nobody listens), `ping` (answered by `pong`), and `{"type": "watch", "what": "availability"}`: from then on
it hears `{"type": "AVAILABILITY", "id": null, "at": …, "available": …, "count": …}`, first how things stand, then
at once when the last mitra goes or the first one comes, and of another number once a second at most, until it
sends `unwatch` in the same way. A refusal is an `error` frame and the socket stays open; a frame that is none of
these closes it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

import msgspec
from sanic import Request

from app.auth import Audience, Claims, Forbidden, Unauthenticated
from app.availability import Watch
from app.bodies import Sequence
from app.clock import DatabaseClock
from app.db import Database, Refusal, TryAgain
from app.envelope import DECODE_ERRORS, Envelope
from app.http.errors import refusal_of
from app.http.routes import Caller
from app.sockets.hub import Hub, Member
from app.sockets.presence import Leases
from app.sockets.websocket import Code, WebSocket, text_frame

SIGN_IN_SECONDS = 5.0
BEARER = "bearer."

Attend = Callable[[Request, WebSocket, Claims], Awaitable[None]]


class FromClient(msgspec.Struct, tag_field="type", forbid_unknown_fields=True):
    """A frame that a client sends."""


class Auth(FromClient, tag="auth"):
    """Sign in: the first frame of a socket that offered no token. Answered by `snapshot`."""

    token: str


class Say(FromClient, tag="message"):
    """Say something; the same `client_message_id` again is the same message. Answered by `ack` or `error`."""

    chat_session_id: UUID
    client_message_id: UUID
    body: str


class Read(FromClient, tag="read"):
    """Everything up to this message was shown. Answered by `error` only; both people get `CHAT_READ`."""

    chat_session_id: UUID
    seq: Sequence


class Typing(FromClient, tag="typing"):
    """Heard by the other person of a running chat as `CHAT_TYPING`, and by nobody when there is no such chat."""

    chat_session_id: UUID


class Ping(FromClient, tag="ping"):
    """Ask whether the server is there. Answered by `pong`."""


class StartWatching(FromClient, tag="watch"):
    """Hear how many mitras can be had: `AVAILABILITY` at once, and whenever it changes."""

    what: Literal["availability"]


class StopWatching(FromClient, tag="unwatch"):
    """Hear it no more."""

    what: Literal["availability"]


class Head(msgspec.Struct):
    """What an answer refers to, of a frame that is otherwise wrong."""

    type: str
    client_message_id: str | None = None


class Sent(msgspec.Struct):
    """Of a stored message, what its sender needs to know."""

    chat_session_id: UUID
    client_message_id: UUID
    seq: int
    sent_at: str


Said = Say | Read | Typing | Ping | StartWatching | StopWatching

KNOWN_TYPES = frozenset({"message", "read", "typing", "ping", "watch", "unwatch"})

_frame_decoder = msgspec.json.Decoder(Said)
_auth_decoder = msgspec.json.Decoder(Auth)
_head_decoder = msgspec.json.Decoder(Head)
_sent_decoder = msgspec.json.Decoder(Sent)


async def client_socket(request: Request, websocket: WebSocket) -> None:
    """`/api/client/ws`"""
    await serve(request, websocket, "customer", _attend)


async def mitra_socket(request: Request, websocket: WebSocket) -> None:
    """`/api/mitra/ws`"""
    await serve(request, websocket, "mitra", _attend)


async def serve(request: Request, websocket: WebSocket, audience: Audience, attend: Attend) -> None:
    """Let somebody of this audience sign in, and have them attended to for as long as their token holds.

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
    """Close the socket when its token ends, after the frame that is being handled."""
    timer = asyncio.get_running_loop().call_later(
        claims.expires_at - clock.time(), websocket.finish, Code.UNAUTHENTICATED, "token expired"
    )
    try:
        yield
    finally:
        timer.cancel()


async def _attend(request: Request, websocket: WebSocket, claims: Claims) -> None:
    member = Member(websocket, claims)
    hub: Hub = request.app.ctx.hub
    leases: Leases = request.app.ctx.leases
    database: Database = request.app.ctx.database
    availability: Watch = request.app.ctx.availability
    hub.join(member)
    try:
        if member.role == "mitra":
            await leases.renew([member.user_id])
        await member.refresh(database)
        await _converse(Conversation(member, database, hub, availability, request.app.ctx.clock))
    finally:
        availability.leave(member)
        hub.leave(member)
        if member.role == "mitra" and member.has_left and not hub.has("mitra", member.user_id):
            leases.release(member.user_id)


async def _sign_in(request: Request, websocket: WebSocket, audience: Audience) -> Claims | None:
    """Who it is; None when the socket was closed instead."""
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
    if text is None or _head_decoder.decode(text).type != "auth":
        raise Unauthenticated
    return _auth_decoder.decode(text).token


def _code_of(refusal: Refusal) -> Code:
    if isinstance(refusal, TryAgain):
        return Code.TRY_AGAIN_LATER
    if refusal.status >= 500:
        return Code.INTERNAL_ERROR
    return Code.UNAUTHENTICATED  # a person who is no longer there


async def _converse(conversation: "Conversation") -> None:
    while (text := await conversation.member.websocket.receive()) is not None:
        try:
            frame = _frame_decoder.decode(text)
        except DECODE_ERRORS as error:
            conversation.refuse_frame(text, error)
            continue
        await conversation.take(frame)


class Conversation:
    """What one signed-in socket says, one frame after the other: their order is the order of the messages."""

    def __init__(
        self, member: Member, database: Database, hub: Hub, availability: Watch, clock: DatabaseClock
    ) -> None:
        self.member = member
        self._database = database
        self._hub = hub
        self._availability = availability
        self._clock = clock

    async def take(self, frame: Said) -> None:
        """Carry a frame out, or answer why not."""
        try:
            await self._carry_out(frame)
        except Exception as error:  # noqa: BLE001 - any error becomes an answer
            client_message_id = str(frame.client_message_id) if isinstance(frame, Say) else None
            self._refuse(refusal_of(error), Head(str(frame.__struct_config__.tag), client_message_id))

    def refuse_frame(self, text: bytes, error: Exception) -> None:
        """A known type with something wrong in it is answered, anything else closes the socket."""
        try:
            head = _head_decoder.decode(text)
        except DECODE_ERRORS:
            head = None
        if head is None or head.type not in KNOWN_TYPES:
            self.member.websocket.finish(Code.BAD_FRAME, "bad frame")
        else:
            self._refuse(Refusal(400, "invalid_body", f"{error}."), head)

    async def _carry_out(self, frame: Said) -> None:
        match frame:
            case Say():
                await self._say(frame)
            case Read():
                await self._call("mark_read", frame.chat_session_id, frame.seq)
            case Typing():
                await self._type(frame)
            case Ping():
                self._answer({"type": "pong", "server_time": self._clock.now()})
            case StartWatching():
                self._availability.join(self.member)
            case StopWatching():
                self._availability.leave(self.member)

    async def _say(self, frame: Say) -> None:
        reply = await self._call("send_message", frame.chat_session_id, frame.client_message_id, frame.body)
        sent = _sent_decoder.decode(reply or b"")
        self._answer({"type": "ack", **msgspec.structs.asdict(sent)})

    async def _type(self, frame: Typing) -> None:
        chat = self.member.chats.get(frame.chat_session_id)
        if chat is None:
            return
        typing = {
            "type": "CHAT_TYPING",
            "id": None,
            "at": self._clock.now(),
            "chat_session_id": chat.id,
            "sender": self.member.role,
        }
        to_customer = self.member.role == "mitra"
        await self._hub.publish(
            Envelope(
                id=None,
                customer_id=chat.customer.id if to_customer else None,
                mitra_ids=() if to_customer else (chat.mitra.id,),
                frame=msgspec.Raw(msgspec.json.encode(typing)),
            )
        )

    async def _call(self, function: str, chat_session_id: UUID, *rest: UUID | str | int) -> bytes | None:
        member = self.member
        return await self._database.call(function, chat_session_id, member.role, member.user_id, *rest)

    def _answer(self, answer: dict[str, object]) -> None:
        self.member.websocket.send(text_frame(msgspec.json.encode(answer)))

    def _refuse(self, refusal: Refusal, head: Head) -> None:
        answer: dict[str, object] = {
            "type": "error",
            "error": refusal.slug,
            "message": refusal.sentence,
            "in_reply_to": head.type,
        }
        if head.client_message_id is not None:
            answer["client_message_id"] = head.client_message_id
        self._answer(answer)
