"""`make matrix`: the README's promises, tried on bare systems as a newcomer would.

On each system it runs `make run` until it is ready, the README's walk to `consumed`, `make run` once more, and
`.ci/run`: `make check`, then `make test`; where `RELEASES` says so, also the sql tests with other majors of PostgreSQL.
It ends with what differed from system to system. Exit code 1: something failed somewhere.

Its folder holds the systems while it runs, and afterwards the output of each step.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from tests.matrix import system as systems
from tests.matrix.outcome import Outcome, differences
from tests.matrix.system import RELEASES, BareSystemError, System

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
UP = re.compile(r"^Curhat is up after ([\d.]+) s", re.MULTILINE)
DEBOOTSTRAP = ("debootstrap", "unshare", "nsenter")
SERVERS = "/opt/curhat-servers"  # where the servers' own account may read
USUAL = ("debian-12", "debian-13")
STEPS = ("run", "walk", "again", "ci", "majors")
VERSIONS = {
    "Python": ".venv/bin/python --version",
    "PostgreSQL": "for server in /usr/lib/postgresql/*/bin/postgres; do $server --version; done",
    "Redis or Valkey": "(redis-server --version || valkey-server --version) 2>/dev/null | cut -d ' ' -f 1-3",
    "Node.js": "PATH=$PWD/.venv/bin:$PATH; node --version",
    "Chromium": "chromium --version 2>/dev/null || echo none",
}

console = Console(highlight=False, soft_wrap=True)


class StepError(Exception):
    """A step failed. The text says where to look."""


@dataclass
class Visit:
    """One system, its steps, and how they ended."""

    name: str
    system: System
    logs: Path
    jobs: int
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        public, internal = free_ports()
        self.ports = f"CURHAT_PUBLIC_PORT={public} CURHAT_INTERNAL_PORT={internal}"

    def step(self, name: str, action: Callable[[], Outcome]) -> None:
        """Do a step, and say how it ended."""
        began = time.monotonic()
        console.print(f"{self.name}: {name} …")
        try:
            outcome = action()
        except StepError as error:
            outcome = Outcome(ok=False, seconds=time.monotonic() - began, said=str(error))
        self.outcomes[name] = outcome
        console.print(f"{self.name}: {name} {told(outcome)}")

    def run_and_walk(self, steps: Sequence[str]) -> None:
        """`make run` on a bare system, and the README's walk while it is up."""
        log = self.logs / "run.log"
        began = time.monotonic()
        with self.system.running(f"{self.ports} make run", log) as running:

            def until_up() -> Outcome:
                seconds = wait_until_up(running.poll, log)
                took = time.monotonic() - began
                return Outcome(ok=True, seconds=took, said=f"up {seconds} s after all was installed")

            self.step("run", until_up)
            if "walk" in steps and self.outcomes["run"].ok:
                self.step("walk", self.walk)

    def walk(self) -> Outcome:
        """The README's walk: its last step prints the payment's status."""
        script = self.system.root / systems.CHECKOUT.removeprefix("/") / "build/walk.sh"
        script.write_text(walk_of(README.read_text(encoding="utf-8")), encoding="utf-8")
        outcome = self.command("walk", f"{self.ports} bash build/walk.sh")
        if "consumed" not in (self.logs / "walk.log").read_text(encoding="utf-8").split():
            raise StepError(f"does not end with consumed: see {self.logs / 'walk.log'}")
        return outcome

    def run_again(self) -> Outcome:
        """`make run` when everything is installed already."""
        log = self.logs / "again.log"
        began = time.monotonic()
        with self.system.running(f"{self.ports} make run", log) as running:
            wait_until_up(running.poll, log)
            seconds = time.monotonic() - began
        if "setup: " in log.read_text(encoding="utf-8"):
            raise StepError(f"bin/setup did something once more: see {log}")
        return Outcome(ok=True, seconds=seconds)

    def command(self, name: str, script: str) -> Outcome:
        """A command that ends by itself."""
        log = self.logs / f"{name}.log"
        began = time.monotonic()
        with self.system.running(script, log) as running:
            ended = running.wait()
        seconds = time.monotonic() - began
        if ended != 0:
            raise StepError(f"ended with {ended}: see {log}")
        return Outcome(ok=True, seconds=seconds)

    def tests(self, name: str, script: str) -> Outcome:
        """What ends with `make test`, and what that says about each test that did not simply pass."""
        log = self.logs / f"{name}.log"
        began = time.monotonic()
        with self.system.running(f"JOBS={self.jobs} PYTEST_ADDOPTS=--verbose {script}", log) as running:
            ended = running.wait()
        output = log.read_text(encoding="utf-8", errors="replace")
        return Outcome.of_tests(output, ok=ended == 0, seconds=time.monotonic() - began)

    def other_majors(self, majors: Sequence[str]) -> None:
        """The sql tests with majors that the distribution lacks. They have no pg_cron."""
        self.step("servers", self.install_servers)
        for major in majors if self.outcomes["servers"].ok else ():
            programs = f"{SERVERS}/node_modules/postgres-{major}/native/bin"
            run = partial(self.tests, f"sql-{major}", f"make test PG={programs} ARGS=tests/sql")
            self.step(f"PostgreSQL {major}", run)

    def install_servers(self) -> Outcome:
        """The servers of tests/matrix/servers, by its lock file."""
        return self.command(
            "servers",
            f"PATH=$PWD/.venv/bin:$PATH && mkdir -p {SERVERS} && cp tests/matrix/servers/package*.json {SERVERS}"
            f" && cd {SERVERS} && npm ci --no-audit --no-fund",
        )

    def read_versions(self) -> None:
        """The choices of `bin/setup` here."""
        self.versions = {
            what: self.system.said(script).replace("\n", ", ") for what, script in VERSIONS.items()
        }


