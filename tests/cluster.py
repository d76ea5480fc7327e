"""One throw-away Postgres for a whole test run. Every test gets a clone of its template database.

The process that starts the run (with xdist: its controller) starts the cluster; workers join it by its base
directory. Nothing in it is ever flushed to disk.
"""

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
import redis
import structlog
from psycopg import sql
from pytest_postgresql.janitor import DatabaseJanitor

from app import redis_client
from app.migrate import migrate
from app.running.accounts import make_directory, server_account
from tests.waits import wait_until
from workshop.embedded.postgres import SUPERUSER, Cluster, Programs, find_programs
from workshop.embedded.redis_server import RedisServer, find_program, redis_url

PREFIX = "curhat-test-"
OWNER_FILE = "pid"
LOGIN = "curhat"
TEMPLATE = "curhat_template"
CRON_DATABASE = "postgres"
IN_MEMORY = Path("/dev/shm")  # noqa: S108
ENOUGH_MEMORY = 2 * 1024**3

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10s",
    "checkpoint_timeout": "1h",
    "max_wal_size": "8GB",
    "shared_buffers": "256MB",
    "max_connections": "300",
    "max_worker_processes": "32",
    "shared_preload_libraries": "pg_stat_statements,pg_cron",
    "cron.database_name": CRON_DATABASE,
    "cron.use_background_workers": "on",
    "log_line_prefix": "%m %d %u %p ",
    "deadlock_timeout": "200ms",
}


def server_programs(data: Path | None = None) -> Programs:
    """The Postgres of this run: from `--pg`, else the one that `curhat up` would choose."""
    return find_programs(data, os.environ.get("CURHAT_POSTGRES", ""))


def possible(settings: Mapping[str, str], programs: Programs) -> dict[str, str]:
    """The settings that this server's libraries allow."""
    wanted = settings["shared_preload_libraries"].split(",")
    libraries = [name for name in wanted if programs.has_library(name)]
    left_out = () if "pg_cron" in libraries else ("cron.",)
    kept = {name: value for name, value in settings.items() if not name.startswith(left_out)}
    return {**kept, "shared_preload_libraries": ",".join(libraries)}


class Janitor(DatabaseJanitor):
    """Makes databases for the login. Copying files is the fastest way to clone, since nothing is flushed."""

    def _build_create_database_sql(self) -> sql.Composed:
        options = sql.SQL(" owner {} strategy file_copy").format(sql.Identifier(LOGIN))
        return super()._build_create_database_sql() + options


