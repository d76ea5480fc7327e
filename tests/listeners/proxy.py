"""A wire to Postgres or Redis that a test can cut, or make swallow everything while both ends stay connected.

It carries bytes, not packets: both ends go on seeing a peer whose kernel acknowledges, so that neither keepalives nor
any limit of TCP helps to notice. `tests.network` drops packets.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

Opening = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Line:
    """What carries the connections of one test on to another, which it opens for each."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._refuses = self._deaf = False
        self.taken = 0
        """How many connections were opened."""
        self._last_words: bytes | None = None
        self._withheld: re.Pattern[bytes] | None = None
        self._carrying: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def lead_to(self, socket: Path) -> None:
        """New connections lead to another server; those of this moment stay where they are."""
        self._opening = partial(asyncio.open_unix_connection, socket)

    def swallow(self) -> None:
        """Whatever goes over the connections of this moment is swallowed from now on; new ones work."""
        for works in self._carrying:
            works.clear()

    def swallow_new_ones_too(self) -> None:
        """The same for every connection that is opened before `accept`: it is taken, and carried nowhere for good."""
        self._deaf = True
        self.swallow()

    def swallow_after(self, words: bytes) -> None:
        """Let the next thing from the server that holds these words through, and then swallow everything."""
        self._last_words = words

    @property
    def waits_for_last_words(self) -> bool:
        """Whether they have not come yet."""
        return self._last_words is not None

    def withhold(self, words: re.Pattern[bytes] | None) -> None:
        """Leave this out of whatever the server says from now on; None: leave out nothing any more."""
        self._withheld = words

    def refuse(self) -> None:
        """New connections are closed at once."""
        self._refuses = True

    def accept(self) -> None:
        """New connections work again."""
        self._refuses = self._deaf = False

    def hang_up(self) -> None:
        """Close every connection."""
        for task in self._tasks:
            task.cancel()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        task = asyncio.current_task()
        if task is None:
            raise AssertionError("this runs in a task")
        self._tasks.add(task)
        works = asyncio.Event()
        if not self._deaf:
            works.set()
        self.taken += 1
        self._carrying.add(works)
        try:
            if not self._refuses:
                await self._carry_both(reader, writer, works)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._carrying.discard(works)
            writer.close()

    async def _carry_both(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, works: asyncio.Event
    ) -> None:
        there, back = await self._opening()
        ways = [
            asyncio.create_task(self._carry(reader, back, works)),
            asyncio.create_task(self._carry(there, writer, works, answers=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back.close()

    async def _carry(
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
            if answers and self._last_words is not None and self._last_words in data:
                self._last_words = None
                self.swallow()


@asynccontextmanager
async def wire(database_url: str, directory: Path) -> AsyncIterator[tuple[str, Line]]:
    """A URL of the same database that leads over a line of ours."""
    real = parse_qs(urlsplit(database_url).query)["host"][0]
    async with _line(f"{real}/.s.PGSQL.5432", directory / ".s.PGSQL.5432") as line:
        yield database_url.replace(real, str(directory)), line


@asynccontextmanager
async def redis_wire(redis_url: str, directory: Path) -> AsyncIterator[tuple[str, Line]]:
    """A URL of the same Redis that leads over a line of ours."""
    real = urlsplit(redis_url).path
    async with _line(real, directory / "redis.sock") as line:
        yield redis_url.replace(real, str(directory / "redis.sock")), line


@asynccontextmanager
async def _line(real: str, ours: Path) -> AsyncIterator[Line]:
    line = Line(partial(asyncio.open_unix_connection, real))
    async with await asyncio.start_unix_server(line.serve, ours):
        yield line
        line.hang_up()
