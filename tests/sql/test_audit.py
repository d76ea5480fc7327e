"""The audit: it finds and names every planted fault, and finds nothing in a healthy database."""

import pytest

from tests.conftest import Connection
from tests.sql.faults import FAULTS, Fault, build
from tests.sql.world import World, refuses
from workshop.reference.generate import invariants, read_functions


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_planted_fault_is_found_and_named(world: World, admin: Connection, fault: Fault) -> None:
    entity_id = fault.plant(world, build(world), admin)
    found = world.ops("audit")
    assert (fault.says, entity_id) in {(row["invariant"], row["entity_id"]) for row in found}
    assert all(row["entity"] and row["entity_id"] and row["detail"] for row in found)


def test_a_missing_outbox_row_is_found(world: World, admin: Connection) -> None:
    """Its event was never delivered and never will be. The audit finds that even if the relay never ran."""
    world.choose(world.customer())
    world.sound = False
    event = world.value("delete from data.outbox returning event_id")
    ((found, entity, entity_id),) = admin.execute("select invariant, entity, entity_id from ops.audit()")
    assert (found, entity, entity_id) == ("an event has been handed on or waits for it", "event", str(event))


def test_every_invariant_has_a_planted_fault(world: World) -> None:
    parts = [one for one in read_functions(world.owner) if one.name.startswith("audit")]
    assert {sentence for part in parts for sentence in invariants(part)} == {fault.says for fault in FAULTS}


def test_no_fault_is_planted_twice() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60


def test_finished_rows_are_audited_from_a_given_time(world: World, admin: Connection) -> None:
    fault = next(fault for fault in FAULTS if fault.name == "a missing failure")
    payment = fault.plant(world, build(world), admin)
    assert payment in {row["entity_id"] for row in world.ops("audit", world.clock.now())}
    world.clock.advance(1)
    assert payment not in {row["entity_id"] for row in world.ops("audit", world.clock.now())}


def test_null_audits_everything(world: World, admin: Connection) -> None:
    FAULTS[0].plant(world, build(world), admin)
    assert world.ops("audit", None) == world.ops("audit") != []


def test_waiting_work_breaks_no_invariant(world: World) -> None:
    """No listener runs here. Once one starts, it has a minute to catch up."""
    world.search(world.customer())
    world.clock.advance(minutes=15)
    assert world.ops("due") != []
    assert world.ops("audit") == []
    world.api("drain_events", 1)
    world.owner.execute("select logic.beat('pg_cron')")
    assert world.ops("audit") == []


EDITS = (
    "update data.events set body = '{}'",
    "update data.events_default set body = '{}'",
    "delete from data.events",
    "truncate data.events",
    "truncate data.events cascade",
)


@pytest.mark.parametrize("edit", EDITS)
def test_events_are_append_only_even_for_their_owner(world: World, edit: str) -> None:
    world.choose(world.customer())
    if "default" in edit:
        world.clock.advance(days=400)
        world.choose(world.customer())
    with refuses(409, "events_are_append_only"):
        world.owner.execute(edit.encode())


def test_no_partition_of_the_events_can_be_truncated(world: World) -> None:
    world.owner.execute("select logic.make_partitions()")
    partitions = world.rows("select relid::text from pg_partition_tree('data.events') where isleaf")
    assert len(partitions) >= 4
    for partition in partitions:
        with refuses(409, "events_are_append_only"):
            world.owner.execute(f"truncate {partition['relid']}".encode())


FIXED = {
    "payment_sessions": (
        "amount = amount + 1",
        "customer_id = gen_random_uuid()",
        "duration_minutes = 60",
        "charged_at = null",
    ),
    "pairing_requests": ("customer_id = gen_random_uuid()", "created_at = created_at - interval '1 day'"),
    "pairing_offers": ("mitra_id = gen_random_uuid()",),
    "pairing_failures": (
        "amount = 1",
        "cause_tag = 'targeted_mitra_offline'",
        "operator_action = 'credited' where operator_action is not null",
        "refund_due = not refund_due",
    ),
    "chat_sessions": (
        "duration_minutes = 600",
        "mitra_id = gen_random_uuid()",
        "started_at = started_at - interval '1 day'",
    ),
    "extensions": ("duration_minutes = 600", "chat_session_id = gen_random_uuid()"),
}


@pytest.mark.parametrize("table", FIXED)
def test_facts_of_a_purchase_are_immutable(world: World, table: str) -> None:
    build(world)
    world.sound = True
    for change in FIXED[table]:
        with refuses(409, "column_is_fixed"):
            world.owner.execute(f"update data.{table} set {change}".encode())
