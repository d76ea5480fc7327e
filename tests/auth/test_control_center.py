"""Operators sign in with a password, and admins manage operators."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import psycopg
import pytest
from argon2 import PasswordHasher
from psycopg.conninfo import make_conninfo

from app.auth import Forbidden, Unauthenticated, issue_token, read_token
from app.identity.passwords import SHORTEST, Passwords, Typed, hash_password
from app.running import programs
from app.server import create_internal_app, create_public_app
from app.settings import JwtKey, Settings
from tests.auth.client import PASSWORD, AuthClient, new_phone
from tests.conftest import Connection
from tests.rest.contract import check
from tests.rest.harness import client_of
from tests.rest.test_refusals import refused
from workshop.seed import DEMO_PASSWORD, seed_demo_operators

CallOps = Callable[..., dict[str, Any]]


async def login(internal: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    body = {"email": email, "password": password}
    return check("internal", await internal.post("/internal/auth/login", json=body))


def bearer(settings: Settings, operator: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(settings, 'operator', UUID(operator['id']))}"}


@pytest.fixture
def somebody(call_ops: CallOps, password_hash: str) -> Callable[[str], dict[str, Any]]:
    """Adds an operator with this role."""
    return lambda role: call_ops(
        "set_operator", f"{role}@example.com", role.title(), role, password_hash, "dba"
    )


async def test_an_operator_signs_in_refreshes_and_signs_out(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]], settings: Settings
) -> None:
    operator = somebody("operator")
    response = await login(internal, " Operator@Example.com ")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    signed_in = response.json()
    assert str(read_token(settings, "operator", signed_in["access_token"]).subject_id) == operator["id"]
    assert signed_in["user"] == {
        "id": operator["id"],
        "email": "operator@example.com",
        "display_name": "Operator",
        "role": "operator",
    }
    body = {"refresh_token": signed_in["refresh_token"]}
    refreshed = check("internal", await internal.post("/internal/auth/refresh", json=body))
    assert refreshed.json()["user"] == signed_in["user"]
    body = {"refresh_token": refreshed.json()["refresh_token"]}
    out = check("internal", await internal.post("/internal/auth/logout", json=body))
    assert out.json() == {"status": "signed_out"}
    refused(
        check("internal", await internal.post("/internal/auth/refresh", json=body)),
        401,
        "refresh_token_invalid",
    )


async def test_a_copied_token_ends_the_operators_sign_in(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]]
) -> None:
    somebody("viewer")
    copied = held = (await login(internal, "viewer@example.com")).json()["refresh_token"]
    for _ in range(2):
        refreshed = await internal.post("/internal/auth/refresh", json={"refresh_token": held})
        held = refreshed.json()["refresh_token"]
    replayed = await internal.post("/internal/auth/refresh", json={"refresh_token": copied})
    refused(check("internal", replayed), 401, "refresh_token_replayed")
    gone = await internal.post("/internal/auth/refresh", json={"refresh_token": held})
    refused(gone, 401, "refresh_token_invalid")


async def test_a_wrong_password_and_an_unknown_address_look_alike(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]]
) -> None:
    somebody("viewer")
    responses = [
        await login(internal, email, "wrong horse battery")
        for email in ("viewer@example.com", "nobody@example.com")
    ]
    for response in responses:
        refused(response, 401, "credentials_wrong")
    assert responses[0].content == responses[1].content


async def test_an_invalid_address_is_refused(internal: httpx.AsyncClient) -> None:
    refused(await login(internal, "ratna"), 400, "invalid_email")


async def test_concurrent_wrong_tries_do_not_exceed_the_limit(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]]
) -> None:
    somebody("viewer")
    responses = await asyncio.gather(
        *(login(internal, "viewer@example.com", f"wrong horse {number}") for number in range(12))
    )
    checked = [response for response in responses if response.json()["error"] == "credentials_wrong"]
    assert len(checked) <= 5
    response = await login(internal, "viewer@example.com")
    refused(response, 429, "sign_in_locked")
    assert int(response.headers["retry-after"]) > 0


async def test_a_hash_with_old_parameters_is_replaced_at_the_next_sign_in(
    internal: httpx.AsyncClient, call_ops: CallOps, db: Connection
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    call_ops("set_operator", "old@example.com", "Old", "viewer", old, "dba")
    hashes = []
    for _ in range(2):
        assert (await login(internal, "old@example.com")).status_code == 200
        hashes.append(db.execute("select password_hash from data.cc_users").fetchone())
    assert hashes[0] != (old,)
    assert hashes[0] == hashes[1]


async def test_changing_the_password_signs_out_all_other_devices(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]], settings: Settings
) -> None:
    operator = somebody("viewer")
    elsewhere = (await login(internal, "viewer@example.com")).json()["refresh_token"]

    async def change(password: str, new: str) -> httpx.Response:
        return check(
            "internal",
            await internal.post(
                "/internal/auth/password",
                json={"password": password, "new_password": new},
                headers=bearer(settings, operator),
            ),
        )

    refused(await change("wrong horse battery", "a better password"), 403, "password_wrong")
    assert "new_password" in refused(await change(PASSWORD, "x" * (SHORTEST - 1)), 400, "invalid_body")
    changed = await change(PASSWORD, "a better password")
    assert changed.status_code == 200
    here = {"refresh_token": changed.json()["refresh_token"]}
    assert (await internal.post("/internal/auth/refresh", json=here)).status_code == 200
    there = await internal.post("/internal/auth/refresh", json={"refresh_token": elsewhere})
    refused(there, 401, "refresh_token_invalid")
    refused(await login(internal, "viewer@example.com"), 401, "credentials_wrong")
    assert (await login(internal, "viewer@example.com", "a better password")).status_code == 200


async def test_wrong_tries_at_a_password_change_lock_like_those_of_a_login(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]], settings: Settings
) -> None:
    operator = somebody("viewer")
    body = {"password": "wrong horse", "new_password": "a better password"}
    slugs = []
    for _ in range(6):
        response = await internal.post(
            "/internal/auth/password", json=body, headers=bearer(settings, operator)
        )
        slugs.append(check("internal", response).json()["error"])
    assert slugs == [*["password_wrong"] * 4, "sign_in_locked", "sign_in_locked"]


async def test_the_role_is_checked_before_a_password_is_hashed(
    internal: httpx.AsyncClient,
    somebody: Callable[[str], dict[str, Any]],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Hashing takes tens of milliseconds and much memory, and delays every sign-in."""
    monkeypatch.setattr("app.identity.passwords.MOST_AT_ONCE", 0)
    new = {"email": "ayu@example.com", "display_name": "Ayu", "role": "viewer", "password": PASSWORD}
    for role, status, slug in (("operator", 403, "role_not_sufficient"), ("admin", 503, "busy")):
        headers = bearer(settings, somebody(role))
        refused(await internal.post("/internal/operators", json=new, headers=headers), status, slug)


