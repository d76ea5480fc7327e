"""Where the embedded servers of one CURHAT_HOME keep their data and sockets.

Everything is in CURHAT_HOME, unless the servers' account cannot reach it (as root, with a home directory closed to
others) or its path is too long for a unix socket. Then data or sockets are elsewhere, and CURHAT_HOME records where,
so that later runs find them.
"""

import contextlib
import fcntl
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.failure import Failure
from app.running.accounts import Account, can_enter, make_directory
from workshop.embedded.postgres import SOCKET_PATH_LIMIT

RECORD = "place.json"
LOCK = "lock"
LONGEST_SOCKET_NAME = "/.s.PGSQL.5432"
FOR_ROOT = Path("/var/lib")
FOR_OTHERS = [Path("/var/tmp"), Path("/tmp")]  # noqa: S108 - mkdtemp makes private directories


class PlaceError(Failure):
    """CURHAT_HOME cannot be used. The text is one clear sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """The data directory of Postgres, and the socket directory of both servers."""

    data: Path
    sockets: Path

    def outside(self, home: Path) -> list[Path]:
        """Those of the two that are outside CURHAT_HOME."""
        return [path for path in (self.data, self.sockets) if not path.is_relative_to(home)]


def make_home(home: Path, account: Account | None) -> None:
    """Make CURHAT_HOME. It is closed to others; the servers' account may pass through."""
    try:
        home.mkdir(mode=0o700 if account is None else 0o711, parents=True, exist_ok=True)
        (home / "log").mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=home), tempfile.TemporaryFile(dir=home / "log"):
            pass
    except OSError as error:
        raise PlaceError(f"CURHAT_HOME {home} cannot be written to: {error.strerror}.") from error


@contextlib.contextmanager
def locked(home: Path) -> Iterator[None]:
    """Lock CURHAT_HOME. The lock ends with this process, even if it is killed.

    Raises:
        PlaceError: another `curhat up` holds it.
    """
    path = home / LOCK
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise PlaceError(f"{path} cannot be written to: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise PlaceError(
                f"Curhat already runs in {home} (process {file.read().strip() or 'unknown'}): "
                "stop it first, or set CURHAT_HOME to another directory for a second one."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def find(home: Path) -> Place:
    """The place of this home's servers, or where it would be. Creates nothing."""
    recorded = _recorded(home)
    data = recorded.get("data", home / "postgres")
    return Place(data, recorded.get("sockets", data.parent / "run"))


def make(home: Path, account: Account | None) -> Place:
    """Find a place that the account can reach, record it, and make its socket directory.

    Raises:
        PlaceError: there is no such place, or the account cannot reach the data of an earlier run.
    """
    place = find(home)
    if place.data.is_relative_to(home):
        if not _is_reachable(home / "run", account):
            if place.data.exists():
                raise PlaceError(
                    f"Postgres would run as {_name(account)}, who cannot reach its data in {place.data}: "
                    "make the directories above it passable (chmod a+x), or set another CURHAT_HOME."
                )
            place = _elsewhere(account)
    elif not _is_ours(place.data.parent, account):
        place = _elsewhere(account)
    if _too_long(place.sockets) or not _is_reachable(place.sockets, account):
        place = Place(place.data, _elsewhere(account).sockets)
    _record(home, place)
    return place


def _recorded(home: Path) -> dict[str, Path]:
    record = home / RECORD
    try:
        text = record.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise PlaceError(f"{record} cannot be read: {error.strerror}.") from error
    try:
        return {name: Path(path) for name, path in json.loads(text).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise PlaceError(f"{record} is damaged; remove it if there is no data elsewhere.") from error


def _record(home: Path, place: Place) -> None:
    kept = {}
    if not place.data.is_relative_to(home):
        kept["data"] = str(place.data)
    if place.sockets != place.data.parent / "run":
        kept["sockets"] = str(place.sockets)
    record = home / RECORD
    if kept:
        record.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    else:
        record.unlink(missing_ok=True)


def _is_reachable(directory: Path, account: Account | None) -> bool:
    try:
        make_directory(directory, account)
    except OSError:
        return False
    return can_enter(directory, account)


def _is_ours(base: Path, account: Account | None) -> bool:
    """Whether an earlier run's directory outside CURHAT_HOME still exists and belongs to us."""
    try:
        found = base.lstat()
    except OSError:
        return False
    owners = (os.geteuid(),) if account is None else (os.geteuid(), account.uid)
    return stat.S_ISDIR(found.st_mode) and found.st_uid in owners


def _elsewhere(account: Account | None) -> Place:
    """A new private place with a short path, which the account can reach."""
    parents = [FOR_ROOT] if account is not None else FOR_OTHERS
    for parent in parents:
        try:
            base = Path(tempfile.mkdtemp(prefix="curhat-", dir=parent))
            base.chmod(0o711)
        except OSError:
            continue
        place = Place(base / "postgres", base / "run")
        if not _too_long(place.sockets) and _is_reachable(place.sockets, account):
            return place
        shutil.rmtree(base)
    raise PlaceError(
        f"CURHAT_HOME is out of reach for {_name(account)}, or its path is too long for a socket, and "
        f"{' or '.join(map(str, parents))} will not do either: set CURHAT_HOME to another directory."
    )


def _too_long(sockets: Path) -> bool:
    return len(os.fsencode(sockets)) + len(LONGEST_SOCKET_NAME) > SOCKET_PATH_LIMIT


def _name(account: Account | None) -> str:
    return "you" if account is None else account.name
