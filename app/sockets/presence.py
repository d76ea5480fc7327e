"""Presence leases: a mitra whose app has a socket here counts as reachable.

The lease of a lost socket runs out unless the app comes back. A socket that the app closes shortens the lease,
unless the mitra has another socket: the database knows which workers hold one (`api.release_lease`).
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import NoReturn
from uuid import UUID, uuid4

import msgspec
import structlog

from app.postgres.db import Database, DatabaseError
from app.refusals import Refusal
from app.sockets.hub import Hub

# A third of the least presence_ttl_seconds: two renewals may fail before a lease lapses.
RENEW_SECONDS = 10.0
# A locked row is tried again long before a shortened lease ends.
RENEW_AGAIN_SECONDS = 1.0
MOST_AT_A_TIME = 500

log = structlog.get_logger(__name__)


class Renewed(msgspec.Struct):
    """The outcome of a renewal."""

    passed_over: list[UUID]


_renewed_decoder = msgspec.json.Decoder(Renewed)


class Leases:
    """Renews the leases of all mitras with a socket on this worker, in one batch."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._worker = uuid4()
        self._again: set[UUID] = set()
        """Mitras whose renewal failed or was skipped."""
        self._left: asyncio.Queue[UUID] = asyncio.Queue()
        self._closed: set[UUID] = set()
        """Mitras who have left and not come back."""
        self._tasks: list[asyncio.Task[NoReturn]] = []

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = [
            tasks.create_task(self._renew_all(), name="presence leases"),
            tasks.create_task(self._renew_again(), name="presence leases once more"),
            tasks.create_task(self._release_all(), name="presence leases of who left"),
        ]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def renew(self, mitra_ids: Sequence[UUID]) -> None:
        """Renew now. Failures are tried again in a moment."""
        self._closed.difference_update(mitra_ids)
        try:
            reply = await self._database.call("renew_leases", mitra_ids=mitra_ids, worker=self._worker)
        except (Refusal, DatabaseError) as error:
            log.warning("presence leases not renewed", mitras=len(mitra_ids), reason=repr(error))
            self._again.update(mitra_ids)
        else:
            self._again.update(_renewed_decoder.decode(reply or b"").passed_over)
            for one in self._closed.intersection(mitra_ids):
                self._left.put_nowait(one)  # they left while this was on its way

    def release(self, mitra_id: UUID) -> None:
        """Their app has closed the last socket here: shorten their lease."""
        self._closed.add(mitra_id)
        self._left.put_nowait(mitra_id)

    async def _renew_all(self) -> NoReturn:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            await self._renew_each(self._hub.people("mitra"))

    async def _renew_again(self) -> NoReturn:
        while True:
            await asyncio.sleep(RENEW_AGAIN_SECONDS)
            again, self._again = self._again, set()
            await self._renew_each(again)

    async def _renew_each(self, mitras: Iterable[UUID]) -> None:
        mitra_ids = list(mitras)
        for start in range(0, len(mitra_ids), MOST_AT_A_TIME):
            batch = mitra_ids[start : start + MOST_AT_A_TIME]
            await self.renew([one for one in batch if self._hub.has("mitra", one)])

    async def _release_all(self) -> NoReturn:
        while True:
            mitra_id = await self._left.get()
            if not self._hub.has("mitra", mitra_id):
                await self._release(mitra_id)
            if self._hub.has("mitra", mitra_id):
                await self.renew([mitra_id])  # whichever of the two came first

    async def _release(self, mitra_id: UUID) -> None:
        try:
            await self._database.call("release_lease", mitra_id=mitra_id, worker=self._worker)
        except (Refusal, DatabaseError) as error:
            log.warning("a presence lease runs on after its app was closed", reason=repr(error))
