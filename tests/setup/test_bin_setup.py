"""bin/setup for somebody who may not install packages: it names them and stops before it has changed anything."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
OS_RELEASE = Path("/etc/os-release")
on_debian_12 = pytest.mark.skipif(
    not OS_RELEASE.exists() or "bookworm" not in OS_RELEASE.read_text(encoding="utf-8"),
    reason="elsewhere it does not know the packages",
)


def pretend(directory: Path, **programs: str) -> None:
    """Programs that come before the real ones."""
    directory.mkdir()
    for name, script in programs.items():
        program = directory / name.replace("_", "-")
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
        program.chmod(0o755)


@on_debian_12
def test_without_the_right_to_install_it_names_the_packages_and_stops(tmp_path: Path) -> None:
    pretend(tmp_path / "pretended", id="echo 1000", sudo="exit 1", dpkg_query="exit 1")
    house = tmp_path / "house"
    (house / "bin").mkdir(parents=True)
    for name in ("bin/setup", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(PROJECT / name, house / name)

    done = subprocess.run(
        ["sh", str(house / "bin" / "setup")],
        env={**os.environ, "PATH": f"{tmp_path / 'pretended'}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    (sentence,) = done.stderr.splitlines()
    packages = "postgresql-15 postgresql-15-cron postgresql-15-plpgsql-check redis-server"
    assert f"As root: apt-get install {packages}" in sentence
    assert not (house / ".venv").exists()
