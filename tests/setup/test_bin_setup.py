"""bin/setup on other kinds of machines: what it chooses and names, and that it changes nothing else.

The programs that it asks are played by scripts, in a mount namespace where /usr/lib/postgresql, /usr/sbin and
/etc/postgresql-common are folders of the test. What it then really installs is tried by `make matrix`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from workshop.embedded.postgres import PROGRAM_DIRECTORIES

PROJECT = Path(__file__).parents[2]
SETUP = PROJECT / "bin" / "setup"
SHARED = ("/usr/lib/postgresql", "/usr/sbin", "/etc/postgresql-common")
REAL = [
    *(
        "bash",
        "sh",
        "awk",
        "cat",
        "chmod",
        "cksum",
        "cut",
        "date",
        "dirname",
        "env",
        "find",
        "grep",
        "kill",
        "mkdir",
    ),
    *("paste", "printf", "rm", "sed", "sleep", "sort", "tail", "tee", "touch", "tr", "uname", "xargs"),
]
# New enough, but it cannot make a virtual environment: there the run ends with 9.
PYTHON = 'case "$*" in *--clear*) exit 9 ;; *--version*) echo Python 3.12.3 ;; esac'
OLD_PYTHON = 'case "$2" in *print*) echo "3.9 in /usr/bin/python3" ;; *) exit 1 ;; esac'
# Knows the packages of a list. It installs none, but records whether services were forbidden meanwhile.
APT_GET = """
case "$*" in
    *--simulate*) shift 3; for each; do grep -qx "$each" {lists} || exit 100; done ;;
    *install*) echo "$*" >> {calls}; cat /etc/postgresql-common/createcluster.conf >> {calls}
               [ -x /usr/sbin/policy-rc.d ] && echo services are forbidden >> {calls}
               exit {result} ;;
esac
"""
MAKES_NAMESPACES = sys.platform == "linux" and all(Path(one).is_dir() for one in SHARED)
pytestmark = pytest.mark.skipif(not MAKES_NAMESPACES, reason="needs Linux with a PostgreSQL of Debian's kind")


@dataclass
class Machine:
    """A machine with only what the test gives it."""

    base: Path

    def __post_init__(self) -> None:
        for name in ("bin", "house/bin", *(one.removeprefix("/") for one in SHARED)):
            (self.base / name).mkdir(parents=True)
        shutil.copy(SETUP, self.base / "house/bin/setup")
        (self.base / "etc/postgresql-common/createcluster.conf").write_text("# theirs\n", encoding="ascii")
        for name in REAL:
            found = shutil.which(name)
            assert found is not None
            (self.base / "bin" / name).symlink_to(found)
        self.has(python3=PYTHON)

    def has(self, **programs: str) -> None:
        """Give it programs."""
        for name, script in programs.items():
            self._write(self.base / "bin" / name.replace("_", "-"), script)

    def has_apt(self, packages: Iterable[str], *, own_major: int = 15, result: int = 0) -> None:
        """Give it apt-get with package lists; `result` is the exit code of an installation."""
        (self.base / "lists").write_text("".join(f"{one}\n" for one in packages), encoding="ascii")
        self.has(
            apt_get=APT_GET.format(lists=self.base / "lists", calls=self.base / "calls", result=result),
            apt_cache=f"echo '  Depends: postgresql-{own_major}'",
        )

    def has_postgres(self, major: int, *extensions: str) -> None:
        """Give it a server, with extensions."""
        libraries = self.base / f"usr/lib/postgresql/{major}/lib"
        libraries.mkdir(parents=True)
        for extension in extensions:
            (libraries / f"{extension}.so").touch()
        programs = self.base / f"usr/lib/postgresql/{major}/bin"
        programs.mkdir()
        for name in ("initdb", "pg_ctl"):
            self._write(programs / name, "")
        self._write(programs / "postgres", f"echo 'postgres (PostgreSQL) {major}.3 (Some {major})'")
        self._write(programs / "pg_config", f"echo /usr/lib/postgresql/{major}/lib")

    def set_up(self, *words: str, may_install: bool) -> "subprocess.CompletedProcess[str]":
        """Run bin/setup there, as root or as somebody without rights."""
        self.has(id=f"echo {0 if may_install else 1000}", sudo="exit 1")
        binds = "".join(f"mount --bind {self.base}{one} {one}; " for one in SHARED)
        # More places where it looks.
        hidden = "mount -t tmpfs none /usr/local/bin; "
        script = (
            f'{binds}{hidden}PATH={self.base / "bin"}; export PATH; exec sh {self.base}/house/bin/setup "$@"'
        )
        user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
        unshare = shutil.which("unshare")
        assert unshare is not None
        return subprocess.run(
            [unshare, *user, "--mount", "sh", "-c", script, "setup", *words],
            stdin=subprocess.DEVNULL,
            check=False,
            capture_output=True,
            text=True,
        )

    @property
    def calls(self) -> str:
        """The packages that apt-get was asked to install."""
        return (self.base / "calls").read_text(encoding="ascii")

    @staticmethod
    def _write(program: Path, script: str) -> None:
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with Python 3.12 and nothing else."""
    return Machine(tmp_path)


