"""Signing in on two connections: one call is held open, the other meets it, and must see its outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.conftest import Connect, Connection
from tests.races.arena import PATIENCE
from tests.races.conftest import Deadlocks, InThread
from tests.sql.sign_ins import (
    CODE,
    PASSWORD_HASH,
    Device,
    hashed,
    new_phone,
    operator,
    request_code,
    signed_in,
)
from tests.sql.world import Row, World


@dataclass(frozen=True)
class Call:
    """One call: a function of api or control_center replies in jsonb, one of ops in rows."""

    function: str
    arguments: Sequence[object]

    @property
    def role(self) -> str:
        if self.function == "ops.set_operator":
            return "curhat_staff_admin"
        return {"api": "curhat_app", "ops": "curhat_operator", "control_center": "curhat_control_center"}[
            self.function.partition(".")[0]
        ]

    def run(self, connection: Connection) -> Any:  # noqa: ANN401
        """The reply, or the slug of a refusal, raised or returned."""
        places = ", ".join("%s" for _ in self.arguments)
        try:
            row = connection.execute(f"select {self.function}({places})", self.arguments).fetchone()
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PT"):
                raise
            return error.diag.message_primary
        assert row is not None
        if isinstance(row[0], dict) and "refusal" in row[0]:
            return row[0]["refusal"]["slug"]
        return row[0]


Race = Callable[[Call, Call], tuple[Any, Any]]


@pytest.fixture
def race(
    connect: Connect, wait_for_lock: Callable[[int], None], in_thread: InThread, deadlocks: Deadlocks
) -> Race:
    """Holds the first call open until the second waits for it, and returns both outcomes. A deadlock fails the test."""

    def run(first: Call, second: Call) -> tuple[Any, Any]:
        one, other = (connect(role=call.role, **PATIENCE) for call in (first, second))
        one.execute("begin")
        first_outcome = first.run(one)
        ended = in_thread(second.run, other)
        wait_for_lock(other.info.backend_pid)
        one.execute("commit")
        outcomes = first_outcome, ended()
        assert deadlocks(one, other) == 0
        return outcomes

    return run


def verify(world: World, phone: str, code: str = CODE, device: Device | None = None) -> Call:
    device = device or Device(world)
    return Call(
        "api.verify_otp",
        ["customer", phone, [hashed(code)], "Budi", device.id, hashed(device.token)],
    )


def refresh(device: Device, token: str, salt: str) -> Call:
    return Call("api.refresh_sign_in", [device.id, hashed(token), salt, hashed(f"{token} {salt}")])


def sign_ins(world: World) -> list[Row]:
    return world.rows("select * from data.sign_ins where ended_at is null")


def test_two_who_tell_the_same_code_at_once_are_one_sign_in_and_one_customer(
    world: World, race: Race
) -> None:
    phone = new_phone()
    request_code(world, phone)
    won, lost = race(verify(world, phone), verify(world, phone))
    assert (won["user"]["phone"], lost) == (phone, "otp_expired")
    assert len(sign_ins(world)) == 1
    assert len(world.events("CUSTOMER_JOINED")) == 1


def test_wrong_tries_at_once_are_each_counted(world: World, race: Race) -> None:
    world.configure("otp_max_attempts", 3)
    phone = new_phone()
    request_code(world, phone)
    told = [*race(verify(world, phone, "0"), verify(world, phone, "1"))]
    told += race(verify(world, phone, "2"), verify(world, phone, "3"))
    assert told == ["otp_wrong", "otp_wrong", "sign_in_locked", "sign_in_locked"]


def test_a_code_that_is_replaced_while_it_is_told_does_not_hold(world: World, race: Race) -> None:
    phone = new_phone()
    request_code(world, phone)
    world.clock.advance(30)
    again = Call("api.request_otp", ["customer", phone, hashed("654321")])
    asked, told = race(again, verify(world, phone))
    assert (asked["deliver"], told) == (True, "otp_wrong")


def test_two_who_ask_for_a_code_at_once_get_one(world: World, race: Race) -> None:
    phone = new_phone()
    asks = [Call("api.request_otp", ["customer", phone, hashed(code)]) for code in ("1", "2")]
    sent, refused = race(asks[0], asks[1])
    assert (sent["deliver"], refused) == (True, "otp_too_soon")


def test_two_tabs_that_refresh_at_once_stay_signed_in(world: World, race: Race) -> None:
    device = signed_in(world)
    one, other = race(refresh(device, "t0", "a"), refresh(device, "t0", "b"))
    assert one == other
    assert one["salt"] == "a"
    assert "salt" in device.refresh("t0 a")


def test_a_replay_that_meets_a_refresh_ends_what_the_refresh_made(world: World, race: Race) -> None:
    device = signed_in(world)
    device.refresh(salt="a")
    refreshed, replayed = race(refresh(device, "t0 a", "b"), refresh(device, "t0", "c"))
    assert (refreshed["salt"], replayed) == ("b", "refresh_token_replayed")
    assert sign_ins(world) == []


def test_a_refresh_that_meets_a_replay_is_told_to_sign_in_again(world: World, race: Race) -> None:
    device = signed_in(world)
    device.refresh(salt="a")
    world.clock.advance(30)
    replayed, refused = race(refresh(device, "t0", "c"), refresh(device, "t0 a", "b"))
    assert (replayed, refused) == ("refresh_token_replayed", "refresh_token_invalid")
    assert sign_ins(world) == []


def test_a_sign_out_that_meets_a_refresh_holds(world: World, race: Race) -> None:
    device = signed_in(world)
    out = Call("api.end_sign_in", [device.id, hashed("t0")])
    refreshed, told = race(refresh(device, "t0", "a"), out)
    assert (refreshed["salt"], told) == ("a", {"status": "signed_out"})
    assert sign_ins(world) == []


def test_a_refresh_that_meets_a_block_is_out(world: World, race: Race) -> None:
    device = signed_in(world)
    person = device.row["person_id"]
    block = Call("ops.block_person", [person, "Ratna"])
    race(refresh(device, "t0", "a"), block)
    assert sign_ins(world) == []
    assert refresh(device, "t0 a", "b").run(world.app) == "refresh_token_invalid"


@pytest.mark.parametrize("audience", ["customer", "mitra"])
def test_nobody_slips_in_beside_a_block(world: World, race: Race, audience: str) -> None:
    phone = new_phone()
    device = signed_in(world, audience, phone)
    request_code(world, phone, audience=audience)
    other = Device(world)
    told = Call("api.verify_otp", [audience, phone, [hashed(CODE)], "Budi", other.id, hashed(other.token)])
    _, refused = race(Call("ops.block_person", [device.row["person_id"], "Ratna"]), told)
    assert refused == "account_blocked"
    assert sign_ins(world) == []


def test_a_block_that_meets_a_sign_in_ends_it(world: World, race: Race) -> None:
    phone = new_phone()
    person = signed_in(world, phone=phone).row["person_id"]
    request_code(world, phone)
    race(verify(world, phone), Call("ops.block_person", [person, "Ratna"]))
    assert sign_ins(world) == []


def test_two_admins_who_disable_each_other_leave_one(world: World, race: Race) -> None:
    one, other = operator(world, "admin"), operator(world, "admin")
    done, refused = race(
        Call("control_center.change_operator", [one, other, None, False]),
        Call("control_center.change_operator", [other, one, None, False]),
    )
    assert (done["active"], refused) == (False, "last_admin")


def test_tries_of_a_password_at_once_are_each_counted(world: World, race: Race) -> None:
    world.configure("otp_max_attempts", 3)
    operator(world)
    finish = Call(
        "control_center.finish_login", ["ratna@example.com", "wrong", None, world.uuid(), hashed("t")]
    )
    race(finish, finish)
    told, refused = race(finish, finish)
    assert (told, refused) == ("sign_in_locked", "sign_in_locked")


def test_a_password_that_is_changed_while_somebody_signs_in_signs_them_out(world: World, race: Race) -> None:
    email = world.row("cc_users", operator(world))["email"]
    world.control("begin_login", email, False)
    device = Device(world)
    finish = Call("control_center.finish_login", [email, PASSWORD_HASH, None, device.id, hashed("t")])
    change = Call("ops.set_operator", [email, "Ratna", "operator", f"{PASSWORD_HASH}2", "dba"])
    race(finish, change)
    assert sign_ins(world) == []
