"""Privileges of every object: as the catalogue states them, and as attempts show.

A login picks its role by `set role`.
"""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.cluster import LOGIN
from tests.conftest import Connect, Connection
from tests.sql.may_call import MAY_CALL
from tests.sql.world import LISTENERS_FUNCTIONS, STAFF_FUNCTIONS

AUDIENCES = {
    "curhat_app": "api",
    "curhat_listener": "api",
    "curhat_operator": "ops",
    "curhat_staff_admin": "ops",
    "curhat_control_center": "control_center",
}
STAFF = {f"ops.{function}" for function in STAFF_FUNCTIONS}
LISTENERS = {f"api.{function}" for function in LISTENERS_FUNCTIONS}
EVERYBODY = "public"

# Our schemas, not those of Postgres.
OURS = """
    n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname not like 'pg\\_temp%'
    and n.nspname not like 'pg\\_toast\\_temp%'
"""
TABLE_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
SEQUENCE_RIGHTS = ("USAGE", "SELECT", "UPDATE")

each_audience = pytest.mark.parametrize("role", AUDIENCES)


@pytest.fixture
def database(untouched_database: str) -> str:
    """Shared: these tests only read."""
    return untouched_database


def names(db: Connection, query: str, *arguments: object) -> set[str]:
    """The first column of a catalogue query. `%` in its patterns must be doubled."""
    return {row[0] for row in db.execute(query.replace("OURS", OURS.replace("%", "%%")), arguments)}


def view_names(db: Connection, schema: str) -> set[str]:
    return names(
        db,
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where OURS and n.nspname = %s and c.relkind = 'v'",
        schema,
    )


def function_names(db: Connection, schema: str) -> set[str]:
    return names(
        db,
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where OURS and n.nspname = %s",
        schema,
    )


# The catalogue


@each_audience
def test_a_role_may_use_only_its_own_schema(db: Connection, role: str) -> None:
    entered = names(
        db,
        "select n.nspname from pg_namespace n where OURS and has_schema_privilege(%s, n.oid, 'usage')",
        role,
    )
    assert entered == {AUDIENCES[role]}


@pytest.mark.parametrize("role", [*AUDIENCES, EVERYBODY])
def test_nobody_may_create_objects_in_a_schema(db: Connection, role: str) -> None:
    made_in = names(
        db,
        "select n.nspname from pg_namespace n where OURS and has_schema_privilege(%s, n.oid, 'create')",
        role,
    )
    assert made_in == set()


@each_audience
def test_a_role_reads_the_views_of_its_schema_and_writes_nothing(db: Connection, role: str) -> None:
    rights = db.execute(
        """
        select c.oid::regclass::text, r.wanted
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        cross join unnest(%s::text[]) r (wanted)
        where OURS and c.relkind in ('r', 'p', 'v', 'm', 'f')
            and (has_table_privilege(%s, c.oid, r.wanted)
                or (r.wanted in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                    and has_any_column_privilege(%s, c.oid, r.wanted)))
        """.replace("OURS", OURS.replace("%", "%%")),
        [list(TABLE_RIGHTS), role, role],
    ).fetchall()
    readable = view_names(db, "control_center") if role == "curhat_control_center" else set()
    assert set(rights) == {(view, "SELECT") for view in readable}


@pytest.mark.parametrize("role", [*AUDIENCES, EVERYBODY])
def test_nobody_may_use_a_sequence(db: Connection, role: str) -> None:
    usable = names(
        db,
        """
        select c.oid::regclass::text
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        cross join unnest(%s::text[]) r (wanted)
        where OURS and c.relkind = 'S' and has_sequence_privilege(%s, c.oid, r.wanted)
        """,
        list(SEQUENCE_RIGHTS),
        role,
    )
    assert usable == set()


@each_audience
def test_a_role_may_call_only_the_functions_of_its_schema(db: Connection, role: str) -> None:
    """`api` is split between the app and the listeners, `ops` between operators and staff admins."""
    callable_ones = names(
        db,
        """
        select p.oid::regprocedure::text
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where OURS and has_function_privilege(%s, p.oid, 'execute') and has_schema_privilege(%s, n.oid, 'usage')
        """,
        role,
        role,
    )
    theirs = function_names(db, AUDIENCES[role])
    listeners = {name for name in theirs if name.partition("(")[0] in LISTENERS}
    if AUDIENCES[role] == "api":
        theirs = listeners if role == "curhat_listener" else theirs - listeners
        assert len(listeners) == len(LISTENERS)
    staff = {name for name in theirs if name.partition("(")[0] in STAFF}
    if AUDIENCES[role] == "ops":
        theirs = staff if role == "curhat_staff_admin" else theirs - staff
        assert len(staff) == len(STAFF)
    assert callable_ones == theirs


