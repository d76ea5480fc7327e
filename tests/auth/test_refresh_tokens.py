"""Refresh tokens over REST: replaced at every use, so that a copy is detected."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from app.auth import issue_token
from app.identity.refresh import RefreshToken, make_salt
from app.settings import JwtKey, Settings
from tests.auth.client import AuthClient, new_phone
from tests.rest.contract import check
from tests.rest.harness import client_of
from tests.rest.test_refusals import refused
from tests.sql.world import World


def test_a_token_is_48_random_bytes_and_parses_unchanged() -> None:
    token = RefreshToken.first()
    assert len(token.text) == 64
    assert RefreshToken.parse(token.text) == token
    assert RefreshToken.first() != token


def test_a_successor_depends_only_on_the_secret_and_the_salt() -> None:
    token, salt = RefreshToken.first(), make_salt()
    assert token.successor(salt) == RefreshToken.parse(token.text).successor(salt)
    assert token.successor(salt).sign_in_id == token.sign_in_id
    others = {
        token.successor(make_salt()).digest,
        replace(token, secret=RefreshToken.first().secret).successor(salt).digest,
    }
    assert token.successor(salt).digest not in others
    assert len(others) == 2


async def test_a_refresh_gives_valid_tokens(auth: AuthClient) -> None:
    token = (await auth.sign_in(new_phone()))["refresh_token"]
    seen = {token}
    for _ in range(3):
        response = check("public", await auth.refresh(token))
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
        assert (await auth.state(response.json()["access_token"])).status_code == 200
        token = response.json()["refresh_token"]
        seen.add(token)
    assert len(seen) == 4


async def test_concurrent_refreshes_stay_signed_in(auth: AuthClient) -> None:
    token = (await auth.sign_in(new_phone()))["refresh_token"]
    responses = await asyncio.gather(*(auth.refresh(token) for _ in range(4)))
    successors = {response.json()["refresh_token"] for response in responses}
    assert len(successors) == 1
    assert (await auth.refresh(successors.pop())).status_code == 200


async def test_a_replayed_token_ends_the_whole_sign_in(auth: AuthClient) -> None:
    phone = new_phone()
    copied = (await auth.sign_in(phone))["refresh_token"]
    other_device = copied
    held = (await auth.refresh(copied)).json()["refresh_token"]
    held = (await auth.refresh(held)).json()["refresh_token"]
    refused(check("public", await auth.refresh(copied)), 401, "refresh_token_replayed")
    for token in (held, copied):
        response = await auth.refresh(token)
        refused(response, 401, "refresh_token_invalid")
        assert response.headers["www-authenticate"] == "Bearer"
    assert other_device


async def test_a_replaced_token_has_a_grace_of_thirty_seconds(auth: AuthClient, world: World) -> None:
    token = (await auth.sign_in(new_phone()))["refresh_token"]
    await auth.refresh(token)
    world.clock.advance(29)
    assert (await auth.refresh(token)).status_code == 200
    world.clock.advance(1)
    refused(await auth.refresh(token), 401, "refresh_token_replayed")


async def test_a_sign_out_ends_the_refresh_token(auth: AuthClient) -> None:
    token = (await auth.sign_in(new_phone()))["refresh_token"]
    for _ in range(2):
        response = check("public", await auth.sign_out(token))
        assert (response.status_code, response.json()) == (200, {"status": "signed_out"})
    refused(await auth.refresh(token), 401, "refresh_token_invalid")


async def test_an_unknown_token_is_refused(auth: AuthClient) -> None:
    refused(await auth.refresh(RefreshToken.first().text), 401, "refresh_token_invalid")
    assert (await auth.sign_out(RefreshToken.first().text)).status_code == 200


async def test_a_wrong_secret_ends_the_sign_in(auth: AuthClient) -> None:
    """It can only come from a tampered copy. The owner just has to sign in again."""
    held = RefreshToken.parse((await auth.sign_in(new_phone()))["refresh_token"])
    forged = replace(held, secret=RefreshToken.first().secret)
    refused(await auth.refresh(forged.text), 401, "refresh_token_replayed")


# Key rotation

OLD, NEW = JwtKey("old", "o" * 40), JwtKey("new", "n" * 40)


async def test_key_rotation_interrupts_nobody(settings: Settings) -> None:
    """The new key is first accepted, then used, then the only one. Each stage accepts the tokens of the one before."""
    phone, other = new_phone(), new_phone()
    stages = ((OLD,), (OLD, NEW), (NEW, OLD), (NEW,))
    access: list[str] = []
    refresh = ""
    for keys in stages:
        async with client_of(replace(settings, jwt_keys=keys)) as client:
            auth = AuthClient(client, settings.log_dir / "otp.log")
            if not refresh:
                first = await auth.sign_in(phone)
                access, refresh = [first["access_token"]], first["refresh_token"]
                await auth.request_code(other)
                continue
            for token in access[-1:]:
                assert (await auth.state(token)).status_code == 200
            if keys == (NEW, OLD):
                assert (await auth.enter_code(other, auth.code(other))).status_code == 200
            refreshed = (await auth.refresh(refresh)).json()
            access.append(refreshed["access_token"])
            refresh = refreshed["refresh_token"]
            if keys == (NEW,):
                refused(await auth.state(access[0]), 401, "unauthenticated")
                assert (await auth.state(access[-1])).status_code == 200


async def test_a_token_of_a_removed_key_is_refused(settings: Settings) -> None:
    stolen = issue_token(replace(settings, jwt_keys=(OLD,)), "customer", UUID(int=1))
    async with client_of(replace(settings, jwt_keys=(NEW,))) as client:
        refused(await AuthClient(client, settings.home).state(stolen), 401, "unauthenticated")


@pytest.mark.parametrize("keys", [(NEW,)])
async def test_a_code_of_a_removed_key_is_refused(settings: Settings, keys: tuple[JwtKey]) -> None:
    phone = new_phone()
    for stage in ((OLD,), keys):
        async with client_of(replace(settings, jwt_keys=stage)) as client:
            auth = AuthClient(client, settings.log_dir / "otp.log")
            if stage == (OLD,):
                await auth.request_code(phone)
            else:
                refused(await auth.enter_code(phone, auth.code(phone)), 401, "otp_wrong")


async def test_an_access_token_ends_with_its_sign_in(auth: AuthClient) -> None:
    phone = new_phone()
    here, there = await auth.sign_in(phone), await auth.sign_in(phone)
    assert (await auth.sign_out(here["refresh_token"])).status_code == 200
    assert (await auth.state(here["access_token"])).status_code == 401
    assert (await auth.state(there["access_token"])).status_code == 200


async def test_a_replay_signs_out_thief_and_victim_at_once(auth: AuthClient) -> None:
    signed_in = await auth.sign_in(new_phone())
    refreshed = (await auth.refresh(signed_in["refresh_token"])).json()
    held = (await auth.refresh(refreshed["refresh_token"])).json()
    refused(await auth.refresh(signed_in["refresh_token"]), 401, "refresh_token_replayed")
    for token in (signed_in, refreshed, held):
        assert (await auth.state(token["access_token"])).status_code == 401


async def test_a_forged_token_signs_nobody_out(auth: AuthClient) -> None:
    signed_in = await auth.sign_in(new_phone())
    sign_in_id = RefreshToken.parse(signed_in["refresh_token"]).sign_in_id
    await auth.sign_out(RefreshToken(sign_in_id, bytes(32)).text)
    assert (await auth.state(signed_in["access_token"])).status_code == 200
