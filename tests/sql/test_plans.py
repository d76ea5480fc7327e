"""The hot path reads by an index, and no more than it needs: the plans of the statements inside each function.

auto_explain sends the plan of every nested statement, as it really ran, to the session that ran it. Each call is
made in a house with 20,000 payments behind it: once with plans made for its own arguments, and once with the
generic plans that long-lived connections come to. What it did is rolled back.
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
from tests.sql.doors import CODE, PASSWORD_HASH, Device, ask, hashed, login, new_phone, operator, signed_in
from tests.sql.world import LISTENERS_FUNCTIONS, Row, World

HISTORY = Path(__file__).with_name("history.sql")
DATABASE = f"curhat_plans_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"

BUSY = 20
"""How many searches, chats and so on live at the moment."""
MANY = 1000
"""A table with more rows than this grows."""
MOST_ROWS = 150
"""What one scan may look at: some more than what lives or a page holds, far less than what has been."""
MOST_ROWS_OF = {
    "seconds_to_next_deadline": 2,  # the head of each index, however many wait
    "ready": 1000,  # it counts so many waiting events, and says so
    "explain_offer": 400,  # a month of one mitra's presence
    "a mitra's day": 400,
    # A page of each cause, decided or not, is merged.
    "list_failed_pairings": 14 * 50,
    "list_failed_pairings_csv": 14 * 50,
    # All failures of a person, or of those who are searched for.
    "list_failed_pairings of a customer": 500,
    "list_failed_pairings of those searched for": 500,
    # All payments of a veteran are counted.
    "get_user": 1500,
    "get_mitra": 400,
    "get_mitra_day": 400,
    "get_offer_explanation": 400,
    "list_chat_sessions": 400,  # those that run are ordered by their end
    "operator_state": 400,
    "get_counters": 400,  # all that runs is counted
    "get_dashboard": 400,
    "list_config_history": 600,  # a page, each row beside all settings
    "due": 400,  # all that waits
    "health": 400,
}
READ_WHOLE = {
    "list_mitras": {"mitras"},  # it counts and orders all of them
    "operator_state": {"outbox"},  # it counts up to ten thousand events that wait
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
    """One scan of a table: by which index, if any, and how many rows it looked at."""

    table: str
    index: str | None
    rows: int
    statement: str


@dataclass(frozen=True)
class House:
    """A busy house with a long past: the tables that have grown, and some who live there now."""

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
def house(cluster: TestCluster, template: str) -> Iterator[House]:
    """The house of nearly every test of this file."""
    yield from built(cluster, template, DATABASE)


@pytest.fixture(scope="module")
def house_after_a_quiet_night(cluster: TestCluster, template: str) -> Iterator[House]:
    """The same, but that the planner's figures are of a time when nothing lived, and then all of it came."""
    yield from built(cluster, template, f"{DATABASE}_quiet", quiet=True)


def built(cluster: TestCluster, template: str, database: str, *, quiet: bool = False) -> Iterator[House]:
    """Build a house, and pull it down in the end."""
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
            rest(world, tables)
        for table in tables:
            world.owner.execute(f"alter table data.{table} enable trigger user")
        made = live(world)
        fall_due(world)
        world.owner.execute(
            "insert into data.outbox (event_id, at) select id, at from data.events order by id limit 5000"
        )
        analyze(world, ["outbox"] if quiet else tables)
        grown = world.rows("select relname from pg_class where reltuples > %s and " + OWN_TABLES, MANY)
        yield House(
            url=cluster.superuser_url(database), grown=frozenset(row["relname"] for row in grown), **made
        )
    cluster.drop(database)


# What the trigger, which rests while the history is made, would have told.
TALLY = """
insert into data.failure_tallies (day, cause_tag, needs_action, failures, amount)
select (created_at at time zone 'Asia/Jakarta')::date, cause_tag, needs_action, count(*), sum(amount)
from data.pairing_failures group by 1, 2, 3
"""
OWN_TABLES = "relnamespace = 'data'::regnamespace and relkind in ('r', 'p')"
LIVING = {
    "payment_sessions": "status in ('pending', 'confirmed')",
    "pairing_requests": "status = 'searching'",
    "pairing_offers": "request_id in (select id from data.pairing_requests where status = 'searching')",
    "chat_sessions": "status = 'active'",
}
"""What lives, parents first."""


