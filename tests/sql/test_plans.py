"""Query plans: on the hot path, every statement of every function uses an index and reads few rows.

auto_explain sends the plan of each nested statement, as executed, to the session that ran it. Each call is made in a
database with 20,000 past payments: once with custom plans, and once with the generic plans that long-lived connections
come to use. It is rolled back.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.cluster import TestCluster
from tests.conftest import APP_OPTIONS, Clock, Connection
from tests.sql.sign_ins import (
    CODE,
    PASSWORD_HASH,
    Device,
    hashed,
    login,
    new_phone,
    operator,
    request_code,
    signed_in,
)
from tests.sql.world import LISTENERS_FUNCTIONS, Row, World

HISTORY = Path(__file__).with_name("history.sql")
DATABASE = f"curhat_plans_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"

BUSY = 20
"""The number of open searches, chats and so on."""
MANY = 1000
"""A table with more rows than this must not be read sequentially."""
MOST_ROWS = 150
"""The most rows that one scan may read: more than what is open or on a page, far fewer than the history."""
MOST_ROWS_OF = {
    "seconds_to_next_deadline": 2,  # the first entry of each index
    "ready": 1000,  # counts up to a thousand waiting events
    "explain_offer": 400,  # a month of one mitra's presence
    "a mitra's day": 400,
    # Merges one page of each cause, decided or not.
    "list_failed_pairings": 14 * 50,
    "list_failed_pairings_csv": 14 * 50,
    # All failures of a person, or of the people found.
    "list_failed_pairings of a customer": 500,
    "list_failed_pairings by a search text": 500,
    # Counts all payments of a veteran.
    "get_user": 1500,
    "get_mitra": 400,
    "get_mitra_day": 400,
    "get_offer_explanation": 400,
    "list_chat_sessions": 400,  # orders all running chats by their end
    "operator_state": 400,
    "get_counters": 400,  # counts everything open
    "get_dashboard": 400,
    "list_config_history": 600,  # a page, joined with all settings
    "due": 400,  # every pending deadline
    "health": 400,
}
READ_WHOLE = {
    "list_mitras": {"mitras"},  # counts and orders all of them
    "operator_state": {"outbox"},  # counts up to ten thousand waiting events
    "get_counters": {"outbox"},
    "get_dashboard": {"outbox"},
    "health": {"outbox"},
}

AUTO_EXPLAIN = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "client_min_messages": "log",
}
SCANS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Bitmap Index Scan", "Tid Scan"}


@dataclass(frozen=True)
class Scan:
    """One scan of a table, with the rows it read."""

    table: str
    index: str | None
    rows: int
    statement: str


@dataclass(frozen=True)
class Busy:
    """A busy database with a long history: its grown tables, and the ids that the calls need."""

    url: str
    grown: frozenset[str]
    newcomer: str
    pending: Row
    confirmed: Row
    for_known: Row
    failed: Row
    decided: Row
    extension_payment: Row
    known: str
    search: Row
    searcher: str
    chat: Row
    customer: str
    mitra: str
    extended: Row
    extension: Row
    phone: str
    asked: str
    asked_first: str
    device: Device
    clerk: Row
    desk: Device
    staff: str
    needing: Sequence[str]


@pytest.fixture(scope="module")
def busy(cluster: TestCluster, template: str) -> Iterator[Busy]:
    """The database of nearly all tests in this file."""
    yield from built(cluster, template, DATABASE)


@pytest.fixture(scope="module")
def busy_after_a_quiet_night(cluster: TestCluster, template: str) -> Iterator[Busy]:
    """The same, but with planner statistics from before anything was open."""
    yield from built(cluster, template, f"{DATABASE}_quiet", quiet=True)


def built(cluster: TestCluster, template: str, database: str, *, quiet: bool = False) -> Iterator[Busy]:
    cluster.create(database, template)
    with ExitStack() as stack:

        def connect(role: str | None = "curhat_app", **settings: str) -> Connection:
            options = {**APP_OPTIONS, "statement_timeout": "0", **settings, "role": role or "none"}
            given = " ".join(f"-c {name}={value}" for name, value in options.items())
            connection = psycopg.connect(cluster.url(database), autocommit=True, options=given)
            return stack.enter_context(connection)

        world = World(connect, Clock(connect(role=None)))
        tables = [row["relname"] for row in world.rows("select relname from pg_class where " + OWN_TABLES)]
        for table in tables:
            world.owner.execute(f"alter table data.{table} disable trigger user")
        world.owner.execute(HISTORY.read_text(encoding="utf-8").encode())
        world.owner.execute(TALLY)
        if quiet:
            analyze_without_open_rows(world, tables)
        for table in tables:
            world.owner.execute(f"alter table data.{table} enable trigger user")
        made = open_everything(world)
        make_due(world)
        world.owner.execute(
            "insert into data.outbox (event_id, at) select id, at from data.events order by id limit 5000"
        )
        analyze(world, ["outbox"] if quiet else tables)
        grown = world.rows("select relname from pg_class where reltuples > %s and " + OWN_TABLES, MANY)
        yield Busy(
            url=cluster.superuser_url(database), grown=frozenset(row["relname"] for row in grown), **made
        )
    cluster.drop(database)


# Does the work of the trigger that is disabled while the history is made.
TALLY = """
insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
select (created_at at time zone 'Asia/Jakarta')::date, cause_tag, needs_action, count(*), sum(amount)
from data.pairing_failures group by 1, 2, 3
"""
OWN_TABLES = "relnamespace = 'data'::regnamespace and relkind in ('r', 'p')"
OPEN = {
    "payment_sessions": "status in ('pending', 'confirmed')",
    "pairing_requests": "status = 'searching'",
    "pairing_offers": "request_id in (select id from data.pairing_requests where status = 'searching')",
    "chat_sessions": "status = 'active'",
}
"""The open rows of each table, parents first."""


def analyze_without_open_rows(world: World, tables: Sequence[str]) -> None:
    """Collect the planner statistics while the open rows are set aside."""
    world.owner.execute("create schema kept")
    for table, is_open in OPEN.items():
        world.owner.execute(f"create table kept.{table} as select * from data.{table} where {is_open}")
    for table, is_open in reversed(OPEN.items()):
        world.owner.execute(f"delete from data.{table} where {is_open}")
    analyze(world, tables)
    for table in OPEN:
        # Otherwise autovacuum might analyze it again at any moment.
        world.owner.execute(f"alter table data.{table} set (autovacuum_enabled = off)")
        world.owner.execute(f"insert into data.{table} overriding system value select * from kept.{table}")


def analyze(world: World, tables: Sequence[str]) -> None:
    for table in tables:
        world.owner.execute(f"vacuum analyze data.{table}")


def open_everything(world: World) -> dict[str, Any]:
    """Open twenty chats, searches and payments, and use a veteran for every call."""
    for key in ("presence_ttl_seconds", "pairing_blast_timeout_seconds"):
        world.configure(key, 600)
    world.configure("extension_timeout_seconds", 300)
    customers, mitras = (
        [
            row["id"]
            for row in world.rows(f"select id from data.{table} where phone like %s order by phone", phone)
        ]
        for table, phone in (("users", "+6290%"), ("mitras", "+6291%"))
    )
    for mitra in mitras:
        world.api("set_mitra_status", mitra, True)
    chats = [world.chat(customer, mitra) for customer, mitra in zip(customers[:2], mitras[:2], strict=True)]
    for _ in range(BUSY):
        chat = world.chat(world.customer(), world.mitra())
        world.say(chat)
        world.api("set_mitra_status", chat["mitra"]["id"], False)
        world.pay(world.customer())
    send_many_messages(world, chats[0])
    known = mitras[2]
    for customer in customers[2:4]:
        world.end(world.chat(customer, known))
    for_known = world.payment(world.pay(customers[2], mitra=known))
    failed = world.payment(world.pay(customers[3], mitra=known))
    world.decline(world.ask_again(customers[3], known, failed["id"]), known)
    search = world.search(customers[4])
    for _ in range(BUSY):
        world.search(world.customer())
    return {
        "newcomer": customers[5],
        "pending": world.payment(world.choose(customers[6])["id"]),
        "confirmed": world.payment(world.pay(customers[7])),
        "for_known": for_known,
        "failed": world.payment(failed["id"]),
        "decided": world.rows(
            "select p.* from data.payment_sessions p join data.pairing_failures f on f.payment_session_id = p.id "
            "where f.operator_action is not null limit 1"
        )[0],
        "extension_payment": world.payment(world.pay(customers[0], 15, extension=True)),
        "known": known,
        "search": search,
        "searcher": customers[4],
        "chat": chats[0],
        "customer": customers[0],
        "mitra": mitras[0],
        "extended": chats[1],
        "extension": world.extend(chats[1]),
        **sign_ins(world, customers[6]),
        "staff": world.staff(),
        "needing": [
            row["id"]
            for row in world.rows("select id from data.pairing_failures where needs_action limit 20")
        ],
    }


def sign_ins(world: World, customer: str) -> dict[str, Any]:
    """One phone with a code, a new one with a code, one without; one signed-in device; one operator."""
    phone, other, new = new_phone(), new_phone(), new_phone()
    world.owner.execute("update data.users set phone = %s where id = %s", [phone, customer])
    device = signed_in(world, phone=phone)
    for asked in (phone, new):
        request_code(world, asked)
    clerk, desk = world.row("cc_users", operator(world)), Device(world)
    login(world, clerk["email"], device=desk)
    return {
        "phone": other,
        "asked": phone,
        "asked_first": new,
        "device": device,
        "clerk": clerk,
        "desk": desk,
    }


def send_many_messages(world: World, chat: Row) -> None:
    """Insert two thousand messages into a chat."""
    world.owner.execute(
        "insert into data.chat_messages (chat_session_id, seq, sender, client_message_id, body, sent_at) "
        "select %s, n, 'mitra', gen_random_uuid(), 'Halo', now() - interval '5 minutes' "
        "from generate_series(1, 2000) n",
        [chat["id"]],
    )
    world.owner.execute("alter table data.chat_sessions disable trigger chat_sessions_fixed")
    world.owner.execute(
        "update data.chat_sessions set last_seq = 2000, started_at = started_at - interval '10 minutes' "
        "where id = %s",
        [chat["id"]],
    )
    world.owner.execute("alter table data.chat_sessions enable trigger chat_sessions_fixed")


def make_due(world: World) -> None:
    """Make one deadline of every kind due, on rows that no call uses."""
    extension = world.extend(world.chat(world.customer(), world.mitra()))
    chat = world.chat(world.customer(), world.mitra())
    search = world.search(world.customer())
    pending = world.choose(world.customer())
    unused = world.pay(world.customer())
    for change, row in (
        ("payment_sessions set expires_at", pending),
        ("payment_sessions set expires_at", {"id": unused}),
        ("pairing_requests set deadline_at", search),
        ("extensions set deadline_at", extension),
        ("chat_sessions set deadline_at", chat),
        ("mitras set reachable_until", chat["mitra"]),
        ("mitras set offers_due_at", extension_mitra(world, extension)),
    ):
        world.owner.execute(f"update data.{change} = now() where id = %s", [row["id"]])


def extension_mitra(world: World, extension: Row) -> Row:
    return {"id": world.row("extensions", extension["id"])["mitra_id"]}


# Reading plans


def scans(
    busy: Busy, role: str, plans: str, query: str, arguments: Sequence[object], **more: str
) -> list[Scan]:
    """Every scan in every statement that a query runs."""
    found: list[Scan] = []

    def collect(diagnostic: psycopg.errors.Diagnostic) -> None:
        head, _, explained = (diagnostic.message_primary or "").partition("plan:\n")
        if head.startswith("duration: "):
            plan = json.loads(explained)
            found.extend(_scans(plan["Plan"], " ".join(plan["Query Text"].split())))

    with psycopg.connect(busy.url) as connection:
        connection.execute("load 'auto_explain'")
        settings = {
            **AUTO_EXPLAIN,
            "plan_cache_mode": plans,
            "curhat.app_rings": "on",
            **more,
            "role": role,
        }
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, true)", [name, value])
        connection.add_notice_handler(collect)
        connection.execute(query, arguments)
        connection.rollback()
    return found


def _scans(node: dict[str, Any], statement: str, bitmap_of: str = "") -> Iterator[Scan]:
    table = node.get("Relation Name", bitmap_of)
    if node["Node Type"] in SCANS:
        removed = (node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        rows = (node["Actual Rows"] + sum(removed)) * node["Actual Loops"]
        by_bitmap = "its bitmap" if node["Node Type"] == "Bitmap Heap Scan" else None
        yield Scan(table, node.get("Index Name", by_bitmap), rows, statement)
    for child in node.get("Plans", ()):
        yield from _scans(child, statement, table)


def wasteful(busy: Busy, found: Sequence[Scan], most_rows: int) -> set[Scan]:
    """The scans of grown tables without an index, and those that read too many rows."""
    assert found, "auto_explain sent no plan"
    return {
        scan for scan in found if scan.rows > most_rows or (scan.index is None and scan.table in busy.grown)
    }


# The calls

Arguments = Callable[[Busy], Sequence[object]]

CALLS: dict[str, Arguments] = {
    "get_pricing": lambda busy: (busy.newcomer, False),
    "create_payment_session": lambda busy: (busy.newcomer, 30, None, busy.known, False, "key"),
    "confirm_payment_session": lambda busy: (*payment(busy.pending), "key"),
    "cancel_payment_session": lambda busy: payment(busy.pending),
    "get_payment_session": lambda busy: payment(busy.failed),
    "start_general_request": lambda busy: (*payer(busy.confirmed), "key"),
    "start_returning_request": lambda busy: (*payer(busy.for_known), busy.known, "key"),
    "fallback_to_blast": lambda busy: (*payer(busy.failed), "key"),
    "cancel_request": lambda busy: (busy.searcher, busy.search["payment_session_id"]),
    "client_state": lambda busy: (busy.customer,),
    "mitra_state": lambda busy: (busy.mitra,),
    "set_mitra_status": lambda busy: (busy.known, False),
    "list_offers": lambda busy: (busy.mitra,),
    "mark_offer_seen": lambda busy: (busy.search["id"], busy.mitra),
    "accept_request": lambda busy: (busy.search["id"], busy.mitra),
    "decline_request": lambda busy: (busy.search["id"], busy.mitra),
    "send_message": lambda busy: (*member(busy.chat), busy.newcomer, "Halo"),
    "mark_read": lambda busy: (*member(busy.chat), 1),
    "end_chat": lambda busy: member(busy.extended),
    "get_chat_session": lambda busy: member(busy.chat),
    "list_chat_sessions": lambda busy: ("mitra", busy.mitra, None, 20),
    "list_chat_sessions as a customer": lambda busy: ("customer", busy.customer, None, 20),
    "get_sign_in_phone": lambda busy: ("customer", busy.phone, hashed("device")),
    "request_otp": lambda busy: ("customer", busy.phone, hashed("654321"), hashed("device")),
    "take_back_otp": lambda busy: ("customer", busy.asked, hashed(CODE)),
    "verify_otp": lambda busy: ("customer", busy.asked, [hashed(CODE)], None, busy.newcomer, hashed("t")),
    "verify_otp of somebody new": lambda busy: (
        "customer",
        busy.asked_first,
        [hashed(CODE)],
        "Budi",
        busy.newcomer,
        hashed("t"),
    ),
    "refresh_sign_in": lambda busy: (busy.device.id, hashed("t0"), "salt", hashed("t1")),
    "refresh_sign_in with a used token": lambda busy: (
        busy.device.id,
        hashed("made up"),
        "salt",
        hashed("t1"),
    ),
    "end_sign_in": lambda busy: (busy.device.id, hashed("t0")),
    "list_messages": lambda busy: (*member(busy.chat), 0, 100),
    "request_extension": lambda busy: (
        busy.chat["id"],
        busy.customer,
        busy.extension_payment["id"],
        "key",
    ),
    "approve_extension": lambda busy: (busy.extension["id"], busy.extended["mitra"]["id"]),
    "reject_extension": lambda busy: (busy.extension["id"], busy.extended["mitra"]["id"]),
    "fire_due": lambda busy: (100,),
    "seconds_to_next_deadline": lambda busy: (),
    "drain_events": lambda busy: (100,),
    "ready": lambda busy: (),
    "get_availability": lambda busy: (),
    "get_standing": lambda busy: (1200,),
    "release_lease": lambda busy: (busy.mitra, busy.customer),
    "see_decision": lambda busy: payment(busy.decided),
    "watch_availability": lambda busy: (),
}


def payment(row: Row) -> Sequence[object]:
    return (row["id"], row["customer_id"])


def payer(row: Row) -> Sequence[object]:
    return (row["customer_id"], row["id"])


def member(chat: Row) -> Sequence[object]:
    return (chat["id"], "mitra", chat["mitra"]["id"])


FAILED = "select * from control_center.failed_pairings {} order by created_at desc, id desc limit 50"

SCREENS: dict[str, tuple[str, Arguments]] = {
    "failed pairings": (FAILED.format(""), lambda busy: ()),
    "failed pairings of some causes": (
        FAILED.format("where cause_tag = any (%s)"),
        lambda busy: (["no_mitra_available", "customer_cancelled"],),
    ),
    "failed pairings of a cause without rows": (
        FAILED.format("where cause_tag = any (%s)"),
        lambda busy: (["payment_session_expired"],),
    ),
    "failed pairings of a week": (
        FAILED.format(
            "where created_at >= now() - interval '100 days' and created_at < now() - interval '93 days'"
        ),
        lambda busy: (),
    ),
    "failed pairings that need an operator": (FAILED.format("where needs_action"), lambda busy: ()),
    "failed pairings far back": (
        FAILED.format("where created_at < now() - interval '150 days'"),
        lambda busy: (),
    ),
    "a payment": (
        "select * from control_center.payments where id = %s",
        lambda busy: (busy.failed["id"],),
    ),
    "the newest payments": (
        "select * from control_center.payments order by created_at desc limit 50",
        lambda busy: (),
    ),
    "a payment's timeline": (
        "select * from control_center.payment_timeline where payment_session_id = %s order by id",
        lambda busy: (busy.failed["id"],),
    ),
    "a mitra's day": (
        "select * from control_center.mitra_days where mitra_id = %s and day = current_date",
        lambda busy: (busy.mitra,),
    ),
}

OPERATIONS: dict[str, Arguments] = {
    "trace": lambda busy: (busy.failed["id"],),
    "explain_offer": lambda busy: (busy.search["id"], busy.mitra),
    "due": lambda busy: (),
    "health": lambda busy: (),
    "force_mitra_offline": lambda busy: (busy.known, "Ratna"),
    "end_chat": lambda busy: (busy.extended["id"], "Ratna"),
    "fail_payment": lambda busy: (busy.search["payment_session_id"], "customer_cancelled", "Ratna"),
    "block_person": lambda busy: (busy.known, "Ratna"),
    "unblock_person": lambda busy: (busy.known, "Ratna"),
}


FILTER = ("causes", "since", "until", "needs", "search", "customer", "mitra")


def failures(busy: Busy, *place: object, **given: object) -> Sequence[object]:
    """The arguments of a list of failures. `place` is its limit and offset."""
    return (busy.staff, *(given.get(name) for name in FILTER), *(place or (50, 0)))


DESK: dict[str, Arguments] = {
    "get_standing": lambda busy: (1200,),
    "ready": lambda busy: (),
    "begin_login": lambda busy: (busy.clerk["email"], False),
    "begin_login of nobody": lambda busy: ("nobody@example.com", False),
    "finish_login": lambda busy: (busy.clerk["email"], *checked(busy)),
    "refresh_login": lambda busy: (busy.desk.id, hashed("t0"), "salt", hashed("t1"), False),
    "refresh_login with a used token": lambda busy: (
        busy.desk.id,
        hashed("made up"),
        "salt",
        hashed("t1"),
        False,
    ),
    "end_login": lambda busy: (busy.desk.id, hashed("t0")),
    "begin_password_change": lambda busy: (busy.clerk["id"],),
    "finish_password_change": lambda busy: (busy.clerk["id"], *checked(busy)),
    "list_operators": lambda busy: (busy.staff,),
    "begin_add_operator": lambda busy: (busy.staff,),
    "add_operator": lambda busy: (busy.staff, "wati@example.com", "Wati", "viewer", PASSWORD_HASH),
    "change_operator": lambda busy: (busy.staff, busy.clerk["id"], "viewer", False),
    "list_settings": lambda busy: (busy.staff,),
    "set_config": lambda busy: (busy.staff, "presence_ttl_seconds", "600"),
    "list_config_history": lambda busy: (busy.staff, None, None, 50),
    "list_failed_pairings": failures,
    "list_failed_pairings that need an operator": lambda busy: failures(busy, needs=True),
    "list_failed_pairings of some causes": lambda busy: failures(
        busy, causes=["no_mitra_available", "customer_cancelled"]
    ),
    "list_failed_pairings of a cause without rows": lambda busy: failures(
        busy, causes=["payment_session_expired"]
    ),
    "list_failed_pairings of a week": lambda busy: failures(busy, since=day(100), until=day(93)),
    "list_failed_pairings between two times": lambda busy: failures(
        busy, since=f"{day(100)}T12:00:00Z", until=f"{day(93)}T12:00:00Z", needs=False
    ),
    "list_failed_pairings far back": lambda busy: failures(busy, 50, 3000),
    "list_failed_pairings of a customer": lambda busy: failures(busy, customer=busy.customer),
    "list_failed_pairings by a search text": lambda busy: failures(busy, search="+62910000"),
    "list_failed_pairings_csv": lambda busy: failures(busy, 50, None),
    "get_failed_pairing": lambda busy: (busy.staff, busy.needing[0]),
    "action_failure": lambda busy: (busy.staff, busy.needing[0], "refunded"),
    "action_failures": lambda busy: (busy.staff, [UUID(one) for one in busy.needing], "refunded"),
    "list_searches": lambda busy: (busy.staff, 50, 0),
    "get_search": lambda busy: (busy.staff, busy.search["id"]),
    "get_offer_explanation": lambda busy: (busy.staff, busy.search["id"], busy.mitra),
    "list_chat_sessions": lambda busy: (busy.staff, 50, 0),
    "end_chat": lambda busy: (busy.staff, busy.extended["id"], "reported"),
    "list_mitras": lambda busy: (busy.staff, None, None, 50, 0),
    "list_mitras by a search text": lambda busy: (busy.staff, "Sari 1999", None, 50, 0),
    "force_mitra_offline": lambda busy: (busy.staff, busy.known, "phone lost"),
    "get_mitra": lambda busy: (busy.staff, busy.mitra, None),
    "get_mitra_day": lambda busy: (busy.staff, busy.mitra, day(50)),
    "list_mitra_chat_sessions": lambda busy: (busy.staff, busy.mitra, None, 20),
    "list_users": lambda busy: (busy.staff, None, None, 50),
    "list_users by a search text": lambda busy: (busy.staff, "Budi 1999", None, 50),
    "get_user": lambda busy: (busy.staff, busy.customer, None),
    "get_user_day": lambda busy: (busy.staff, busy.customer, day(50)),
    "list_user_payments": lambda busy: (busy.staff, busy.customer, None, 20),
    "get_payment_timeline": lambda busy: (busy.staff, busy.failed["id"]),
    "operator_state": lambda busy: (busy.staff,),
    "get_counters": lambda busy: (busy.staff,),
    "get_dashboard": lambda busy: (busy.staff, 366),
}


def checked(busy: Busy) -> Sequence[object]:
    """The arguments after a password check: the hash, the new hash, a sign-in and a token."""
    return (PASSWORD_HASH, PASSWORD_HASH, busy.newcomer, hashed("t"))


def day(ago: int) -> str:
    return str(datetime.now(UTC).date() - timedelta(days=ago))


each_plan = pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])


def name_of(function: str) -> str:
    """The function's name, without the description of the case."""
    return function.partition(" ")[0]


