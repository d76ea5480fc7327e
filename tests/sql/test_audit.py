"""The audit: every invariant, broken by hand, is found and named."""

import re
from dataclasses import dataclass

import pytest

from tests.sql.world import World

TABLES = (
    "payment_sessions",
    "pairing_requests",
    "pairing_offers",
    "pairing_failures",
    "chat_sessions",
    "extensions",
    "mitras",
)


@dataclass(frozen=True)
class Scene:
    """A chat with a pending extension and its payment, a search and its payment, and a payment that failed."""

    chat: str
    chat_payment: str
    search: str
    search_payment: str
    failed_payment: str


def act(world: World) -> Scene:
    chat = world.chat(world.customer(), world.mitra())
    world.say(chat)
    world.extend(chat)
    failed = world.pay(customer := world.customer())
    world.api("cancel_request", customer, failed)
    search = world.search(world.customer())
    world.drain()
    assert world.ops("audit") == []
    return Scene(
        chat=chat["id"],
        chat_payment=chat["payment_session_id"],
        search=search["id"],
        search_payment=search["payment_session_id"],
        failed_payment=failed,
    )


BREAK: dict[str, str] = {
    "a consumed payment bought one chat or one extension": (
        "update data.chat_sessions set payment_session_id = '{failed_payment}' where id = '{chat}'"
    ),
    "a first chat is no extension, an extension no chat": (
        "update data.payment_sessions set is_extension = true where id = '{chat_payment}'"
    ),
    "a payment that is not consumed bought nothing": (
        "update data.chat_sessions set payment_session_id = '{search_payment}' where id = '{chat}'"
    ),
    "the customer was told what was decided about their money": (
        "update data.pairing_failures "
        "set operator_action = 'refunded', actioned_by = 'Ratna', actioned_at = logic.now()"
    ),
    "a failed payment has one open failure": "delete from data.pairing_failures",
    "only a failed payment has an open failure": (
        "update data.pairing_failures set payment_session_id = '{search_payment}'"
    ),
    "only a confirmed payment has a search or a pending extension": (
        "update data.pairing_requests set payment_session_id = '{failed_payment}' where id = '{search}'"
    ),
    "a payment has one thing running at most": (
        "update data.extensions set payment_session_id = '{search_payment}'"
    ),
    "money is due back when it was taken, and only then": "update data.pairing_failures set refund_due = false",
    "the tallies of failures are their counts": "update data.failure_tallies set failures = failures + 1",
    "a search that is over has no open offer": (
        "update data.pairing_requests set status = 'cancelled', closed_at = now() where id = '{search}'"
    ),
    "a matched search has one accepted offer and one chat": (
        "update data.pairing_offers set status = 'declined' where status = 'accepted'"
    ),
    "a search that did not match has neither": (
        "update data.pairing_offers set status = 'accepted', closed_at = now() where request_id = '{search}'"
    ),
    "an offer is open only to a mitra in reach": (
        "update data.mitras set reachable_until = null, status_changed_at = status_changed_at - interval '1 minute'"
    ),
    "an offer of a blast is open only to a mitra with room": (
        "update data.app_config set value = '1' where key = 'max_customers_per_mitra'"
    ),
    "a blast that runs is offered to every free mitra in reach": (
        "update data.pairing_offers set status = 'withdrawn', closed_at = now() where request_id = '{search}'; "
        "update data.pairing_requests set created_at = created_at - interval '1 minute' where id = '{search}'; "
        "update data.mitras set status_changed_at = status_changed_at - interval '1 minute'"
    ),
    "a chat stands on a consumed payment": (
        "update data.chat_sessions set payment_session_id = '{search_payment}' where id = '{chat}'"
    ),
    "a running chat waits for its deadline or for an extension": (
        "update data.chat_sessions set deadline_at = now() + interval '5 minutes'"
    ),
    "only a running chat has a pending extension": (
        "update data.chat_sessions set status = 'ended', ended_at = now(), end_reason = 'time_up'"
    ),
    "no mitra accepted beyond their capacity": (
        "update data.app_config_history set value = '0' where key = 'max_customers_per_mitra'"
    ),
    "the messages of a chat are numbered without a gap": "update data.chat_messages set seq = seq + 1",
    "no deadline is overdue by more than five seconds": (
        "update data.pairing_requests set deadline_at = logic.now() - interval '6 seconds' where id = '{search}'"
    ),
    "every deadline can be fired": (
        "insert into data.deadline_errors (kind, id, error, first_at, retry_at) "
        "values ('pairing_request', '{search}', 'broken', now(), now())"
    ),
    "no event waits undelivered for more than ten seconds": (
        "insert into data.outbox (event_id, at) values (1, logic.now() - interval '11 seconds')"
    ),
    "a row's events form an unbroken chain": (
        "delete from data.events where entity_id = '{search_payment}' and to_status = 'pending'"
    ),
    "a row's events end in its present state": (
        "delete from data.events where entity_id = '{search_payment}' and to_status = 'confirmed'"
    ),
}

WHERE = {
    "a failed payment has one open failure": "failed_payment",
    "only a failed payment has an open failure": "search_payment",
    "a blast that runs is offered to every free mitra in reach": "search",
    "a chat stands on a consumed payment": "chat",
    "no deadline is overdue by more than five seconds": "search",
    "a row's events form an unbroken chain": "search_payment",
    "a row's events end in its present state": "search_payment",
}


def break_it(world: World, invariant: str) -> Scene:
    """A scene in which an invariant no longer holds, against the will of every trigger."""
    scene = act(world)
    world.sound = False
    for table in TABLES:
        world.owner.execute(f"alter table data.{table} disable trigger user")
    world.owner.execute(BREAK[invariant].format(**scene.__dict__))
    return scene


@pytest.mark.parametrize("invariant", BREAK)
def test_a_broken_invariant_is_found(world: World, invariant: str) -> None:
    break_it(world, invariant)
    found = world.ops("audit")
    assert invariant in {row["invariant"] for row in found}
    assert all(row["entity"] and row["entity_id"] and row["detail"] for row in found)


@pytest.mark.parametrize("invariant", WHERE)
def test_it_is_named_where_it_is_broken(world: World, invariant: str) -> None:
    scene = break_it(world, invariant)
    where = {row["entity_id"] for row in world.ops("audit") if row["invariant"] == invariant}
    assert where == {getattr(scene, WHERE[invariant])}


def test_every_invariant_is_broken_here(world: World) -> None:
    bodies = world.rows("select prosrc from pg_proc where proname like 'audit\\_%%'")
    literals = {
        literal.replace("''", "'")
        for body in bodies
        for literal in re.findall(r"'((?:[^']|'')*)'", body["prosrc"])
    }
    sentence = re.compile(r"[a-z',]+(?: [a-z',]+){4,}")
    assert {literal for literal in literals if sentence.fullmatch(literal)} == set(BREAK)


def test_what_is_over_is_looked_at_from_a_time_on(world: World) -> None:
    act(world)
    world.sound = False
    world.owner.execute("delete from data.pairing_failures")
    since = world.clock.now()
    (found,) = world.ops("audit", since)
    assert found["invariant"] == "a failed payment has one open failure"
    world.clock.advance(1)
    assert world.ops("audit", world.clock.now()) == []