def rest(world: World, tables: Sequence[str]) -> None:
    """Let the planner's figures be made while nothing lives."""
    world.owner.execute("create schema kept")
    for table, lives in LIVING.items():
        world.owner.execute(f"create table kept.{table} as select * from data.{table} where {lives}")
    for table, lives in reversed(LIVING.items()):
        world.owner.execute(f"delete from data.{table} where {lives}")
    analyze(world, tables)
    for table in LIVING:
        # Autovacuum would look at it again at any moment, or at none.
        world.owner.execute(f"alter table data.{table} set (autovacuum_enabled = off)")
        world.owner.execute(f"insert into data.{table} overriding system value select * from kept.{table}")


def analyze(world: World, tables: Sequence[str]) -> None:
    for table in tables:
        world.owner.execute(f"vacuum analyze data.{table}")


def live(world: World) -> dict[str, Any]:
    """Twenty chats, twenty searches, twenty payments; and a veteran for every call."""
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
    talk_much(world, chats[0])
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
        **at_the_door(world, customers[6]),
        "staff": world.staff(),
        "needing": [
            row["id"]
            for row in world.rows("select id from data.pairing_failures where needs_action limit 20")
        ],
    }


def at_the_door(world: World, customer: str) -> dict[str, Any]:
    """Somebody who has asked for a code, one who is new, and one who is signed in."""
    phone, other, new = new_phone(), new_phone(), new_phone()  # those of the past are nobody's
    world.owner.execute("update data.users set phone = %s where id = %s", [phone, customer])
    device = signed_in(world, phone=phone)
    for asked in (phone, new):
        ask(world, asked)
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


def talk_much(world: World, chat: Row) -> None:
    """Let two thousand messages have been said in a chat."""
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


def fall_due(world: World) -> None:
    """Let something of every kind be due that no call is about."""
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
    """The mitra who is asked."""
    return {"id": world.row("extensions", extension["id"])["mitra_id"]}


# Reading plans


def scans(
    house: House, role: str, plans: str, query: str, arguments: Sequence[object], **more: str
) -> list[Scan]:
    """Every scan of every statement that a query comes to."""
    found: list[Scan] = []

    def collect(diagnostic: psycopg.errors.Diagnostic) -> None:
        head, _, explained = (diagnostic.message_primary or "").partition("plan:\n")
        if head.startswith("duration: "):
            plan = json.loads(explained)
            found.extend(_scans(plan["Plan"], " ".join(plan["Query Text"].split())))

    with psycopg.connect(house.url) as connection:
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


def wasteful(house: House, found: Sequence[Scan], most_rows: int) -> set[Scan]:
    """The scans of what has grown that use no index, and those that look at too much."""
    assert found, "auto_explain has told of no plan"
    return {
        scan for scan in found if scan.rows > most_rows or (scan.index is None and scan.table in house.grown)
    }


# What is called

Arguments = Callable[[House], Sequence[object]]