def caller(function: str) -> str:
    """The role that calls a function of `api`."""
    return "curhat_listener" if name_of(function) in LISTENERS_FUNCTIONS else "curhat_app"


def call(function: str, arguments: Sequence[object]) -> str:
    return f"select * from {function}({', '.join('%s' for _ in arguments)})"


@each_plan
@pytest.mark.parametrize("function", CALLS)
def test_a_call_of_the_app_uses_an_index(busy: Busy, function: str, plans: str) -> None:
    arguments = CALLS[function](busy)
    query = call(f"api.{name_of(function)}", arguments)
    found = scans(busy, caller(function), plans, query, arguments)
    assert wasteful(busy, found, MOST_ROWS_OF.get(function, MOST_ROWS)) == set()


@pytest.mark.parametrize("function", CALLS)
def test_a_call_uses_an_index_despite_outdated_statistics(
    busy_after_a_quiet_night: Busy, function: str
) -> None:
    """Uses generic plans, as the app's sessions do."""
    busy = busy_after_a_quiet_night
    arguments = CALLS[function](busy)
    query = call(f"api.{name_of(function)}", arguments)
    found = scans(busy, caller(function), "force_generic_plan", query, arguments)
    assert wasteful(busy, found, MOST_ROWS_OF.get(function, MOST_ROWS)) == set()


