"""The embedded Postgres and Redis of `curhat up`, used where the settings give no address.

Both listen on unix sockets only. Data is kept between runs, and a run recovers from the crash of an earlier one. The
database is set up as on a production server: the login `curhat` owns it and may create roles, but is not a superuser.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import redis
import structlog
from psycopg import sql

from app import redis_client
from app.running.accounts import Account, process_options, server_account
from app.running.probes import postgres_answers, redis_answers
from app.running.supervisor import Program
from app.settings import Settings
from workshop.embedded import place as places
from workshop.embedded.environment import server_environment
from workshop.embedded.place import Place, PlaceError
from workshop.embedded.postgres import (
    MINIMUM_VERSION,
    Cluster,
    PostgresError,
    Programs,
    find_programs,
    postgres_url,
)
from workshop.embedded.redis_server import SOCKET_NAME, RedisServer, find_program, redis_url

POSTGRES_SOCKET = ".s.PGSQL.5432"
DATABASE = "curhat"
LOGIN = "curhat"
UNFINISHED = ".unfinished"
ORPHAN_SECONDS = 30

LIBRARIES = ("pg_cron", "pg_stat_statements")
LAPTOP_SETTINGS = {
    "cluster_name": "curhat",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a: ",
    "log_lock_waits": "on",
}
# pg_cron connects to its jobs' databases by libpq, over our socket. Background workers would need no `cron.host`, but
# up to 1.4 the scheduler then runs only one job at a time.
CRON_SETTINGS = {
    "cron.database_name": DATABASE,
    "cron.use_background_workers": "off",
    "cron.log_statement": "off",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Embedded:
    """The servers to run for one CURHAT_HOME; `None` for a server whose address is in the settings."""

    given: Settings
    place: Place
    account: Account | None
    postgres: Cluster | None
    redis: RedisServer | None

    @property
    def settings(self) -> Settings:
        """The settings, with the addresses of the embedded servers filled in."""
        return _with_addresses(self.given, self.place)

    @property
    def has_cron(self) -> bool:
        """Whether the embedded Postgres runs pg_cron; also true for an external Postgres."""
        return self.postgres is None or "pg_cron" in self.postgres.settings["shared_preload_libraries"]

    def make_ready_to_start(self) -> None:
        """Clean up after a crashed run, and create the cluster if there is none. Blocks."""
        if self.postgres is not None:
            _end_orphaned_postgres(self.postgres)
            if not self.postgres.exists:
                log.info("making a new Postgres cluster", data=str(self.postgres.data))
                _initialise(self.postgres)
        if self.redis is not None:
            _end_orphaned_redis(self.redis)

    def programs(self) -> list[Program]:
        """The programs for the supervisor."""
        programs = []
        if self.postgres is not None:
            programs.append(_postgres_program(self.postgres, self.given.log_dir))
        if self.redis is not None:
            programs.append(_redis_program(self.redis, self.given.log_dir))
        return programs

    def provision(self) -> None:
        """Create login and extensions in the running Postgres. Idempotent. Blocks."""
        if self.postgres is None:
            return
        with psycopg.connect(self.postgres.url(DATABASE), autocommit=True) as connection:
            connection.execute("set client_min_messages to warning")
            _provision_login(connection)
            connection.execute("create extension if not exists pg_stat_statements")
            if self.has_cron:
                _provision_cron(connection)


def prepare(settings: Settings) -> Embedded:
    """Find programs, account and place for the servers that the settings do not name. Starts nothing.

    The caller holds CURHAT_HOME (`place.locked`). Raises Failure.
    """
    account = server_account()
    if settings.database_url and settings.redis_url:
        return Embedded(settings, places.find(settings.home), account, None, None)
    place = places.make(settings.home, account)
    postgres = server = None
    if not settings.database_url:
        postgres = _cluster(settings, place, account)
    if not settings.redis_url:
        server = RedisServer(find_program(), place.sockets, settings.log_dir / "redis.log", account)
    return Embedded(settings, place, account, postgres, server)


def locate(settings: Settings) -> Settings:
    """The settings, with the addresses of this home's running embedded servers filled in.

    Raises:
        PlaceError: they do not run.
    """
    return replace(settings, database_url=locate_database(settings), redis_url=locate_redis(settings))


def locate_database(settings: Settings) -> str:
    """The database's address: from the settings, or of this home's running embedded Postgres.

    Raises:
        PlaceError: it does not run.
    """
    if settings.database_url:
        return settings.database_url
    place = places.find(settings.home)
    _check_runs(place.sockets / POSTGRES_SOCKET, settings, "CURHAT_DATABASE_URL")
    return _with_addresses(settings, place).database_url


def locate_redis(settings: Settings) -> str:
    """As `locate_database`, for Redis."""
    if settings.redis_url:
        return settings.redis_url
    place = places.find(settings.home)
    _check_runs(place.sockets / SOCKET_NAME, settings, "CURHAT_REDIS_URL")
    return _with_addresses(settings, place).redis_url


def _check_runs(path: Path, settings: Settings, variable: str) -> None:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    except PermissionError as error:
        raise PlaceError(f"The servers in {settings.home} belong to another user.") from error
    except OSError as error:
        raise PlaceError(
            f"Nothing runs in {settings.home}: start `curhat up` there, or set {variable}."
        ) from error


def find_cluster_programs(settings: Settings, place: Place) -> Programs:
    """The Postgres to use for this place. Raises PostgresError if there is no suitable one."""
    programs = find_programs(place.data, settings.postgres)
    if programs.major < MINIMUM_VERSION:
        raise PostgresError(
            f"The data in {place.data} was made by PostgreSQL {programs.major}, and Curhat needs "
            f"{MINIMUM_VERSION} or newer: move that directory away to start afresh."
        )
    return programs


def _cluster(settings: Settings, place: Place, account: Account | None) -> Cluster:
    programs = find_cluster_programs(settings, place)
    libraries = [name for name in LIBRARIES if programs.has_library(name)]
    check_owner(place.data, account)
    return Cluster(
        programs=programs,
        data=place.data,
        sockets=place.sockets,
        log=settings.log_dir / "postgres.log",
        account=account,
        settings={
            **LAPTOP_SETTINGS,
            "shared_preload_libraries": ",".join(libraries),
            **({**CRON_SETTINGS, "cron.host": str(place.sockets)} if "pg_cron" in libraries else {}),
        },
    )


def check_owner(data: Path, account: Account | None) -> None:
    """Raise PlaceError if the data does not belong to the account."""
    if data.exists():
        owner, wanted = data.stat().st_uid, os.geteuid() if account is None else account.uid
        if owner != wanted:
            raise PlaceError(
                f"The data in {data} belongs to the user with the id {owner}, and Postgres would run as "
                f"{wanted}: start Curhat as the user who made it, or set another CURHAT_HOME."
            )


def _with_addresses(settings: Settings, place: Place) -> Settings:
    return replace(
        settings,
        database_url=settings.database_url or postgres_url(place.sockets, DATABASE, LOGIN),
        redis_url=settings.redis_url or redis_url(place.sockets),
    )


def _initialise(cluster: Cluster) -> None:
    """Make the cluster under a temporary name, so that an unfinished one is never used."""
    if cluster.data.exists():
        raise PostgresError(f"{cluster.data} exists, but Curhat did not make it: move it away.")
    unfinished = replace(cluster, data=cluster.data.with_name(f"{cluster.data.name}{UNFINISHED}"))
    if unfinished.data.exists():
        shutil.rmtree(unfinished.data)
    unfinished.initialise()
    # pg_cron needs its database at its first start, so it is made before the server runs.
    data = str(unfinished.data)
    _run(cluster, "postgres", "--single", "-D", data, "postgres", given=f"create database {DATABASE}\n")
    _run(cluster, "initdb", "--sync-only", "-D", data)
    unfinished.data.rename(cluster.data)


def _run(cluster: Cluster, program: str, *arguments: str, given: str = "") -> None:
    done = subprocess.run(
        [cluster.programs.path(program), *arguments],
        input=given,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env=server_environment(),
        **process_options(cluster.account),
    )
    if done.returncode != 0:
        raise PostgresError(f"{program} cannot make the cluster in {cluster.data}: {done.stderr.strip()}")


def _provision_login(connection: psycopg.Connection[Any]) -> None:
    login = sql.Identifier(LOGIN)
    if connection.execute("select from pg_roles where rolname = %s", [LOGIN]).fetchone() is None:
        connection.execute(sql.SQL("create role {} login createrole").format(login))
    connection.execute(sql.SQL("grant pg_monitor to {}").format(login))
    connection.execute(sql.SQL("alter database {} owner to {}").format(sql.Identifier(DATABASE), login))


def _provision_cron(connection: psycopg.Connection[Any]) -> None:
    login = sql.Identifier(LOGIN)
    connection.execute("create extension if not exists pg_cron")
    connection.execute("alter extension pg_cron update")
    connection.execute(sql.SQL("grant usage on schema cron to {}").format(login))
    connection.execute(sql.SQL("grant execute on function cron.schedule_in_database to {}").format(login))
    # A job stores the socket that it was scheduled with, and CURHAT_HOME may have been moved since.
    connection.execute(
        "update cron.job set nodename = current_setting('cron.host') "
        "where nodename <> current_setting('cron.host')"
    )


def _postgres_program(cluster: Cluster, log_dir: Path) -> Program:
    async def ready() -> bool:
        return await postgres_answers(cluster.url("postgres"))

    return Program(
        name="postgres",
        command=cluster.command(),
        environment=server_environment(),
        account=cluster.account,
        log=log_dir / "postgres.log",
        prepare=cluster.prepare,
        ready=ready,
        stop_signal=signal.SIGINT,  # fast shutdown: ends sessions, needs no recovery
        stop_seconds=30,
        kill_signal=signal.SIGQUIT,
        orphan_signal=signal.SIGINT,
    )


def _redis_program(server: RedisServer, log_dir: Path) -> Program:
    async def ready() -> bool:
        return await redis_answers(server.url())

    return Program(
        name="redis",
        command=server.command(),
        environment=server_environment(),
        account=server.account,
        log=log_dir / "redis.log",
        prepare=server.prepare,
        ready=ready,
    )


def _end_orphaned_postgres(cluster: Cluster) -> None:
    """Stop an earlier run's processes in the data directory, and remove its pid file.

    Postgres detects a stale pid file by itself, unless another process now has its pid.
    """
    if sys.platform != "linux":
        cluster.stop()
        return
    pid_file = cluster.data / "postmaster.pid"
    pids = _postgres_processes(cluster.data)
    if pids:
        log.warning("stopping the Postgres of an earlier run", data=str(cluster.data), pids=pids)
        with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
            postmaster = int(pid_file.read_text(encoding="ascii").splitlines()[0])
            if postmaster in pids:
                os.kill(postmaster, signal.SIGINT)
    give_up = time.monotonic() + ORPHAN_SECONDS
    while pids := _postgres_processes(cluster.data):
        if time.monotonic() > give_up:
            raise PostgresError(
                f"Processes of an earlier run still use {cluster.data}: end them first ({_listed(pids)})."
            )
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _postgres_processes(data: Path) -> list[int]:
    """The postmaster and its backends, recognised by their working directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                name = (entry / "comm").read_text(encoding="utf-8", errors="replace").strip()
                if name == "postgres" and (entry / "cwd").readlink() == data.resolve():
                    found.append(int(entry.name))
    return sorted(found)


def _listed(pids: list[int]) -> str:
    return ", ".join(map(str, pids))


def _end_orphaned_redis(server: RedisServer) -> None:
    if not server.socket.exists():
        return
    with (
        redis_client.connect_blocking(server.url()) as client,
        contextlib.suppress(redis.RedisError),
    ):
        client.shutdown(nosave=True)
        log.warning("stopped the Redis of an earlier run", socket=str(server.socket))
    server.socket.unlink(missing_ok=True)