CALLS: dict[str, Arguments] = {
    "get_pricing": lambda house: (house.newcomer, False),
    "create_payment_session": lambda house: (house.newcomer, 30, None, house.known, False, "key"),
    "confirm_payment_session": lambda house: (*payment(house.pending), "key"),
    "cancel_payment_session": lambda house: payment(house.pending),
    "get_payment_session": lambda house: payment(house.failed),
    "start_general_request": lambda house: (*payer(house.confirmed), "key"),
    "start_returning_request": lambda house: (*payer(house.for_known), house.known, "key"),
    "fallback_to_blast": lambda house: (*payer(house.failed), "key"),
    "cancel_request": lambda house: (house.searcher, house.search["payment_session_id"]),
    "client_state": lambda house: (house.customer,),
    "mitra_state": lambda house: (house.mitra,),
    "set_mitra_status": lambda house: (house.known, False),
    "list_offers": lambda house: (house.mitra,),
    "mark_offer_seen": lambda house: (house.search["id"], house.mitra),
    "accept_request": lambda house: (house.search["id"], house.mitra),
    "decline_request": lambda house: (house.search["id"], house.mitra),
    "send_message": lambda house: (*member(house.chat), house.newcomer, "Halo"),
    "mark_read": lambda house: (*member(house.chat), 1),
    "end_chat": lambda house: member(house.extended),
    "get_chat_session": lambda house: member(house.chat),
    "list_chat_sessions": lambda house: ("mitra", house.mitra, None, 20),
    "list_chat_sessions as a customer": lambda house: ("customer", house.customer, None, 20),
    "get_sign_in_phone": lambda house: ("customer", house.phone, hashed("device")),
    "request_otp": lambda house: ("customer", house.phone, hashed("654321"), hashed("device")),
    "take_back_otp": lambda house: ("customer", house.asked, hashed(CODE)),
    "verify_otp": lambda house: ("customer", house.asked, [hashed(CODE)], None, house.newcomer, hashed("t")),
    "verify_otp of somebody new": lambda house: (
        "customer",
        house.asked_first,
        [hashed(CODE)],
        "Budi",
        house.newcomer,
        hashed("t"),
    ),
    "refresh_sign_in": lambda house: (house.device.id, hashed("t0"), "salt", hashed("t1")),
    "refresh_sign_in with what was used up": lambda house: (
        house.device.id,
        hashed("made up"),
        "salt",
        hashed("t1"),
    ),
    "end_sign_in": lambda house: (house.device.id, hashed("t0")),
    "list_messages": lambda house: (*member(house.chat), 0, 100),
    "request_extension": lambda house: (
        house.chat["id"],
        house.customer,
        house.extension_payment["id"],
        "key",
    ),
    "approve_extension": lambda house: (house.extension["id"], house.extended["mitra"]["id"]),
    "reject_extension": lambda house: (house.extension["id"], house.extended["mitra"]["id"]),
    "fire_due": lambda house: (100,),
    "seconds_to_next_deadline": lambda house: (),
    "drain_events": lambda house: (100,),
    "ready": lambda house: (),
    "get_availability": lambda house: (),
    "get_standing": lambda house: (1200,),
    "release_lease": lambda house: (house.mitra, house.customer),
    "see_decision": lambda house: payment(house.decided),
    "watch_availability": lambda house: (),
}


def payment(row: Row) -> Sequence[object]:
    return (row["id"], row["customer_id"])


def payer(row: Row) -> Sequence[object]:
    return (row["customer_id"], row["id"])


def member(chat: Row) -> Sequence[object]:
    return (chat["id"], "mitra", chat["mitra"]["id"])


FAILED = "select * from control_center.failed_pairings {} order by created_at desc, id desc limit 50"

SCREENS: dict[str, tuple[str, Arguments]] = {
    "failed pairings": (FAILED.format(""), lambda house: ()),
    "failed pairings of some causes": (
        FAILED.format("where cause_tag = any (%s)"),
        lambda house: (["no_mitra_available", "customer_cancelled"],),
    ),
    "failed pairings of a cause that never was": (
        FAILED.format("where cause_tag = any (%s)"),
        lambda house: (["payment_session_expired"],),
    ),
    "failed pairings of a week": (
        FAILED.format(
            "where created_at >= now() - interval '100 days' and created_at < now() - interval '93 days'"
        ),
        lambda house: (),
    ),
    "failed pairings that need an operator": (FAILED.format("where needs_action"), lambda house: ()),
    "failed pairings far back": (
        FAILED.format("where created_at < now() - interval '150 days'"),
        lambda house: (),
    ),
    "a payment": (
        "select * from control_center.payments where id = %s",
        lambda house: (house.failed["id"],),
    ),
    "the newest payments": (
        "select * from control_center.payments order by created_at desc limit 50",
        lambda house: (),
    ),
    "a payment's timeline": (
        "select * from control_center.payment_timeline where payment_session_id = %s order by id",
        lambda house: (house.failed["id"],),
    ),
    "a mitra's day": (
        "select * from control_center.mitra_days where mitra_id = %s and day = current_date",
        lambda house: (house.mitra,),
    ),
}