async def test_an_admin_manages_operators(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]], settings: Settings
) -> None:
    admin = bearer(settings, somebody("admin"))
    new = {"email": "Ayu@example.com", "display_name": "Ayu", "role": "viewer", "password": PASSWORD}
    made = check("internal", await internal.post("/internal/operators", json=new, headers=admin))
    assert (made.status_code, made.json()["email"]) == (201, "ayu@example.com")
    refused(await internal.post("/internal/operators", json=new, headers=admin), 409, "email_already_taken")
    assert (await login(internal, "ayu@example.com")).json()["user"]["role"] == "viewer"

    path = f"/internal/operators/{made.json()['id']}"
    changed = await internal.patch(path, json={"role": "operator", "active": False}, headers=admin)
    assert check("internal", changed).json() == {**made.json(), "role": "operator", "active": False}
    refused(await login(internal, "ayu@example.com"), 401, "credentials_wrong")
    listed = check("internal", await internal.get("/internal/operators", headers=admin)).json()
    assert [row["email"] for row in listed["rows"]] == ["admin@example.com", "ayu@example.com"]
    nobody = await internal.patch(f"/internal/operators/{uuid4()}", json={}, headers=admin)
    refused(check("internal", nobody), 404, "operator_not_found")


async def test_only_an_admin_may_manage_operators(
    internal: httpx.AsyncClient, somebody: Callable[[str], dict[str, Any]], settings: Settings
) -> None:
    for headers, status, slug in (
        (bearer(settings, somebody("operator")), 403, "role_not_sufficient"),
        (bearer(settings, {"id": str(uuid4())}), 401, "operator_unknown"),
    ):
        for response in (
            await internal.get("/internal/operators", headers=headers),
            await internal.patch(f"/internal/operators/{uuid4()}", json={}, headers=headers),
        ):
            refused(check("internal", response), status, slug)


# Separate audiences


async def test_a_refresh_token_works_only_in_its_own_api(
    internal: httpx.AsyncClient, auth: AuthClient, somebody: Callable[[str], dict[str, Any]]
) -> None:
    somebody("viewer")
    operators = (await login(internal, "viewer@example.com")).json()["refresh_token"]
    customers = (await auth.sign_in(new_phone()))["refresh_token"]
    refused(await auth.refresh(operators), 401, "refresh_token_invalid")
    await auth.sign_out(operators)
    response = await internal.post("/internal/auth/refresh", json={"refresh_token": customers})
    refused(response, 401, "refresh_token_invalid")
    await internal.post("/internal/auth/logout", json={"refresh_token": customers})
    assert (await auth.refresh(customers)).status_code == 200
    response = await internal.post("/internal/auth/refresh", json={"refresh_token": operators})
    assert response.status_code == 200


# Demo operators