@each_audience
def test_the_functions_that_a_role_may_call_are_listed(db: Connection, role: str) -> None:
    callable_ones = names(
        db,
        """
        select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where OURS and has_function_privilege(%s, p.oid, 'execute') and has_schema_privilege(%s, n.oid, 'usage')
        """,
        role,
        role,
    )
    assert sorted(callable_ones) == MAY_CALL[role]


def test_the_control_center_may_execute_only_those_logic_functions_that_its_views_call(
    db: Connection,
) -> None:
    """Only through the views: without usage of the schema, it cannot name a function of `logic`."""
    granted = names(
        db,
        """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace = 'logic'::regnamespace
            and has_function_privilege('curhat_control_center', p.oid, 'execute')
        """,
    )
    called = names(
        db,
        """
        select distinct d.refobjid::regprocedure::text
        from pg_depend d
        join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        join pg_class c on c.oid = r.ev_class and c.relnamespace = 'control_center'::regnamespace
        join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
        where p.pronamespace = 'logic'::regnamespace
        """,
    )
    assert granted == called


@pytest.mark.parametrize("role", ["curhat_app", "curhat_listener", "curhat_operator", "curhat_staff_admin"])
def test_other_roles_may_execute_no_function_of_logic(db: Connection, role: str) -> None:
    granted = names(
        db,
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'logic'::regnamespace "
        "and has_function_privilege(%s, p.oid, 'execute')",
        role,
    )
    assert granted == set()


def test_public_has_no_privileges(db: Connection) -> None:
    """No schema, table, view, sequence, function, column, nor the database.

    Functions of extensions belong to a superuser. They are out of reach, since nobody may use their schema.
    """
    granted = names(
        db,
        """
        with acls (object, acl) as (
            select 'schema ' || n.nspname, coalesce(n.nspacl, acldefault('n', n.nspowner))
            from pg_namespace n where OURS
            union all
            select c.relkind::text || ' ' || c.oid::regclass::text,
                coalesce(c.relacl, acldefault((case c.relkind when 'S' then 's' else 'r' end)::"char", c.relowner))
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where OURS and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
            union all
            select 'column ' || a.attname || ' of ' || c.oid::regclass::text, a.attacl
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where OURS and a.attacl is not null
            union all
            select p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace where OURS and n.nspname <> 'extensions'
            union all
            select 'database', coalesce(datacl, acldefault('d', datdba))
            from pg_database where datname = current_database()
        )
        select distinct object from acls, aclexplode(acl) where grantee = 0
        """,
    )
    assert granted == set()


@each_audience
def test_an_audience_role_cannot_log_in_and_is_a_member_of_nothing(db: Connection, role: str) -> None:
    row = db.execute(
        """
        select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
            exists (select from pg_auth_members m where m.member = r.oid)
        from pg_roles r where rolname = %s
        """,
        [role],
    ).fetchone()
    assert row is not None
    assert not any(row)


def test_every_security_definer_function_pins_the_search_path(db: Connection) -> None:
    definers = """
        select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where OURS and p.prosecdef
    """
    pinned = f"{definers} and 'search_path=\"\"' = any (p.proconfig)"
    assert names(db, definers) == names(db, pinned) != set()


def test_every_security_definer_function_belongs_to_the_owner_who_cannot_log_in(db: Connection) -> None:
    others = names(
        db,
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where OURS and p.prosecdef and p.proowner <> 'curhat_owner'::regrole",
    )
    assert others == set()
    row = db.execute("select rolcanlogin, rolsuper from pg_roles where rolname = 'curhat_owner'").fetchone()
    assert row == (False, False)


def test_every_public_function_is_security_definer(db: Connection) -> None:
    """So its callers need no privilege on any table."""
    invokers = names(
        db,
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where n.nspname in ('api', 'ops', 'control_center') and not p.prosecdef",
    )
    assert invokers == set()


# Attempts