def free_ports() -> tuple[int, int]:
    """Two free ports."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def walk_of(readme: str) -> str:
    """The commands of its walk."""
    found = re.search(r"^```bash\n(.*?curhat socket customer.*?)^```$", readme, re.DOTALL | re.MULTILINE)
    if found is None:
        raise StepError("README.md has no walk: a block of bash that opens a customer's socket")
    return found[1]


def wait_until_up(ended: Callable[[], int | None], log: Path) -> str:
    """Wait until `make run` says that it is up, and return the seconds that it names."""
    while True:
        output = log.read_text(encoding="utf-8", errors="replace")
        found = UP.search(output)
        if found:
            return found[1]
        if ended() is not None:
            raise StepError(f"ended with {ended()} before it was up: see {log}")
        time.sleep(0.1)


def told(outcome: Outcome) -> str:
    """One line about it."""
    word = "[green]ok[/]" if outcome.ok else "[red]failed[/]"
    return f"{word} after {outcome.seconds:.0f} s{f', {outcome.said}' if outcome.said else ''}"


@contextmanager
def alone_in(place: Path) -> Iterator[None]:
    """Keep other runs out of this folder."""
    with (place / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException(
                f"Another make matrix runs in {place}: wait for it, or give another --place."
            ) from error
        yield


def visit(
    name: str, folder: Path, mirror: str | None, steps: Sequence[str], jobs: int, *, keep: bool
) -> Visit:
    """Make one system, and do the steps on it."""
    root = folder / "root"
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        if not keep:
            stack.callback(systems.remove, root)
        console.print(f"{name}: making a bare system in {root} …")
        try:
            systems.make(RELEASES[name], mirror, root, folder / "debootstrap.log")
            systems.clone(PROJECT, root)
            made = stack.enter_context(systems.held(root))
        except BareSystemError as error:
            raise click.ClickException(str(error)) from error
        here = Visit(name, made, folder, jobs)
        if "run" in steps:
            here.run_and_walk(steps)
        if "again" in steps:
            here.step("again", here.run_again)
        if "ci" in steps:
            here.step("ci", partial(here.tests, "ci", ".ci/run"))
        if "majors" in steps and RELEASES[name].more_majors:
            here.other_majors(RELEASES[name].more_majors)
        here.read_versions()
    return here


def report(visits: Sequence[Visit]) -> Iterator[str]:
    """What ran where, and the differences."""
    yield f"{datetime.now(UTC):%Y-%m-%d}"
    for one in visits:
        yield f"\n{one.name}: {'; '.join(f'{what} {version}' for what, version in one.versions.items())}"
        for step, outcome in one.outcomes.items():
            yield f"  {step:<16}{told(outcome)}"
    yield "\nTests that ended otherwise on some systems than on others:"
    yield from differences({one.name: one.outcomes["ci"] for one in visits if "ci" in one.outcomes}) or [
        "none"
    ]
    for one in visits:
        for step, outcome in one.outcomes.items():
            if outcome.notable:
                yield f"\n{one.name}, {step}:"
                yield from sorted(outcome.notable)


@click.command()
@click.option(
    "--system", "names", multiple=True, type=click.Choice(list(RELEASES)), help="Again for another."
)
@click.option("--step", "steps", multiple=True, type=click.Choice(STEPS), help="Again for another.")
@click.option("--mirror", help="Where a system's packages come from; else as apt has it on this machine.")
@click.option("--place", type=click.Path(path_type=Path), default=PROJECT / "build/matrix", show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Of pytest.")
@click.option(
    "--keep",
    is_flag=True,
    help="Leave the systems' files until the next run; nothing runs or is mounted there.",
)
def main(
    names: tuple[str, ...], steps: tuple[str, ...], mirror: str | None, place: Path, jobs: int, *, keep: bool
) -> None:
    """Try this checkout, as it is committed, on bare systems. Needs root, debootstrap and util-linux."""
    lacking = [program for program in DEBOOTSTRAP if shutil.which(program) is None]
    if os.geteuid() != 0 or lacking:
        what = "root" if os.geteuid() != 0 else f"{', '.join(lacking)} (Debian: apt-get install debootstrap)"
        raise click.ClickException(f"make matrix needs {what}.")
    place = place.absolute()
    place.mkdir(parents=True, exist_ok=True)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell's `&` ignores it, for all that we start
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with alone_in(place):
        for name in RELEASES:  # what a killed run has left
            systems.remove(place / name / "root")
        visits = [
            visit(name, place / name, mirror, steps or STEPS, jobs, keep=keep) for name in names or USUAL
        ]
    lines = list(report(visits))
    console.print("\n".join(lines))
    (place / "report.txt").write_text(re.sub(r"\[/?\w*\]", "", "\n".join(lines)) + "\n", encoding="utf-8")
    raise click.exceptions.Exit(0 if all(one.ok for each in visits for one in each.outcomes.values()) else 1)


if __name__ == "__main__":
    main()
