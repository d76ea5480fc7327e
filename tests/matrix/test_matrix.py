"""The matrix with a debootstrap of our own, whose systems hold a shell and a `make` that does nothing much."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.matrix.__main__ import PROJECT, README, StepError, walk_of
from tests.matrix.outcome import Outcome, differences
from tests.matrix.system import remove
from tests.waits import wait_until

ROOT = os.geteuid() == 0
UP = "echo Curhat is up after 1.0 s"
# The last words of its command line are the suite, the folder, and perhaps a mirror.
DEBOOTSTRAP = """#!/bin/bash
set -e
while [ "$1" != {suite} ]; do shift; done
mkdir "$2"
cd "$2"
mkdir -p proc sys dev etc/apt/apt.conf.d root tmp usr/bin
ln -s usr/bin bin
for program in sh env sleep; do
    path=$(command -v $program)
    cp "$path" usr/bin/$program
    for library in $(ldd "$path" | grep -o '/[^ ]*'); do cp -n --parents -L "$library" .; done
done
for program in make update-ca-certificates; do
    printf '#!/bin/sh\\n' > usr/bin/$program
    chmod 755 usr/bin/$program
done
echo '{make}' >> usr/bin/make
{then}
"""

pytestmark = [
    pytest.mark.skipif(not ROOT, reason="only root mounts and enters systems"),
    pytest.mark.skipif(shutil.which("unshare") is None, reason="only Linux has namespaces"),
]


class Matrix:
    """`make matrix` in a folder of its own."""

    def __init__(self, base: Path) -> None:
        self._programs = base / "bin"
        self._programs.mkdir()
        self.place = base / "place"
        self.started: list[subprocess.Popen[str]] = []

    def makes(self, suite: str, make: str, then: str = "") -> None:
        """Say what its debootstrap makes, and what that does at last."""
        program = self._programs / "debootstrap"
        program.write_text(DEBOOTSTRAP.format(suite=suite, make=make, then=then), encoding="utf-8")
        program.chmod(0o755)

    def start(self, *arguments: str, within: tuple[str, ...] = ()) -> "subprocess.Popen[str]":
        started = subprocess.Popen(
            [*within, sys.executable, "-m", "tests.matrix", "--place", str(self.place), *arguments],
            cwd=PROJECT,
            env={**os.environ, "PATH": f"{self._programs}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(started)
        return started

    def processes(self) -> list[str]:
        """What runs in its folder or on it."""
        found = []
        for one in psutil.process_iter():
            try:
                words, root = " ".join(one.cmdline()), Path(f"/proc/{one.pid}/root").readlink()
            except (psutil.NoSuchProcess, FileNotFoundError, PermissionError):
                continue
            if str(self.place) in f"{words} {root}":
                found.append(words)
        return found

    def wait_for(self, words: str) -> None:
        """Return when this runs in it."""

        def is_there() -> bool:
            assert all(one.poll() is None for one in self.started), self.started[-1].communicate()
            return words in self.processes()

        wait_until(is_there, f"{words} runs")


@pytest.fixture
def matrix(tmp_path: Path) -> Iterator[Matrix]:
    made = Matrix(tmp_path)
    yield made
    for one in made.started:
        with one:  # closes its pipe, and waits
            one.kill()
    for system in made.place.glob("*/root"):
        remove(system)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("debootstrap", signal.SIGKILL),
        ("run", signal.SIGKILL),
        ("run", signal.SIGTERM),
        ("run", signal.SIGINT),
    ],
)
def test_nothing_runs_on_when_the_matrix_is_killed(
    matrix: Matrix, moment: str, number: signal.Signals
) -> None:
    matrix.makes(
        "bookworm", "exec sleep 1234", then='exec chroot "$2" sleep 1234' if moment == "debootstrap" else ""
    )
    killed = matrix.start("--system", "debian-12", "--step", "run")
    matrix.wait_for("sleep 1234")
    killed.send_signal(number)
    assert killed.wait() != 0
    wait_until(lambda: matrix.processes() == [], "all that it started has ended")


def test_the_next_run_ends_unmounts_and_removes_what_was_left(matrix: Matrix) -> None:
    matrix.makes("bookworm", "exec sleep 1234")
    killed = matrix.start("--system", "debian-12", "--step", "run")
    matrix.wait_for("sleep 1234")

    refused = matrix.start("--system", "ubuntu-24.04")
    said, _ = refused.communicate()
    assert (refused.returncode, f"Another make matrix runs in {matrix.place}" in said) == (1, True)

    killed.kill()
    killed.wait()
    left = matrix.place / "debian-12" / "root"
    with subprocess.Popen(["chroot", left, "sleep", "4321"]) as stray:
        wait_until(lambda: "sleep 4321" in matrix.processes(), "somebody is left in it")
        matrix.makes("noble", f"{UP}; exec sleep 1234")
        mounted = (
            "unshare",
            "--mount",
            "sh",
            "-c",
            f'mount -t tmpfs none {left}/sys && exec "$@"',
            "mounted",
        )
        following = matrix.start("--system", "ubuntu-24.04", "--step", "run", within=mounted)
        said, _ = following.communicate()
        assert following.returncode == 0, said
        assert stray.wait() == -signal.SIGKILL
    assert sorted(path.name for path in matrix.place.rglob("root")) == []
    assert "ubuntu-24.04: run ok" in said


def test_the_walk_is_the_readme_s_and_is_missed() -> None:
    assert walk_of(README.read_text(encoding="utf-8")).startswith(". .venv/bin/activate\n")
    with pytest.raises(StepError, match="no walk"):
        walk_of("```bash\nmake run\n```\n")


def test_what_differs_between_systems_is_what_did_not_pass_on_all_of_them() -> None:
    twelve = Outcome.of_tests(
        "FAILED tests/a.py::test_one - assert 1 == 2\n"
        "SKIPPED [1] tests/b.py:3: no namespaces\n"
        "===== 1 failed, 5 passed, 1 skipped in 3.00s =====\n",
        ok=False,
        seconds=3,
    )
    thirteen = Outcome.of_tests(
        "===== 2 passed in 1.00s =====\n"
        "SKIPPED [1] tests/b.py:3: no namespaces\n"
        "===== 6 passed, 1 skipped in 3.00s =====\n",
        ok=True,
        seconds=3,
    )
    assert (twelve.said, thirteen.said) == (
        "1 failed, 5 passed, 1 skipped in 3.00s",
        "6 passed, 1 skipped in 3.00s",
    )
    assert differences({"twelve": twelve, "thirteen": thirteen}) == ["FAILED tests/a.py::test_one (twelve)"]