TRIES = {
    "read a table": "select * from data.payment_sessions",
    "read a column": "select body from data.chat_messages",
    "write a table": "update data.payment_sessions set status = 'confirmed'",
    "insert": "insert into data.outbox (event_id, at) values (1, now())",
    "delete": "delete from data.pairing_failures",
    "truncate": "truncate data.events",
    "copy": "copy data.users to stdout",
    "lock": "do $$ begin lock table data.mitras; end $$",
    "use a sequence": "select nextval('data.event_ids')",
    "read a private view": "select * from logic.waits",
    "call a private function": "select logic.fire_due(1)",
    "call the clock by name": "select logic.now()",
    "call a private procedure": "call logic.fire_deadlines_for_a_minute()",
    "make a table": "create table api.mine (id integer)",
    "make a function": "create function api.mine() returns integer language sql as 'select 1'",
    "make something in public": "create table public.mine (id integer)",
    "make a temporary table": "create temporary table mine (id integer)",
    "replace the clock": "create or replace function logic.now() returns timestamptz language sql as 'select now()'",
    "take a trigger out": "alter table data.payment_sessions disable trigger all",
    "drop": "drop view control_center.payments",
    "grant": "grant select on data.users to public",
    "run as a dba": "do $$ begin perform set_config('session_replication_role', 'replica', false); end $$",
}
OTHERS = {
    "curhat_app": (
        "select * from ops.audit()",
        "select * from control_center.payments",
        "select api.fire_due(1)",
    ),
    "curhat_listener": (
        "select * from ops.audit()",
        "select * from control_center.payments",
        "select api.ready()",
    ),
    "curhat_operator": (
        "select api.ready()",
        "select * from control_center.payments",
        "select ops.set_operator('a@example.com', 'A', 'admin', '$argon2id$x', 'somebody else')",
        "select ops.change_operator('a@example.com', 'admin', true, 'somebody else')",
        "select ops.seed_demo_operators('$argon2id$x')",
    ),
    "curhat_staff_admin": (
        "select api.ready()",
        "select * from control_center.payments",
        "select * from ops.audit()",
        "select ops.set_config('presence_ttl_seconds', '60', 'somebody')",
    ),
    "curhat_control_center": ("select * from ops.audit()", "select api.ready()"),
}


@each_audience
@pytest.mark.parametrize("what", TRIES)
def test_an_attempt_is_denied(connect: Connect, role: str, what: str) -> None:
    connection = connect(role=role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(TRIES[what])


@pytest.mark.parametrize(("role", "query"), [(role, query) for role in OTHERS for query in OTHERS[role]])
def test_functions_of_another_audience_are_denied(connect: Connect, role: str, query: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(role=role).execute(query)


@each_audience
def test_every_table_and_view_is_closed(connect: Connect, db: Connection, role: str) -> None:
    relations = db.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname in ('data', 'logic', 'api', 'ops', 'control_center', 'yoyo') "
        "and c.relkind in ('r', 'p', 'v') order by 1, 2"
    ).fetchall()
    connection = connect(role=role)
    open_ones = {schema for schema, name in relations if succeeds(connection, "select from {}", schema, name)}
    assert open_ones == ({"control_center"} if role == "curhat_control_center" else set())
    written = {
        (schema, name)
        for schema, name in relations
        if succeeds(connection, "delete from {} where false", schema, name)
    }
    assert written == set()


def succeeds(connection: Connection, query: str, *name: str) -> bool:
    """Whether a statement succeeds. Some views can be written by nobody."""
    try:
        connection.execute(sql.SQL(query).format(sql.Identifier(*name)))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState):
        return False
    return True


READS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "curhat_app": ("select api.ready()->>'database'", lambda value: value == "ok"),
    "curhat_listener": ("select api.seconds_to_next_deadline()", lambda value: value is None),
    "curhat_operator": ("select count(*) from ops.health()", lambda value: value > 0),
    "curhat_staff_admin": (
        "select has_function_privilege('ops.change_operator(text,text,boolean,text)', 'execute')",
        lambda value: value is True,
    ),
    "curhat_control_center": ("select count(*) from control_center.settings", lambda value: value > 0),
}


@each_audience
def test_each_audience_can_call_its_own_functions(connect: Connect, role: str) -> None:
    query, is_right = READS[role]
    row = connect(role=role).execute(query).fetchone()
    assert row is not None
    assert is_right(row[0])


def test_the_logins_own_privileges_do_not_apply_in_a_role(connect: Connect, db: Connection) -> None:
    """The tests' login may do everything; the role it has set may not."""
    connection = connect()
    row = connection.execute("select session_user, current_user").fetchone()
    assert row == (LOGIN, "curhat_app")
    assert db.execute("select pg_has_role(%s, 'curhat_owner', 'usage')", [LOGIN]).fetchone() == (True,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select from data.users")
