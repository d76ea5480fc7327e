"""Workers as separate processes, as in production."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from app.http.routes import Listener
from app.settings import Settings
from tests.rest.harness import PATIENCE_SECONDS, background

START_SECONDS = 60.0
"""How long a worker may take to start on a busy machine."""

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
            give_up = time.monotonic() + START_SECONDS
            while b"serving" not in log.read_bytes():
                assert process.poll() is None, "the worker ended"
                assert time.monotonic() < give_up, "the worker does not serve"
                time.sleep(0.02)
            yield
        finally:
            process.terminate()


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.environment()}


async def _serves(output: asyncio.StreamReader) -> None:
    """Wait until the worker logs that it serves. Asking its port will not do: another process may share it."""
    async with asyncio.timeout(START_SECONDS):
        while b"serving" not in (line := await output.readline()):
            assert line, "the worker ended"


async def _drain(output: asyncio.StreamReader) -> None:
    while await output.readline():
        pass
