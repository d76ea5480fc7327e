"""`curhat migrate`: migrations/ (history), then sql/ (head state), then the jobs of pg_cron.

Safe to run twice at once (the second run waits, then finds nothing to do) and under traffic: it waits for locks only
briefly, and replaces functions in place.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from structlog.typing import FilteringBoundLogger

from app.migrate.code import OWNER, CodeReport, apply_code
from app.migrate.cron_jobs import CronReport
from app.migrate.cron_jobs import schedule_jobs as schedule_cron_jobs
from app.migrate.errors import MigrateError, told
from app.migrate.history import apply_migrations
from app.migrate.job_sessions import set_job_sessions
from app.migrate.retrying import LOCK_TIMEOUT, without_blocking
from app.postgres.sessions import connect

__all__ = ["CodeReport", "CronReport", "MigrateError", "MigrationReport", "migrate"]

PROJECT = Path(__file__).resolve().parents[2]
MIGRATIONS = PROJECT / "migrations"
SQL = PROJECT / "sql"
RUN_LOCK = int.from_bytes(b"curhat")  # key of the advisory lock of a run


@dataclass(frozen=True)
class MigrationReport:
    """What a run did."""

    migrations: tuple[str, ...]
    stale_lock_cleared: bool
    code: CodeReport
    cron: CronReport

    @property
    def changed_anything(self) -> bool:
        """Whether the run changed the database."""
        return bool(
            self.migrations
            or self.code.changed
            or self.code.dropped
            or self.cron.changed
            or self.cron.removed
        )


def migrate(
    database_url: str,
    log: FilteringBoundLogger,
    *,
    migrations: Path | None = MIGRATIONS,
    sql: Path = SQL,
    schedule_jobs: bool = True,
    payments: str = "",
) -> MigrationReport:
    """Bring the database up to date; without `migrations`, only sql/ and the jobs.

    `payments`: who takes new payments from now on (pretend, midtrans, xendit); empty: as before.

    The URL's login must own the database, and needs CREATEROLE if roles are missing. It need not be a superuser, but a
    superuser must create pg_cron's extension and grant its functions. Blocks. Raises MigrateError with a sentence for
    the user.
    """
    try:
        with connect(database_url) as connection:
            _refuse_encoding(connection)
            _wait_for_turn(connection, log)
            applied, cleared = (
                ((), False) if migrations is None else apply_migrations(database_url, migrations, log)
            )
            code = apply_code(connection, sql, log)
            _make_partitions(connection, log)
            set_job_sessions(connection)
            if payments:
                _set_money_source(connection, payments)
            cron = (
                schedule_cron_jobs(connection, database_url, log) if schedule_jobs else CronReport("skipped")
            )
    except psycopg.Error as error:
        raise MigrateError(f"Postgres: {told(error)}") from error
    return MigrationReport(applied, cleared, code, cron)


def _make_partitions(connection: psycopg.Connection[Any], log: FilteringBoundLogger) -> None:
    """Make the next partitions now: the first rows need one before the first nightly job."""

    def attempt() -> None:
        with connection.transaction():
            connection.execute(f"set local role {OWNER}")
            connection.execute(f"set local lock_timeout to '{LOCK_TIMEOUT}'")
            row = connection.execute(
                "select to_regprocedure('logic.make_partitions(timestamptz, text[])')"
            ).fetchone()
            if row is not None and row[0] is not None:
                connection.execute("select logic.make_partitions()")

    without_blocking(attempt, "partitions", log)


def _set_money_source(connection: psycopg.Connection[Any], payments: str) -> None:
    with connection.transaction():
        connection.execute(f"set local role {OWNER}")
        connection.execute(
            "update data.money_source set provider = %(provider)s where provider <> %(provider)s",
            {"provider": payments},
        )


def _refuse_encoding(connection: psycopg.Connection[Any]) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise MigrateError(
            f"The database {connection.info.dbname} has the encoding {encoding}, which cannot store every message. "
            f"Make one with: create database … encoding 'UTF8' template template0."
        )


def _wait_for_turn(connection: psycopg.Connection[tuple[bool]], log: FilteringBoundLogger) -> None:
    """Take the advisory lock of a run; it is held until the connection closes."""
    row = connection.execute("select pg_try_advisory_lock(%s)", [RUN_LOCK]).fetchone()
    if row is None or not row[0]:
        log.info("migrate_waits", reason="another run is under way")
        connection.execute("select pg_advisory_lock(%s)", [RUN_LOCK])
