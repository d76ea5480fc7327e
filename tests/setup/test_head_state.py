"""The migrated database agrees with the files of sql/, both ways, and with the conventions."""

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.migrate import MIGRATIONS, SQL
from app.migrate.sources import CODE_SCHEMAS, Kind, Source, read_sources
from tests.cluster import TestCluster

Connection = psycopg.Connection[Any]

# A procedure with a `set` clause may not commit.
COMMITS = re.compile(r"create or replace procedure .*\bcommit;")
STATED = re.compile(
    r"language (?P<language>\w+) (?P<volatility>immutable|stable|volatile)?( parallel safe)?( strict)?"
    r" ?(?P<security>security (definer|invoker))?(?P<path> set search_path = '')?"
)


def sources(*kinds: Kind) -> list[Source]:
    return [source for source in read_sources(SQL) if source.kind in kinds]


def names(connection: Connection, query: str) -> list[str]:
    return sorted(name for (name,) in connection.execute(query, {"schemas": list(CODE_SCHEMAS)}))


def test_every_function_has_its_file_and_every_file_its_one_function(db: Connection) -> None:
    found = names(
        db,
        """
        select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any(%(schemas)s::text[] || 'data'::text)
        """,
    )
    assert found == sorted(source.made for source in sources(Kind.ROUTINE))


def test_every_function_has_the_body_of_its_file(db: Connection) -> None:
    for source in sources(Kind.ROUTINE):
        row = db.execute(
            "select prosrc from pg_proc where pronamespace = %s::regnamespace and proname = %s",
            [source.schema, source.name],
        ).fetchone()
        assert row is not None
        assert row[0] in source.text, source.path


def test_every_view_has_its_file_and_every_file_its_view(db: Connection) -> None:
    found = names(
        db, "select schemaname || '.' || viewname from pg_views where schemaname = any(%(schemas)s)"
    )
    assert found == sorted(source.made for source in sources(Kind.VIEW))


def test_every_trigger_has_its_file_and_every_file_its_trigger(db: Connection) -> None:
    found = names(
        db,
        """
        select n.nspname || '.' || c.relname || '.' || t.tgname
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where not t.tgisinternal and t.tgparentid = 0 and not c.relispartition
        """,
    )
    assert found == sorted(source.made for source in sources(Kind.TRIGGER))


def test_everything_belongs_to_the_owner(db: Connection) -> None:
    others = db.execute(
        """
        select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any(%(schemas)s) and p.proowner <> 'curhat_owner'::regrole
        union all
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(%(schemas)s::text[] || 'data'::text) and c.relowner <> 'curhat_owner'::regrole
        """,
        {"schemas": list(CODE_SCHEMAS)},
    ).fetchall()
    assert others == []


def test_whatever_an_audience_may_use_has_a_comment(db: Connection) -> None:
    silent = db.execute(
        """
        select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('api', 'ops', 'control_center') and obj_description(p.oid, 'pg_proc') is null
        union all
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('api', 'ops', 'control_center') and c.relkind = 'v'
            and obj_description(c.oid, 'pg_class') is null
        """
    ).fetchall()
    assert silent == []


def test_no_table_rests_on_code(db: Connection) -> None:
    resting = db.execute(
        """
        select pg_describe_object(d.classid, d.objid, d.objsubid), d.refobjid::regprocedure::text
        from pg_depend d
        join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any(%s) and d.classid not in ('pg_proc'::regclass, 'pg_rewrite'::regclass)
            and d.classid <> 'pg_trigger'::regclass
        """,
        [list(CODE_SCHEMAS)],
    ).fetchall()
    assert resting == []


@pytest.mark.parametrize("source", sources(Kind.ROUTINE), ids=lambda source: source.path)
def test_a_function_states_volatility_security_and_search_path(source: Source) -> None:
    text = " ".join(re.sub(r"--.*", "", source.text).lower().split())
    stated = STATED.search(text)
    assert stated is not None
    assert stated["security"], "security definer or security invoker"
    if COMMITS.match(text):
        return
    if text.startswith("create or replace function"):
        assert stated["volatility"], "immutable, stable or volatile"
    if not stated["path"]:
        # The planner inlines it into a function that sets its own.
        assert source.schema == "logic"
        assert stated["language"] == "sql"
        assert stated["volatility"] != "volatile"
        assert stated["security"] == "security invoker"


@pytest.mark.parametrize("migration", sorted(MIGRATIONS.glob("*.sql")), ids=lambda path: path.stem)
def test_a_migration_calls_nothing_of_sql(migration: Path) -> None:
    text = re.sub(r"--.*|'(?:[^']|'')*'", "", migration.read_text(encoding="utf-8"))
    made = {source.made for source in sources(Kind.ROUTINE, Kind.VIEW)}
    assert made.isdisjoint(re.findall(r"\b[a-z_]+\.[a-z_]+\b", text))


@pytest.mark.needs("plpgsql_check")
@pytest.mark.check
def test_plpgsql_check_finds_nothing(cluster: TestCluster, database: str) -> None:
    with psycopg.connect(cluster.superuser_url(database), autocommit=True) as superuser:
        superuser.execute("create extension plpgsql_check")
        found = superuser.execute(
            """
            select p.oid::regprocedure::text, t.tgname, c.level, c.lineno, c.message, c.detail, c.hint
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
            left join pg_trigger t on t.tgfoid = p.oid and not t.tgisinternal and t.tgparentid = 0
            cross join plpgsql_check_function_tb(
                p.oid, coalesce(t.tgrelid, 0), fatal_errors => false, extra_warnings => true,
                performance_warnings => true, security_warnings => true,
                oldtable => t.tgoldtable, newtable => t.tgnewtable
            ) c
            where n.nspname = any(%s)
            order by 1, 4
            """,
            [list(CODE_SCHEMAS)],
        ).fetchall()
    assert found == []


@pytest.mark.check
def test_every_trigger_function_is_used_so_that_it_can_be_checked(db: Connection) -> None:
    unused = db.execute(
        """
        select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any(%s) and p.prorettype = 'trigger'::regtype
            and not exists (select from pg_trigger t where t.tgfoid = p.oid)
        """,
        [list(CODE_SCHEMAS)],
    ).fetchall()
    assert unused == []