@pytest.mark.parametrize("table", ["events", "chat_messages"])
def test_a_drain_opens_only_the_partitions_of_its_events(busy: Busy, table: str) -> None:
    """That is two partitions at the turn of a month."""
    with psycopg.connect(busy.url) as connection:
        ((before_the_last,),) = connection.execute("select max(event_id) - 20 from data.outbox").fetchall()
    arguments = (100, before_the_last)
    query = call("api.drain_events", arguments)
    found = scans(busy, caller("drain_events"), "force_generic_plan", query, arguments)
    opened = {scan.table for scan in found if scan.table.startswith(f"{table}_2")}
    assert len(opened) in {1, 2}


@pytest.mark.parametrize(
    ("view", "tables"),
    [
        ("live_searches", {"pairing_requests", "pairing_offers"}),
        ("live_chats", {"chat_sessions", "extensions"}),
    ],
)
def test_a_live_screen_does_not_read_finished_rows(busy: Busy, view: str, tables: set[str]) -> None:
    """The planner may join names and amounts for some hundred rows at once."""
    query = f"select * from control_center.{view}"
    found = scans(busy, "curhat_control_center", "force_custom_plan", query, ())
    assert {scan for scan in found if scan.table in tables and scan.rows > MANY} == set()
    assert tables == {scan.table for scan in found} & tables


