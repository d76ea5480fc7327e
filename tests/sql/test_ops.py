"""The functions of `ops`, as DBAs and operators call them in psql."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.conftest import Connect, Connection
from tests.sql.world import Row, World, refuses


def facts(world: World, search: Row, mitra: str) -> list[str]:
    return [row["fact"] for row in world.ops("explain_offer", search["id"], mitra)]


# The money of a failure


def failed(world: World, minutes: int = 30) -> Row:
    """A failure whose customer cancelled the search."""
    customer = world.customer()
    payment = world.pay(customer, minutes)
    world.api("cancel_request", customer, payment)
    return world.failure(payment)


@pytest.mark.parametrize("action", ["refunded", "credited", "no_action"])
def test_a_decision_is_recorded_with_author_time_and_note(world: World, action: str) -> None:
    failure = failed(world)
    world.clock.advance(60)
    (decided,) = world.ops("action_failure", failure["id"], action, "Ratna", "sudah ditelepon")
    assert (decided["operator_action"], decided["actioned_by"]) == (action, "Ratna")
    row = world.row("pairing_failures", failure["id"])
    assert (row["operator_action"], row["actioned_by"], row["action_note"]) == (
        action,
        "Ratna",
        "sudah ditelepon",
    )
    assert row["actioned_at"] != row["created_at"]


def test_a_decision_is_an_event(world: World) -> None:
    failure = failed(world)
    world.ops("action_failure", failure["id"], "credited", "Ratna")
    (event,) = world.events("PAIRING_FAILURE_ACTIONED")
    assert (event["actor"], event["body"]["action"]) == ("operator:Ratna", "credited")
    assert event["body"]["payment_session_id"] == failure["payment_session_id"]


def test_without_a_charge_only_no_action_is_allowed(world: World) -> None:
    failure = failed(world, 15)
    for action in ("refunded", "credited"):
        with refuses(409, "nothing_to_refund"):
            world.ops("action_failure", failure["id"], action, "Ratna")
    (decided,) = world.ops("action_failure", failure["id"], "no_action", "Ratna")
    assert decided["operator_action"] == "no_action"


# Manual endings


def test_an_operator_ends_a_chat_for_both_people(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    (ended,) = world.ops("end_chat", chat["id"], "Ratna", "kasar")
    assert (ended["status"], ended["end_reason"]) == ("ended", "ended_by_operator")
    (event,) = world.events("CHAT_ENDED")
    assert (event["actor"], event["customer_id"]) == ("operator:Ratna", chat["customer"]["id"])
    assert event["mitra_ids"] == [chat["mitra"]["id"]]
    assert world.row("chat_sessions", chat["id"])["end_note"] == "kasar"


def test_ending_an_ended_chat_changes_nothing(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.end(chat)
    (shown,) = world.ops("end_chat", chat["id"], "Ratna")
    assert shown["end_reason"] == "ended_by_customer"


def no_search_yet(world: World) -> str:
    return world.pay(world.customer())


def searching(world: World) -> str:
    world.mitra()
    payment: str = world.search(world.customer())["payment_session_id"]
    return payment


def extending(world: World) -> str:
    payment: str = world.extend(world.chat(world.customer(), world.mitra()))["payment_session_id"]
    return payment


@pytest.mark.parametrize("begin", [no_search_yet, searching, extending])
def test_a_stuck_payment_is_failed_with_its_search_or_extension(
    world: World, begin: Callable[[World], str]
) -> None:
    payment = begin(world)
    (failure,) = world.ops("fail_payment", payment, "no_mitra_available", "Ratna", "macet")
    assert failure["failure_id"] == world.failure(payment)["id"]
    assert (failure["cause_tag"], failure["refund_due"]) == (
        "no_mitra_available",
        begin is not extending,
    )
    assert world.failure(payment)["note"] == "macet"
    assert world.rows("select * from data.pairing_requests where status = 'searching'") == []
    assert world.rows("select * from data.extensions where status = 'requested'") == []


@pytest.mark.parametrize("cause", ["targeted_mitra_timeout", "targeted_mitra_rejected"])
def test_failing_a_blast_sends_no_event_of_a_returning_request(world: World, cause: str) -> None:
    """A DBA may give a blast any cause. Only a returning request's events name a mitra."""
    payment = searching(world)
    world.ops("fail_payment", payment, cause, "Ratna")
    assert world.events("RETURNING_CHAT_TIMEOUT", "RETURNING_CHAT_REJECTED") == []
    (failed,) = world.events("PAIRING_FAILED")
    assert failed["body"]["cause_tag"] == cause