OPERATIONS: dict[str, Arguments] = {
    "trace": lambda house: (house.failed["id"],),
    "explain_offer": lambda house: (house.search["id"], house.mitra),
    "due": lambda house: (),
    "health": lambda house: (),
    "force_mitra_offline": lambda house: (house.known, "Ratna"),
    "end_chat": lambda house: (house.extended["id"], "Ratna"),
    "fail_payment": lambda house: (house.search["payment_session_id"], "customer_cancelled", "Ratna"),
    "block_person": lambda house: (house.known, "Ratna"),
    "unblock_person": lambda house: (house.known, "Ratna"),
}


FILTER = ("causes", "since", "until", "needs", "search", "customer", "mitra")


def failures(house: House, *place: object, **given: object) -> Sequence[object]:
    """The arguments of a list of failures; `place`: where in the list."""
    return (house.staff, *(given.get(name) for name in FILTER), *(place or (50, 0)))


DESK: dict[str, Arguments] = {
    "get_standing": lambda house: (1200,),
    "ready": lambda house: (),
    "begin_login": lambda house: (house.clerk["email"], False),
    "begin_login of nobody": lambda house: ("nobody@example.com", False),
    "finish_login": lambda house: (house.clerk["email"], *checked(house)),
    "refresh_login": lambda house: (house.desk.id, hashed("t0"), "salt", hashed("t1"), False),
    "refresh_login with what was used up": lambda house: (
        house.desk.id,
        hashed("made up"),
        "salt",
        hashed("t1"),
        False,
    ),
    "end_login": lambda house: (house.desk.id, hashed("t0")),
    "begin_password_change": lambda house: (house.clerk["id"],),
    "finish_password_change": lambda house: (house.clerk["id"], *checked(house)),
    "list_operators": lambda house: (house.staff,),
    "begin_add_operator": lambda house: (house.staff,),
    "add_operator": lambda house: (house.staff, "wati@example.com", "Wati", "viewer", PASSWORD_HASH),
    "change_operator": lambda house: (house.staff, house.clerk["id"], "viewer", False),
    "list_settings": lambda house: (house.staff,),
    "set_config": lambda house: (house.staff, "presence_ttl_seconds", "600"),
    "list_config_history": lambda house: (house.staff, None, None, 50),
    "list_failed_pairings": failures,
    "list_failed_pairings that need an operator": lambda house: failures(house, needs=True),
    "list_failed_pairings of some causes": lambda house: failures(
        house, causes=["no_mitra_available", "customer_cancelled"]
    ),
    "list_failed_pairings of a cause that never was": lambda house: failures(
        house, causes=["payment_session_expired"]
    ),
    "list_failed_pairings of a week": lambda house: failures(house, since=day(100), until=day(93)),
    "list_failed_pairings between two times": lambda house: failures(
        house, since=f"{day(100)}T12:00:00Z", until=f"{day(93)}T12:00:00Z", needs=False
    ),
    "list_failed_pairings far back": lambda house: failures(house, 50, 3000),
    "list_failed_pairings of a customer": lambda house: failures(house, customer=house.customer),
    "list_failed_pairings of those searched for": lambda house: failures(house, search="+62910000"),
    "list_failed_pairings_csv": lambda house: failures(house, 50, None),
    "get_failed_pairing": lambda house: (house.staff, house.needing[0]),
    "action_failure": lambda house: (house.staff, house.needing[0], "refunded"),
    "action_failures": lambda house: (house.staff, [UUID(one) for one in house.needing], "refunded"),
    "list_searches": lambda house: (house.staff, 50, 0),
    "get_search": lambda house: (house.staff, house.search["id"]),
    "get_offer_explanation": lambda house: (house.staff, house.search["id"], house.mitra),
    "list_chat_sessions": lambda house: (house.staff, 50, 0),
    "end_chat": lambda house: (house.staff, house.extended["id"], "reported"),
    "list_mitras": lambda house: (house.staff, None, None, 50, 0),
    "list_mitras who are searched for": lambda house: (house.staff, "Sari 1999", None, 50, 0),
    "force_mitra_offline": lambda house: (house.staff, house.known, "phone lost"),
    "get_mitra": lambda house: (house.staff, house.mitra, None),
    "get_mitra_day": lambda house: (house.staff, house.mitra, day(50)),
    "list_mitra_chat_sessions": lambda house: (house.staff, house.mitra, None, 20),
    "list_users": lambda house: (house.staff, None, None, 50),
    "list_users who are searched for": lambda house: (house.staff, "Budi 1999", None, 50),
    "get_user": lambda house: (house.staff, house.customer, None),
    "get_user_day": lambda house: (house.staff, house.customer, day(50)),
    "list_user_payments": lambda house: (house.staff, house.customer, None, 20),
    "get_payment_timeline": lambda house: (house.staff, house.failed["id"]),
    "operator_state": lambda house: (house.staff,),
    "get_counters": lambda house: (house.staff,),
    "get_dashboard": lambda house: (house.staff, 366),
}


