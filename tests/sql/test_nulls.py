"""NULL for every argument of every function that anybody may call: a refusal, or what its comment says."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.conftest import Connect, Connection
from tests.sql.sign_ins import PASSWORD_HASH, hashed, new_phone, operator, request_code, signed_in
from tests.sql.world import LISTENERS_FUNCTIONS, STAFF_FUNCTIONS, Row, World

FUNCTIONS = """
    select n.nspname || '.' || p.proname as name, n.nspname as schema, p.proname as function,
        coalesce(p.proargnames[:p.pronargs], '{}') as arguments,
        array(select pg_get_function_arg_default(p.oid, i::integer) from generate_series(1, p.pronargs) i) as defaults,
        obj_description(p.oid, 'pg_proc') as comment
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('api', 'ops', 'control_center') order by 1
"""


@dataclass
class House:
    """Arguments with which every function does its work; `of` has those of one function alone."""

    world: World
    arguments: dict[str, object]
    of: dict[str, dict[str, object]] = field(default_factory=dict)

    def given(self, function: Row) -> dict[str, object]:
        own = self.of.get(function["name"], {})
        return {name: own.get(name, self.arguments.get(name)) for name in function["arguments"]}


def functions(db: Connection) -> list[Row]:
    with db.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(FUNCTIONS).fetchall()


def may_be_null(function: Row) -> set[str]:
    """The arguments for which NULL is the default, or of which a sentence of the comment says what it means."""
    by_default = {
        name
        for name, default in zip(function["arguments"], function["defaults"], strict=True)
        if (default or "").startswith("NULL")
    }
    told = {
        name
        for sentence in function["comment"].split(". ")
        for name in re.findall(r"\bp_[a-z_]+", sentence)
        if re.search(r"\bnull\b", sentence)
    }
    return by_default | told


@pytest.fixture
def house(world: World) -> House:
    customer, mitra, known = world.customer(), world.mitra(), world.customer()
    world.acquaint(customer, mitra)
    world.acquaint(known, mitra)
    pending = world.choose(world.customer())
    failed = world.pay(known, mitra=mitra)
    world.decline(world.ask_again(known, mitra, failed), mitra)
    decided = world.pay(world.customer())
    world.api("cancel_request", world.payment(decided)["customer_id"], decided)
    world.ops("action_failure", world.failure(decided)["id"], "refunded", "Ratna")
    chat = world.chat(world.customer(), mitra)
    talker = chat["customer"]["id"]
    world.say(chat)
    extended = world.chat(world.customer(), mitra)
    extension = world.extend(extended)
    more = world.pay(talker, 15, extension=True)
    search = world.search(world.customer())
    phone, device = new_phone(), signed_in(world)
    request_code(world, phone)
    admin = operator(world, "admin")
    other = operator(world)
    email = world.row("cc_users", other)["email"]
    inside = world.uuid()
    world.control("finish_login", email, PASSWORD_HASH, None, inside, hashed("t0"))
    confirmed = world.pay(customer, mitra=mitra)
    tokens: dict[str, object] = {
        "p_sign_in_id": device.id,
        "p_token_hash": hashed("t0"),
        "p_salt": "s",
        "p_next_hash": hashed("t1"),
    }
    code: dict[str, object] = {"p_phone": phone, "p_keyed_hash": hashed("123456")}
    as_other = {"p_sign_in_id": world.uuid(), "p_token_hash": hashed("t0"), "p_email": email}
    free = world.pay(world.customer())
    return House(
        world,
        {
            "p_operator_id": admin,
            "p_who": "Ratna",
            "p_note": "by hand",
            "p_key": "max_customers_per_mitra",
            "p_value": "3",
            "p_mitra_id": mitra,
            "p_mitra_ids": [mitra],
            "p_person_id": talker,
            "p_user_id": talker,
            "p_customer_id": customer,
            "p_chat_session_id": chat["id"],
            "p_extension_id": extension["id"],
            "p_failure_id": world.failure(failed)["id"],
            "p_ids": [world.failure(failed)["id"]],
            "p_action": "refunded",
            "p_cause_tag": "no_mitra_available",
            "p_payment_session_id": confirmed,
            "p_request_id": search["id"],
            "p_email": "new@example.com",
            "p_changed_id": other,
            "p_active": True,
            "p_display_name": "Somebody New",
            "p_phone": new_phone(),
            "p_password_hash": PASSWORD_HASH,
            "p_new_hash": PASSWORD_HASH,
            "p_worker": world.uuid(),
            "p_duration_minutes": 30,
            "p_is_extension": False,
            "p_extension": False,
            "p_online": True,
            "p_customers": 2,
            "p_mitras": 2,
            "p_role": "customer",
            "p_limit": 50,
            "p_offset": 0,
            "p_after": 0,
            "p_after_seq": 0,
            "p_seq": 1,
            "p_days": 7,
            "p_day": "2026-01-05",
            "p_search": "sari",
            "p_since": "2026-01-01",
            "p_token_seconds": 900,
            "p_audience": "customer",
            "p_demo_allowed": True,
            "p_client_message_id": world.uuid(),
            "p_body": "Halo",
            "p_targeted_mitra_id": mitra,
            "p_idempotency_key": None,
        },
        {
            **{f"api.{name}": tokens for name in ("refresh_sign_in", "end_sign_in")},
            **{
                f"control_center.{name}": {**tokens, "p_sign_in_id": inside}
                for name in ("refresh_login", "end_login")
            },
            "api.take_back_otp": code,
            "api.verify_otp": {
                **code,
                "p_keyed_hashes": [hashed("123456")],
                "p_sign_in_id": world.uuid(),
                "p_token_hash": hashed("t0"),
            },
            "api.request_otp": {"p_keyed_hash": hashed("123456")},
            "control_center.begin_login": as_other,
            "control_center.finish_login": as_other,
            "control_center.finish_password_change": as_other,
            **{
                f"{schema}.{name}": {"p_role": "viewer"}
                for schema, name in (
                    ("control_center", "add_operator"),
                    ("control_center", "change_operator"),
                    ("ops", "set_operator"),
                )
            },
            "ops.change_operator": {"p_role": "viewer", "p_email": email},
            "ops.find_person": {"p_search": "sari"},
            "api.cancel_payment_session": {
                "p_payment_session_id": pending["id"],
                "p_customer_id": world.payment(pending["id"])["customer_id"],
            },
            "api.confirm_payment_session": {
                "p_payment_session_id": pending["id"],
                "p_customer_id": world.payment(pending["id"])["customer_id"],
            },
            "api.fallback_to_blast": {"p_payment_session_id": failed, "p_customer_id": known},
            "api.see_decision": {
                "p_payment_session_id": decided,
                "p_customer_id": world.payment(decided)["customer_id"],
            },
            "api.request_extension": {"p_customer_id": talker, "p_extension_payment_session_id": more},
            "api.start_general_request": {
                "p_payment_session_id": free,
                "p_customer_id": world.payment(free)["customer_id"],
            },
        },
    )


@pytest.fixture
def callers(connect: Connect) -> Callable[[Row], Connection]:
    """A connection of whoever may call a function."""
    open_ones: dict[str, Connection] = {}

    def caller(function: Row) -> Connection:
        role = {"api": "curhat_app", "ops": "curhat_operator", "control_center": "curhat_control_center"}[
            function["schema"]
        ]
        if function["schema"] == "api" and function["function"] in LISTENERS_FUNCTIONS:
            role = "curhat_listener"
        if function["schema"] == "ops" and function["function"] in STAFF_FUNCTIONS:
            role = "curhat_staff_admin"
        if role not in open_ones:
            open_ones[role] = connect(role=role)
        return open_ones[role]

    return caller


def outcome(connection: Connection, function: Row, given: dict[str, object]) -> tuple[str, Any]:
    """What a call comes to, and is undone: ("answer", …), ("refusal", slug) or ("error", …)."""
    places = ", ".join(f"{name} => %({name})s" for name in given)
    try:
        with connection.transaction(force_rollback=True):
            answer = connection.execute(f"select {function['name']}({places})", given).fetchall()
    except psycopg.DatabaseError as error:
        kind = "refusal" if (error.sqlstate or "").startswith("PT") else "error"
        return kind, error.diag.message_primary
    kept = [value["refusal"]["slug"] for (value,) in answer if isinstance(value, dict) and "refusal" in value]
    return ("refusal", kept[0]) if kept else ("answer", answer)


def each_null(house: House, db: Connection) -> Iterator[tuple[Row, str, dict[str, object]]]:
    for function in functions(db):
        given = house.given(function)
        for name in given:
            yield function, name, {**given, name: None}


def test_with_everything_given_every_function_does_its_work(
    house: House, db: Connection, callers: Callable[[Row], Connection]
) -> None:
    """Else a refusal in the test below would be about something else than NULL."""
    refused = {
        function["name"]: found
        for function in functions(db)
        if (found := outcome(callers(function), function, house.given(function)))[0] != "answer"
    }
    assert refused == {}


def test_null_is_refused_or_means_what_the_comment_says(
    house: House, db: Connection, callers: Callable[[Row], Connection]
) -> None:
    wrong, refusing = {}, set()
    for function, name, given in each_null(house, db):
        kind, what = outcome(callers(function), function, given)
        if kind == "error" or (kind == "answer" and name not in may_be_null(function)):
            wrong[f"{function['name']}({name} => null)"] = kind, str(what)[:100]
        if what == "argument_missing":
            refusing.add(function["name"])
    assert wrong == {}
    assert refusing == {
        function["name"] for function in functions(db) if "argument_missing" in function["comment"]
    }