@pytest.fixture
async def production(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the control center's API, in production."""
    live = replace(settings, env="production", jwt_keys=(), operator_jwt_keys=(JwtKey("k", "k" * 40),))
    async with client_of(live, create_internal_app) as client:
        yield client


async def test_demo_operators_sign_in_in_development_and_not_in_production(
    internal: httpx.AsyncClient, production: httpx.AsyncClient, settings: Settings
) -> None:
    operators = await asyncio.to_thread(seed_demo_operators, settings.database_url)
    assert {operator.role for operator in operators} == {"viewer", "operator", "admin"}
    for operator in operators:
        let_in = await login(internal, operator.email, DEMO_PASSWORD)
        assert let_in.json()["user"]["role"] == operator.role
    refused(await login(production, operators[0].email, DEMO_PASSWORD), 401, "credentials_wrong")
    body = {"refresh_token": let_in.json()["refresh_token"]}
    response = check("internal", await production.post("/internal/auth/refresh", json=body))
    refused(response, 403, "account_blocked")


# Password hashing runs outside the event loop, with a bounded queue


async def test_passwords_are_hashed_outside_the_loop_with_a_bounded_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.identity.passwords.MOST_AT_ONCE", 3)
    passwords = Passwords()
    async with asyncio.TaskGroup() as tasks:
        await passwords.open(tasks)
    checks = [asyncio.create_task(passwords.derive(None, PASSWORD)) for _ in range(4)]
    await asyncio.sleep(0)
    assert not checks[0].done()
    answers = await asyncio.gather(*checks, return_exceptions=True)
    assert [getattr(one, "slug", None) for one in answers] == [None, None, None, "busy"]
    assert (await passwords.derive(None, PASSWORD)).password_hash is None
    await passwords.close()


async def test_an_unusable_salt_gives_no_hash() -> None:
    passwords = Passwords()
    async with asyncio.TaskGroup() as tasks:
        await passwords.open(tasks)
    for salt in (None, "", "$argon2id$nonsense", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ"):
        assert (await passwords.derive(salt, PASSWORD)) == Typed(None)
    await passwords.close()


async def test_the_right_password_gives_the_stored_hash() -> None:
    kept = hash_password(PASSWORD)
    passwords = Passwords()
    assert (await passwords.derive(kept.rpartition("$")[0], PASSWORD)) == Typed(kept)
    other = await passwords.derive(kept.rpartition("$")[0], f"{PASSWORD}!")
    assert other.password_hash != kept
    await passwords.close()


# Separate keys


def test_a_public_key_cannot_sign_an_operators_token(settings: Settings) -> None:
    """A stolen secret of the public API gives no access to the control center."""
    key, somebody = settings.jwt_keys[0], UUID(int=1)
    claims = {"aud": "operator", "sub": str(somebody), "exp": time.time() + 60}
    forged = jwt.encode(claims, key.secret, "HS256", headers={"kid": key.kid})
    as_operators = jwt.encode(claims, key.secret, "HS256", headers={"kid": settings.operator_jwt_keys[0].kid})
    for token in (forged, as_operators):
        with pytest.raises(Unauthenticated):
            read_token(settings, "operator", token)
    right = issue_token(settings, "operator", somebody)
    assert read_token(settings, "operator", right).subject_id == somebody
    with pytest.raises(Forbidden):
        read_token(settings, "customer", right)


def test_an_operators_key_cannot_sign_a_customers_token(settings: Settings) -> None:
    key = settings.operator_jwt_keys[0]
    claims = {"aud": "customer", "sub": str(UUID(int=1)), "exp": time.time() + 60}
    with pytest.raises(Unauthenticated):
        read_token(settings, "customer", jwt.encode(claims, key.secret, "HS256", headers={"kid": key.kid}))


def test_a_process_gets_only_its_own_secrets(settings: Settings) -> None:
    settings = replace(settings, internal_database_url="postgresql://internal@127.0.0.1/curhat")
    operators, people = settings.operator_jwt_keys[0].secret, settings.jwt_keys[0].secret
    (internal,) = programs.internal_workers(settings)
    assert people not in str(internal.environment)
    assert internal.environment is not None
    assert internal.environment["CURHAT_DATABASE_URL"] == settings.internal_database_url
    for program in (*programs.public_workers(settings), *programs.listeners(settings)):
        assert operators not in str(program.environment)
        assert "internal@" not in str(program.environment)
    assert all(people not in str(program.environment) for program in programs.listeners(settings))


# Separate database logins


@pytest.fixture
def logins(monitor: Connection, database_url: str) -> Iterator[dict[str, str]]:
    """The database's URL with each of the two logins that the docs recommend."""
    audiences = {"public": "curhat_app", "internal": "curhat_control_center"}
    names = {listener: f"{listener}_{uuid4().hex}" for listener in audiences}
    for listener, name in names.items():
        monitor.execute(f"create role {name} login in role {audiences[listener]}")
    yield {listener: make_conninfo(database_url, user=name) for listener, name in names.items()}
    for name in names.values():
        monitor.execute(f"drop role {name}")


async def test_both_apis_work_with_their_own_logins(settings: Settings, logins: dict[str, str]) -> None:
    both = replace(settings, database_url=logins["public"], internal_database_url=logins["internal"])
    for make in (create_public_app, create_internal_app):
        async with client_of(both, make) as client:
            assert (await client.get("/readyz")).status_code == 200


async def test_a_login_cannot_take_the_role_of_the_other_api(logins: dict[str, str]) -> None:
    for listener, role in (("public", "curhat_control_center"), ("internal", "curhat_app")):
        with pytest.raises(psycopg.OperationalError, match="role"):
            psycopg.connect(logins[listener], options=f"-c role={role}")
