"""Revoked access tokens: of people who signed out, were signed out, or are barred.

Postgres holds the list (`logic.standing`), which is small. Every worker keeps it in memory, so a check costs
nothing: it is read before the first request, every few seconds, and whenever an event says that it changed. A
change reaches open sockets and the next call at once; without Redis, or after lost messages, within LOOK_SECONDS.
Functions that take money or a mitra's time check it again in their own transaction.

The same reply holds the database's time, which sets `app.clock`.
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
# An ended sign-in is listed for longer than its tokens live, whatever the clocks say.
TOLD_SECONDS = int(LIFETIME.total_seconds()) + 300
SOCKETS_AT_A_TIME = 1_000

log = structlog.get_logger(__name__)


class Told(msgspec.Struct):
    """The database's reply."""

    server_time: datetime
    ended: frozenset[UUID]
    barred: frozenset[UUID]


_told_decoder = msgspec.json.Decoder(Told)
NOBODY: frozenset[UUID] = frozenset()


class Standing:
    """Checks tokens, and closes the sockets of those that are revoked."""

    def __init__(self, settings: Settings, database: Database, hub: Hub, clock: DatabaseClock) -> None:
        self._settings = settings
        self._database = database
        self._hub = hub
        self._clock = clock
        self._ended = NOBODY
        self._barred = NOBODY
        self._heard: dict[UUID, float] = {}
        """Sign-ins whose end came as an event, and when: a read under way may not have seen it."""
        self._changed: set[UUID] = set()
        self._looking = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[NoReturn] | None = None
        hub.on_standing = self._hear

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Read the list, and keep it fresh as a task of `tasks`. Wait a little for the database, but not for
        ever."""
        try:
            async with asyncio.timeout(FIRST_LOOK_SECONDS):
                await self.look()
        except TimeoutError:
            log.warning("revoked sign-ins are not known yet, serving anyway")
        self._task = tasks.create_task(self._keep_fresh(), name="standing")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def let_in(self, audience: Audience, token: str) -> Claims:
        """The claims of a token.

        Raises:
            Unauthenticated: it is invalid, expired or revoked.
            Forbidden: it is for another audience.
        """
        claims = read_token(self._settings, audience, token, self._clock.time())
        if not self._holds(claims.sign_in_id, claims.subject_id):
            raise Unauthenticated
        return claims

    async def look(self) -> None:
        """Read the list now. A failure is made good by the next read."""
        async with self._looking:
            changed, self._changed = self._changed, set()
            began = time.monotonic()
            try:
                reply = await self._database.call("get_standing", token_seconds=TOLD_SECONDS)
            except (Refusal, DatabaseError) as error:
                self._changed |= changed
                log.warning("revoked sign-ins could not be read", reason=repr(error))
                return
            told = _told_decoder.decode(reply or b"")
            self._clock.read(told.server_time, time.monotonic() - began)
            self._ended, self._barred = told.ended, told.barred
            self._heard = {one: at for one, at in self._heard.items() if at > began - LOOK_SECONDS}
        await self._close_sockets(changed)

    async def tell(self, sign_in_id: UUID) -> None:
        """A request here may have ended a sign-in: tell all workers before it is answered."""
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
    """An operator whose role may have changed must reconnect with a fresh token, which shows their new rights."""
    return member.role == "operator" and member.user_id in changed
