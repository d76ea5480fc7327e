"""Presence leases: a mitra whose app has a socket here counts as within reach."""

import asyncio
from collections.abc import Sequence
from typing import NoReturn
from uuid import UUID

import structlog

from app.db import Database, DatabaseError, Refusal
from app.sockets.hub import Hub

# A third of the default presence_ttl_seconds: two renewals may fail before a lease lapses.
RENEW_SECONDS = 15.0
MOST_AT_A_TIME = 500

log = structlog.get_logger(__name__)


class Leases:
    """Renews the leases of all mitras with a socket on this worker, in one batch."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._task: asyncio.Task[NoReturn] | None = None

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        self._task = tasks.create_task(self._renew_all(), name="presence leases")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def renew(self, mitra_ids: Sequence[UUID]) -> None:
        """Renew now. What fails is made good by the next round."""
        try:
            await self._database.call("renew_leases", mitra_ids)
        except (Refusal, DatabaseError) as error:
            log.warning("presence leases not renewed", mitras=len(mitra_ids), reason=repr(error))

    async def _renew_all(self) -> NoReturn:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            mitra_ids = self._hub.people("mitra")
            for start in range(0, len(mitra_ids), MOST_AT_A_TIME):
                await self.renew(mitra_ids[start : start + MOST_AT_A_TIME])