def test_an_overdue_payment_can_be_failed_by_hand(world: World) -> None:
    payment = world.pay(world.customer())
    world.clock.advance(20 * 60)
    (failure,) = world.ops("fail_payment", payment, "payment_session_expired", "Ratna")
    assert failure["refund_due"]


@pytest.mark.parametrize("value", [None, "", " ", "\t\n"])
@pytest.mark.parametrize(
    "function", ["set_config", "end_chat", "force_mitra_offline", "action_failure", "fail_payment"]
)
def test_a_change_requires_a_name(world: World, function: str, value: str | None) -> None:
    arguments: dict[str, tuple[object, ...]] = {
        "set_config": ("presence_ttl_seconds", "60", value),
        "end_chat": (world.uuid(), value),
        "force_mitra_offline": (world.uuid(), value),
        "action_failure": (world.uuid(), "refunded", value),
        "fail_payment": (world.uuid(), "customer_cancelled", value),
    }
    with refuses(400, "who_is_missing"):
        world.ops(function, *arguments[function])


# Questions


def test_the_trace_of_a_payment_is_its_whole_history_in_order(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    chat = world.accept(world.api("fallback_to_blast", customer, payment), mitra)
    world.say(chat, text="rahasia")
    world.end(chat)
    trace = world.ops("trace", payment)
    assert [row["type"] for row in trace] == [
        "PAYMENT_SESSION",
        "PAYMENT_SESSION",
        "CHAT_REQUEST_STARTED",
        "CHAT_REQUEST",
        "CHAT_REQUEST_CLOSED",
        "CHAT_REQUEST_CLOSED",
        "RETURNING_CHAT_REJECTED",
        "PAYMENT_SESSION",
        "PAIRING_FAILED",
        "PAYMENT_SESSION",
        "PAIRING_FAILURE_SUPERSEDED",
        "CHAT_REQUEST_STARTED",
        "CHAT_REQUEST",
        "CHAT_REQUEST_CLOSED",
        "PAYMENT_SESSION",
        "PAIRED",
        "CHAT_MESSAGE",
        "CHAT_ENDED",
    ]
    assert [row["to_status"] for row in trace if row["entity"] == "payment_session"] == [
        "pending",
        "confirmed",
        "failed_pairing",
        "confirmed",
        "consumed",
    ]
    assert "rahasia" not in str(trace)


def test_the_trace_of_an_extension_payment_includes_the_extension(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    extension = world.extend(chat)
    world.api("approve_extension", extension["id"], chat["mitra"]["id"])
    trace = world.ops("trace", extension["payment_session_id"])
    assert [row["type"] for row in trace] == [
        "PAYMENT_SESSION",
        "PAYMENT_SESSION",
        "EXTENSION_REQUESTED",
        "PAYMENT_SESSION",
        "EXTENSION_APPROVED",
    ]


def test_an_offer_is_explained(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.clock.advance(2)
    world.api("mark_offer_seen", search["id"], mitra)
    world.clock.advance(3)
    world.decline(search, mitra)
    explained = facts(world, search, mitra)
    assert {"it was offered to the mitra", "the mitra's app showed it", "the offer was declined"} <= set(
        explained
    )
    assert explained.index("the mitra's app showed it") < explained.index("the offer was declined")


def test_a_missing_offer_of_an_offline_mitra_is_explained(world: World) -> None:
    mitra = world.mitra(online=False)
    search = world.search(world.customer())
    world.wait(60)
    assert "it was not offered: the mitra was not reachable while it ran" in facts(world, search, mitra)


def test_a_missing_offer_of_a_full_mitra_is_explained(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    search = world.search(world.customer())
    assert "it was not offered: the mitra had 1 chats when it began" in facts(world, search, mitra)


def test_a_returning_request_to_another_mitra_is_explained(world: World) -> None:
    customer, favourite, other = world.customer(), world.mitra(), world.mitra()
    world.acquaint(customer, favourite)
    search = world.ask_again(customer, favourite)
    assert "it was for another mitra only" in facts(world, search, other)


def test_a_missing_offer_of_an_offline_favourite_is_explained(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    world.api("set_mitra_status", mitra, False)
    reply = world.ask_again(customer, mitra)
    explained = facts(world, {"id": reply["request_id"]}, mitra)
    assert "it was for this mitra, who was not available when it began" in explained


def test_changes_of_presence_during_a_search_are_explained(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.clock.advance(5)
    world.api("set_mitra_status", mitra, False)
    explained = facts(world, search, mitra)
    assert [fact for fact in explained if fact.startswith("the mitra was")] == [
        "the mitra was online",
        "the mitra was offline",
    ]
    assert "the offer was withdrawn" in explained


def test_an_unknown_search_or_mitra_is_named(world: World) -> None:
    search = world.search(world.customer())
    assert facts(world, {"id": world.uuid()}, world.mitra()) == ["there is no such search"]
    assert "there is no such mitra" in facts(world, search, world.uuid())


# Health


def health(world: World) -> dict[str, tuple[bool, str]]:
    return {row["item"]: (row["ok"], row["detail"]) for row in world.ops("health")}


def test_health_says_how_to_start_a_process_that_never_ran(world: World) -> None:
    found = health(world)
    for process in ("relay", "deadline listener", "availability listener", "pg_cron"):
        ok, detail = found[process]
        assert not ok
        assert re.search(r"has never worked in this database: .*curhat", detail)


def test_working_listeners_are_healthy(world: World) -> None:
    world.api("fire_due", 1)
    world.api("watch_availability")
    world.drain()
    found = health(world)
    assert found["relay"][0]
    assert found["deadline listener"][0]
    assert found["availability listener"][0]


def test_stopped_listeners_are_unhealthy(world: World) -> None:
    world.api("fire_due", 1)
    world.api("watch_availability")
    world.drain()
    world.clock.advance(16)
    found = health(world)
    assert not found["relay"][0]
    assert not found["deadline listener"][0]
    assert not found["availability listener"][0]


def test_undelivered_events_and_overdue_deadlines_are_unhealthy(world: World) -> None:
    world.choose(world.customer())
    found = health(world)
    assert found["events are handed on"][0]
    assert found["deadlines are fired"][0]
    world.clock.advance(minutes=21)
    found = health(world)
    assert found["events are handed on"] == (False, "1 events wait")
    assert found["deadlines are fired"] == (False, "1 wait, 1 of them are due")


def test_missing_partitions_are_unhealthy(world: World) -> None:
    world.clock.set(datetime(2031, 3, 15, tzinfo=UTC))
    assert not health(world)["partitions are made ahead"][0]
    world.owner.execute("select logic.make_partitions()")
    assert health(world)["partitions are made ahead"][0]


def test_partitions_past_their_retention_are_unhealthy(world: World) -> None:
    """A drop gives up while the table is read, possibly every night."""
    world.clock.advance(days=150)
    world.configure("message_retention_days", 31)
    assert health(world)["what is too old is dropped"][0]
    world.clock.advance(days=3)
    ok, detail = health(world)["what is too old is dropped"]
    assert not ok
    assert detail.startswith("chat_messages_")
    world.owner.execute("select logic.drop_old_partitions()")
    assert health(world)["what is too old is dropped"][0]


def test_missing_figures_are_unhealthy(world: World) -> None:
    assert health(world)["figures are kept"][0]
    world.choose(world.customer())
    world.clock.advance(minutes=16)
    assert health(world)["figures are kept"] == (False, "by the hour: not yet, by the day: not yet")
    world.owner.execute("select logic.refresh_hourly_figures()")
    assert not health(world)["figures are kept"][0]
    world.owner.execute("select logic.refresh_daily_figures()")
    assert health(world)["figures are kept"][0]
    for job, other in (("hourly", "daily"), ("daily", "hourly")):
        world.clock.advance(minutes=16)
        world.owner.execute(f"select logic.refresh_{job}_figures()".encode())
        assert not health(world)["figures are kept"][0]
        world.owner.execute(f"select logic.refresh_{other}_figures()".encode())
        assert health(world)["figures are kept"][0]


@pytest.mark.parametrize(
    ("days", "leave", "purge"),
    [
        (1, "select logic.recall_reply(%(id)s, 'key', 'f', '{}')", "purge_idempotency_keys"),
        (
            0,
            """
            insert into data.sign_ins (id, audience, person_id, token_hash, created_at, refreshed_at, expires_at)
            values (%(id)s, 'customer', %(id)s, repeat('0', 64), logic.now(), logic.now(), logic.now())
            """,
            "purge_sign_ins",
        ),
    ],
)
def test_rows_that_were_not_purged_are_unhealthy(world: World, days: int, leave: str, purge: str) -> None:
    world.owner.execute(leave.encode(), {"id": world.customer()})
    world.clock.advance(days=days, hours=2, minutes=59)
    assert health(world)["what is over is forgotten"][0]
    world.clock.advance(minutes=2)
    assert not health(world)["what is over is forgotten"][0]
    world.owner.execute(f"select logic.{purge}()".encode())
    assert health(world)["what is over is forgotten"][0]


@pytest.mark.parametrize(
    ("name", "value"), [("session_replication_role", "replica"), ("track_activities", "off")]
)
@pytest.mark.parametrize("of", ["database {database}", "role curhat in database {database}"])
def test_a_setting_that_breaks_the_promise_is_seen(
    world: World, monitor: Connection, database: str, *, name: str, value: str, of: str
) -> None:
    """Of other sessions than one's own: it is written down for whoever connects."""
    item = "settings keep the promise"
    assert name not in health(world)[item][1]
    monitor.execute(f"alter {of.format(database=database)} set {name} to {value}".encode())
    ok, detail = health(world)[item]
    assert not ok
    assert f"{name} is {value}: " in detail
    monitor.execute(f"alter {of.format(database=database)} reset {name}".encode())
    assert name not in health(world)[item][1]


def test_a_server_that_flushes_nothing_is_seen(world: World) -> None:
    """As that of the tests, which lies in memory."""
    ok, detail = health(world)["settings keep the promise"]
    assert not ok
    assert "fsync is off: " in detail
    assert "full_page_writes is off: " in detail


def test_readiness_reports_the_same(world: World) -> None:
    world.choose(world.customer())
    ready = world.api("ready")
    assert ready.pop("last_worked_seconds").keys() == {"audit"}
    assert ready == {
        "database": "ok",
        "events_waiting": 1,
        "oldest_event_seconds": 0,
        "overdue_deadlines": 0,
        "oldest_deadline_seconds": 0,
    }
    world.clock.advance(minutes=21)
    ready = world.api("ready")
    assert (ready["oldest_event_seconds"], ready["overdue_deadlines"]) == (21 * 60, 1)
    assert ready["oldest_deadline_seconds"] == 60


# Demo people


def test_the_demo_people_are_added_once(world: World) -> None:
    first, again = (world.ops("seed_demo") for _ in range(2))
    assert first == again
    assert [person["kind"] for person in first] == ["customer", "customer", "mitra", "mitra"]
    assert (
        world.value("select count(*) from data.users") == world.value("select count(*) from data.mitras") == 2
    )


def test_the_requested_number_of_people_is_seeded(world: World) -> None:
    people = world.ops("seed_people", 7, 3)
    assert sorted(person["kind"] for person in people) == ["customer"] * 7 + ["mitra"] * 3
    assert all(person["phone"].startswith("+6200") for person in people)
    assert len({person["id"] for person in people}) == 10


def test_a_seeded_mitra_can_be_paired(world: World) -> None:
    people = world.ops("seed_people", 1, 1)
    customer, mitra = (person["id"] for person in people)
    world.api("set_mitra_status", mitra, True)
    assert world.chat(customer, mitra)["status"] == "active"


def test_the_audit_runs_as_the_operator_role(connect: Connect) -> None:
    operator = connect(role="curhat_operator")
    assert operator.execute("select * from ops.audit()").fetchall() == []
