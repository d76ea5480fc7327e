"""Operators' passwords: argon2id, on a few threads, so that a login never blocks the loop.

The stored hash never leaves the database. It gives parameters and salt; the typed password is hashed with them
here, and the database compares.

Each check takes tens of milliseconds and 64 MiB, on purpose. So a few run at once, a few more wait, and further
ones are refused as busy.
"""

import asyncio
import re
from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.low_level import Type, hash_secret
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.refusals import Busy

SHORTEST = 12
LONGEST = 256
THREADS = 2
MOST_AT_ONCE = 16

MADE_WITH = re.compile(
    r"\$argon2id\$v=(?P<v>[0-9]+)\$m=(?P<m>[0-9]+),t=(?P<t>[0-9]+),p=(?P<p>[0-9]+)\$(?P<salt>[A-Za-z0-9+/]+)"
)

Done = TypeVar("Done")

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed password, hashed as the stored one; None if there is no such operator. `new_hash` uses today's
    parameters, if the stored hash has others.
    """

    password_hash: str | None
    new_hash: str | None = None


def hash_password(password: str) -> str:
    """The hash of a password, as the database keeps it. Blocks."""
    return _hasher.hash(password)


class Passwords:
    """Hashes passwords off the loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._at_once = 0

    async def open(self, _tasks: asyncio.TaskGroup) -> None:
        """Threads start with the first password."""

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def derive(self, salt: str | None, password: str) -> Typed:
        """The password hashed with these parameters and salt. Without any it takes as long and gives None.

        Raises:
            Busy: too many wait already.
        """
        return await self._run(_derived, salt, password)

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
        # A thread runs on after its caller is cancelled: its place is free when it is done.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._one_less))
        return await asyncio.wrap_future(future)

    def _one_less(self) -> None:
        self._at_once -= 1


def _derived(kept: str | None, password: str) -> Typed:
    made_with = MADE_WITH.fullmatch(kept or "")
    if made_with is None:
        hash_password(password)
        return Typed(None)
    text = made_with["salt"]
    hashed = hash_secret(
        password.encode(),
        b64decode(text + "=" * (-len(text) % 4)),
        time_cost=int(made_with["t"]),
        memory_cost=int(made_with["m"]),
        parallelism=int(made_with["p"]),
        hash_len=_hasher.hash_len,
        type=Type.ID,
        version=int(made_with["v"]),
    ).decode()
    return Typed(hashed, hash_password(password) if _hasher.check_needs_rehash(hashed) else None)
