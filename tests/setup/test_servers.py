"""The private Postgres and Redis that `curhat up` and the tests run."""

import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from app import redis_client
from app.running.accounts import can_enter, make_directory, server_account
from tests.cluster import server_programs
from tests.waits import wait_until
from workshop.embedded.postgres import Cluster, PostgresError, find_programs
from workshop.embedded.redis_server import RedisServer, RedisServerError, find_program


@pytest.fixture
def base() -> Iterator[Path]:
    """A directory that other accounts can pass through; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="curhat-test-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def postgres(base: Path) -> Iterator[Cluster]:
    """A cluster that is not initialised yet."""
    account = server_account()
    make_directory(base / "log", account)
    cluster = Cluster(
        server_programs(), base / "data", base / "s", base / "log" / "postgres.log", account, {"fsync": "off"}
    )
    yield cluster
    if cluster.exists:
        cluster.stop("immediate")


def test_a_cluster_keeps_its_data_and_takes_new_settings_when_it_starts_again(postgres: Cluster) -> None:
    postgres.initialise()
    assert postgres.exists
    postgres.start()
    with psycopg.connect(postgres.url("postgres")) as connection:
        connection.execute("create table kept (it text)")
    postgres.stop()
    assert not postgres.is_running()
    again = replace(postgres, settings={"fsync": "off", "application_name": "it's \\ quoted"})
    again.start()
    with psycopg.connect(again.url("postgres")) as connection:
        assert connection.execute("table kept").fetchall() == []
        assert connection.execute("show application_name").fetchone() == ("it's \\ quoted",)


def test_a_killed_cluster_starts_again(postgres: Cluster) -> None:
    postgres.initialise()
    postgres.start()
    pid = int((postgres.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not postgres.is_running())
    postgres.start()
    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_cluster_listens_on_its_socket_only(postgres: Cluster) -> None:
    postgres.initialise()
    postgres.start()
    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert postgres.sockets.stat().st_mode & 0o077 == 0
    assert (postgres.sockets / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0


def test_a_cluster_that_does_not_start_says_where_to_look(postgres: Cluster) -> None:
    postgres.initialise()
    broken = replace(postgres, settings={"shared_preload_libraries": "nothing_of_this_name"})
    with pytest.raises(PostgresError, match=r"pg_ctl start failed .* see .*postgres\.log"):
        broken.start()


def test_a_path_that_is_too_long_for_a_socket_is_refused(postgres: Cluster) -> None:
    long = replace(postgres, sockets=postgres.sockets / ("x" * 100))
    with pytest.raises(PostgresError, match="too long for a unix socket"):
        long.initialise()


def test_data_of_a_version_that_is_not_installed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(PostgresError, match="was made by PostgreSQL 9, which is not installed here"):
        find_programs(tmp_path)


def test_a_closed_directory_is_recognised(base: Path) -> None:
    account = server_account()
    open_directory = make_directory(base / "open", account)
    assert can_enter(open_directory, account)
    closed = base / "closed"
    closed.mkdir(mode=0)
    assert not can_enter(closed, account)


def test_redis_starts_again_where_a_killed_one_left_its_socket(base: Path) -> None:
    server = RedisServer(find_program(), base / "redis", base / "redis.log", server_account())
    for kill in (True, False):
        process = server.start()
        with redis_client.connect_blocking(server.url()) as client:
            assert client.config_get("save", "port") == {"save": "", "port": "0"}
        if kill:
            process.kill()
        else:
            process.terminate()
        process.wait()


def test_a_redis_that_does_not_start_says_where_to_look(base: Path) -> None:
    server = RedisServer("/bin/false", base / "redis", base / "redis.log")
    with pytest.raises(RedisServerError, match=r"redis-server ended with 1; see .*redis\.log"):
        server.start()


def test_a_foreign_environment_changes_nothing_of_a_cluster(
    postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGDATA": "/nowhere", "PGOPTIONS": "-c nothing=1", "TZ": "Asia/Jakarta"}.items():
        monkeypatch.setenv(name, value)
    postgres.initialise()
    postgres.start()
    monkeypatch.delenv("PGOPTIONS")
    with psycopg.connect(postgres.url("postgres")) as connection:
        assert connection.execute("show timezone").fetchone() != ("Asia/Jakarta",)
        pid = int((postgres.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
    names = {entry.split(b"=")[0] for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")}
    assert not any(name.startswith(b"PGOPT") for name in names)