@each_plan
@pytest.mark.parametrize("function", OPERATIONS)
def test_a_call_of_an_operator_uses_an_index(busy: Busy, function: str, plans: str) -> None:
    arguments = OPERATIONS[function](busy)
    found = scans(busy, "curhat_operator", plans, call(f"ops.{function}", arguments), arguments)
    wasted = wasteful(busy, found, MOST_ROWS_OF.get(function, MOST_ROWS))
    assert {scan for scan in wasted if scan.table not in READ_WHOLE.get(function, set())} == set()


@pytest.mark.parametrize(
    ("part", "table"),
    [
        ("payments", "payment_sessions"),
        ("searches", "pairing_requests"),
        ("offers", "pairing_offers"),
        ("chats", "extensions"),
    ],
)
def test_the_audit_reads_open_rows_by_an_index(busy: Busy, part: str, table: str) -> None:
    arguments = () if part == "offers" else (datetime.now(UTC) + timedelta(days=1),)
    query = call(f"logic.audit_{part}", arguments)
    found = [
        scan
        for scan in scans(busy, "curhat_owner", "force_custom_plan", query, arguments)
        if scan.table == table
    ]
    assert found
    assert wasteful(busy, found, 400) == set()


@each_plan
@pytest.mark.parametrize("function", DESK)
def test_a_call_of_a_screen_uses_an_index(busy: Busy, function: str, plans: str) -> None:
    """The tallies of failures are read whole; there are a few for each day."""
    arguments = DESK[function](busy)
    query = call(f"control_center.{name_of(function)}", arguments)
    found = scans(busy, "curhat_control_center", plans, query, arguments)
    most_rows = MOST_ROWS_OF.get(function, MOST_ROWS_OF.get(name_of(function), MOST_ROWS))
    wasted = wasteful(busy, found, most_rows)
    whole = {"failure_tallies"} | READ_WHOLE.get(name_of(function), set())
    assert {scan for scan in wasted if scan.table not in whole} == set()


