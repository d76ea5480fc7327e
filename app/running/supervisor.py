"""Keeps programs running, for `curhat up`, `serve` and `listen`.

It guarantees
- that a program that ends is restarted with exponential backoff, which resets once the program has run for a while.
  Each end and each start is logged;
- that programs stop in reverse order of their start, each by its own signal, and are killed when its time is up;
- on Linux, that no program outlives us, even after ``kill -9``.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from tenacity import wait_exponential

from app.failure import Failure
from app.log import open_file
from app.retries import seconds_after
from app.running.accounts import Account, process_options
from app.running.signals import until_asked_to_stop

READY_POLL_SECONDS = 0.05
KILL_SECONDS = 5.0
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STDERR = 2  # the file descriptor
LAST_LINES = 5

log = structlog.get_logger(__name__)


class StartError(Failure):
    """A program would not start. The text says which, how it ended, and where to read more."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how.

    `environment` is its whole environment (`None`: ours). Without `log` it writes to our stderr. `prepare` is called
    before each start. `ready` is polled after a start; a program that is not ready within `ready_seconds` has failed.

    `stop_signal` asks it to end. After `stop_seconds` it gets `kill_signal`, and finally SIGKILL. The kernel sends
    `orphan_signal` when we are gone.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    log: Path | None = None
    prepare: Callable[[], None] | None = None
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    kill_signal: signal.Signals = signal.SIGKILL
    orphan_signal: signal.Signals = signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses before a restart, in seconds.

    `first` after the first failure, doubled after each further one up to `longest`. Resets to `first` once a program
    has run for `steady` seconds.
    """

    first: float = 0.2
    longest: float = 10.0
    steady: float = 10.0

    def seconds(self, failures: int) -> float:
        """The pause after so many failures in a row."""
        return seconds_after(failures, wait_exponential(self.first, self.longest))


@dataclass(slots=True)
class _Child:
    program: Program
    first_start: asyncio.Future[None]
    process: asyncio.subprocess.Process | None = None
    keeper: asyncio.Task[None] = field(init=False)
    stopping: bool = False
    failures: int = 0
    log_start: int = 0  # offset of the current run in the log file


class Supervisor:
    """Runs programs from `start` until the end of its ``async with`` block.

    An error of the supervisor itself (not of a program) ends the block with that exception.
    """

    def __init__(self, backoff: Backoff | None = None) -> None:
        self._backoff = backoff or Backoff()
        self._tasks = asyncio.TaskGroup()
        self._groups: list[list[_Child]] = []

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if isinstance(error, asyncio.CancelledError):  # perhaps by a task of the group, so the group decides
            await self._tasks.__aexit__(kind, error, trace)
        else:
            await self._tasks.__aexit__(None, None, None)

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the running programs, by name."""
        return {
            child.program.name: child.process.pid
            for group in self._groups
            for child in group
            if child.process is not None and child.process.returncode is None
        }

    async def start(self, *programs: Program, tolerant: bool = False) -> None:
        """Start programs concurrently and return when all are ready.

        A program that ends before it was ever ready raises StartError, or is restarted if `tolerant`. Programs that
        were started together are stopped together.
        """
        loop = asyncio.get_running_loop()
        group = [_Child(program, loop.create_future()) for program in programs]
        self._groups.append(group)
        for child in group:
            child.keeper = self._tasks.create_task(
                self._keep(child, tolerant), name=f"keeper of {child.program.name}"
            )
        await asyncio.gather(*(child.first_start for child in group))

    async def stop(self) -> None:
        """Stop all programs in reverse order of their start, and return when all have ended."""
        while self._groups:
            await asyncio.gather(*(self._end(child) for child in self._groups[-1]))
            self._groups.pop()

    def kill(self) -> None:
        """Kill all programs at once, without waiting for `stop`."""
        for group in self._groups:
            for child in group:
                if child.process is not None and child.process.returncode is None:
                    _signal_group(child.process, child.program.kill_signal)

    async def _keep(self, child: _Child, tolerant: bool) -> None:
        loop = asyncio.get_running_loop()
        program = child.program
        while True:
            began = loop.time()
            try:
                ended = await self._run_once(child)
            except OSError as error:
                ended = f"cannot be started: {error}"
            if child.stopping:
                return
            if not child.first_start.done() and not tolerant:
                child.first_start.set_exception(StartError(_start_failure(child, ended)))
                return
            if loop.time() - began >= self._backoff.steady:
                child.failures = 0
            pause = self._backoff.seconds(child.failures)
            child.failures += 1
            log.warning("program ended", program=program.name, how=ended, again_in_seconds=round(pause, 3))
            await asyncio.sleep(pause)

    async def _run_once(self, child: _Child) -> str:
        """Start the program, wait for its end, and return how it ended."""
        child.process = process = await _spawn(child)
        log.info("program started", program=child.program.name, pid=process.pid)
        if not await _until_ready(child.program, process):
            _signal_group(process, signal.SIGKILL)
            await process.wait()
            return f"was not ready within {child.program.ready_seconds:g} s"
        if process.returncode is None and not child.first_start.done():
            child.first_start.set_result(None)
        how = _how(await process.wait())
        _signal_group(process, signal.SIGKILL)  # its child processes too
        return how

    async def _end(self, child: _Child) -> None:
        child.stopping = True
        program, process = child.program, child.process
        if process is None or process.returncode is not None or not await _stopped(program, process):
            child.keeper.cancel()
        await asyncio.wait([child.keeper])
        child.first_start.cancel()
        log.info("program stopped", program=program.name)