def postgres(*majors: int) -> list[str]:
    """The packages of these majors, with their extensions."""
    return [f"postgresql-{one}{end}" for one in majors for end in ("", "-cron", "-plpgsql-check")]


@pytest.mark.parametrize(
    ("installed", "lists", "own", "chosen"),
    [
        ([], postgres(15), 15, postgres(15)),
        ([], postgres(17, 18), 17, postgres(17)),
        ([16], postgres(16, 17), 17, postgres(16)),
        ([16], [*postgres(17), "postgresql-16"], 17, postgres(17)),
        ([18, 16], [*postgres(16, 17), "postgresql-18", "postgresql-18-cron"], 17, postgres(16)),
        ([14], postgres(14, 15), 15, postgres(15)),
    ],
    ids=["nothing", "newer than the own", "installed", "not in the lists", "one of two", "too old"],
)
def test_it_chooses_a_major_whose_extensions_are_available(
    machine: Machine, installed: list[int], lists: list[str], own: int, chosen: list[str]
) -> None:
    for major in installed:
        machine.has_postgres(major)
    machine.has(**dict.fromkeys(("curl", "redis_server"), ""))
    machine.has_apt(lists, own_major=own)

    done = machine.set_up(may_install=False)

    (sentence,) = done.stderr.splitlines()
    assert sentence.endswith(f"As root: apt-get update; apt-get install {' '.join(chosen)}")
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("installed", "complete"),
    [([15], True), ([15, 16], True), ([16], False), ([14], False)],
)
def test_a_server_with_its_extensions_is_enough(
    machine: Machine, installed: list[int], *, complete: bool
) -> None:
    machine.has_postgres(installed[0], *(["pg_cron", "plpgsql_check"] if complete else ["pg_cron"]))
    for major in installed[1:]:
        machine.has_postgres(major)
    machine.has(**dict.fromkeys(("curl", "valkey_server"), ""))
    machine.has_apt(postgres(15))

    done = machine.set_up(may_install=False)

    assert done.returncode == (9 if complete else 2)


@pytest.mark.parametrize(
    ("lists", "chosen"),
    [(["redis-server"], "redis-server"), (["redis-server", "valkey-server"], "valkey-server")],
)
def test_it_chooses_one_of_valkey_and_redis(machine: Machine, lists: list[str], chosen: str) -> None:
    machine.has_postgres(15, "pg_cron", "plpgsql_check")
    machine.has_apt([*lists, "curl"])

    done = machine.set_up(may_install=False)

    assert done.stderr.endswith(f"apt-get install {chosen} curl\n")


def test_packages_for_tests_are_installed_for_tests_only(machine: Machine) -> None:
    machine.has_postgres(15, "pg_cron", "plpgsql_check")
    machine.has(**dict.fromkeys(("curl", "redis_server"), ""))
    machine.has_apt(["iproute2"])

    assert machine.set_up(may_install=False).returncode == 9
    assert "iproute2" in machine.set_up("tests", may_install=False).stderr