def test_every_function_of_the_screens_is_covered(busy: Busy) -> None:
    with psycopg.connect(busy.url) as connection:
        functions = connection.execute(
            "select proname from pg_proc where pronamespace = 'control_center'::regnamespace"
        )
        # ring() reads no table.
        assert {name for (name,) in functions} - {"ring"} == set(map(name_of, DESK))


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_uses_an_index(busy: Busy, screen: str) -> None:
    query, arguments = SCREENS[screen]
    found = scans(busy, "curhat_control_center", "force_custom_plan", query, arguments(busy))
    assert wasteful(busy, found, MOST_ROWS_OF.get(screen, MOST_ROWS)) == set()


@pytest.mark.parametrize(
    "job", ["refresh_daily_figures", "purge_idempotency_keys", "purge_sign_ins", "drop_old_partitions"]
)
def test_a_job_reads_only_its_own_days(busy: Busy, job: str) -> None:
    found = scans(busy, "curhat_owner", "force_custom_plan", f"select logic.{job}()", ())
    assert wasteful(busy, found, MANY) == set()


AUDIT_READS_WHOLE = {"mitras", "outbox", "handed_on", "failure_tallies", "cc_users", "idempotency_keys"}
"""Tables that the audit reads whole: they stay small, or hold one day."""


