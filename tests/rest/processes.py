"""Workers as separate processes, as in production."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from app.http.routes import Listener
from app.settings import Settings
from tests.rest.harness import background
from tests.waits import PATIENCE_SECONDS, wait_until

SERVE = """
from app.server import serve_worker
from app.settings import Settings
serve_worker(Settings.from_environment(), '{}')
"""


@dataclass
class Process:
    process: asyncio.subprocess.Process

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def exit_code(self) -> int:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.process.wait()


@asynccontextmanager
async def worker_process(
    settings: Settings, listener: str = "public", within: Sequence[str] = ()
) -> AsyncIterator[Process]:
    """A serving worker process, started through the command `within`."""
    process = await asyncio.create_subprocess_exec(
        *within,
        sys.executable,
        "-c",
        SERVE.format(listener),
        env=_environment(settings),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        await _serves(process.stdout)
        async with background(_drain(process.stdout)):
            yield Process(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@contextmanager
def serving(settings: Settings, listener: Listener) -> Iterator[None]:
    """A serving worker process, for a test without an event loop."""
    command = [sys.executable, "-c", SERVE.format(listener)]
    log = settings.home / f"{listener}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=_environment(settings), stdout=output) as process,
    ):
        try:
            wait_until(lambda: process.poll() is not None or b"serving" in log.read_bytes())
            assert process.poll() is None, "the worker ended"
            yield
        finally:
            process.terminate()


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.environment()}


async def _serves(output: asyncio.StreamReader) -> None:
    """Return when the worker says so; others may answer on its port already."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while b"serving" not in (line := await output.readline()):
            assert line, "the worker ended"


async def _drain(output: asyncio.StreamReader) -> None:
    while await output.readline():
        pass
