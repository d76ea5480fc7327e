"""A CURHAT_HOME for each test, and `curhat` as a process in it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.running.supervisor import dying_with
from tests.cluster import IN_MEMORY
from tests.ports import free_port
from tests.waits import PATIENCE_SECONDS, wait_until
from workshop.embedded.place import RECORD

PREFIX = "curhat-run-of-"


def is_alive(pid: int) -> bool:
    """Whether the process runs. A zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def children(pid: int) -> dict[int, str]:
    """The children of this process: command lines by pid."""
    found = {}
    for number in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with contextlib.suppress(FileNotFoundError):
            found[int(number)] = Path(f"/proc/{number}/cmdline").read_text("utf-8").replace("\0", " ").strip()
    return {number: command for number, command in found.items() if command}


def remove_home(home: Path) -> None:
    """Remove a CURHAT_HOME with its files elsewhere."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        for path in json.loads((home / RECORD).read_text(encoding="utf-8")).values():
            shutil.rmtree(Path(path).parent, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@dataclass
class Curhat:
    """The command line, in an environment with nothing but a home and two ports."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    name: str = "curhat"
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.public_port, self.internal_port = free_port(), free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "CURHAT_HOME": str(self.home),
            "CURHAT_PUBLIC_PORT": str(self.public_port),
            "CURHAT_INTERNAL_PORT": str(self.internal_port),
            "CURHAT_WORKERS": "1",
            "CURHAT_POSTGRES": os.environ.get("CURHAT_POSTGRES", ""),
            **self.environment,
        }

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return subprocess.run(
            _command(arguments),
            env={**self.environment, **environment},
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start a long-running command; its output goes to `said`."""
        with self.output.open("a") as output:
            process = subprocess.Popen(
                _command(arguments),
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
                preexec_fn=dying_with(os.getpid(), signal.SIGTERM),  # noqa: PLW1509 - a few system calls
            )
        self.started.append(process)
        return process

    def up(self, **environment: str) -> "subprocess.Popen[str]":
        """Start `curhat up` and return when it says that it is up."""
        earlier = self.said().count("Curhat is up")
        process = self.start("up", **environment)
        wait_until(
            lambda: self.said().count("Curhat is up") > earlier or process.poll() is not None, "curhat up"
        )
        assert process.poll() is None, self.said()
        return process

    def interrupt(self, process: "subprocess.Popen[str]") -> int:
        """Press Ctrl-C and return the exit code."""
        process.send_signal(signal.SIGINT)
        return process.wait(PATIENCE_SECONDS)

    @property
    def output(self) -> Path:
        return self.home.with_name(f"{self.name}.out")

    def said(self) -> str:
        """The output of the long-running commands."""
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def get(self, path: str) -> int:
        """The status of a GET from the public server."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.public_port}{path}", timeout=PATIENCE_SECONDS) as response:
            return int(response.status)

    def figures(self) -> str:
        """The figures of all processes, from the internal listener."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"http://127.0.0.1:{self.internal_port}/metrics"
        with opener.open(url, timeout=PATIENCE_SECONDS) as response:
            text: bytes = response.read()
        return text.decode()

    def post(self, listener: str, path: str, body: object) -> tuple[int, Any]:
        """Status and body of the answer to a POST."""
        port = self.public_port if listener == "public" else self.internal_port
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), method="POST"
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=PATIENCE_SECONDS) as response:
            return int(response.status), json.load(response)

    def end(self) -> None:
        """Leave nothing behind."""
        for process in self.started:
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        remove_home(self.home)
        self.output.unlink(missing_ok=True)


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli", *arguments]


@contextlib.contextmanager
def new_home() -> Iterator[Path]:
    """A home with a short path that every account can reach."""
    parent = IN_MEMORY if IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
    for left in parent.glob(f"{PREFIX}*"):  # from a killed run
        if not is_alive(int(left.name.removeprefix(PREFIX).partition("-")[0])):
            remove_home(left / "home")
            shutil.rmtree(left, ignore_errors=True)
    base = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
    base.chmod(0o711)
    try:
        yield base / "home"
    finally:
        remove_home(base / "home")
        shutil.rmtree(base, ignore_errors=True)


@contextlib.contextmanager
def new_curhat(**environment: str) -> Iterator[Curhat]:
    """A command line. Its processes end with the context."""
    with new_home() as home:
        curhat = Curhat(home, environment)
        try:
            yield curhat
        finally:
            curhat.end()


@pytest.fixture
def home() -> Iterator[Path]:
    with new_home() as made:
        yield made


@pytest.fixture
def curhat() -> Iterator[Curhat]:
    with new_curhat() as made:
        yield made
