"""Our sessions keep our settings, whatever a DBA has set for a database or a login."""

import asyncio

import psycopg
import pytest
import structlog
from psycopg import sql

from app.migrate import MigrateError, migrate
from app.migrate.job_sessions import JOB
from app.postgres import sessions
from app.postgres.db import Database, Schema
from listeners.connection import connected
from tests.cluster import LOGIN, TestCluster
from tests.conftest import Connect, Connection

HOSTILE = {
    "lock_timeout": "7ms",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "9s",
    "idle_session_timeout": "9s",
    "timezone": "Pacific/Kiritimati",
    "datestyle": "SQL,DMY",
    "intervalstyle": "sql_standard",
    "extra_float_digits": "-15",
    "bytea_output": "escape",
    "xmloption": "document",
    "search_path": "nowhere",
    "standard_conforming_strings": "off",
    "backslash_quote": "off",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "quote_all_identifiers": "on",
    "check_function_bodies": "off",
    "row_security": "off",
    "gin_fuzzy_search_limit": "1",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "synchronous_commit": "off",
    "jit": "on",
    "plan_cache_mode": "force_custom_plan",
    "client_encoding": "LATIN1",
}


@pytest.fixture
def hostile(cluster: TestCluster, database: str) -> str:
    """The URL of a database with harmful settings, set for the database as a DBA would."""
    with psycopg.connect(cluster.superuser_url("postgres"), autocommit=True) as dba:
        for name, value in HOSTILE.items():
            dba.execute(
                sql.SQL("alter database {} set {} to {}").format(
                    sql.Identifier(database), sql.Identifier(name), sql.Literal(value)
                )
            )
    return cluster.url(database)


def test_each_of_our_settings_has_a_hostile_value() -> None:
    left_out = {
        "timezone_abbreviations",
        "lc_monetary",
        "lc_numeric",
        "lc_time",
        "escape_string_warning",
        "exit_on_error",
    }
    assert HOSTILE.keys() == sessions.SESSION.keys() - left_out


SHOWN = "select lower(name), setting from pg_catalog.pg_settings where lower(name) = any (%s)"


def as_said(found: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """The settings that have the DBA's value."""
    return {name: value for name, value in found.items() if value == given[name]}


def given_by_the_dba(url: str) -> dict[str, str]:
    """As Postgres shows them in a session without settings of its own."""
    with psycopg.connect(url) as connection:
        return dict(connection.execute(SHOWN, [list(HOSTILE)]).fetchall())


def test_a_dba_does_not_change_a_commands_settings(hostile: str) -> None:
    given = given_by_the_dba(hostile)
    assert len(given) == len(HOSTILE)
    with sessions.connect(hostile, role="curhat_operator") as connection:
        found = dict(connection.execute(SHOWN, [list(HOSTILE)]).fetchall())
    assert as_said(found, given) == {}


def test_a_dba_does_not_change_a_listeners_settings(hostile: str) -> None:
    given = given_by_the_dba(hostile)

    async def look() -> dict[str, str]:
        async with connected(hostile, "a listener") as connection:
            return dict(await connection.fetch(SHOWN.replace("%s", "$1"), list(HOSTILE)))

    assert as_said(asyncio.run(look()), given) == {}


@pytest.mark.parametrize("schema", ["api", "control_center"])
def test_a_dba_does_not_change_a_lanes_settings(hostile: str, schema: Schema) -> None:
    given = given_by_the_dba(hostile)

    async def look() -> dict[str, str]:
        database = Database(hostile, schema=schema, lanes=1, slow_lanes=0)
        connection = await database._connect()  # noqa: SLF001 - a lane's own
        async with connection:
            return dict(await (await connection.execute(SHOWN, [list(HOSTILE)])).fetchall())

    assert as_said(asyncio.run(look()), given) == {}


def test_a_dba_does_not_change_the_settings_of_a_pg_cron_job(hostile: str) -> None:
    """Nor by settings of its login. A job cannot set its own, so migrate sets them for the login in our database."""
    given = given_by_the_dba(hostile)
    migrate(hostile, structlog.get_logger(), schedule_jobs=False)
    found = given_by_the_dba(hostile)
    assert as_said(found, given) == {}
    with psycopg.connect(hostile) as job:
        assert job.execute("show statement_timeout").fetchone() == ("0",)
        assert job.execute("show lock_timeout").fetchone() == (JOB["lock_timeout"],)


def test_a_statement_timeout_that_was_set_since_is_taken_back_by_the_job(
    hostile: str, database: str, monitor: Connection
) -> None:
    migrate(hostile, structlog.get_logger(), schedule_jobs=False)
    monitor.execute(
        sql.SQL("alter role {} in database {} set statement_timeout to '1s'").format(
            sql.Identifier(LOGIN), sql.Identifier(database)
        )
    )
    with psycopg.connect(hostile, autocommit=True) as job, pytest.raises(psycopg.errors.QueryCanceled):
        job.execute("call logic.fire_deadlines_for_a_minute()")
    with psycopg.connect(hostile, autocommit=True) as job:
        assert job.execute("show statement_timeout").fetchone() == ("0",)


def test_a_database_of_another_encoding_is_refused_in_a_sentence(
    cluster: TestCluster, monitor: Connection
) -> None:
    monitor.execute(
        "create database curhat_latin owner curhat encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0"
    )
    try:
        with pytest.raises(MigrateError, match="has the encoding LATIN1"):
            migrate(cluster.url("curhat_latin"), structlog.get_logger(), schedule_jobs=False)
    finally:
        monitor.execute("drop database curhat_latin")


def test_work_that_stops_and_begins_again_is_not_healthy(connect: Connect) -> None:
    """With a statement_timeout of 20 s the job of pg_cron has a fresh heartbeat, but rests two seconds of three."""
    owner = connect(role="curhat_owner")
    owner.execute("select logic.beat('pg_cron')")

    def beat_after(seconds: int) -> bool:
        owner.execute("update data.heartbeats set at = at - make_interval(secs => %s)", [seconds])
        owner.execute("select logic.beat('pg_cron')")
        row = owner.execute("select ok from ops.health() where item = 'pg_cron'").fetchone()
        assert row is not None
        return bool(row[0])

    assert beat_after(6)
    assert beat_after(40), "one pause may be a restart"
    assert not beat_after(40)
    owner.execute(
        "update data.heartbeats set gaps = array[now() - interval '6 minutes', now() - interval '7 minutes']"
    )
    assert beat_after(6)


def test_no_literal_of_ours_changes_where_backslashes_escape(db: Connection) -> None:
    """With standard_conforming_strings off a backslash in a plain literal is an escape."""
    row = db.execute(
        """
        select array_agg(p.oid::regprocedure::text)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('logic', 'api', 'ops', 'control_center')
            and regexp_replace(p.prosrc, 'E''([^'']|'''')*''', '', 'g') like '%\\\\%'
        """
    ).fetchone()
    assert row == (None,)
