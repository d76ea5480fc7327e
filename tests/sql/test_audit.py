"""The audit: every fault that can be planted is found and named, and an honest house gives no row."""

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


def test_an_outbox_row_that_is_gone_is_found(world: World, admin: Connection) -> None:
    """Nobody was handed its event, and nobody will be; also while the relay has never worked."""
    world.choose(world.customer())
    world.sound = False
    event = world.value("delete from data.outbox returning event_id")
    ((found, entity, entity_id),) = admin.execute("select invariant, entity, entity_id from ops.audit()")
    assert (found, entity, entity_id) == ("an event has been handed on or waits for it", "event", str(event))


def test_every_invariant_is_broken_here(world: World) -> None:
    parts = [one for one in read_functions(world.owner) if one.name.startswith("audit")]
    assert {sentence for part in parts for sentence in invariants(part)} == {fault.says for fault in FAULTS}


def test_no_fault_is_planted_twice() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60


def test_what_is_over_is_looked_at_from_a_time_on(world: World, admin: Connection) -> None:
    fault = next(fault for fault in FAULTS if fault.name == "a failure that is gone")
    payment = fault.plant(world, build(world), admin)
    assert payment in {row["entity_id"] for row in world.ops("audit", world.clock.now())}
    world.clock.advance(1)
    assert payment not in {row["entity_id"] for row in world.ops("audit", world.clock.now())}


def test_null_is_everything(world: World, admin: Connection) -> None:
    FAULTS[0].plant(world, build(world), admin)
    assert world.ops("audit", None) == world.ops("audit") != []


def test_what_merely_waits_is_no_broken_promise(world: World) -> None:
    """Nobody fires and nobody hands on; once somebody does they have a minute to catch up."""
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
def test_events_are_append_only_for_their_owner_too(world: World, edit: str) -> None:
    world.choose(world.customer())
    if "default" in edit:
        world.clock.advance(days=400)
        world.choose(world.customer())
    with refuses(409, "events_are_append_only"):
        world.owner.execute(edit.encode())


def test_no_month_of_the_events_can_be_emptied(world: World) -> None:
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
def test_what_was_bought_by_whom_does_not_change(world: World, table: str) -> None:
    build(world)
    world.sound = True
    for change in FIXED[table]:
        with refuses(409, "column_is_fixed"):
            world.owner.execute(f"update data.{table} set {change}".encode())
