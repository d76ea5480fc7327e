"""A wire to Postgres that a test can cut, or make swallow everything while both ends stay connected."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Line:
    """What carries the connections of one test."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._refuses = False
        self._carrying: set[asyncio.Event] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def swallow(self) -> None:
        """Whatever goes over the connections of this moment is swallowed from now on; new ones work."""
        for works in self._carrying:
            works.clear()

    def refuse(self) -> None:
        """New connections are closed at once."""
        self._refuses = True

    def accept(self) -> None:
        """New connections work again."""
        self._refuses = False

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
        works.set()
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
        there, back = await asyncio.open_unix_connection(self._socket)
        ways = [
            asyncio.create_task(_carry(reader, back, works)),
            asyncio.create_task(_carry(there, writer, works)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, works: asyncio.Event) -> None:
    while data := await reader.read(65536):
        await works.wait()
        writer.write(data)


@asynccontextmanager
async def wire(database_url: str, directory: Path) -> AsyncIterator[tuple[str, Line]]:
    """A URL of the same database that leads over a line of ours."""
    real = parse_qs(urlsplit(database_url).query)["host"][0]
    line = Line(f"{real}/.s.PGSQL.5432")
    server = await asyncio.start_unix_server(line.serve, directory / ".s.PGSQL.5432")
    async with server:
        yield database_url.replace(real, str(directory)), line
        line.hang_up()
