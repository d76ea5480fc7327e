"""migrations/: a new one is applied once and whole, and may not be edited afterwards."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from app.migrate import MIGRATIONS, RUN_LOCK, SQL, MigrateError
from tests.cluster import TestCluster
from tests.setup.conftest import ROLES_AND_SCHEMAS, Tree
from tests.waits import wait_until

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


def test_an_older_database_gets_only_the_new_ones(tree: Tree) -> None:
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


def test_a_run_waits_for_its_turn_and_keeps_it_despite_short_session_timeouts(
    tree: Tree, owner: Connection, monitor: Connection
) -> None:
    for setting in ("lock_timeout", "statement_timeout", "idle_session_timeout"):
        monitor.execute(f'alter database "{owner.info.dbname}" set {setting} to 100')
    tree.write("migrations/0002.long.sql", "select pg_sleep(0.5);")
    owner.execute("select pg_advisory_lock(%s)", [RUN_LOCK])
    with ThreadPoolExecutor() as threads:
        run = threads.submit(tree.migrate)
        waits_long = (
            "select from pg_stat_activity where datname = %s and wait_event = 'advisory' "
            "and clock_timestamp() - state_change > interval '200 ms'"
        )
        wait_until(lambda: run.done() or monitor.execute(waits_long, [owner.info.dbname]).rowcount == 1)
        owner.execute("select pg_advisory_unlock(%s)", [RUN_LOCK])
        assert run.result().migrations[-1] == "0002.long"


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


# One of everything alive, and one of everything over. The last digit of each id is the customer's number.
ALIVE = """
insert into data.users (id, phone, display_name, created_at)
select lpad(n::text, 32, '0')::uuid, '+62811000000' || n, 'Budi', now() from generate_series(1, 5) n;
insert into data.mitras (id, phone, display_name, created_at, status_changed_at, idle_since)
values (lpad('9', 32, '0')::uuid, '+628120000009', 'Sari', now(), now(), now());
insert into data.payment_sessions (
    id, customer_id, amount, duration_minutes, is_extension, status, created_at, confirmed_at, charged_at, consumed_at,
    expires_at
)
select lpad(id, 32, '0')::uuid, lpad(right(id, 1), 32, '0')::uuid, 25000, 30, id = '23', status, now(),
    case when status <> 'pending' then now() end, case when status <> 'pending' and id <> '23' then now() end,
    case when status = 'consumed' then now() end, now() + interval '20 minutes'
from (values ('11', 'pending'), ('12', 'confirmed'), ('13', 'consumed'), ('23', 'confirmed'), ('14', 'failed_pairing'))
    p (id, status);
insert into data.pairing_requests (
    id, payment_session_id, customer_id, request_type, status, created_at, deadline_at, closed_at
)
select lpad('3' || n, 32, '0')::uuid, lpad('1' || n, 32, '0')::uuid, lpad(n, 32, '0')::uuid, 'general', status, now(),
    now() + interval '1 minute', case when status <> 'searching' then now() end
from (values ('2', 'searching'), ('3', 'matched'), ('4', 'failed')) r (n, status);
insert into data.pairing_offers (request_id, mitra_id, status, sent_at, closed_at)
select id, lpad('9', 32, '0')::uuid, case status when 'searching' then 'offered' else 'withdrawn' end, now(), closed_at
from data.pairing_requests;
insert into data.pairing_failures (
    payment_session_id, pairing_request_id, customer_id, cause_tag, amount, refund_due, created_at
)
select payment_session_id, id, customer_id, 'no_mitra_available', 25000, true, now()
from data.pairing_requests where status = 'failed';
insert into data.chat_sessions (
    payment_session_id, pairing_request_id, customer_id, mitra_id, duration_minutes, started_at, ends_at, deadline_at
)
select payment_session_id, id, customer_id, lpad('9', 32, '0')::uuid, 30, now(), now() + interval '30 minutes',
    now() + interval '25 minutes'
from data.pairing_requests where status = 'matched';
insert into data.extensions (
    chat_session_id, payment_session_id, customer_id, mitra_id, duration_minutes, requested_at, deadline_at
)
select id, lpad('23', 32, '0')::uuid, customer_id, mitra_id, 30, now(), now() + interval '10 seconds'
from data.chat_sessions
"""
KEPT = (
    "users",
    "mitras",
    "payment_sessions",
    "pairing_requests",
    "pairing_offers",
    "pairing_failures",
    "chat_sessions",
    "extensions",
)
# From before 0012: it names an index by its columns.
INSERT_SEARCH_OF_OLD = """
create or replace function logic.insert_search(
    p_payment data.payment_sessions, p_request_type text, p_targeted_mitra_id uuid, p_window interval
)
returns data.pairing_requests language plpgsql as $$
begin
    insert into data.pairing_requests (customer_id) values (p_payment.customer_id)
    on conflict (customer_id) where status = 'searching' do nothing;