def checked(house: House) -> Sequence[object]:
    """A password that was found to be right, and what is new after it: its hash, a sign-in, a token."""
    return (PASSWORD_HASH, PASSWORD_HASH, house.newcomer, hashed("t"))


def day(ago: int) -> str:
    """A day in the past, as it is written."""
    return str(datetime.now(UTC).date() - timedelta(days=ago))


each_plan = pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])


def name_of(function: str) -> str:
    """A function's name without as whom it is called."""
    return function.partition(" ")[0]


def caller(function: str) -> str:
    """As whom it is called."""
    return "curhat_listener" if name_of(function) in LISTENERS_FUNCTIONS else "curhat_app"


def call(function: str, arguments: Sequence[object]) -> str:
    return f"select * from {function}({', '.join('%s' for _ in arguments)})"


@each_plan
@pytest.mark.parametrize("function", CALLS)
def test_a_call_of_the_app_reads_by_an_index(house: House, function: str, plans: str) -> None:
    arguments = CALLS[function](house)
    query = call(f"api.{name_of(function)}", arguments)
    found = scans(house, caller(function), plans, query, arguments)
    assert wasteful(house, found, MOST_ROWS_OF.get(function, MOST_ROWS)) == set()


@pytest.mark.parametrize("function", CALLS)
def test_it_does_so_although_the_planner_knows_nothing_of_what_lives(
    house_after_a_quiet_night: House, function: str
) -> None:
    """With the plans that the app's sessions have."""
    house = house_after_a_quiet_night
    arguments = CALLS[function](house)
    query = call(f"api.{name_of(function)}", arguments)
    found = scans(house, caller(function), "force_generic_plan", query, arguments)
    assert wasteful(house, found, MOST_ROWS_OF.get(function, MOST_ROWS)) == set()


@pytest.mark.parametrize("table", ["events", "chat_messages"])
def test_a_batch_of_events_opens_the_months_that_it_is_of(house: House, table: str) -> None:
    """Two of them at the turn of a month."""
    with psycopg.connect(house.url) as connection:
        ((before_the_last,),) = connection.execute("select max(event_id) - 20 from data.outbox").fetchall()
    arguments = (100, before_the_last)
    query = call("api.drain_events", arguments)
    found = scans(house, caller("drain_events"), "force_generic_plan", query, arguments)
    opened = {scan.table for scan in found if scan.table.startswith(f"{table}_2")}
    assert len(opened) in {1, 2}


@pytest.mark.parametrize(
    ("view", "tables"),
    [
        ("live_searches", {"pairing_requests", "pairing_offers"}),
        ("live_chats", {"chat_sessions", "extensions"}),
    ],
)
def test_a_screen_of_what_lives_reads_nothing_that_is_over(house: House, view: str, tables: set[str]) -> None:
    """Names and amounts are joined in for some hundred rows at once, as the planner likes."""
    query = f"select * from control_center.{view}"
    found = scans(house, "curhat_control_center", "force_custom_plan", query, ())
    assert {scan for scan in found if scan.table in tables and scan.rows > MANY} == set()
    assert tables == {scan.table for scan in found} & tables


