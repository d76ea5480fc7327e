"""The embedded servers for real: each test makes a cluster of its own, and some start it twice."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest

from app import redis_client
from app.running.accounts import process_options, server_account
from app.running.supervisor import Supervisor
from app.settings import Settings
from tests.run.conftest import is_alive, remove_home
from tests.waits import PATIENCE_SECONDS, wait_until
from workshop import embedded
from workshop.embedded import UNFINISHED, Embedded, postgres
from workshop.embedded.place import PlaceError, find, make_home
from workshop.embedded.postgres import PostgresError


def settings_for(home: Path) -> Settings:
    return Settings.from_environment(
        {"CURHAT_HOME": str(home), "CURHAT_POSTGRES": os.environ.get("CURHAT_POSTGRES", "")}
    )


def prepared(home: Path) -> Embedded:
    make_home(home, server_account())
    return embedded.prepare(settings_for(home))


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[Embedded]:
    servers = prepared(home)
    servers.make_ready_to_start()
    async with Supervisor() as supervisor:
        await supervisor.start(*servers.programs())
        servers.provision()
        yield servers


def connect(servers: Embedded) -> psycopg.Connection[Any]:
    return psycopg.connect(servers.settings.database_url, autocommit=True)


def connect_as_superuser(servers: Embedded) -> psycopg.Connection[Any]:
    assert servers.postgres is not None
    return psycopg.connect(servers.postgres.url(embedded.DATABASE), autocommit=True)


async def test_data_is_kept_from_run_to_run(home: Path) -> None:
    async with running(home) as servers:
        with connect(servers) as connection:
            connection.execute("create table kept (what text)")
            connection.execute("insert into kept values ('this')")
    async with running(home) as servers:
        with connect(servers) as connection:
            assert connection.execute("select what from kept").fetchone() == ("this",)


async def test_another_terminal_finds_the_servers_while_they_run_and_only_then(home: Path) -> None:
    async with running(home):
        found = embedded.locate(settings_for(home))
        with psycopg.connect(found.database_url) as connection:
            row = connection.execute(
                "select current_user, current_database(), inet_server_addr(), rolsuper "
                "from pg_roles where rolname = current_user"
            ).fetchone()
        assert row == ("curhat", "curhat", None, False)
        with redis_client.connect_blocking(found.redis_url) as client:
            assert client.ping()
    with pytest.raises(PlaceError, match="CURHAT_DATABASE_URL"):
        embedded.locate(settings_for(home))


async def test_servers_run_for_a_home_that_their_account_cannot_reach_and_whose_path_is_long(
    home: Path,
) -> None:
    closed = home / "closed"
    closed.mkdir(parents=True, mode=0o700)
    far = closed / ("l" * 120)
    try:
        async with running(far) as servers:
            with connect(servers) as connection:
                connection.execute("create table kept ()")
        async with running(far) as servers:
            with connect(servers) as connection:
                connection.execute("table kept")
    finally:
        remove_home(far)


async def test_servers_run_for_a_home_whose_path_has_special_characters_of_urls(home: Path) -> None:
    strange = home / "C# 100%25 a+b?"
    async with running(strange):
        found = embedded.locate(settings_for(strange))
        with psycopg.connect(found.database_url) as connection:
            connection.execute("select 1")
        connection = await asyncpg.connect(found.database_url)
        await connection.close()
        with redis_client.connect_blocking(found.redis_url) as client:
            assert client.ping()


async def test_what_a_killed_run_left_running_is_stopped_and_its_data_kept(home: Path) -> None:
    crashed = prepared(home)
    crashed.make_ready_to_start()
    assert crashed.postgres is not None
    assert crashed.redis is not None
    replace(crashed.postgres, log=crashed.place.sockets / "log").start()
    left = crashed.redis.start()
    crashed.provision()
    with connect(crashed) as connection:
        connection.execute("create table kept ()")
    postmaster = int((crashed.postgres.data / "postmaster.pid").read_text().splitlines()[0])

    try:
        async with running(home) as servers:
            assert not is_alive(postmaster)
            assert left.wait(PATIENCE_SECONDS) == 0
            with connect(servers) as connection:
                connection.execute("table kept")
    finally:
        left.kill()


async def test_a_stale_pid_file_stops_no_other_process(home: Path) -> None:
    async with running(home) as servers:
        pass
    assert servers.postgres is not None
    pid_file = servers.postgres.data / "postmaster.pid"
    somebody = await asyncio.create_subprocess_exec("sleep", "1000", **process_options(servers.account))
    try:
        pid_file.write_text(f"{somebody.pid}\n{servers.postgres.data}\n0\n5432\n\n\n")
        async with running(home) as servers, servers_connection(servers):
            assert is_alive(somebody.pid)
    finally:
        somebody.kill()
        await somebody.wait()


async def test_a_half_made_cluster_is_made_anew(home: Path) -> None:
    servers = prepared(home)
    unfinished = servers.place.data.with_name(servers.place.data.name + UNFINISHED)
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("15\n")
    async with running(home) as servers, servers_connection(servers):
        assert not unfinished.exists()


def test_data_of_an_older_postgres_is_reported_in_one_sentence(home: Path) -> None:
    make_home(home, server_account())
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("11\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 11"):
        embedded.prepare(settings_for(home))


def programs_that_say(version: str, directory: Path) -> Path:
    """A directory with programs that only print their version."""
    directory.mkdir(parents=True)
    for name in ("postgres", "initdb", "pg_ctl"):
        (directory / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (directory / name).chmod(0o755)
    return directory


def with_libraries(directory: Path, *names: str) -> None:
    libraries = directory.parent / "lib" / "postgresql"
    libraries.mkdir(parents=True)
    for name in names:
        (libraries / f"{name}.so").touch()


def test_the_newest_with_both_extensions_is_chosen_else_the_newest_with_pg_cron(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for major in (14, 15, 16, 17, 18):
        programs_that_say(f"{major}.1", home / str(major) / "bin")
    monkeypatch.setattr(postgres, "PROGRAM_DIRECTORIES", (f"{home}/*/bin",))
    assert postgres.find_programs().major == 18
    with_libraries(home / "17" / "bin", "pg_cron")
    assert postgres.find_programs().major == 17
    for major in (14, 15, 16):
        with_libraries(home / str(major) / "bin", "pg_cron", "plpgsql_check")
    assert [one.major for one in postgres.installed_programs()] == [16, 15, 14, 17, 18]
    assert postgres.find_programs().major == 16
    assert postgres.find_programs(asked="18").directory == home / "18" / "bin"
    assert postgres.find_programs(asked=str(home / "15" / "bin")).major == 15


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("19", "asks for PostgreSQL 19; installed here: 15, 14"),
        ("14", "PostgreSQL 14, and Curhat needs 15"),
        ("/nowhere", "there is no postgres, initdb and pg_ctl in /nowhere"),
    ],
)
def test_an_unavailable_postgres_is_reported_in_one_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, asked: str, said: str
) -> None:
    for major in (14, 15):
        programs_that_say(f"{major}.1", home / str(major) / "bin")
    monkeypatch.setattr(postgres, "PROGRAM_DIRECTORIES", (f"{home}/*/bin",))
    with pytest.raises(PostgresError, match=said):
        postgres.find_programs(asked=asked)


def test_data_keeps_its_major_and_a_request_for_another_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for major in (15, 16):
        programs_that_say(f"{major}.1", home / str(major) / "bin")
    monkeypatch.setattr(postgres, "PROGRAM_DIRECTORIES", (f"{home}/*/bin",))
    (home / "PG_VERSION").write_text("15\n")
    assert postgres.find_programs(home).major == 15
    with pytest.raises(
        PostgresError, match=r"made by PostgreSQL 15, and CURHAT_POSTGRES asks for 16: unset it"
    ):
        postgres.find_programs(home, "16")


def test_data_of_a_postgres_that_is_too_old_is_reported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = programs_that_say("14.9", home / "pgsql-14" / "bin")
    monkeypatch.setattr(postgres, "PROGRAM_DIRECTORIES", (str(old),))
    (home / "postgres").mkdir()
    (home / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError, match="made by PostgreSQL 14, and Curhat needs 15"):
        embedded.find_cluster_programs(Settings.from_environment({}), find(home))


async def test_pg_cron_runs_a_procedure_that_commits_over_our_socket(home: Path) -> None:
    async with running(home) as servers:
        if not servers.has_cron:
            pytest.skip("pg_cron is not installed")
        with connect(servers) as connection:
            connection.execute("create table ticks (at timestamptz default now())")
            connection.execute(
                """
                create procedure tick() language plpgsql as $$
                begin
                    for i in 1..3 loop
                        insert into ticks default values;
                        commit;
                    end loop;
                end
                $$
                """
            )
            connection.execute("select cron.schedule_in_database('tick', '@reboot', 'call tick()', 'curhat')")
        with connect_as_superuser(servers) as connection:
            # As if the job had been scheduled with another CURHAT_HOME.
            connection.execute("update cron.job set nodename = '/somewhere/else'")
            servers.provision()
    async with running(home) as servers:
        with connect(servers) as connection:
            wait_until(
                lambda: connection.execute("select count(distinct at) from ticks").fetchone() == (3,),
                "pg_cron has called the procedure, and each commit was a transaction",
            )


@asynccontextmanager
async def servers_connection(servers: Embedded) -> AsyncIterator[None]:
    """Fails if Postgres takes no connections."""
    with connect(servers) as connection:
        connection.execute("select 1")
        yield
