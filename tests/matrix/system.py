"""A bare system in a folder: made by debootstrap, and entered through its own namespaces.

All its processes and mounts live in a process namespace and a mount namespace that one process of ours holds. When
that process ends, for whatever reason, the kernel ends the processes and releases the mounts. This also covers a killed
matrix: the holder reads from our pipe, and ends when the pipe closes.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.matrix import machine

PACKAGES = ("make", "git", "ca-certificates")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CHECKOUT = f"{machine.HOME}/curhat"
HOLDS = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")
# It has its own /dev/shm: our tests clean up there, and must not touch the machine's.
HOLD = """
set -e
root=$1
shift
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
    # More majors of PostgreSQL for the sql tests here, from tests/matrix/servers.
    more_majors: tuple[str, ...] = ()


RELEASES = {
    "debian-12": Release("bookworm", "Debian", "Debian-Security", "main"),
    "debian-13": Release("trixie", "Debian", "Debian-Security", "main", more_majors=("16", "18")),
    "ubuntu-24.04": Release("noble", "Ubuntu", "", "main,universe"),
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
            *("nsenter", "--target", str(self.holder), "--mount", "--pid"),
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
    words = (
        *("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}"),
        *(f"--components={release.components}", release.suite, str(root), *mirrors[:1]),
    )
    root.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        # Also in namespaces, because it mounts.
        done = subprocess.run(
            [*HOLDS, *words],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode != 0:
        raise BareSystemError(f"debootstrap {release.suite} ended with {done.returncode}: see {log}.")
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
    holder = subprocess.Popen(
        [*HOLDS, "bash", "-c", HOLD, "hold", str(root), *binds],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        if holder.stdout.readline() != b"held\n":
            raise BareSystemError(f"{root} cannot be entered: see above.")
        (first,) = psutil.Process(holder.pid).children()
        system = System(root, first.pid, access.environment)
        yield system
    finally:
        holder.stdin.close()
        holder.kill()
        holder.wait()


def remove(root: Path) -> None:
    """Remove a system whose namespaces are released."""
    shutil.rmtree(root, ignore_errors=True)