@each_plan
@pytest.mark.parametrize("function", OPERATIONS)
def test_a_call_of_an_operator_reads_by_an_index(house: House, function: str, plans: str) -> None:
    arguments = OPERATIONS[function](house)
    found = scans(house, "curhat_operator", plans, call(f"ops.{function}", arguments), arguments)
    wasted = wasteful(house, found, MOST_ROWS_OF.get(function, MOST_ROWS))
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
def test_the_audit_reads_by_an_index_what_lives(house: House, part: str, table: str) -> None:
    arguments = () if part == "offers" else (datetime.now(UTC) + timedelta(days=1),)
    query = call(f"logic.audit_{part}", arguments)
    found = [
        scan
        for scan in scans(house, "curhat_owner", "force_custom_plan", query, arguments)
        if scan.table == table
    ]
    assert found
    assert wasteful(house, found, 400) == set()


@each_plan
@pytest.mark.parametrize("function", DESK)
def test_a_call_of_a_screen_reads_by_an_index(house: House, function: str, plans: str) -> None:
    """The counts of failures are read whole: there are some for each day."""
    arguments = DESK[function](house)
    query = call(f"control_center.{name_of(function)}", arguments)
    found = scans(house, "curhat_control_center", plans, query, arguments)
    most_rows = MOST_ROWS_OF.get(function, MOST_ROWS_OF.get(name_of(function), MOST_ROWS))
    wasted = wasteful(house, found, most_rows)
    whole = {"failure_tallies"} | READ_WHOLE.get(name_of(function), set())
    assert {scan for scan in wasted if scan.table not in whole} == set()


def test_every_function_of_the_screens_is_looked_at(house: House) -> None:
    with psycopg.connect(house.url) as connection:
        functions = connection.execute(
            "select proname from pg_proc where pronamespace = 'control_center'::regnamespace"
        )
        # The bell reads nothing at all.
        assert {name for (name,) in functions} - {"ring"} == set(map(name_of, DESK))


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_reads_by_an_index(house: House, screen: str) -> None:
    query, arguments = SCREENS[screen]
    found = scans(house, "curhat_control_center", "force_custom_plan", query, arguments(house))
    assert wasteful(house, found, MOST_ROWS_OF.get(screen, MOST_ROWS)) == set()


@pytest.mark.parametrize(
    "job", ["refresh_daily_figures", "purge_idempotency_keys", "purge_sign_ins", "drop_old_partitions"]
)
def test_a_job_reads_its_own_days_alone(house: House, job: str) -> None:
    found = scans(house, "curhat_owner", "force_custom_plan", f"select logic.{job}()", ())
    assert wasteful(house, found, MANY) == set()


LIVES_HERE = {"mitras", "outbox", "handed_on", "failure_tallies", "cc_users", "idempotency_keys"}
"""What the audit reads whole: who there is to be in reach, what waits, counts of a day, keys of a day."""


def test_the_audit_of_a_day_reads_by_an_index(house: House) -> None:
    """What lives and what began since then. A house of this size could as well be read whole; so it is made dear."""
    query = "select * from ops.audit(now() - interval '1 day')"
    found = scans(house, "curhat_operator", "auto", query, (), enable_seqscan="off")
    assert {scan.table for scan in found if scan.index is None and scan.table in house.grown} <= LIVES_HERE
    months = {scan.table for scan in found if scan.table.startswith("events_2") and scan.rows}
    assert months <= set(of_yesterday_and_on(house))


def of_yesterday_and_on(house: House) -> Iterator[str]:
    """The months of the events that a day back and all that is to come may lie in."""
    with psycopg.connect(house.url) as connection:
        yield from (
            name
            for (name,) in connection.execute(
                "select relid::text from pg_partition_tree('data.events') where isleaf"
            )
            for name in [name.removeprefix("data.")]
            if name >= f"events_{datetime.now(UTC) - timedelta(days=1):%Y_%m}"
        )


def test_every_function_of_the_app_is_looked_at(house: House) -> None:
    with psycopg.connect(house.url) as connection:
        functions = connection.execute("select proname from pg_proc where pronamespace = 'api'::regnamespace")
        # Its argument is a list of mitras and it reads nothing but their rows; the bell reads nothing at all.
        assert {name for (name,) in functions} - {"renew_leases", "ring"} == set(map(name_of, CALLS))


def test_the_house_has_grown(house: House) -> None:
    """Otherwise reading all of it would not be seen."""
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
    assert expected <= house.grown
