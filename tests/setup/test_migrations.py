"""migrations/: what is new is applied once, whole, and never edited afterwards."""

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import sql

from app.migrate import RUN_LOCK, MigrateError
from tests.cluster import TestCluster, wait_until
from tests.setup.conftest import ROLES_AND_SCHEMAS, Tree

Connection = psycopg.Connection[Any]

MAKE_CUPS = "set role curhat_owner;\ncreate table data.cups (id int primary key);\nreset role;\n"
ADD_COLOUR = "alter table data.cups add column colour text;\n"


def has(connection: Connection, name: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", [name]).fetchone()
    return row == (True,)


def test_a_fresh_database_gets_every_migration_in_order(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0003.colour.sql", ADD_COLOUR)
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    assert tree.migrate().migrations == (ROLES_AND_SCHEMAS, "0002.cups", "0003.colour")
    assert has(owner, "data.cups")


def test_a_second_run_changes_nothing(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.write("sql/first/one.sql", "create or replace view logic.one as select 1 as one;")
    tree.migrate()
    catalog = "select oid, xmin::text from pg_class union all select oid, xmin::text from pg_proc order by 1"
    before = owner.execute(catalog).fetchall()
    assert not tree.migrate().changed_anything
    assert owner.execute(catalog).fetchall() == before


def test_an_older_database_gets_only_what_is_new(tree: Tree) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.migrate()
    tree.write("migrations/0003.colour.sql", ADD_COLOUR)
    assert tree.migrate().migrations == ("0003.colour",)


def test_two_runs_at_once_apply_everything_once(
    tree: Tree, owner: Connection, monitor: Connection, wait_for_lock: Callable[[int], None]
) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    owner.execute("select pg_advisory_lock(%s)", [RUN_LOCK])
    with ThreadPoolExecutor() as threads:
        runs = [threads.submit(tree.migrate) for _ in range(2)]
        waiting = "select pid from pg_stat_activity where datname = %s and wait_event = 'advisory'"
        wait_until(lambda: len(monitor.execute(waiting, [owner.info.dbname]).fetchall()) == 2)
        owner.execute("select pg_advisory_unlock(%s)", [RUN_LOCK])
        applied = [run.result().migrations for run in runs]
    assert sorted(map(len, applied)) == [0, 2]
    assert tree.logged("migrate_waits")


def test_the_lock_row_of_a_killed_run_is_cleared(
    tree: Tree, owner: Connection, monitor: Connection, wait_for_lock: Callable[[int], None]
) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.migrate()
    tree.write("migrations/0003.colour.sql", ADD_COLOUR)
    run = (
        "import sys, structlog, pathlib; from app.migrate import migrate; root = pathlib.Path(sys.argv[2]);"
        "migrate(sys.argv[1], structlog.get_logger(), migrations=root / 'migrations', sql=root / 'sql',"
        " schedule_jobs=False)"
    )
    with owner.transaction():
        owner.execute("lock table data.cups")
        with subprocess.Popen(
            [sys.executable, "-c", run, tree.database_url, str(tree.root)], stdout=subprocess.DEVNULL
        ) as process:
            waiting = "select pid from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
            wait_until(lambda: monitor.execute(waiting, [owner.info.dbname]).fetchone() is not None)
            process.send_signal(signal.SIGKILL)
    assert owner.execute("select pid from yoyo.yoyo_lock").fetchall() == [(process.pid,)]
    report = tree.migrate()
    assert report.stale_lock_cleared
    assert report.migrations == ("0003.colour",)
    assert owner.execute("select from yoyo.yoyo_lock").fetchall() == []


def test_an_edited_migration_is_refused(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.migrate()
    tree.write("migrations/0002.cups.sql", MAKE_CUPS.replace("id int", "id bigint"))
    tree.write("migrations/0003.colour.sql", ADD_COLOUR)
    with pytest.raises(MigrateError, match=r"0002\.cups\.sql was edited after it had been applied"):
        tree.migrate()
    assert owner.execute("select id from data.applied_migrations order by id").fetchall() == [
        (ROLES_AND_SCHEMAS,),
        ("0002.cups",),
    ]


def test_a_migration_whose_file_is_gone_is_refused(tree: Tree) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.migrate()
    tree.remove("migrations/0002.cups.sql")
    with pytest.raises(MigrateError, match=r"has migration 0002\.cups, which has no file here"):
        tree.migrate()


def test_a_migration_applied_by_hand_is_watched_from_then_on(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.migrate()
    owner.execute("delete from data.applied_migrations where id = '0002.cups'")
    tree.migrate()
    tree.write("migrations/0002.cups.sql", f"{MAKE_CUPS}-- more\n")
    with pytest.raises(MigrateError, match="was edited"):
        tree.migrate()


def test_a_migration_that_fails_says_where_and_leaves_nothing(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0002.cups.sql", f"-- Cups.\n{MAKE_CUPS}\nselect nobody_knows_it();\n")
    with pytest.raises(MigrateError, match=r"^0002\.cups\.sql, line 6: function nobody_knows_it\(\)"):
        tree.migrate()
    assert not has(owner, "data.cups")
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    assert tree.migrate().migrations == ("0002.cups",)


def test_a_migration_that_cannot_be_marked_as_applied_is_not_applied(tree: Tree, owner: Connection) -> None:
    tree.migrate()
    owner.execute("insert into data.applied_migrations (id, sha256) values ('0002.cups', 'taken')")
    cups = tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    owner.execute(
        "update data.applied_migrations set sha256 = encode(sha256(%s), 'hex') where id = '0002.cups'",
        [cups.read_bytes()],
    )
    with pytest.raises(MigrateError, match="duplicate key"):
        tree.migrate()
    assert not has(owner, "data.cups")


def test_a_migration_gives_way_to_whoever_uses_the_table(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.migrate()
    tree.write("migrations/0003.colour.sql", ADD_COLOUR)
    with ThreadPoolExecutor() as threads:
        with owner.transaction():
            owner.execute("insert into data.cups values (1)")
            run = threads.submit(tree.migrate)
            wait_until(lambda: tree.logged("migrate_again"))
        assert run.result().migrations == ("0003.colour",)


def test_a_migration_may_do_without_a_transaction(tree: Tree, owner: Connection) -> None:
    tree.write("migrations/0002.cups.sql", MAKE_CUPS)
    tree.write(
        "migrations/0003.index.sql",
        "-- transactional: false\ncreate index concurrently cups_id on data.cups (id);\n",
    )
    tree.migrate()
    assert has(owner, "data.cups_id")
    assert not tree.migrate().changed_anything


def test_no_migrations_at_all_is_a_mistake(tree: Tree) -> None:
    tree.remove(f"migrations/{ROLES_AND_SCHEMAS}.sql")
    with pytest.raises(MigrateError, match="There is no migration in"):
        tree.migrate()


def test_a_login_that_may_not_is_told_so(tree: Tree, cluster: TestCluster, owner: Connection) -> None:
    with cluster.monitor() as monitor:
        login = sql.Identifier(f"{owner.info.dbname}_stranger")
        monitor.execute(sql.SQL("create role {} login").format(login))
        tree.database_url = cluster.postgres.url(owner.info.dbname, f"{owner.info.dbname}_stranger")
        with pytest.raises(MigrateError, match="permission denied for database"):
            tree.migrate()
        monitor.execute(sql.SQL("drop role {}").format(login))
