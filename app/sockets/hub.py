"""The signed-in sockets of this worker, and how events reach them.

It guarantees
- that a socket never goes back in time: it is registered first, its snapshot is read while its events are held
  back, then both are sent in this order;
- that after every interruption of the Redis subscription every socket gets a fresh snapshot, a few at a time;
- that an event that is delivered twice is sent once: dispatched ids are remembered for a while. Events may come out
  of order, so the last id would not do.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import NoReturn
from uuid import UUID

import msgspec
import structlog
from redis.exceptions import RedisError

from app import envelope, redis_client
from app.auth import Audience, Claims
from app.envelope import BEAT_CHANNEL, BEAT_SECONDS, DECODE_ERRORS, REDIS_CHANNEL, Envelope
from app.postgres.db import Database, DatabaseError
from app.refusals import Refusal
from app.sockets.subscription import Subscription
from app.sockets.websocket import Code, WebSocket, text_frame

MOST_REMEMBERED_IDS = 50_000
MOST_HELD_FRAMES = 1_000
LOOK_SECONDS = 1.0
SOCKETS_AT_A_TIME = 100
REFRESHES_AT_ONCE = 4
REFRESH_SPREAD_SECONDS = 3.0
REFRESH_PAUSE_SECONDS = 1.0
PUBLISH_SECONDS = 1.0
FIRST_SUBSCRIPTION_SECONDS = 5.0
SILENT_SECONDS = 8 * BEAT_SECONDS  # a deaf subscription has been given up by then

STATES: dict[Audience, str] = {
    "customer": "client_state",
    "mitra": "mitra_state",
    "operator": "operator_state",
}
NOTHING = b"null"  # what operators get for a frame that is not stored

log = structlog.get_logger(__name__)


class Identified(msgspec.Struct):
    id: UUID


class TwoPeople(msgspec.Struct):
    """The two people of a chat: who hears that the other types."""

    id: UUID
    customer: Identified
    mitra: Identified


class Snapshot(msgspec.Struct):
    chats: list[TwoPeople] = []


class ChatChange(msgspec.Struct):
    """The keys of a frame that begins or ends a chat."""

    type: str
    chat_session: TwoPeople | None = None
    chat_session_id: UUID | None = None


_snapshot_decoder = msgspec.json.Decoder(Snapshot)
_change_decoder = msgspec.json.Decoder(ChatChange)


class Frame(msgspec.Struct, frozen=True):
    """A frame as it goes over the wire, and what changed when a chat began or ended."""

    wire: bytes
    change: ChatChange | None = None


class Member:
    """A signed-in socket, and the chats that its person is in."""

    def __init__(self, websocket: WebSocket, claims: Claims) -> None:
        self.websocket = websocket
        self.role = claims.audience
        self.user_id = claims.subject_id
        self.sign_in_id = claims.sign_in_id
        self._ended = False
        self.chats: dict[UUID, TwoPeople] = {}
        self._held: list[Frame] | None = []
        self._refreshing = asyncio.Lock()

    @property
    def held(self) -> int:
        """How many frames are held back until the snapshot has been sent."""
        return len(self._held or ())

    @property
    def has_left(self) -> bool:
        """Whether it will not come back: its app closed it, or its person was signed out."""
        return self._ended or self.websocket.closed_by_client

    def end(self, code: Code, reason: str) -> None:
        """Close it for good."""
        self._ended = True
        self.websocket.finish(code, reason)

    def deliver(self, frame: Frame) -> None:
        """Send a frame. The snapshot goes first: while one is due, frames are held back."""
        if self._held is None:
            self._send(frame)
        elif len(self._held) < MOST_HELD_FRAMES:
            self._held.append(frame)
        else:
            self.websocket.cut()

    async def refresh(self, database: Database) -> None:
        """Read the person's whole state and send it as a snapshot, then what happened meanwhile.

        Raises: what `Database.call` raises; the snapshot is still due then.
        """
        async with self._refreshing:
            self._held = self._held or []
            self._show(await database.call(STATES[self.role], **{f"{self.role}_id": self.user_id}) or b"{}")
            held, self._held = self._held, None
            for frame in held:
                self._send(frame)

    def _show(self, state: bytes) -> None:
        if self.role != "operator":
            self.chats = {chat.id: chat for chat in _snapshot_decoder.decode(state).chats}
        self.websocket.send(text_frame(b'{"type": "snapshot", ' + state[1:]))

    def _send(self, frame: Frame) -> None:
        self.websocket.send(frame.wire)
        if frame.change is not None:
            self._note(frame.change)

    def _note(self, change: ChatChange) -> None:
        if change.type == "PAIRED" and change.chat_session is not None:
            self.chats[change.chat_session.id] = change.chat_session
        elif change.type == "CHAT_ENDED" and change.chat_session_id is not None:
            self.chats.pop(change.chat_session_id, None)


class Hub:
    """Every signed-in socket of this worker, by person; one person may have several."""

    def __init__(self, database: Database, redis_url: str) -> None:
        self._database = database
        self._members: dict[tuple[Audience, UUID], set[Member]] = {}
        self._operators: set[Member] = set()
        self._seen: set[int] = set()
        self._seen_order: deque[int] = deque()
        self._stale = asyncio.Event()
        self._redis = redis_client.connect(redis_url)
        self.subscription = Subscription(
            redis_url, {REDIS_CHANNEL: self.dispatch, BEAT_CHANNEL: self._hear_beat}, self._stale.set
        )
        self._heard_at = time.monotonic()
        self._tasks: list[asyncio.Task[NoReturn]] = []
        self.on_standing: Callable[[UUID | None, UUID | None], None] | None = None
        """Called when a sign-in has ended, or a person's standing has changed."""

    @property
    def unheard_seconds(self) -> float:
        """How long ago the relay's last beat came in; before the first, how long this hub has waited for one."""
        return time.monotonic() - self._heard_at

    @property
    def hears(self) -> bool:
        """Whether events come in: the relay's last beat came a moment ago."""
        return self.subscription.subscribed.is_set() and self.unheard_seconds < SILENT_SECONDS

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Start listening, as tasks of `tasks`. Wait a little for Redis, but not for ever."""
        self._tasks = [
            tasks.create_task(self.subscription.run(), name="redis subscription"),
            tasks.create_task(self._refresh_after_interruptions(), name="fresh snapshots"),
            tasks.create_task(self._look_after_sockets(), name="sockets"),
        ]
        try:
            async with asyncio.timeout(FIRST_SUBSCRIPTION_SECONDS):
                await self.subscription.subscribed.wait()
        except TimeoutError:
            log.warning("no subscription to redis yet, serving without events")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    def join(self, member: Member) -> None:
        self._members.setdefault((member.role, member.user_id), set()).add(member)
        if member.role == "operator":
            self._operators.add(member)

    def leave(self, member: Member) -> None:
        key = member.role, member.user_id
        self._operators.discard(member)
        members = self._members[key]
        members.discard(member)
        if not members:
            del self._members[key]

    def members(self) -> list[Member]:
        """Every socket, as of now."""
        return [member for members in self._members.values() for member in members]

    def people(self, role: Audience) -> list[UUID]:
        """The ids of those of `role` who have a socket here."""
        return [user_id for member_role, user_id in self._members if member_role == role]

    def has(self, role: Audience, user_id: UUID) -> bool:
        """Whether somebody has a socket here."""
        return (role, user_id) in self._members

    def dispatch(self, message: bytes) -> None:
        """Dispatch each envelope of a message. One that cannot be read does not stop the others."""
        for one in envelope.split(message):
            self._dispatch(one)

    def _dispatch(self, text: bytes) -> None:
        """Send an envelope's frame to its people, and its internal form to all operators."""
        try:
            event = envelope.decode(text)
        except DECODE_ERRORS as error:
            log.error("not an envelope", reason=str(error))  # noqa: TRY400 - its trace says no more
            return
        if event.id is not None and not self._is_new(event.id):
            return
        if (event.ended or event.standing_of) and self.on_standing is not None:
            self.on_standing(event.ended, event.standing_of)
        members = list(self._recipients(event))
        if members:
            frame = _frame(bytes(event.frame))
            for member in members:
                member.deliver(frame)
        internal = bytes(event.internal)
        if self._operators and internal != NOTHING:
            frame = Frame(text_frame(internal))
            for member in tuple(self._operators):
                member.deliver(frame)

    def _hear_beat(self, _message: bytes) -> None:
        self._heard_at = time.monotonic()

    async def publish(self, event: Envelope) -> None:
        """Send a frame that is not stored to the sockets of all workers. Without Redis it is lost."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await redis_client.publish(self._redis, REDIS_CHANNEL, envelope.encode(event))
        except (RedisError, OSError, TimeoutError) as error:
            log.info("a frame that is not stored was lost", reason=repr(error))

    def _recipients(self, event: Envelope) -> Iterator[Member]:
        if event.customer_id is not None:
            yield from self._members.get(("customer", event.customer_id), ())
        for mitra_id in event.mitra_ids:
            yield from self._members.get(("mitra", mitra_id), ())

    def _is_new(self, event_id: int) -> bool:
        if event_id in self._seen:
            return False
        self._seen.add(event_id)
        self._seen_order.append(event_id)
        if len(self._seen_order) > MOST_REMEMBERED_IDS:
            self._seen.discard(self._seen_order.popleft())
        return True

    async def _look_after_sockets(self) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for number, member in enumerate(self.members(), 1):
                member.websocket.check(loop.time())
                if number % SOCKETS_AT_A_TIME == 0:
                    await asyncio.sleep(0)

    async def _refresh_after_interruptions(self) -> NoReturn:
        while True:
            await self._stale.wait()
            self._stale.clear()
            members = self.members()
            pause = REFRESH_SPREAD_SECONDS * REFRESHES_AT_ONCE / max(len(members), 1)
            left = iter(members)
            async with asyncio.TaskGroup() as tasks:
                for _ in range(REFRESHES_AT_ONCE):
                    tasks.create_task(self._refresh_each(left, min(pause, 0.05)))

    async def _refresh_each(self, members: Iterator[Member], pause: float) -> None:
        for member in members:
            while member.websocket.open:
                try:
                    await member.refresh(self._database)
                    break
                except (Refusal, DatabaseError, *DECODE_ERRORS) as error:
                    log.warning("no fresh snapshot yet", reason=repr(error))
                    await asyncio.sleep(REFRESH_PAUSE_SECONDS)
            await asyncio.sleep(pause)


def _frame(text: bytes) -> Frame:
    return Frame(text_frame(text), _change(text) if b'"PAIRED"' in text or b'"CHAT_ENDED"' in text else None)


def _change(text: bytes) -> ChatChange | None:
    try:
        return _change_decoder.decode(text)
    except DECODE_ERRORS as error:
        log.error("a frame about a chat that cannot be read", reason=str(error))  # noqa: TRY400
        return None
