"""`/api/client/ws` and `/api/mitra/ws`: sign-in, snapshot, events, messages.

A client signs in with the subprotocols `curhat.v1, bearer.<token>`, or with a first frame `{"type": "auth",
"token": …}`. It gets `snapshot`, then events as they happen, until the token expires or its person is signed out.
Then the socket is closed with 4001, and the client reconnects with a fresh token.

The client sends `message` (answered by `ack`), `read`, `typing` (sent on to the other person of a running chat, and
not stored), `ping` (answered by `pong`), and `{"type": "watch", "what": "availability"}`. A watching socket gets
`{"type": "AVAILABILITY", "id": null, "at": …, "available": …, "count": …}`: the present state first, then a frame
at once when the last mitra goes or the first one comes, and at most one a second for any other change, until it
sends `unwatch`. A refusal is an `error` frame, and the socket stays open. Any other frame closes the socket.
"""

from typing import Literal
from uuid import UUID

import msgspec
from sanic import Request

from app.auth import Claims
from app.clock import DatabaseClock
from app.envelope import DECODE_ERRORS, Envelope
from app.http.errors import refusal_of
from app.postgres.db import Database
from app.public.bodies import Sequence
from app.refusals import Refusal
from app.sockets.availability import Watch
from app.sockets.hub import Hub, Member
from app.sockets.presence import Leases
from app.sockets.serving import FrameType, FromClient, Ping, serve
from app.sockets.websocket import Code, WebSocket, text_frame


class Say(FromClient, tag="message"):
    """Send a message; idempotent by `client_message_id`. Answered by `ack` or `error`."""

    chat_session_id: UUID
    client_message_id: UUID
    body: str


class Read(FromClient, tag="read"):
    """Every message up to this one was shown. Answered by `error` only; both people get `CHAT_READ`."""

    chat_session_id: UUID
    seq: Sequence


class Typing(FromClient, tag="typing"):
    """The other person of a running chat gets `CHAT_TYPING`; without such a chat nobody does."""

    chat_session_id: UUID


class StartWatching(FromClient, tag="watch"):
    """Get `AVAILABILITY`, how many mitras are available, at once and whenever it changes."""

    what: Literal["availability"]


class StopWatching(FromClient, tag="unwatch"):
    """Stop getting it."""

    what: Literal["availability"]


class Refused(FrameType):
    """The parts of an invalid frame that its `error` repeats."""

    client_message_id: str | None = None


class Sent(msgspec.Struct):
    """The parts of a stored message that its `ack` holds."""

    chat_session_id: UUID
    client_message_id: UUID
    seq: int
    sent_at: str


Said = Say | Read | Typing | Ping | StartWatching | StopWatching

KNOWN_TYPES = frozenset({"message", "read", "typing", "ping", "watch", "unwatch"})

_frame_decoder = msgspec.json.Decoder(Said)
_refused_decoder = msgspec.json.Decoder(Refused)
_sent_decoder = msgspec.json.Decoder(Sent)


async def client_socket(request: Request, websocket: WebSocket) -> None:
    """`/api/client/ws`"""
    await serve(request, websocket, "customer", _attend)


async def mitra_socket(request: Request, websocket: WebSocket) -> None:
    """`/api/mitra/ws`"""
    await serve(request, websocket, "mitra", _attend)


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


async def _converse(conversation: "Conversation") -> None:
    while (text := await conversation.member.websocket.receive()) is not None:
        try:
            frame = _frame_decoder.decode(text)
        except DECODE_ERRORS as error:
            conversation.refuse_frame(text, error)
            continue
        await conversation.take(frame)


class Conversation:
    """The frames of one signed-in socket, handled one after the other: their order is the order of the messages."""

    def __init__(
        self, member: Member, database: Database, hub: Hub, availability: Watch, clock: DatabaseClock
    ) -> None:
        self.member = member
        self._database = database
        self._hub = hub
        self._availability = availability
        self._clock = clock

    async def take(self, frame: Said) -> None:
        """Carry a frame out, or answer with an error."""
        try:
            await self._carry_out(frame)
        except Exception as error:  # noqa: BLE001 - any error becomes an answer
            client_message_id = str(frame.client_message_id) if isinstance(frame, Say) else None
            self._refuse(refusal_of(error), Refused(str(frame.__struct_config__.tag), client_message_id))

    def refuse_frame(self, text: bytes, error: Exception) -> None:
        """An invalid frame of a known type is answered; any other closes the socket."""
        try:
            refused = _refused_decoder.decode(text)
        except DECODE_ERRORS:
            refused = None
        if refused is None or refused.type not in KNOWN_TYPES:
            self.member.websocket.finish(Code.BAD_FRAME, "bad frame")
        else:
            self._refuse(Refusal(400, "invalid_body", f"{error}."), refused)

    async def _carry_out(self, frame: Said) -> None:
        match frame:
            case Say():
                await self._say(frame)
            case Read():
                await self._call("mark_read", frame.chat_session_id, seq=frame.seq)
            case Typing():
                await self._type(frame)
            case Ping():
                self._answer({"type": "pong", "server_time": self._clock.now()})
            case StartWatching():
                self._availability.join(self.member)
            case StopWatching():
                self._availability.leave(self.member)

    async def _say(self, frame: Say) -> None:
        reply = await self._call(
            "send_message", frame.chat_session_id, client_message_id=frame.client_message_id, body=frame.body
        )
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

    async def _call(self, function: str, chat_session_id: UUID, **rest: UUID | str | int) -> bytes | None:
        member = self.member
        return await self._database.call(
            function, chat_session_id=chat_session_id, role=member.role, person_id=member.user_id, **rest
        )

    def _answer(self, answer: dict[str, object]) -> None:
        self.member.websocket.send(text_frame(msgspec.json.encode(answer)))

    def _refuse(self, refusal: Refusal, refused: Refused) -> None:
        answer: dict[str, object] = {
            "type": "error",
            "error": refusal.slug,
            "message": refusal.sentence,
            "in_reply_to": refused.type,
        }
        if refused.client_message_id is not None:
            answer["client_message_id"] = refused.client_message_id
        self._answer(answer)