@dataclass(frozen=True)
class TestCluster:
    """The cluster of this run. Every process of the run has its own object for it."""

    __test__ = False

    base: Path

    @classmethod
    def start(cls, settings: Mapping[str, str] = SETTINGS) -> Self:
        """Start a cluster, and remove what killed runs left behind."""
        for home in _homes():
            for left in home.glob(f"{PREFIX}*"):
                _remove_if_abandoned(left)
        base = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_homes()[0]))
        base.chmod(0o711)
        (base / OWNER_FILE).write_text(str(os.getpid()), encoding="ascii")
        made = cls(base)
        make_directory(base / "log", server_account())
        postgres = replace(made.postgres, settings=possible(settings, made.postgres.programs))
        postgres.initialise()
        postgres.start()
        with made.monitor() as connection:
            connection.execute(
                sql.SQL("create role {} login createdb createrole").format(sql.Identifier(LOGIN))
            )
        return made

    def stop(self) -> None:
        """Stop the cluster and remove every trace of it."""
        self.postgres.stop("immediate")
        shutil.rmtree(self.base)

    @cached_property
    def postgres(self) -> Cluster:
        """The server."""
        return Cluster(
            programs=server_programs(self.base / "data"),
            data=self.base / "data",
            sockets=self.base / "s",
            log=self.base / "log" / "postgres.log",
            account=server_account(),
        )

    @property
    def has_cron(self) -> bool:
        """Whether the server has pg_cron."""
        return self.postgres.programs.has_library("pg_cron")

    def redis(self, name: str) -> RedisServer:
        """A Redis in the cluster's directory. The caller starts it."""
        return RedisServer(find_program(), self.base / f"redis-{name}", self.base / f"redis-{name}.log")

    def url(self, database: str) -> str:
        """The URL of a database for the login that owns it and runs migrations. It is no superuser."""
        return self.postgres.url(database, LOGIN)

    def superuser_url(self, database: str) -> str:
        """The URL of a database for the superuser."""
        return self.postgres.url(database)

    def monitor(self) -> psycopg.Connection[Any]:
        """A superuser's connection, which sees the activity of all others."""
        return psycopg.connect(self.superuser_url("postgres"), autocommit=True)

    def prepare_extensions(self) -> None:
        """The superuser's part of preparing a server whose login is no superuser."""
        login = sql.Identifier(LOGIN)
        with self.monitor() as connection:
            connection.execute("create extension pg_stat_statements")
            if not self.has_cron:
                return
            connection.execute("create extension pg_cron")
            connection.execute(sql.SQL("grant usage on schema cron to {}").format(login))
            connection.execute(
                sql.SQL("grant execute on function cron.schedule_in_database to {}").format(login)
            )

    def make_template(self) -> None:
        """Make the template: an empty database with our migrations and our sql/ applied."""
        self.create(TEMPLATE)
        log = structlog.wrap_logger(
            structlog.PrintLogger(sys.stderr),
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        )
        migrate(self.url(TEMPLATE), log, schedule_jobs=False)

    def create(self, name: str, template: str | None = None) -> None:
        """Create a database that the login owns, empty or as a clone."""
        janitor = self._janitor(name, template)
        janitor.init()
        with janitor.cursor() as cursor:
            # A clone has everything of its template except privileges on the database itself.
            cursor.execute(
                "update pg_database set datacl = (select datacl from pg_database where datname = %s) "
                "where datname = %s",
                [template, name],
            )

    def drop(self, name: str) -> None:
        """Drop a database, its connections and its pg_cron jobs."""
        janitor = self._janitor(name)
        with janitor.cursor() as cursor:
            if self.has_cron:
                cursor.execute("select cron.unschedule(jobid) from cron.job where database = %s", [name])
        janitor.drop()

    def _janitor(self, name: str, template: str | None = None) -> DatabaseJanitor:
        return Janitor(
            user=SUPERUSER,
            host=str(self.postgres.sockets),
            port=5432,
            dbname=name,
            template_dbname=template,
        )


def is_blocked(connection: psycopg.Connection[Any], pid: int) -> bool:
    """Whether the backend with this pid waits for another client of its database.

    Autovacuum does not count. A session that notifies waits at commit for those of other databases: they do not count.
    """
    row = connection.execute(
        """
        select exists (
            select from pg_stat_activity other
            where other.pid = any (pg_blocking_pids(this.pid))
                and other.datname = this.datname and other.backend_type = 'client backend'
        )
        from pg_stat_activity this
        where this.pid = %s
        """,
        [pid],
    ).fetchone()
    if row is None:
        raise AssertionError(f"backend {pid} is gone")
    return bool(row[0])


def wait_for_lock(monitor: psycopg.Connection[Any], pid: int) -> None:
    """Return when the backend waits for a lock that another one holds."""
    wait_until(lambda: is_blocked(monitor, pid))


def _homes() -> list[Path]:
    """Directories for clusters: in memory if there is enough of it."""
    disk = Path(tempfile.gettempdir())
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH_MEMORY:
        return [IN_MEMORY, disk]
    return [disk]


def _end_postmaster(data: Path) -> None:
    """End a server at once. Its version is not known here, so its own programs cannot be used."""
    pid = int((data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
    with suppress(psutil.NoSuchProcess):
        server = psutil.Process(pid)
        if Path(server.cwd()) == data:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=30)


def _remove_if_abandoned(base: Path) -> None:
    """Remove a cluster that its run did not stop, because the run was killed or the machine went down."""
    with suppress(FileNotFoundError):  # another run stops or removes it at this moment
        if base.stat().st_uid != os.getuid():
            return
        owner = (base / OWNER_FILE).read_text(encoding="ascii")
        if Path(f"/proc/{owner}").exists():
            return
        for socket in base.glob("redis-*/redis.sock"):
            with (
                suppress(redis.ConnectionError),
                redis_client.connect_blocking(redis_url(socket.parent)) as left,
            ):
                left.shutdown(nosave=True)
        if (base / "data" / "postmaster.pid").exists():
            _end_postmaster(base / "data")
        shutil.rmtree(base, ignore_errors=True)
