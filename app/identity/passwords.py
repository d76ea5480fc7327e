"""Passwords of operators: argon2id, on a few threads of their own, so that nobody else waits for a login.

Each check takes tens of milliseconds and 64 MiB, on purpose. So few run at once, few more wait, and the next is told
to try again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.db import Busy

SHORTEST = 12
LONGEST = 256
THREADS = 2
MOST_AT_ONCE = 16

Done = TypeVar("Done")

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right; and its hash with the parameters of today, when the one that is kept has others."""

    matches: bool
    new_hash: str | None = None


def hash_password(password: str) -> str:
    """A password as the database keeps it. Blocks."""
    return _hasher.hash(password)


class Passwords:
    """Checks passwords off the loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._at_once = 0
        self._nobodys = ""

    async def open(self, _tasks: asyncio.TaskGroup) -> None:
        """Make the hash that a password is held against where nobody has one."""
        loop = asyncio.get_running_loop()
        self._nobodys = await loop.run_in_executor(self._threads, hash_password, "nobody's")

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def check(self, kept: str | None, password: str) -> Verdict:
        """Whether the password is the one of this hash; where there is none, it takes as long and is wrong.

        Raises:
            Busy: too many wait already.
        """
        return await self._run(_verdict, kept or self._nobodys, password, kept is not None)

    async def hash(self, password: str) -> str:
        """As `hash_password`, off the loop.

        Raises:
            Busy: too many wait already.
        """
        return await self._run(hash_password, password)

    async def _run(self, work: Callable[..., Done], *arguments: object) -> Done:
        if self._at_once >= MOST_AT_ONCE:
            raise Busy
        self._at_once += 1
        future = self._threads.submit(work, *arguments)
        loop = asyncio.get_running_loop()
        # A thread goes on although nobody waits for it any more: its place is free when it is done.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._one_less))
        return await asyncio.wrap_future(future)

    def _one_less(self) -> None:
        self._at_once -= 1


def _verdict(kept: str, password: str, anybodys: bool) -> Verdict:
    try:
        _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return Verdict(matches=False)
    if not anybodys:
        return Verdict(matches=False)
    return Verdict(
        matches=True, new_hash=_hasher.hash(password) if _hasher.check_needs_rehash(kept) else None
    )
