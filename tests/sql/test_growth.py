"""Growth: partitions are made ahead, filled from the default, and dropped whole after their retention; ids of growing
tables are ordered by time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Connect, Connection
from tests.sql.world import Row, World


@pytest.fixture
def march(world: World) -> World:
    """The middle of March 2031, for which there is no partition."""
    world.clock.set(datetime(2031, 3, 15, 12, tzinfo=UTC))
    return world


def partitions(world: World, table: str) -> list[str]:
    """A table's partitions, without those of the real present."""
    found = world.rows(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = %s::regclass",
        f"data.{table}",
    )
    return sorted(name for row in found if (name := row["name"].removeprefix(f"data.{table}_")) > "2031")


def make(world: World) -> None:
    world.owner.execute("select logic.make_partitions()")


def drop(world: World) -> None:
    world.owner.execute("select logic.drop_old_partitions()")


def ended_chat(world: World) -> Row:
    """An ended chat with one message."""
    chat = world.chat(world.customer(), world.mitra())
    world.say(chat)
    world.end(chat)
    world.drain()
    return chat


@pytest.mark.parametrize("table", ["events", "chat_messages"])
def test_partitions_are_made_for_this_month_and_the_next_two(march: World, table: str) -> None:
    make(march)
    assert partitions(march, table) == ["2031_03", "2031_04", "2031_05", "default"]


def test_making_partitions_is_idempotent(march: World) -> None:
    make(march)
    make(march)
    assert partitions(march, "events") == ["2031_03", "2031_04", "2031_05", "default"]


def test_partitions_are_made_across_the_new_year(march: World) -> None:
    march.clock.set(datetime(2031, 12, 31, 23, 59, tzinfo=UTC))
    make(march)
    assert partitions(march, "events") == ["2031_12", "2032_01", "2032_02", "default"]


@pytest.mark.parametrize("table", ["events", "chat_messages"])
def test_rows_in_the_default_partition_move_to_their_month(march: World, table: str) -> None:
    ended_chat(march)
    rows = march.rows(f"select * from data.{table} order by 1, 2")
    assert march.rows(f"select * from data.{table}_default order by 1, 2") == rows != []
    make(march)
    assert march.rows(f"select * from data.{table}_default") == []
    assert march.rows(f"select * from data.{table}_2031_03 order by 1, 2") == rows


@pytest.mark.parametrize("table", ["events", "chat_messages"])
def test_partitions_of_missed_months_are_made_later(march: World, table: str) -> None:
    """Otherwise their rows would stay in the default partition, which no retention drops."""
    ended_chat(march)
    march.clock.set(datetime(2031, 6, 30, 23, tzinfo=UTC))
    ended_chat(march)
    march.clock.set(datetime(2031, 7, 1, 1, tzinfo=UTC))
    rows = march.rows(f"select * from data.{table} order by 1, 2")
    make(march)
    assert march.rows(f"select * from data.{table}_default") == []
    assert march.rows(f"select * from data.{table} order by 1, 2") == rows
    assert march.value(f"select count(*) from data.{table}_2031_03") > 0
    assert march.value(f"select count(*) from data.{table}_2031_06") > 0
    march.configure("event_retention_days", 31)
    march.configure("message_retention_days", 31)
    march.clock.set(datetime(2031, 8, 15, tzinfo=UTC))
    drop(march)
    assert partitions(march, table)[0] == "2031_07"


def test_a_partition_is_made_during_concurrent_writes(
    march: World, connect: Connect, wait_for_lock: Callable[[int], None]
) -> None:
    """It waits for earlier writers. Later ones wait for it, and write to the new partition."""
    ended_chat(march)
    append = "select logic.append_event('SERVICE_STAFFED', 'service', null, null, null, null, null, 'system', '{}')"
    writer, maker, late = (connect(role="curhat_owner") for _ in range(3))
    with ThreadPoolExecutor() as threads:
        with writer.transaction():
            writer.execute(append)
            made = threads.submit(make_march, maker)
            wait_for_lock(maker.info.backend_pid)
            written = threads.submit(late.execute, append)
            wait_for_lock(late.info.backend_pid)
        made.result()
        written.result()
    assert march.value("select count(*) from data.events_default") == 0
    assert march.value("select count(*) from data.events_2031_03 where type = 'SERVICE_STAFFED'") == 2


def make_march(maker: Connection) -> None:
    """Make one partition and wait for every lock."""
    with maker.transaction():
        for step in ("create", "attach"):
            maker.execute(f"select logic.{step}_partition('events', '2031-03-01')")


def test_no_single_job_makes_partitions_of_both_tables(march: World) -> None:
    """Locking both tables in one transaction could deadlock with a writer to both."""
    jobs = march.rows(
        "select command from logic.cron_jobs where command like '%%make_partitions%%' order by name"
    )
    touched = []
    for job in jobs:
        with march.owner.transaction(force_rollback=True):
            march.owner.execute(job["command"])
            touched.append([t for t in ("events", "chat_messages") if len(partitions(march, t)) == 4])
    assert sorted(touched) == [["chat_messages"], ["events"]]


def test_new_rows_go_to_their_month(march: World) -> None:
    make(march)
    ended_chat(march)
    march.clock.set(datetime(2031, 4, 1, tzinfo=UTC))
    ended_chat(march)
    assert march.value("select count(*) from data.events_default") == 0
    assert march.value("select count(*) from data.chat_messages_2031_03") == 1
    assert march.value("select count(*) from data.chat_messages_2031_04") == 1


