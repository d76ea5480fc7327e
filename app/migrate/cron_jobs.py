"""Schedules the pg_cron jobs of `logic.cron_jobs` by name.

pg_cron stores host or socket, port, database and user with each job. After a restore, from a base backup, or on a
moved server, a job therefore runs on the old server or nowhere. So jobs that do not match the connected server are
rescheduled.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.rows import class_row
from structlog.typing import FilteringBoundLogger

from app.migrate.errors import MigrateError
from app.postgres.sessions import connect

DEFAULT_DATABASE = "postgres"
PREFIX = "curhat:"
LONGEST_NAME = 63  # bytes; cron.job.jobname has Postgres' type "name"

CronState = Literal["scheduled", "not_preloaded", "not_permitted", "skipped"]


@dataclass(frozen=True)
class CronReport:
    """The state of the jobs.

    `not_preloaded`: the server runs without pg_cron, so deadlines depend on the deadline listener alone.
    `not_permitted`: the login may not use pg_cron (no superuser created the extension in its database, or granted
    usage of schema cron and cron.schedule_in_database); `problem` is the error of Postgres.
    """

    state: CronState
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Place:
    """Where a job runs."""

    database: str
    node: str = ""
    port: int = 0
    username: str = ""
    active: bool = True


@dataclass(frozen=True)
class Job:
    """A job, wanted or existing."""

    name: str
    schedule: str
    command: str
    place: Place


def schedule_jobs(
    connection: psycopg.Connection[Any], database_url: str, log: FilteringBoundLogger
) -> CronReport:
    """Make pg_cron's jobs of this database match `logic.cron_jobs`, on this server.

    Our jobs of a database that no longer exists are removed. All other jobs stay.
    """
    database = connection.info.dbname
    cron_database = _cron_database(connection)
    if cron_database is None:
        log.warning("migrate_cron_not_preloaded")
        return CronReport("not_preloaded")
    prefix = f"{PREFIX}{database}:"
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
    """The database with pg_cron's jobs; `None` if pg_cron is not preloaded."""
    try:
        row = connection.execute("select current_setting('cron.database_name', true)").fetchone()
    except errors.InsufficientPrivilege:
        return DEFAULT_DATABASE  # preloaded, but only pg_read_all_settings may see its database
    return row[0] if row is not None else None


def _wanted(connection: psycopg.Connection[Any], prefix: str, cron_database: str) -> list[Job]:
    found = connection.execute("select to_regclass('logic.cron_jobs')").fetchone()
    if found is None or found[0] is None:
        return []
    rows = connection.execute(
        """
        select %s || name, schedule, command, case when in_cron_database then %s else current_database() end
        from logic.cron_jobs
        order by 1
        """,
        [prefix, cron_database],
    )
    jobs = [Job(name, schedule, command, Place(database)) for name, schedule, command, database in rows]
    for job in jobs:
        if len(job.name.encode()) > LONGEST_NAME:
            raise MigrateError(f"{job.name} is too long for the name of a pg_cron job.")
    return jobs


def _schedule(cron: psycopg.Connection[Any], prefix: str, wanted: list[Job]) -> CronReport:
    cron.execute("set local client_min_messages to warning")
    cron.execute("create extension if not exists pg_cron")
    here = _here(cron, prefix)
    wanted = [replace(job, place=replace(here, database=job.place.database)) for job in wanted]
    there = _there(cron, prefix)
    changed = [job for job in wanted if job not in there.values()]
    places = {job.name: job.place for job in wanted}
    # A job that names this server is changed in place, since unscheduling it would end its current run.
    out = {number: job for number, job in there.items() if places.get(job.name) != job.place}
    for number in out:
        cron.execute("select cron.unschedule(%s::bigint)", [number])
    for job in changed:
        cron.execute(
            "select cron.schedule_in_database(%s, %s, %s, %s)",
            [job.name, job.schedule, job.command, job.place.database],
        )
    names = {job.name for job in changed}
    removed = sorted({job.name for job in out.values()} - names)
    return CronReport("scheduled", tuple(job.name for job in changed), tuple(removed))


def _here(cron: psycopg.Connection[Any], prefix: str) -> Place:
    """The place that pg_cron stores for a job scheduled now; not everybody may read its settings."""
    name = f"{prefix}?"
    cron.execute("select cron.schedule_in_database(%s, '0 0 1 1 *', 'select', %s)", [name, cron.info.dbname])
    with cron.cursor(row_factory=class_row(Place)) as cursor:
        here = cursor.execute(
            """
            select database, nodename as node, nodeport as port, username, active
            from cron.job where username = current_user and jobname = %s
            """,
            [name],
        ).fetchone()
    cron.execute("select cron.unschedule(%s)", [name])
    if here is None:
        raise MigrateError(f"pg_cron does not list the job {name} that it has just scheduled.")
    return here


def _there(cron: psycopg.Connection[Any], prefix: str) -> dict[int, Job]:
    """Our jobs that this login sees, by number: of this database, and of databases that no longer exist."""
    rows = cron.execute(
        """
        select jobid, jobname::text, schedule, command, database, nodename, nodeport, username, active
        from cron.job j
        where starts_with(jobname, %(prefix)s) or (
            username = current_user and starts_with(jobname, %(ours)s)
            and not exists (select from pg_database d where starts_with(j.jobname, %(ours)s || d.datname || ':'))
        )
        """,
        {"prefix": prefix, "ours": PREFIX},
    )
    return {
        number: Job(name, schedule, command, Place(*place))
        for number, name, schedule, command, *place in rows
    }
