"""A bare system in a folder: made by debootstrap, and entered through its own namespaces.

All its processes and mounts live in a process namespace and a mount namespace that one process of ours holds. When
that ends, by whatever cause, the kernel ends the processes and lets go of the mounts. The kernel also ends the holder
when the matrix itself is killed. `remove` ends and unmounts what is left all the same.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app.running.supervisor import dying_with
from tests.matrix import machine

PACKAGES = ("make", "git", "ca-certificates")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SCRIPTS = Path("/usr/share/debootstrap/scripts")
CHECKOUT = f"{machine.HOME}/curhat"
HOLDS = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")
# It has its own /dev/shm: our tests clean up there, and must not touch the machine's.
HOLD = """
set -e
root=$1
shift
mount --bind "$root" "$root"  # "/" is a mount, as everywhere
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mkdir -p "$root/dev/shm" "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
while [ $# -gt 0 ]; do
    mount --bind "$1" "$root$2"
    mount -o remount,bind,ro "$root$2"
    shift 2
done
echo held
cat > /dev/null
"""


class BareSystemError(Exception):
    """A system could not be made or entered. The text is one sentence."""


@dataclass(frozen=True)
class Release:
    """A release of a distribution."""

    suite: str
    label: str  # from its Release file
    security: str  # the label of its security updates
    components: str
    made_as: str  # by which of its scripts a debootstrap makes it that is older
    # Majors of PostgreSQL that the sql tests are also run with here, from tests/matrix/servers.
    more_majors: tuple[str, ...] = ()


RELEASES = {
    "debian-12": Release("bookworm", "Debian", "Debian-Security", "main", "sid"),
    "debian-13": Release("trixie", "Debian", "Debian-Security", "main", "sid", more_majors=("16", "18")),
    "ubuntu-24.04": Release("noble", "Ubuntu", "", "main,universe", "gutsy"),
}


@dataclass(frozen=True)
class System:
    """A bare system with its namespaces held, in which commands can run."""

    root: Path
    holder: int
    environment: Mapping[str, str]

    def command(self, script: str, directory: str = CHECKOUT) -> list[str]:
        """The command line that runs a shell command in it, as root, from a folder."""
        variables = {
            "PATH": PATH,
            "HOME": str(machine.HOME),
            "TERM": "dumb",
            "LANG": "C.UTF-8",
            **self.environment,
        }
        return [
            *("nsenter", "--target", str(self.holder), "--mount", "--pid", "--root"),
            *("chroot", str(self.root), "env", "--ignore-environment"),
            *(f"{name}={value}" for name, value in variables.items()),
            *("sh", "-c", f"cd {directory} && {script}"),
        ]

    def said(self, script: str) -> str:
        """The output of a shell command in it, with errors."""
        done = subprocess.run(
            self.command(script),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout.strip()

    @contextlib.contextmanager
    def running(self, script: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
        """A long-running shell command in it. At the end it gets Ctrl-C, and is waited for."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(script),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            process.wait()


def make(release: Release, mirror: str | None, root: Path, log: Path) -> None:
    """Make a bare system of this release in a new folder, with what our README asks for."""
    mirrors = [mirror] if mirror else machine.mirrors(release.label)
    known = (SCRIPTS / release.suite).exists()
    words = (
        *("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
        *(f"--components={release.components}", release.suite, str(root)),
        *(mirrors[:1] or [""]),  # none: as debootstrap has it
        str(SCRIPTS / (release.suite if known else release.made_as)),
    )
    root.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        # In namespaces too, because it mounts.
        ended = _start(words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT).wait()
    if ended != 0:
        raise BareSystemError(f"debootstrap {release.suite} ended with {ended}: see {log}.")
    _add_updates(release, root)
    machine.configure_apt(root)
    subprocess.run(["chroot", root, "update-ca-certificates"], check=True, capture_output=True)


def _add_updates(release: Release, root: Path) -> None:
    """Updates from the same mirrors, as on any installed system."""
    components = release.components.replace(",", " ")
    sources = root / "etc/apt/sources.list"
    with sources.open("a", encoding="utf-8") as file:
        for label, kind in ((release.label, "updates"), (release.security, "security")):
            for address in machine.mirrors(label)[:1]:
                file.write(f"deb {address} {release.suite}-{kind} {components}\n")


def clone(project: Path, root: Path) -> None:
    """Clone the committed checkout into a system."""
    target = root / CHECKOUT.removeprefix("/")
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", project, target], check=True)


@contextlib.contextmanager
def held(root: Path) -> Iterator[System]:
    """Enter a system. At the end none of its processes runs, and nothing is mounted."""
    access = machine.access()
    binds: list[str] = []
    for inside, outside in access.seen.items():
        target = root / inside.relative_to("/")
        if target.exists():  # the system's own stays, such as its certificates
            continue
        (target if outside.is_dir() else target.parent).mkdir(parents=True, exist_ok=True)
        if outside.is_file():
            target.touch()
        binds += (str(outside), str(inside))
    holds = ("bash", "-c", HOLD, "hold", str(root), *binds)
    holder = _start(holds, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert holder.stdout is not None
    try:
        if holder.stdout.readline() != b"held\n":
            raise BareSystemError(f"{root} cannot be entered: see above.")
        (first,) = psutil.Process(holder.pid).children()
        system = System(root, first.pid, access.environment)
        yield system
    finally:
        holder.kill()
        holder.communicate()


def remove(root: Path) -> None:
    """Remove a system, and whatever runs or is mounted in it."""
    while left := _processes_in(root):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.05)
    for mount in reversed(psutil.disk_partitions(all=True)):
        if Path(mount.mountpoint).is_relative_to(root):
            subprocess.run(["umount", mount.mountpoint], check=True)
    if root.exists():
        shutil.rmtree(root)


def _start(words: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":  # noqa: ANN401 - of Popen
    """Start a program in namespaces of its own, which end with it and with us."""
    dies_too = dying_with(os.getpid(), signal.SIGKILL)
    return subprocess.Popen([*HOLDS, *words], preexec_fn=dies_too, **options)  # noqa: PLW1509 - no threads here


def _processes_in(root: Path) -> list[psutil.Process]:
    """The processes whose root directory is this, or lies in it."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(FileNotFoundError, PermissionError):  # it has ended; it is a kernel's
            if Path(f"/proc/{process.pid}/root").readlink().is_relative_to(root):
                found.append(process)
    return found