@pytest.mark.parametrize("table", ["events", "chat_messages"])
def test_a_partition_has_the_indexes_and_constraints_of_its_table(march: World, table: str) -> None:
    make(march)
    same = """
        select (select count(*) from pg_index where indrelid = %s::regclass),
            (select array_agg(contype || conname order by contype, conname) from (
                select contype::text, case contype when 'c' then conname::text else '' end as conname
                from pg_constraint where conrelid = %s::regclass
            ) c)
    """
    ours, default = (
        march.owner.execute(same, [f"data.{table}_{part}"] * 2).fetchone() for part in ("2031_03", "default")
    )
    assert ours == default


def test_the_app_may_not_read_a_partition(march: World, connect: Connect) -> None:
    make(march)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect().execute("select from data.events_2031_03")


def test_a_partition_is_dropped_once_all_of_it_is_past_its_retention(march: World) -> None:
    march.configure("message_retention_days", 31)
    ended_chat(march)
    make(march)
    march.clock.set(datetime(2031, 5, 1, tzinfo=UTC))
    drop(march)
    assert "2031_03" in partitions(march, "chat_messages")
    march.clock.set(datetime(2031, 5, 2, 0, 0, 1, tzinfo=UTC))
    drop(march)
    assert partitions(march, "chat_messages") == ["2031_04", "2031_05", "default"]
    assert partitions(march, "events") == ["2031_03", "2031_04", "2031_05", "default"]


def test_events_have_their_own_retention(march: World) -> None:
    march.configure("event_retention_days", 31)
    make(march)
    march.clock.set(datetime(2031, 5, 3, tzinfo=UTC))
    drop(march)
    assert partitions(march, "events") == ["2031_04", "2031_05", "default"]
    assert partitions(march, "chat_messages") == ["2031_03", "2031_04", "2031_05", "default"]


def test_after_a_drop_chats_are_readable_and_the_audit_is_clean(march: World) -> None:
    march.configure("event_retention_days", 31)
    march.configure("message_retention_days", 31)
    make(march)
    chat = ended_chat(march)
    march.clock.set(datetime(2031, 6, 15, tzinfo=UTC))
    march.fire()
    march.drain()
    drop(march)
    page = march.api("list_messages", chat["id"], "customer", chat["customer"]["id"], 0, 10)
    assert page["rows"] == []
    assert march.ops("audit") == []
    march.configure("event_retention_days", 400)
    march.configure("message_retention_days", 400)
    march.drain()
    assert march.ops("audit") == []


def test_a_drop_gives_up_while_the_table_is_in_use(march: World, connect: Connect) -> None:
    march.configure("event_retention_days", 31)
    make(march)
    march.clock.set(datetime(2031, 6, 15, tzinfo=UTC))
    reader = connect(role="curhat_owner")
    with reader.transaction():
        reader.execute("select from data.events")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            drop(march)
    drop(march)
    assert "2031_03" not in partitions(march, "events")


HOT = {
    "payment_sessions": "fillfactor=80",
    "pairing_requests": "fillfactor=80",
    "pairing_offers": "fillfactor=80",
    "mitras": "fillfactor=70",
    "chat_sessions": "fillfactor=70",
    "outbox": "autovacuum_vacuum_threshold=1000",
}


@pytest.mark.parametrize("table", HOT)
def test_a_hot_table_leaves_room_for_hot_updates(march: World, table: str) -> None:
    options = march.value("select reloptions from pg_class where oid = %s::regclass", f"data.{table}")
    assert HOT[table] in options


def test_every_foreign_key_has_an_index(march: World) -> None:
    bare = march.rows(
        """
        select c.conrelid::regclass::text as "table", c.conname as name
        from pg_constraint c
        where c.contype = 'f' and c.connamespace = 'data'::regnamespace and not exists (
            select from pg_index i
            where i.indrelid = c.conrelid
                and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
        )
        """
    )
    assert bare == []


def test_growing_tables_have_uuid7_and_people_random_ids(world: World) -> None:
    defaults = world.owner.execute(
        "select adrelid::regclass::text, pg_get_expr(adbin, adrelid) from pg_attrdef "
        "join pg_attribute on attrelid = adrelid and attnum = adnum "
        "where attname = 'id' and atttypid = 'uuid'::regtype and adrelid::regclass::text like 'data.%'"
    ).fetchall()
    made = {table: made_now(world, default) for table, default in defaults}
    of_its_time = {table for table, (before, new, after) in made.items() if before <= new.int >> 80 <= after}
    hot = ("payment_sessions", "pairing_requests", "pairing_failures", "chat_sessions", "extensions")
    assert of_its_time == {f"data.{table}" for table in hot}
    assert {new.version for table, (_, new, _) in made.items() if table in of_its_time} == {7}
    assert {made[table][1].version for table in ("data.users", "data.mitras")} == {4}


def made_now(world: World, default: str) -> tuple[int, UUID, int]:
    """An id, and the milliseconds since 1970 before and after it was made."""
    clock = "floor(extract(epoch from clock_timestamp()) * 1000)::bigint"
    ((before, new, after),) = world.owner.execute(f"select {clock}, {default}, {clock}".encode()).fetchall()
    return before, new, after
