"""A proxy to Postgres or Redis that a test can cut, or blackhole while both ends stay connected.

It forwards bytes, not packets: each end still sees a peer whose kernel acknowledges, so neither keepalives nor TCP
timeouts notice a blackhole. `tests.network` drops packets.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

Opening = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Proxy:
    """Forwards the connections of one test, each over a connection of its own to the server."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._refuses = self._blackholes_new = False
        self.taken = 0
        """The number of accepted connections."""
        self._trigger: bytes | None = None
        self._withheld: re.Pattern[bytes] | None = None
        self._open: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def lead_to(self, socket: Path) -> None:
        """Send new connections to another server; existing ones stay."""
        self._opening = partial(asyncio.open_unix_connection, socket)

    def blackhole(self) -> None:
        """Blackhole the existing connections; new ones work."""
        for works in self._open:
            works.clear()

    def blackhole_all(self) -> None:
        """Blackhole the existing connections, and for good every one opened before `accept`."""
        self._blackholes_new = True
        self.blackhole()

    def blackhole_after(self, data: bytes) -> None:
        """Forward the next data from the server that contain these bytes, then blackhole."""
        self._trigger = data

    @property
    def awaits_trigger(self) -> bool:
        """Whether that data has not come yet."""
        return self._trigger is not None

    def withhold(self, data: re.Pattern[bytes] | None) -> None:
        """Remove these bytes from all data of the server; None ends that."""
        self._withheld = data

    def refuse(self) -> None:
        """Close new connections at once."""
        self._refuses = True

    def accept(self) -> None:
        """Let new connections work again."""
        self._refuses = self._blackholes_new = False

    def hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection."""
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("serve() runs outside a task")
        self._tasks.add(task)
        works = asyncio.Event()
        if not self._blackholes_new:
            works.set()
        self.taken += 1
        self._open.add(works)
        try:
            if not self._refuses:
                await self._forward_both(reader, writer, works)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._open.discard(works)
            writer.close()

    async def _forward_both(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, works: asyncio.Event
    ) -> None:
        there, back = await self._opening()
        ways = [
            asyncio.create_task(self._forward(reader, back, works)),
            asyncio.create_task(self._forward(there, writer, works, answers=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back.close()

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        works: asyncio.Event,
        *,
        answers: bool = False,
    ) -> None:
        while data := await reader.read(65536):
            await works.wait()
            writer.write(data if self._withheld is None or not answers else self._withheld.sub(b"", data))
            if answers and self._trigger is not None and self._trigger in data:
                self._trigger = None
                self.blackhole()


@asynccontextmanager
async def postgres_proxy(database_url: str, directory: Path) -> AsyncIterator[tuple[str, Proxy]]:
    """A URL of the same database that leads through a proxy."""
    real = parse_qs(urlsplit(database_url).query)["host"][0]
    async with _proxy(f"{real}/.s.PGSQL.5432", directory / ".s.PGSQL.5432") as proxy:
        yield database_url.replace(real, str(directory)), proxy


@asynccontextmanager
async def redis_proxy(redis_url: str, directory: Path) -> AsyncIterator[tuple[str, Proxy]]:
    """A URL of the same Redis that leads through a proxy."""
    real = urlsplit(redis_url).path
    async with _proxy(real, directory / "redis.sock") as proxy:
        yield redis_url.replace(real, str(directory / "redis.sock")), proxy


@asynccontextmanager
async def _proxy(real: str, ours: Path) -> AsyncIterator[Proxy]:
    proxy = Proxy(partial(asyncio.open_unix_connection, real))
    async with await asyncio.start_unix_server(proxy.serve, ours):
        yield proxy
        proxy.hang_up()
