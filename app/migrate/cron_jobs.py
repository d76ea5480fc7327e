"""The jobs that pg_cron runs for us: what `logic.cron_jobs` lists, scheduled by name."""

from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.rows import class_row
from structlog.typing import FilteringBoundLogger

from app.migrate.errors import MigrateError
from app.sessions import connect

DEFAULT_DATABASE = "postgres"
LONGEST_NAME = 63  # bytes; cron.job.jobname has Postgres' type "name"

CronState = Literal["scheduled", "not_preloaded", "not_permitted", "skipped"]


@dataclass(frozen=True)
class CronReport:
    """What became of the jobs.

    `not_preloaded`: this server runs without pg_cron, deadlines then hang on the deadline listener alone.
    `not_permitted`: the login may not use pg_cron (no superuser made the extension in its database, or
    granted usage of schema cron and cron.schedule_in_database); `problem` says what Postgres said.
    """

    state: CronState
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Job:
    """A job as it is wanted, or as pg_cron has it."""

    name: str
    schedule: str
    command: str
    database: str


def schedule_jobs(
    connection: psycopg.Connection[Any], database_url: str, log: FilteringBoundLogger
) -> CronReport:
    """Make pg_cron's jobs of this database what `logic.cron_jobs` says; jobs of others are left alone."""
    database = connection.info.dbname
    cron_database = _cron_database(connection)
    if cron_database is None:
        log.warning("migrate_cron_not_preloaded")
        return CronReport("not_preloaded")
    prefix = f"curhat:{database}:"
    wanted = _wanted(connection, prefix, cron_database)
    try:
        with connect(make_conninfo(database_url, dbname=cron_database), autocommit=False) as cron:
            report = _schedule(cron, prefix, wanted)
    except (errors.InsufficientPrivilege, psycopg.OperationalError) as error:
        problem = str(error).strip()
        log.warning("migrate_cron_not_permitted", database=cron_database, problem=problem)
        return CronReport("not_permitted", problem=problem)
    log.info("migrate_cron", jobs=len(wanted), changed=report.changed, removed=report.removed)
    return report


def _cron_database(connection: psycopg.Connection[Any]) -> str | None:
    """The database in which pg_cron keeps its jobs; `None` where it is not preloaded."""
    try:
        row = connection.execute("select current_setting('cron.database_name', true)").fetchone()
    except errors.InsufficientPrivilege:
        return DEFAULT_DATABASE  # it is preloaded, but only pg_read_all_settings may see where
    return row[0] if row is not None else None


def _wanted(connection: psycopg.Connection[Any], prefix: str, cron_database: str) -> list[Job]:
    found = connection.execute("select to_regclass('logic.cron_jobs')").fetchone()
    if found is None or found[0] is None:
        return []
    with connection.cursor(row_factory=class_row(Job)) as cursor:
        jobs = cursor.execute(
            """
            select %s || name as name, schedule, command,
                case when in_cron_database then %s else current_database() end as database
            from logic.cron_jobs
            order by 1
            """,
            [prefix, cron_database],
        ).fetchall()
    for job in jobs:
        if len(job.name.encode()) > LONGEST_NAME:
            raise MigrateError(f"{job.name} is too long for the name of a pg_cron job.")
    return jobs


def _schedule(cron: psycopg.Connection[Any], prefix: str, wanted: list[Job]) -> CronReport:
    cron.execute("set local client_min_messages to warning")
    cron.execute("create extension if not exists pg_cron")
    with cron.cursor(row_factory=class_row(Job)) as cursor:
        there = cursor.execute(
            """
            select jobname as name, schedule, command, database from cron.job
            where username = current_user and starts_with(jobname, %s)
            """,
            [prefix],
        ).fetchall()
    changed = [job for job in wanted if job not in there]
    names = {job.name for job in wanted}
    removed = [job.name for job in there if job.name not in names]
    for job in changed:
        cron.execute(
            "select cron.schedule_in_database(%s, %s, %s, %s)",
            [job.name, job.schedule, job.command, job.database],
        )
    for name in removed:
        cron.execute("select cron.unschedule(%s)", [name])
    return CronReport("scheduled", tuple(job.name for job in changed), tuple(removed))
