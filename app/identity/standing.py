"""Whose access tokens hold no longer although they have not expired: who signed out, was signed out, or is barred.

The truth stands in Postgres (`logic.standing`) and is small. Every worker holds it in memory, so that a request costs
nothing more: it is read before the first request, every few seconds, and whenever an event says that it has changed.
So a change reaches open sockets and the next call at once; without Redis, or after messages were lost, within
LOOK_SECONDS. What takes money or a mitra's time is asked of Postgres besides, in its own transaction.

The same reply tells the database's time, so it is what `app.clock` is read by.
"""

import asyncio
import time
from datetime import datetime
from typing import NoReturn
from uuid import UUID

import msgspec
import structlog

from app.auth import LIFETIME, Audience, Claims, Unauthenticated, read_token
from app.clock import DatabaseClock
from app.envelope import Envelope
from app.postgres.db import Database, DatabaseError
from app.refusals import Refusal
from app.settings import Settings
from app.sockets.hub import Hub, Member
from app.sockets.websocket import Code

LOOK_SECONDS = 5.0
FIRST_LOOK_SECONDS = 5.0
# A sign-in that ended is told of for longer than a token of it can hold, whatever the clocks say.
TOLD_SECONDS = int(LIFETIME.total_seconds()) + 300
SOCKETS_AT_A_TIME = 1_000

log = structlog.get_logger(__name__)


class Told(msgspec.Struct):
    """What the database says."""

    server_time: datetime
    ended: frozenset[UUID]
    barred: frozenset[UUID]


_told_decoder = msgspec.json.Decoder(Told)
NOBODY: frozenset[UUID] = frozenset()


class Standing:
    """Lets in whose token holds, and closes the sockets of whose does no longer."""

    def __init__(self, settings: Settings, database: Database, hub: Hub, clock: DatabaseClock) -> None:
        self._settings = settings
        self._database = database
        self._hub = hub
        self._clock = clock
        self._ended = NOBODY
        self._barred = NOBODY
        self._heard: dict[UUID, float] = {}
        """Sign-ins of whose end an event told, and when: a look that is under way may not have seen it."""
        self._changed: set[UUID] = set()
        self._looking = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[NoReturn] | None = None
        hub.on_standing = self._hear

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Read it, and keep it fresh as a task of `tasks`; wait a little for the database, not for ever."""
        try:
            async with asyncio.timeout(FIRST_LOOK_SECONDS):
                await self.look()
        except TimeoutError:
            log.warning("who signed out is not known yet, serving all the same")
        self._task = tasks.create_task(self._keep_fresh(), name="standing")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def let_in(self, audience: Audience, token: str) -> Claims:
        """What a token says.

        Raises:
            Unauthenticated: it does not hold, or holds no longer.
            Forbidden: it holds, but for another audience.
        """
        claims = read_token(self._settings, audience, token, self._clock.time())
        if not self._holds(claims.sign_in_id, claims.subject_id):
            raise Unauthenticated
        return claims

    async def look(self) -> None:
        """Read it now. What fails is made good by the next look."""
        async with self._looking:
            changed, self._changed = self._changed, set()
            began = time.monotonic()
            try:
                reply = await self._database.call("get_standing", token_seconds=TOLD_SECONDS)
            except (Refusal, DatabaseError) as error:
                self._changed |= changed
                log.warning("it could not be read who signed out", reason=repr(error))
                return
            told = _told_decoder.decode(reply or b"")
            self._clock.read(told.server_time, time.monotonic() - began)
            self._ended, self._barred = told.ended, told.barred
            self._heard = {one: at for one, at in self._heard.items() if at > began - LOOK_SECONDS}
        await self._close_sockets(changed)

    async def tell(self, sign_in_id: UUID) -> None:
        """A request to this worker may have ended a sign-in: all workers know before it is answered."""
        await self.look()
        if sign_in_id in self._ended:
            await self._hub.publish(
                Envelope(
                    id=None, customer_id=None, mitra_ids=(), frame=msgspec.Raw(b"null"), ended=sign_in_id
                )
            )

    def _hear(self, ended: UUID | None, person_id: UUID | None) -> None:
        if ended is not None:
            self._heard[ended] = time.monotonic()
        if person_id is not None:
            self._changed.add(person_id)
        self._wanted.set()

    async def _keep_fresh(self) -> NoReturn:
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wanted.wait()
            except TimeoutError:
                pass
            self._wanted.clear()
            await self.look()

    def _holds(self, sign_in_id: UUID | None, person_id: UUID) -> bool:
        return (
            sign_in_id not in self._ended and sign_in_id not in self._heard and person_id not in self._barred
        )

    async def _close_sockets(self, changed: set[UUID]) -> None:
        for number, member in enumerate(self._hub.members(), 1):
            if not self._holds(member.sign_in_id, member.user_id) or _has_another_role(member, changed):
                member.end(Code.UNAUTHENTICATED, "signed out")
            if number % SOCKETS_AT_A_TIME == 0:
                await asyncio.sleep(0)


def _has_another_role(member: Member, changed: set[UUID]) -> bool:
    """An operator whose role may have changed comes back with a fresh token, and sees what they may do now."""
    return member.role == "operator" and member.user_id in changed