async def _stopped(program: Program, process: asyncio.subprocess.Process) -> bool:
    """Ask the program to stop, then force it; return whether it has ended."""
    for number, seconds in (
        (program.stop_signal, program.stop_seconds),
        (program.kill_signal, KILL_SECONDS),
        (signal.SIGKILL, KILL_SECONDS),
    ):
        if process.returncode is None:
            process.send_signal(number)
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            log.warning("program does not stop", program=program.name, signal=number.name)
        else:
            return True
    return False


async def supervise(programs: Sequence[Program]) -> None:
    """Keep programs running until this process is asked to stop."""
    supervisor = Supervisor()
    await until_asked_to_stop(_supervise(supervisor, programs), hurry=supervisor.kill)


async def _supervise(supervisor: Supervisor, programs: Sequence[Program]) -> None:
    async with supervisor:
        await supervisor.start(*programs, tolerant=True)
        log.info("all programs are ready", programs=[program.name for program in programs])
        await asyncio.get_running_loop().create_future()  # never done: it is cancelled


async def _spawn(child: _Child) -> asyncio.subprocess.Process:
    program = child.program
    if program.prepare is not None:
        program.prepare()
    output = None
    if program.log is not None:
        program.log.parent.mkdir(parents=True, exist_ok=True)
        output = open_file(program.log)
        child.log_start = output.tell()
    try:
        return await asyncio.create_subprocess_exec(
            *program.command,
            stdin=subprocess.DEVNULL,
            stdout=STDERR if output is None else output,
            stderr=subprocess.STDOUT,
            env=None if program.environment is None else dict(program.environment),
            start_new_session=True,  # Ctrl-C in a terminal reaches only us
            preexec_fn=dying_with(os.getpid(), program.orphan_signal),
            **process_options(program.account),
        )
    finally:
        if output is not None:
            output.close()


def dying_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that makes the kernel signal the child when `parent` is gone.

    `None` where the system has no such thing. The thread that starts the child must stay alive.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_kernel() -> None:
        if prctl(PR_SET_PDEATHSIG, number.value) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
        if os.getppid() != parent:  # the parent ended before the call
            os._exit(1)

    return ask_kernel


async def _until_ready(program: Program, process: asyncio.subprocess.Process) -> bool:
    """Return True if the program is ready or has ended, False if its time is up."""
    ready = program.ready
    if ready is None:
        return True

    try:
        async with asyncio.timeout(program.ready_seconds):
            while process.returncode is None and not await ready():  # noqa: ASYNC110 - readiness can only be polled
                await asyncio.sleep(READY_POLL_SECONDS)
    except TimeoutError:
        return False
    return True


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal the program and its children: each program leads a process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _how(returncode: int) -> str:
    if returncode >= 0:
        return f"ended with code {returncode}"
    return f"was ended by {signal.Signals(-returncode).name}"


def _start_failure(child: _Child, ended: str) -> str:
    program = child.program
    if program.log is None or not program.log.exists():
        return f"{program.name} {ended}."
    with program.log.open("rb") as file:
        file.seek(child.log_start)
        lines = file.read().decode(errors="replace").rstrip().splitlines()[-LAST_LINES:]
    return "\n".join([f"{program.name} {ended}; its log is {program.log}.", *(f"  {line}" for line in lines)])
