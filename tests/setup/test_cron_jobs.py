"""After a run pg_cron has the jobs of `logic.cron_jobs`."""

from typing import Any

import psycopg
import pytest

from tests.cluster import SETTINGS, TestCluster
from tests.setup.conftest import Tree

pytestmark = pytest.mark.needs("pg_cron")

Connection = psycopg.Connection[Any]

JOBS = (
    "create or replace view logic.cron_jobs as\n"
    "select job.*, false as in_cron_database from (values {}) as job (name, schedule, command);"
)
FIRE = "('fire', '* * * * *', 'select 1')"
PURGE = "('purge', '0 3 * * *', 'select 2')"


def jobs(monitor: Connection, database: str) -> list[tuple[str, ...]]:
    return monitor.execute(
        """
        select jobname::text, schedule, command, username from cron.job where database = %s order by jobname
        """,
        [database],
    ).fetchall()


def mine(database: str) -> str:
    return f"curhat:{database}:"


def places(monitor: Connection, database: str) -> list[tuple[Any, ...]]:
    """Where our jobs of this database run."""
    return monitor.execute(
        """
        select jobname::text, nodename, nodeport, database, username, active
        from cron.job where starts_with(jobname, %s) order by jobname
        """,
        [mine(database)],
    ).fetchall()


def test_jobs_are_scheduled_by_name_once(tree: Tree, empty_database: str, monitor: Connection) -> None:
    tree.write("sql/first/cron_jobs.sql", JOBS.format(f"{FIRE}, {PURGE}"))
    first = tree.migrate(schedule_jobs=True).cron
    assert first.state == "scheduled"
    assert first.changed == (f"curhat:{empty_database}:fire", f"curhat:{empty_database}:purge")
    wanted = [
        (f"curhat:{empty_database}:fire", "* * * * *", "select 1", "curhat"),
        (f"curhat:{empty_database}:purge", "0 3 * * *", "select 2", "curhat"),
    ]
    assert jobs(monitor, empty_database) == wanted
    second = tree.migrate(schedule_jobs=True)
    assert not second.changed_anything
    assert jobs(monitor, empty_database) == wanted


def test_a_changed_job_is_changed_and_an_unwanted_one_removed(
    tree: Tree, empty_database: str, monitor: Connection
) -> None:
    tree.write("sql/first/cron_jobs.sql", JOBS.format(f"{FIRE}, {PURGE}"))
    tree.migrate(schedule_jobs=True)
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE.replace("select 1", "select 3")))
    report = tree.migrate(schedule_jobs=True).cron
    assert report.changed == (f"curhat:{empty_database}:fire",)
    assert report.removed == (f"curhat:{empty_database}:purge",)
    assert jobs(monitor, empty_database) == [
        (f"curhat:{empty_database}:fire", "* * * * *", "select 3", "curhat")
    ]


def test_jobs_of_others_are_left_alone(
    tree: Tree, empty_database: str, cluster: TestCluster, monitor: Connection
) -> None:
    with psycopg.connect(cluster.url("postgres")) as cron:
        schedule = "select cron.schedule_in_database(%s, '0 0 1 1 *', 'select 9', %s)"
        cron.execute(schedule, [f"{empty_database}:reports", empty_database])
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE))
    tree.migrate(schedule_jobs=True)
    tree.remove("sql/first/cron_jobs.sql")
    tree.migrate(schedule_jobs=True)
    assert [name for name, *_ in jobs(monitor, empty_database)] == [f"{empty_database}:reports"]


def test_nothing_is_scheduled_where_the_caller_asks_for_nothing(
    tree: Tree, empty_database: str, monitor: Connection
) -> None:
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE))
    assert tree.migrate().cron.state == "skipped"
    assert jobs(monitor, empty_database) == []


@pytest.mark.parametrize(
    ("preloaded", "state", "problem"),
    [("pg_cron", "not_permitted", "permission denied to create extension"), ("", "not_preloaded", "")],
)
def test_a_server_that_nobody_prepared_gets_everything_but_jobs(
    tree: Tree, preloaded: str, state: str, problem: str
) -> None:
    settings = {name: value for name, value in SETTINGS.items() if not name.startswith("cron.")}
    bare = TestCluster.start({**settings, "shared_preload_libraries": preloaded})
    try:
        bare.create("curhat")
        tree.database_url = bare.url("curhat")
        tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE))
        report = tree.migrate(schedule_jobs=True)
    finally:
        bare.stop()
    assert report.code.changed == ("sql/first/cron_jobs.sql",)
    assert report.cron.state == state
    assert problem in report.cron.problem


@pytest.mark.parametrize(
    "elsewhere",
    [
        "nodename = 'db.old.example'",
        "nodename = '/old/socket'",
        "nodeport = 1",
        "database = 'curhat_old'",
        "active = false",
    ],
)
def test_jobs_that_a_restore_brought_along_are_mended_when_all_else_is_up_to_date(
    tree: Tree, empty_database: str, monitor: Connection, elsewhere: str
) -> None:
    tree.write("sql/first/cron_jobs.sql", JOBS.format(f"{FIRE}, {PURGE}"))
    tree.migrate(schedule_jobs=True)
    wanted = places(monitor, empty_database)
    monitor.execute(f"update cron.job set {elsewhere} where starts_with(jobname, %s)", [mine(empty_database)])
    mended = tree.migrate(schedule_jobs=True)
    assert not mended.code.changed
    assert mended.changed_anything
    assert places(monitor, empty_database) == wanted
    assert not tree.migrate(schedule_jobs=True).changed_anything


def test_jobs_of_another_login_are_taken_over_by_whoever_sees_them(
    tree: Tree, empty_database: str, monitor: Connection
) -> None:
    """Row-level security shows a login only its own jobs; a superuser sees all."""
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE))
    tree.migrate(schedule_jobs=True)
    monitor.execute(
        "update cron.job set username = 'nobody_here' where starts_with(jobname, %s)", [mine(empty_database)]
    )
    tree.database_url = tree.database_url.replace("//curhat@", "//postgres@")
    assert tree.migrate(schedule_jobs=True).cron.changed == (f"{mine(empty_database)}fire",)
    assert [place[-2] for place in places(monitor, empty_database)] == ["postgres"]


def test_a_job_that_is_in_its_place_is_changed_there(
    tree: Tree, empty_database: str, monitor: Connection
) -> None:
    """So that a run in progress goes on."""
    number = "select jobid from cron.job where jobname = %s"
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE))
    tree.migrate(schedule_jobs=True)
    before = monitor.execute(number, [f"{mine(empty_database)}fire"]).fetchone()
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE.replace("select 1", "select 3")))
    tree.migrate(schedule_jobs=True)
    assert monitor.execute(number, [f"{mine(empty_database)}fire"]).fetchone() == before


def test_jobs_of_a_database_that_is_no_more_are_taken_out(
    tree: Tree, empty_database: str, cluster: TestCluster, monitor: Connection
) -> None:
    """A restore under another name brings such jobs along."""
    gone = f"curhat:{empty_database}_of_old:fire"
    with psycopg.connect(cluster.url("postgres")) as cron:
        cron.execute("select cron.schedule_in_database(%s, '0 0 1 1 *', 'select 9', 'postgres')", [gone])
    tree.write("sql/first/cron_jobs.sql", JOBS.format(FIRE))
    assert tree.migrate(schedule_jobs=True).cron.removed == (gone,)
    assert monitor.execute("select from cron.job where jobname = %s", [gone]).fetchone() is None
