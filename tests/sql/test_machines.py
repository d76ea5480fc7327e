"""The state machines: the legal transitions are data, and no others are possible, not even in psql."""

import re

import psycopg
import pytest

from tests.sql.world import World, refuses

# From the plan. A row begins in the state that follows None.
MACHINES: dict[str, dict[str | None, set[str]]] = {
    "payment_session": {
        None: {"pending"},
        "pending": {"confirmed", "abandoned", "expired"},
        "confirmed": {"consumed", "failed_pairing"},
        "failed_pairing": {"confirmed"},
    },
    "pairing_request": {None: {"searching"}, "searching": {"matched", "failed", "cancelled"}},
    "pairing_offer": {
        None: {"offered"},
        "offered": {"accepted", "declined", "auto_rejected", "withdrawn"},
    },
    "chat_session": {None: {"active"}, "active": {"ended"}},
    "extension": {
        None: {"requested"},
        "requested": {"approved", "auto_approved", "rejected", "auto_rejected", "withdrawn"},
    },
}


def states(entity: str) -> list[str]:
    return sorted(set().union(*MACHINES[entity].values()))


@pytest.mark.parametrize("entity", MACHINES)
def test_the_transitions_are_those_of_the_plan(world: World, entity: str) -> None:
    edges: dict[str | None, set[str]] = {}
    for edge in world.rows("select * from logic.transitions where entity = %s", entity):
        edges.setdefault(edge["from_status"], set()).add(edge["to_status"])
    assert edges == MACHINES[entity]


def test_there_is_no_other_state_machine(world: World) -> None:
    entities = world.rows("select distinct entity from logic.transitions")
    assert {row["entity"] for row in entities} == set(MACHINES)


@pytest.mark.parametrize("entity", MACHINES)
def test_the_guard_refuses_every_other_transition(world: World, entity: str) -> None:
    """Uses its own table, so that only the guard can refuse."""
    world.owner.execute("create table test.rows (status text not null)")
    world.owner.execute(
        f"create trigger guard before insert or update of status on test.rows "
        f"for each row execute function logic.guard_transition('{entity}')"
    )
    taken: dict[str | None, set[str]] = {}
    for start in (None, *states(entity)):
        for end in states(entity):
            world.owner.execute("truncate test.rows")
            try:
                if start is None:
                    world.owner.execute("insert into test.rows values (%s)", [end])
                else:
                    world.owner.execute("alter table test.rows disable trigger guard")
                    world.owner.execute("insert into test.rows values (%s)", [start])
                    world.owner.execute("alter table test.rows enable trigger guard")
                    world.owner.execute("update test.rows set status = %s", [end])
            except psycopg.Error as error:
                assert (error.sqlstate, error.diag.message_primary) == ("PT409", "illegal_transition")  # noqa: PT017
            else:
                if start != end:
                    taken.setdefault(start, set()).add(end)
    assert taken == MACHINES[entity]


@pytest.mark.parametrize("entity", MACHINES)
def test_each_table_is_guarded(world: World, entity: str) -> None:
    (trigger,) = world.rows(
        """
        select t.tgenabled, pg_get_triggerdef(t.oid) as definition
        from pg_trigger t
        where t.tgrelid = %s::regclass and t.tgname = %s
        """,
        f"data.{entity}s",
        f"{entity}s_guard",
    )
    assert trigger["tgenabled"] == "O"
    assert "BEFORE INSERT OR UPDATE OF status" in trigger["definition"]
    assert f"logic.guard_transition('{entity}')" in trigger["definition"]


@pytest.mark.parametrize("entity", MACHINES)
def test_each_table_allows_the_same_states(world: World, entity: str) -> None:
    check = world.value(
        "select pg_get_constraintdef(oid) from pg_constraint "
        "where conrelid = %s::regclass and conname = 'status_is_known'",
        f"data.{entity}s",
    )
    assert sorted(re.findall(r"'(\w+)'::text", check)) == states(entity)


def test_an_illegal_transition_in_psql_is_refused(world: World) -> None:
    payment = world.choose(world.customer())["id"]
    with refuses(409, "illegal_transition"):
        world.owner.execute(
            "update data.payment_sessions set status = 'consumed', consumed_at = now(), confirmed_at = now() "
            "where id = %s",
            [payment],
        )