def test_the_audit_of_a_day_uses_an_index(busy: Busy) -> None:
    """Covers open rows and rows since then. Sequential scans are made expensive: in a small database they are cheap."""
    query = "select * from ops.audit(now() - interval '1 day')"
    found = scans(busy, "curhat_operator", "auto", query, (), enable_seqscan="off")
    assert {
        scan.table for scan in found if scan.index is None and scan.table in busy.grown
    } <= AUDIT_READS_WHOLE
    months = {scan.table for scan in found if scan.table.startswith("events_2") and scan.rows}
    assert months <= set(partitions_since_yesterday(busy))


def partitions_since_yesterday(busy: Busy) -> Iterator[str]:
    """The partitions of events since yesterday."""
    with psycopg.connect(busy.url) as connection:
        yield from (
            name
            for (name,) in connection.execute(
                "select relid::text from pg_partition_tree('data.events') where isleaf"
            )
            for name in [name.removeprefix("data.")]
            if name >= f"events_{datetime.now(UTC) - timedelta(days=1):%Y_%m}"
        )


def test_every_function_of_the_app_is_covered(busy: Busy) -> None:
    with psycopg.connect(busy.url) as connection:
        functions = connection.execute("select proname from pg_proc where pronamespace = 'api'::regnamespace")
        # renew_leases() reads only the rows it is given; ring() reads no table.
        assert {name for (name,) in functions} - {"renew_leases", "ring"} == set(map(name_of, CALLS))


def test_the_tables_have_grown(busy: Busy) -> None:
    """Otherwise a sequential scan would go unnoticed."""
    expected = {
        "users",
        "mitras",
        "payment_sessions",
        "pairing_requests",
        "pairing_offers",
        "pairing_failures",
        "chat_sessions",
        "extensions",
        "outbox",
        "idempotency_keys",
        "events",
        "chat_messages",
        "sign_in_attempts",
        "sign_ins",
    }
    assert expected <= busy.grown
