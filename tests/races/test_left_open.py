"""A transaction that is left open in psql delays only calls that need the same rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.conftest import Connect, Connection
from tests.sql.sign_ins import PASSWORD_HASH, enter_code, new_phone, operator, request_code
from tests.sql.world import Row, World

AUDIENCES = {"ops": "curhat_operator", "control_center": "curhat_control_center"}
STAFF = dict.fromkeys(
    ("ops.set_operator", "ops.change_operator", "ops.seed_demo_operators"), "curhat_staff_admin"
)
FUNCTIONS = """
    select n.nspname || '.' || p.proname as name, p.proargnames[:p.pronargs] as arguments, p.pronargdefaults as optional
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any (%s) order by 1
"""
IMPATIENT = {"lock_timeout": "300"}
"""The app gives up after two seconds; here calls must not wait at all."""


@dataclass
class House:
    """The rows of the open transactions, and those that everybody else needs."""

    world: World
    arguments: dict[str, object]
    others: list[str]
    """The mitras whose rows nobody holds."""


@pytest.fixture
def house(world: World) -> House:
    customer, mitra, free = world.customer(), world.mitra(), world.mitra()
    chat = world.chat(customer, mitra)
    world.say(chat)
    known = world.customer()
    world.acquaint(known, mitra)
    payment = world.pay(known, mitra=mitra)
    world.decline(world.ask_again(known, mitra, payment), mitra)
    confirmed = world.pay(world.customer())
    search = world.search(world.customer())
    admin = operator(world, "admin")
    email = world.row("cc_users", operator(world))["email"]
    return House(
        world,
        {
            "p_operator_id": admin,
            "p_who": "Ratna",
            "p_note": "by hand",
            "p_key": "max_customers_per_mitra",
            "p_value": "1",
            "p_mitra_id": mitra,
            "p_person_id": mitra,
            "p_customer_id": customer,
            "p_user_id": customer,
            "p_chat_session_id": chat["id"],
            "p_failure_id": world.failure(payment)["id"],
            "p_failure_ids": [world.failure(payment)["id"]],
            "p_action": "refunded",
            "p_cause_tag": "no_mitra_available",
            "p_payment_session_id": confirmed,
            "p_request_id": search["id"],
            "p_email": email,
            "p_other_id": world.value("select id::text from data.cc_users where email = %s", email),
            "p_role": "admin",
            "p_active": True,
            "p_display_name": "Somebody New",
            "p_phone": new_phone(),
            "p_password_hash": PASSWORD_HASH,
            "p_sign_in_id": world.uuid(),
            "p_token_hash": "0" * 64,
            "p_customers": 2,
            "p_mitras": 2,
            "p_limit": 50,
            "p_offset": 0,
            "p_days": 7,
        },
        [free],
    )


def functions(db: Connection) -> list[Row]:
    with db.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        return cursor.execute(FUNCTIONS, [list(AUDIENCES)]).fetchall()


def call(connection: Connection, function: Row, house: House) -> bool:
    """Call it in a transaction that stays open. False if it refused."""
    given = {name: house.arguments.get(name) for name in function["arguments"] or []}
    places = ", ".join(f"{name} => %({name})s" for name in given if name != "p_since")
    connection.execute("begin")
    try:
        connection.execute(f"select {function['name']}({places})", given)
    except psycopg.DatabaseError as error:
        if not (error.sqlstate or "").startswith("PT"):
            raise
        return False
    return True


def live(world: World, app: Connection, others: list[str]) -> None:
    """A new customer pays, searches and chats, with mitras whose rows nobody holds."""

    def api(name: str, *arguments: object) -> Any:  # noqa: ANN401
        row = app.execute(f"select api.{name}({', '.join(['%s'] * len(arguments))})", arguments).fetchone()
        assert row is not None
        return row[0]

    phone, customer, (mitra, *_) = new_phone(), world.customer(), others
    request_code(world, phone)
    enter_code(world, phone)
    payment = api("create_payment_session", customer, 30)["id"]
    api("confirm_payment_session", payment, customer)
    search = api("start_general_request", customer, payment)
    chat = api("accept_request", search["id"], mitra)["chat_session"]
    api("send_message", chat["id"], "customer", customer, world.uuid(), "Halo")
    api("mark_read", chat["id"], "mitra", mitra, 1)
    more = api("create_payment_session", customer, 15, None, None, True)["id"]
    api("confirm_payment_session", more, customer)
    extension = api("request_extension", chat["id"], customer, more)
    api("approve_extension", extension["id"], mitra)
    api("end_chat", chat["id"], "customer", customer)
    api("client_state", customer)
    api("mitra_state", mitra)
    assert api("renew_leases", others)["renewed"] == len(others)


def test_an_open_transaction_delays_nobody_else(house: House, connect: Connect, db: Connection) -> None:
    world, app = house.world, connect(**IMPATIENT)
    listener = connect(role="curhat_listener", **IMPATIENT)
    other_admin = operator(world, "admin")
    did, stuck = set(), []
    for function in functions(db):
        schema = function["name"].split(".")[0]
        by_hand = connect(role=STAFF.get(function["name"], AUDIENCES[schema]))
        if call(by_hand, function, house):
            did.add(function["name"])
        try:
            live(world, app, house.others)
            listener.execute("select api.fire_due(100)")
            listener.execute("select count(*) from api.drain_events(1000)")
            app.execute("select api.ready(), api.get_availability()")
            assert world.control("list_operators", other_admin)
        except psycopg.errors.LockNotAvailable as error:
            stuck.append(f"{function['name']}: {error.diag.context}")
        by_hand.execute("rollback")
        by_hand.close()
    assert stuck == []
    acts = {
        name
        for name in did
        if name.startswith("ops.") and "p_who" in str(db.execute(ARGUMENTS, [name]).fetchone())
    }
    assert acts == {
        "ops.action_failure",
        "ops.add_mitra",
        "ops.block_person",
        "ops.change_operator",
        "ops.end_chat",
        "ops.fail_payment",
        "ops.force_mitra_offline",
        "ops.set_config",
        "ops.set_operator",
        "ops.sign_out_person",
        "ops.unblock_person",
    }, "each act was really done, and held what it holds"


ARGUMENTS = "select p.proargnames from pg_proc p where p.oid = %s::regproc"


def test_postgres_ends_an_open_transaction(house: House, connect: Connect, db: Connection) -> None:
    """The functions set the timeout: a login does not inherit the settings of its roles."""
    unbounded = []
    for function in functions(db):
        schema = function["name"].split(".")[0]
        connection = connect(role=STAFF.get(function["name"], AUDIENCES[schema]))
        if call(connection, function, house) and {"p_who", "p_operator_id"} & set(
            function["arguments"] or []
        ):
            (idle,) = connection.execute("show idle_in_transaction_session_timeout").fetchone() or ("",)
            (lock,) = connection.execute("show lock_timeout").fetchone() or ("",)
            if (idle, lock) != ("10s", "5s"):
                unbounded.append(function["name"])
        connection.execute("rollback")
        assert connection.execute("show idle_in_transaction_session_timeout").fetchone() == ("0",)
        connection.close()
    assert unbounded == []


def test_a_session_that_idles_is_ended(world: World, connect: Connect) -> None:
    mitra = world.mitra()
    world.owner.execute(
        world.value("select pg_get_functiondef('logic.hold_briefly()'::regprocedure)").replace("10s", "100ms")
    )
    connection = connect(role="curhat_operator")
    connection.execute("begin")
    connection.execute("select ops.force_mitra_offline(%s, 'Ratna')", [mitra])
    world.owner.execute("set lock_timeout = '10s'")
    world.owner.execute("select from data.mitras where id = %s for update", [mitra])
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
        connection.execute("commit")
    assert world.row("mitras", mitra)["declared_online"]


def customer_of(payment: str, world: World) -> str:
    customer: str = world.payment(payment)["customer_id"]
    return customer


def a_payment(world: World) -> str:
    return customer_of(world.pay(world.customer()), world)


def a_search(world: World) -> str:
    return customer_of(world.search(world.customer())["payment_session_id"], world)


def a_chat_with_an_extension(world: World) -> str:
    chat = world.chat(world.customer(), world.mitra())
    world.extend(chat)
    customer: str = chat["customer"]["id"]
    return customer


@pytest.mark.parametrize("begin", [a_payment, a_search, a_chat_with_an_extension])
def test_deadlines_do_not_wait_for_a_customer_whom_somebody_holds(
    world: World, connect: Connect, begin: Callable[[World], str]
) -> None:
    held = begin(world)
    other = world.pay(world.customer())
    holder = connect(role="curhat_owner")
    holder.execute("begin")
    holder.execute("select from data.users where id = %s for update", [held])
    world.clock.advance(minutes=61)

    world.listener.execute("set lock_timeout = '100ms'")
    world.fire()

    assert world.payment(other)["status"] == "failed_pairing"
    assert world.rows("select * from data.deadline_errors") == []
    holder.execute("rollback")
    world.fire()
