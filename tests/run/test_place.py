import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.running.accounts import can_enter, server_account
from app.settings import Settings, SettingsError
from tests.run.conftest import remove_home
from workshop.embedded.place import RECORD, PlaceError, find, locked, make, make_home
from workshop.embedded.postgres import SOCKET_PATH_LIMIT, PostgresError, find_programs

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")


@pytest.fixture
def closed_home(home: Path) -> Iterator[Path]:
    """A home below a directory that nobody but us may enter, as /root is."""
    closed = home / "closed"
    closed.mkdir(parents=True, mode=0o700)
    yield closed / "home"
    remove_home(closed / "home")


@pytest.fixture
def long_home(home: Path) -> Iterator[Path]:
    """A home whose path is too long for a unix socket."""
    long = home / ("l" * SOCKET_PATH_LIMIT)
    long.mkdir(parents=True)
    yield long
    remove_home(long)


def test_everything_lies_in_the_home_if_possible(home: Path) -> None:
    make_home(home, server_account())
    place = make(home, server_account())
    assert (place.data, place.sockets) == (home / "postgres", home / "run")
    assert can_enter(place.sockets, server_account())
    assert not (home / RECORD).exists()


@as_root
def test_a_home_out_of_the_accounts_reach_has_its_data_and_sockets_elsewhere(closed_home: Path) -> None:
    account = server_account()
    make_home(closed_home, account)
    place = make(closed_home, account)
    assert place.outside(closed_home) == [place.data, place.sockets]
    assert can_enter(place.sockets, account)


@as_root
def test_the_place_elsewhere_is_the_same_in_every_run(closed_home: Path) -> None:
    account = server_account()
    make_home(closed_home, account)
    place = make(closed_home, account)
    assert find(closed_home) == place
    assert make(closed_home, account) == place


@as_root
def test_a_place_elsewhere_that_is_gone_is_made_anew(closed_home: Path) -> None:
    account = server_account()
    make_home(closed_home, account)
    gone = make(closed_home, account)
    shutil.rmtree(gone.data.parent)
    place = make(closed_home, account)
    assert place != gone
    assert can_enter(place.sockets, account)


@as_root
def test_data_that_is_out_of_reach_is_reported(home: Path) -> None:
    account = server_account()
    make_home(home, account)
    make(home, account).data.mkdir()
    home.chmod(0o700)
    with pytest.raises(PlaceError, match="cannot reach its data"):
        make(home, account)


def test_a_path_too_long_for_a_socket_puts_the_sockets_elsewhere_for_good(long_home: Path) -> None:
    account = server_account()
    make_home(long_home, account)
    place = make(long_home, account)
    assert place.data == long_home / "postgres"
    assert len(str(place.sockets / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    assert can_enter(place.sockets, account)
    assert make(long_home, account) == find(long_home) == place


def test_a_damaged_record_is_reported(home: Path) -> None:
    make_home(home, None)
    (home / RECORD).write_text("[")
    with pytest.raises(PlaceError, match=RECORD):
        find(home)


def test_a_home_that_cannot_be_made_is_reported(home: Path) -> None:
    home.touch()
    with pytest.raises(PlaceError, match="CURHAT_HOME"):
        make_home(home / "below", None)
    home.unlink()


def test_a_home_has_one_holder_at_a_time(home: Path) -> None:
    make_home(home, None)
    with locked(home), pytest.raises(PlaceError, match=f"process {os.getpid()}"), locked(home):
        pass
    with locked(home):
        pass


def test_a_holder_that_is_killed_holds_nothing(home: Path) -> None:
    make_home(home, None)
    holding = (
        "import sys, time; from pathlib import Path; from workshop.embedded.place import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(1000)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(home)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        process.kill()
    with locked(home):
        pass


@contextlib.contextmanager
def as_the_account() -> Iterator[None]:
    """Act as the servers' account for a while. Without root there is no other account."""
    account = server_account()
    if account is None:
        yield
        return
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_home_that_cannot_be_read_names_its_path(home: Path) -> None:
    """Whichever code reads it first."""
    closed = home / "closed"
    (closed / "home" / "postgres").mkdir(parents=True)
    (closed / "home" / RECORD).write_text("{}")
    (closed / "home" / "postgres" / "PG_VERSION").write_text("15\n")
    closed.chmod(0)
    try:
        with as_the_account():
            with pytest.raises(
                (SettingsError, PlaceError), match=f"{closed}/home.* cannot be read: Permission denied"
            ):
                find(Settings.from_environment({"CURHAT_HOME": str(closed / "home")}).home)
            with pytest.raises(
                PostgresError, match=f"{closed}/home/postgres cannot be read: Permission denied"
            ):
                find_programs(closed / "home" / "postgres")
    finally:
        closed.chmod(0o700)