def test_on_ubuntu_it_takes_what_its_lists_have_and_no_chromium(machine: Machine) -> None:
    for_tests = ["iproute2", "etcd-server", "etcd-client"]
    machine.has_apt([*postgres(16), "redis-server", "curl", *for_tests], own_major=16)

    machine.set_up("tests", may_install=True)

    installed = [*postgres(16), "redis-server", "curl", *for_tests]
    assert f"--no-install-recommends {' '.join(installed)}" in " ".join(machine.calls.split())


def test_without_package_lists_it_says_what_to_install(machine: Machine) -> None:
    machine.has_apt([])

    done = machine.set_up(may_install=False)

    assert "postgresql-N postgresql-N-cron postgresql-N-plpgsql-check, of one N from 15 on" in done.stderr
    assert done.returncode == 2


def test_it_names_unsuitable_servers_when_the_lists_have_none(machine: Machine) -> None:
    machine.has_postgres(14)
    machine.has_postgres(17, "plpgsql_check")
    machine.has_apt(["redis-server", "curl"], own_major=14)

    done = machine.set_up(may_install=True)

    assert "found 17 in /usr/lib/postgresql/17/bin,14 in /usr/lib/postgresql/14/bin" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("result", [0, 1], ids=["it installs", "apt-get fails"])
def test_services_are_forbidden_while_it_installs_and_no_longer(machine: Machine, result: int) -> None:
    machine.has_apt([*postgres(15), "redis-server", "curl"], result=result)

    done = machine.set_up(may_install=True)

    assert "services are forbidden" in machine.calls
    assert not (machine.base / "usr/sbin/policy-rc.d").exists()
    kept = (machine.base / "etc/postgresql-common/createcluster.conf").read_text(encoding="ascii")
    assert kept == "# theirs\n"
    if result == 0:
        assert "--no-install-recommends postgresql-15 postgresql-15-cron" in " ".join(machine.calls.split())
        assert "create_main_cluster = false" in machine.calls
    assert done.returncode == (result or 9)


def test_a_policy_of_somebody_else_stays(machine: Machine) -> None:
    policy = machine.base / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
    machine.has_apt([*postgres(15), "redis-server", "curl"])

    machine.set_up(may_install=True)

    assert policy.read_text(encoding="ascii") == "#!/bin/sh\nexit 0\n"


def test_a_step_that_fails_shows_what_it_printed(machine: Machine) -> None:
    machine.has_postgres(15, "pg_cron", "plpgsql_check")
    machine.has(**dict.fromkeys(("curl", "redis_server"), ""))
    machine.has(python3=PYTHON.replace("exit 9", "echo no ensurepip; exit 9"))

    done = machine.set_up(may_install=False)

    assert "no ensurepip" in done.stderr
    assert "failed with 9; build/setup.log" in done.stderr
    assert done.returncode == 9


def test_without_apt_it_names_what_is_missing_and_what_was_found(machine: Machine) -> None:
    machine.has(python3=OLD_PYTHON)
    machine.has_postgres(13)

    done = machine.set_up(may_install=True)

    (sentence,) = done.stderr.splitlines()
    assert "Python 3.11 to 3.14 with venv and ensurepip (found 3.9 in /usr/bin/python3)" in sentence
    assert "PostgreSQL 15 or newer, with pg_cron (found 13 in /usr/lib/postgresql/13/bin)" in sentence
    assert "redis-server or valkey-server (found none); curl (found none)" in sentence
    assert done.returncode == 2
    assert not (machine.base / "house/.venv").exists()


def test_it_looks_for_servers_where_the_embedded_postgres_does() -> None:
    text = " ".join(SETUP.read_text(encoding="utf-8").replace("\\\n", " ").split())
    assert f"for directory in {' '.join(PROGRAM_DIRECTORIES)}; do" in text


def test_it_refuses_another_word() -> None:
    done = subprocess.run(["sh", str(SETUP), "test"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "setup: bin/setup [tests], not bin/setup test\n")
