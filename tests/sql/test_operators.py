"""Operators: sign-in, roles, passwords."""

import pytest

from tests.sql.sign_ins import (
    PASSWORD_HASH,
    PASSWORD_SALT,
    Device,
    enter_code,
    hashed,
    login,
    new_phone,
    operator,
    refusal,
    request_code,
)
from tests.sql.world import Row, World, refuses

ROLES = ("viewer", "operator", "admin")
OTHER_HASH = f"{PASSWORD_HASH}another"


def email_of(world: World, operator_id: str) -> str:
    email: str = world.row("cc_users", operator_id)["email"]
    return email


def check(world: World, operator_id: str, role: str) -> object:
    return world.value("select (logic.check_operator(%s, %s)).id", operator_id, role)


def refresh(world: World, device: Device, *, demo_allowed: bool = False) -> Row:
    reply: Row = world.control(
        "refresh_login", device.id, hashed(device.token), "salt", hashed("next"), demo_allowed
    )
    return reply


# Roles


@pytest.mark.parametrize("needed", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_includes_the_rights_of_lower_roles(world: World, role: str, needed: str) -> None:
    somebody = operator(world, role)
    if ROLES.index(role) >= ROLES.index(needed):
        assert str(check(world, somebody, needed)) == somebody
    else:
        with refuses(403, "role_not_sufficient"):
            check(world, somebody, needed)


def test_an_unknown_role_is_never_sufficient(world: World) -> None:
    with refuses(403, "role_not_sufficient"):
        check(world, operator(world, "admin"), "root")


def test_an_unknown_operator_is_refused(world: World) -> None:
    with refuses(401, "operator_unknown"):
        check(world, world.uuid(), "viewer")


def test_a_revoked_role_or_access_ends_at_once(world: World) -> None:
    admin, somebody = operator(world, "admin"), operator(world, "admin")
    world.control("change_operator", admin, somebody, "viewer", None)
    with refuses(403, "role_not_sufficient"):
        check(world, somebody, "operator")
    world.control("change_operator", admin, somebody, None, False)
    with refuses(401, "operator_unknown"):
        check(world, somebody, "viewer")


# Passwords


def test_the_right_password_signs_in(world: World) -> None:
    somebody = operator(world, "viewer")
    email = email_of(world, somebody)
    reply = login(world, f" {email.upper()} ")
    assert (reply["audience"], reply["person_id"]) == ("operator", somebody)
    assert reply["user"] == {"id": somebody, "email": email, "display_name": "Ratna", "role": "viewer"}
    (event,) = world.events("OPERATOR_SIGNED_IN")
    assert (event["entity_id"], event["actor"]) == (somebody, f"operator:{email}")


def test_a_wrong_password_and_an_unknown_address_look_alike(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    known = email_of(world, operator(world))
    for email in (known, "nobody@example.com"):
        replies = [login(world, email, right=False)["refusal"] for _ in range(3)]
        assert [one["slug"] for one in replies] == [
            "credentials_wrong",
            "credentials_wrong",
            "sign_in_locked",
        ]
        with refuses(429, "sign_in_locked"):
            login(world, email)
    assert [event["body"]["name"] for event in world.events("SIGN_IN_LOCKED")] == [
        known,
        "nobody@example.com",
    ]
    world.clock.advance(60)
    assert "user" in login(world, known)


def test_concurrent_tries_do_not_exceed_the_limit(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    email = email_of(world, operator(world))
    for _ in range(10):
        world.control("begin_login", email, False)

    def finish(password_hash: str) -> Row:
        reply: Row = world.control("finish_login", email, password_hash, None, world.uuid(), hashed("t"))
        return reply

    slugs = [refusal(finish("wrong"))[1] for _ in range(3)]
    assert slugs == ["credentials_wrong", "credentials_wrong", "sign_in_locked"]
    for password_hash in (PASSWORD_HASH, "wrong"):
        with refuses(429, "sign_in_locked"):
            finish(password_hash)


def test_the_last_try_may_succeed_without_a_lockout_event(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    email = email_of(world, operator(world))
    for _ in range(2):
        login(world, email, right=False)
    assert "user" in login(world, email)
    assert world.events("SIGN_IN_LOCKED") == []


def test_no_hash_leaves_the_database(world: World) -> None:
    somebody = operator(world)
    replies = [
        world.control("begin_login", email_of(world, somebody), False),
        world.control("begin_password_change", somebody),
    ]
    assert replies == [{"password_salt": PASSWORD_SALT}] * 2


def test_the_salt_does_not_help_to_guess_the_password(world: World) -> None:
    email = email_of(world, operator(world))
    salt = world.control("begin_login", email, False)["password_salt"]
    for guess in (salt, f"{salt}$", None, ""):
        reply = world.control("finish_login", email, guess, PASSWORD_HASH, world.uuid(), hashed("t"))
        assert refusal(reply) == (401, "credentials_wrong")


def test_a_right_password_resets_the_failed_tries(world: World) -> None:
    email = email_of(world, operator(world))
    for _ in range(3):
        login(world, email, right=False)
        assert "user" in login(world, email)
    assert world.value("select count(*) from data.sign_in_attempts") == 0


def test_a_password_changed_during_the_sign_in_is_refused(world: World) -> None:
    email = email_of(world, operator(world))
    world.control("begin_login", email, False)
    world.ops("set_operator", email, "Ratna", "operator", OTHER_HASH, "dba")
    reply = world.control("finish_login", email, PASSWORD_HASH, None, world.uuid(), hashed("t"))
    assert refusal(reply) == (401, "credentials_wrong")


def test_a_new_hash_replaces_the_old_one(world: World) -> None:
    somebody = operator(world)
    email = email_of(world, somebody)
    world.control("begin_login", email, False)
    world.control("finish_login", email, PASSWORD_HASH, OTHER_HASH, world.uuid(), hashed("t"))
    assert world.row("cc_users", somebody)["password_hash"] == OTHER_HASH


def test_an_operator_without_a_password_cannot_sign_in(world: World) -> None:
    somebody = operator(world)
    world.owner.execute("update data.cc_users set password_hash = null where id = %s", [somebody])
    email = email_of(world, somebody)
    assert world.control("begin_login", email, False) == {"password_salt": None}
    reply = world.control("finish_login", email, None, None, world.uuid(), hashed("t"))
    assert refusal(reply) == (401, "credentials_wrong")


def test_a_disabled_operator_is_signed_out_and_cannot_sign_in(world: World) -> None:
    admin, somebody, device = operator(world, "admin"), operator(world), Device(world)
    email = email_of(world, somebody)
    login(world, email, device=device)
    world.control("change_operator", admin, somebody, None, False)
    with refuses(401, "refresh_token_invalid"):
        refresh(world, device)
    assert world.control("begin_login", email, False) == {"password_salt": None}
    assert refusal(login(world, email)) == (401, "credentials_wrong")
    world.control("change_operator", admin, somebody, None, True)
    assert "user" in login(world, email)


def test_a_new_password_signs_out_everywhere_and_unlocks(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    device = Device(world)
    email = email_of(world, operator(world))
    login(world, email, device=device)
    for _ in range(3):
        login(world, email, right=False)
    world.ops("set_operator", email, "Ratna", "operator", OTHER_HASH, "dba")
    assert device.row["end_reason"] == "password_changed"
    with refuses(401, "refresh_token_invalid"):
        refresh(world, device)
    assert "user" in login(world, email)


def test_an_operators_sign_in_ends_twelve_hours_after_the_last_refresh(world: World) -> None:
    device = Device(world)
    login(world, email_of(world, operator(world)), device=device)
    world.clock.advance(hours=12, seconds=-1)
    assert refresh(world, device)["user"]["role"] == "operator"
    device.token = "next"
    world.clock.advance(hours=12)
    with refuses(401, "refresh_token_invalid"):
        refresh(world, device)


def test_an_operators_token_is_useless_in_the_public_api(world: World) -> None:
    device = Device(world)
    login(world, email_of(world, operator(world)), device=device)
    with refuses(401, "refresh_token_invalid"):
        device.refresh()
    device.sign_out()
    assert "user" in refresh(world, device)
    world.control("end_login", device.id, hashed("next"))
    with refuses(401, "refresh_token_invalid"):
        refresh(world, device)


# Demo operators


def test_there_is_one_demo_operator_of_each_role(world: World) -> None:
    first, again = (world.ops("seed_demo_operators", PASSWORD_HASH) for _ in range(2))
    assert first == again
    assert [one["role"] for one in first] == list(ROLES)
    assert world.value("select count(*) from data.cc_users where is_demo") == len(ROLES)


def test_a_demo_operator_signs_in_only_where_allowed(world: World) -> None:
    email = world.ops("seed_demo_operators", PASSWORD_HASH)[0]["email"]
    assert world.control("begin_login", email, False) == {"password_salt": None}
    device = Device(world)
    assert world.control("begin_login", email, True) == {"password_salt": PASSWORD_SALT}
    world.control("finish_login", email, PASSWORD_HASH, None, device.id, hashed(device.token))
    with refuses(403, "account_blocked"):
        refresh(world, device)
    assert "user" in refresh(world, device, demo_allowed=True)


# Managing operators


def test_an_admin_adds_an_operator(world: World) -> None:
    admin = operator(world, "admin")
    made = world.control("add_operator", admin, "Ayu@Example.com", "Ayu", "viewer", PASSWORD_HASH)
    assert (made["email"], made["role"], made["active"]) == ("ayu@example.com", "viewer", True)
    assert "password_hash" not in made
    assert "user" in login(world, "ayu@example.com")
    listed = world.control("list_operators", admin)
    assert (listed["total"], made in listed["rows"]) == (2, True)
    event = world.events("OPERATOR_CHANGED")[-1]
    assert event["actor"] == f"operator:{email_of(world, admin)}"
    assert event["body"]["change"] == "added"


def test_every_change_is_an_event_and_repeating_it_is_none(world: World) -> None:
    admin, somebody = operator(world, "admin"), operator(world)
    before = len(world.events())
    for _ in range(2):
        world.control("change_operator", admin, somebody, "viewer", False)
    assert [event["body"]["change"] for event in world.events()[before:]] == ["role", "active"]


def test_the_last_admin_cannot_be_removed(world: World) -> None:
    admin = operator(world, "admin")
    for role, active in (("operator", None), (None, False)):
        with refuses(409, "last_admin"):
            world.control("change_operator", admin, admin, role, active)
    with refuses(409, "last_admin"):
        world.ops("set_operator", email_of(world, admin), "Ratna", "viewer", PASSWORD_HASH, "dba")
    other = operator(world, "admin")
    assert world.control("change_operator", other, admin, None, False)["active"] is False
    with refuses(409, "last_admin"):
        world.ops("change_operator", email_of(world, other), None, False, "dba")


def test_a_dba_disables_and_enables_an_operator(world: World) -> None:
    operator(world, "admin")
    email = email_of(world, operator(world))
    (disabled,) = world.ops("change_operator", email, None, False, "Ratna")
    assert (disabled["email"], disabled["active"]) == (email, False)
    (again,) = world.ops("change_operator", email.upper(), "viewer", True, "Ratna")
    assert (again["role"], again["active"]) == ("viewer", True)


def test_the_table_itself_refuses_a_plain_password(world: World) -> None:
    somebody = operator(world)
    with pytest.raises(Exception, match="password_is_hashed"):
        world.owner.execute("update data.cc_users set password_hash = 'secret' where id = %s", [somebody])


# The database login


def test_an_event_records_the_database_login_beside_the_given_name(world: World) -> None:
    session_user = world.value("select session_user::text")
    world.ops("set_config", "presence_ttl_seconds", "60", "Somebody Else")
    operator(world, "admin")
    phone = new_phone()
    request_code(world, phone)
    person = enter_code(world, phone)["person_id"]
    world.ops("block_person", person, "Somebody Else")
    for event in world.events():
        acted = event["actor"].startswith("operator:")
        assert event["login"] == (session_user if acted else None), event
    assert {
        event["login"] for event in world.events("CONFIG_CHANGED", "OPERATOR_CHANGED", "PERSON_BLOCKED")
    } == {session_user}


def test_a_trace_shows_the_login(world: World) -> None:
    payment = world.pay(world.customer())
    world.ops("fail_payment", payment, "customer_cancelled", "Somebody Else")
    logins = {row["actor"].partition(":")[0]: row["login"] for row in world.ops("trace", payment)}
    assert logins["operator"] == world.value("select session_user::text")
    assert logins["customer"] is None