end
$$;
"""


def test_a_live_database_from_before_0012_is_migrated(tree: Tree, owner: Connection) -> None:
    """0012 gives new rows other ids and rebuilds the indexes of live rows; later migrations follow."""

    def rows() -> dict[str, list[Any]]:
        query = "select to_jsonb(t) from data.{} t order by 1"
        return {table: owner.execute(query.format(table).encode()).fetchall() for table in KEPT}

    tree.bring(before="0012")
    tree.write("sql/pairing/insert_search.sql", INSERT_SEARCH_OF_OLD)
    tree.migrate()
    owner.execute("set role curhat_owner")
    owner.execute(ALIVE.encode())
    made = rows()
    assert all(made.values())

    def as_before() -> dict[str, list[Any]]:
        """The rows without the columns that later migrations add."""
        return {
            table: [
                ({key: after[key] for key in before},)
                for (after,), (before,) in zip(now, made[table], strict=True)
            ]
            for table, now in rows().items()
        }

    tree.bring()
    assert "0012.plans-that-hold" in tree.migrate().migrations
    source = "select prosrc from pg_proc where proname = 'insert_search'"
    ((of_old,),) = owner.execute(source).fetchall()
    assert "on conflict do nothing" in of_old
    assert as_before() == made

    shutil.copytree(SQL, tree.root / "sql", dirs_exist_ok=True)
    assert "sql/pairing/insert_search.sql" in tree.migrate().code.changed
    assert as_before() == made
    customer, payment, search = (f"{number:032}" for number in (2, 12, 32))
    again = "select api.start_general_request(%s, %s)"
    ((reply,),) = owner.execute(again, [customer, payment]).fetchall()
    assert (UUID(reply["id"]), reply["already_running"]) == (UUID(search), True)
    ((new,),) = owner.execute("select api.create_payment_session(%s, 30)", [f"{5:032}"]).fetchall()
    assert UUID(new["id"]).version == 7


# As it was before 0023, without what this test does not need.
APPEND_EVENT_OF_OLD = """
create or replace function logic.append_event(p_type text, p_request_id text)
returns void language plpgsql as $$
begin
    insert into data.events (
        id, at, type, entity, actor, login, request_id, body, digest
    )
    select v.id, v.at, p_type, 'service', 'system', null, p_request_id, '{}', hash_record_extended(
        row(v.id, v.at, p_type, 'service'::text, null::uuid, null::text, null::text, null::uuid, '{}'::uuid[],
            'system'::text, null::text, p_request_id, '{}'::jsonb),
        0
    )
    from (select nextval('data.event_ids') as id, now() as at) v;
end
$$;
"""


def test_an_event_keeps_its_http_request_and_its_digest_when_the_column_is_renamed(
    tree: Tree, owner: Connection
) -> None:
    """0023 renames the column under the function that writes it, and may die after any of its steps."""
    tree.bring(before="0023")
    tree.write("sql/foundation/append_event.sql", APPEND_EVENT_OF_OLD)
    tree.migrate()
    owner.execute("set role curhat_owner")
    owner.execute(
        "create table data.events_of_old partition of data.events for values from (minvalue) to ('2020-01-01')"
    )
    owner.execute("select logic.append_event('SERVICE_STAFFED', 'before')")
    (of_it,) = MIGRATIONS.glob("0023.*.sql")
    done, _, _ = of_it.read_text(encoding="utf-8").partition("create index if not exists events_http")
    tree.write(f"migrations/{of_it.name}", f"{done} select 1 / 0;")
    with pytest.raises(MigrateError, match="division by zero"):
        tree.migrate()
    tree.bring()
    assert of_it.stem in tree.migrate().migrations
    owner.execute("select logic.append_event('SERVICE_UNSTAFFED', 'after')")
    kept = owner.execute("select type, http_request_id from data.events order by id").fetchall()
    assert kept == [("SERVICE_STAFFED", "before"), ("SERVICE_UNSTAFFED", "after")]
    indexes = """
        select t.tree::text, i.indisvalid
        from pg_partition_tree('data.events_http_request_id') t (tree) join pg_index i on i.indexrelid = t.tree
    """
    assert owner.execute(indexes.encode()).fetchall() == [
        ("data.events_http_request_id", True),
        ("data.events_default_http_request_id_idx", True),
        ("data.events_of_old_http_request_id_idx", True),
    ]

    shutil.copytree(SQL, tree.root / "sql", dirs_exist_ok=True)
    tree.migrate()
    assert owner.execute("select * from ops.audit() where invariant ~ 'says what it said'").fetchall() == []


def test_no_migrations_at_all_is_a_mistake(tree: Tree) -> None:
    tree.remove(f"migrations/{ROLES_AND_SCHEMAS}.sql")
    with pytest.raises(MigrateError, match="There is no migration in"):
        tree.migrate()


def test_whoever_may_make_no_roles_is_told_whom_to_ask_for_the_listeners(owner: Connection) -> None:
    text = (MIGRATIONS / "0013.listeners-role.sql").read_text(encoding="utf-8")
    with owner.transaction(force_rollback=True):
        owner.execute("create role powerless role current_user")
        owner.execute("set local role powerless")
        with pytest.raises(psycopg.Error, match=r"powerless may make none: .*deploy/postgres/prepare\.sql"):
            owner.execute(text.replace("curhat_listener", "role_that_is_not_there").encode())


def test_a_login_that_may_not_is_told_so(tree: Tree, cluster: TestCluster, owner: Connection) -> None:
    with cluster.monitor() as monitor:
        login = sql.Identifier(f"{owner.info.dbname}_stranger")
        monitor.execute(sql.SQL("create role {} login").format(login))
        tree.database_url = cluster.postgres.url(owner.info.dbname, f"{owner.info.dbname}_stranger")
        with pytest.raises(MigrateError, match="permission denied for database"):
            tree.migrate()
        monitor.execute(sql.SQL("drop role {}").format(login))
