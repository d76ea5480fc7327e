"""The account of the embedded servers: Postgres refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.failure import Failure

CANDIDATES = ("postgres", "nobody")


class NoAccountError(Failure):
    """We are root and found no other account to run a server under."""


@dataclass(frozen=True)
class Account:
    """Another user of this machine. `None` means our own user."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """The account for Postgres and Redis: another one if we are root, otherwise our own (`None`)."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoAccountError(f"Postgres refuses to run as root, and there is no user {' or '.join(CANDIDATES)}.")


def process_options(account: Account | None) -> dict[str, Any]:
    """Keyword arguments for `subprocess.Popen` and similar, to start a program as the account."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def make_directory(path: Path, account: Account | None) -> Path:
    """Make a directory that only the account (and root) may enter; fixes an existing one."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
    return path


def write_file(path: Path, text: str, account: Account | None) -> None:
    """Write a file that belongs to the account."""
    path.write_text(text, encoding="utf-8")
    if account is not None:
        os.chown(path, account.uid, account.gid)


def can_enter(directory: Path, account: Account | None) -> bool:
    """Whether the account can reach the directory; a parent may be closed to it."""
    if account is None:
        return os.access(directory, os.R_OK | os.W_OK | os.X_OK)
    test = shutil.which("test") or "/usr/bin/test"
    done = subprocess.run(
        [test, "-x", str(directory), "-a", "-w", str(directory)],
        cwd="/",
        check=False,
        **process_options(account),
    )
    return done.returncode == 0
