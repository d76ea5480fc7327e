"""Refresh tokens over REST: exchanged at every use, and worth nothing to whoever has a copy."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from app.auth import issue_token
from app.identity.refresh import RefreshToken, make_salt
from app.settings import JwtKey, Settings
from tests.auth.door import Door, new_phone
from tests.rest.contract import check
from tests.rest.harness import client_of
from tests.rest.test_refusals import refused
from tests.sql.world import World


def test_a_token_is_48_bytes_of_chance_that_are_read_as_they_were_written() -> None:
    token = RefreshToken.first()
    assert len(token.text) == 64
    assert RefreshToken.parse(token.text) == token
    assert RefreshToken.first() != token


def test_a_successor_comes_of_the_secret_and_the_salt_alone() -> None:
    token, salt = RefreshToken.first(), make_salt()
    assert token.successor(salt) == RefreshToken.parse(token.text).successor(salt)
    assert token.successor(salt).sign_in_id == token.sign_in_id
    others = {
        token.successor(make_salt()).digest,
        replace(token, secret=RefreshToken.first().secret).successor(salt).digest,
    }
    assert token.successor(salt).digest not in others
    assert len(others) == 2


async def test_a_refresh_gives_tokens_that_hold(door: Door) -> None:
    token = (await door.sign_in(new_phone()))["refresh_token"]
    seen = {token}
    for _ in range(3):
        response = check("public", await door.refresh(token))
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
        assert (await door.state(response.json()["access_token"])).status_code == 200
        token = response.json()["refresh_token"]
        seen.add(token)
    assert len(seen) == 4


async def test_two_tabs_at_the_same_moment_stay_signed_in_both(door: Door) -> None:
    token = (await door.sign_in(new_phone()))["refresh_token"]
    responses = await asyncio.gather(*(door.refresh(token) for _ in range(4)))
    successors = {response.json()["refresh_token"] for response in responses}
    assert len(successors) == 1
    assert (await door.refresh(successors.pop())).status_code == 200


async def test_a_copy_that_is_used_later_ends_the_whole_sign_in(door: Door) -> None:
    phone = new_phone()
    copied = (await door.sign_in(phone))["refresh_token"]
    other_device = copied
    held = (await door.refresh(copied)).json()["refresh_token"]
    held = (await door.refresh(held)).json()["refresh_token"]
    refused(check("public", await door.refresh(copied)), 401, "refresh_token_replayed")
    for token in (held, copied):
        response = await door.refresh(token)
        refused(response, 401, "refresh_token_invalid")
        assert response.headers["www-authenticate"] == "Bearer"
    assert other_device


async def test_the_grace_of_a_token_that_was_just_exchanged_ends(door: Door, world: World) -> None:
    token = (await door.sign_in(new_phone()))["refresh_token"]
    await door.refresh(token)
    world.clock.advance(29)
    assert (await door.refresh(token)).status_code == 200
    world.clock.advance(1)
    refused(await door.refresh(token), 401, "refresh_token_replayed")


async def test_whoever_signs_out_is_out(door: Door) -> None:
    token = (await door.sign_in(new_phone()))["refresh_token"]
    for _ in range(2):
        response = check("public", await door.sign_out(token))
        assert (response.status_code, response.json()) == (200, {"status": "signed_out"})
    refused(await door.refresh(token), 401, "refresh_token_invalid")


async def test_a_token_of_nobodys_is_refused(door: Door) -> None:
    refused(await door.refresh(RefreshToken.first().text), 401, "refresh_token_invalid")
    assert (await door.sign_out(RefreshToken.first().text)).status_code == 200


async def test_a_secret_that_is_not_the_sign_ins_ends_it(door: Door) -> None:
    """It can only come of a copy that was tampered with, and is no worse than another sign-in."""
    held = RefreshToken.parse((await door.sign_in(new_phone()))["refresh_token"])
    forged = replace(held, secret=RefreshToken.first().secret)
    refused(await door.refresh(forged.text), 401, "refresh_token_replayed")


# Keys that are exchanged while tokens and codes are out

OLD, NEW = JwtKey("old", "o" * 40), JwtKey("new", "n" * 40)


async def test_keys_are_exchanged_without_anybody_noticing(settings: Settings) -> None:
    """Known first, then first, then alone: what was made at each stage holds at the next."""
    phone, other = new_phone(), new_phone()
    stages = ((OLD,), (OLD, NEW), (NEW, OLD), (NEW,))
    access: list[str] = []
    refresh = ""
    for keys in stages:
        async with client_of(replace(settings, jwt_keys=keys)) as client:
            door = Door(client, settings.log_dir / "otp.log")
            if not refresh:
                first = await door.sign_in(phone)
                access, refresh = [first["access_token"]], first["refresh_token"]
                await door.ask(other)
                continue
            for token in access[-1:]:
                assert (await door.state(token)).status_code == 200
            if keys == (NEW, OLD):
                assert (await door.tell(other, door.code(other))).status_code == 200
            refreshed = (await door.refresh(refresh)).json()
            access.append(refreshed["access_token"])
            refresh = refreshed["refresh_token"]
            if keys == (NEW,):
                refused(await door.state(access[0]), 401, "unauthenticated")
                assert (await door.state(access[-1])).status_code == 200


async def test_a_key_that_is_gone_signs_nobody_in(settings: Settings) -> None:
    stolen = issue_token(replace(settings, jwt_keys=(OLD,)), "customer", UUID(int=1))
    async with client_of(replace(settings, jwt_keys=(NEW,))) as client:
        refused(await Door(client, settings.home).state(stolen), 401, "unauthenticated")


@pytest.mark.parametrize("keys", [(NEW,)])
async def test_a_code_of_a_key_that_is_gone_does_not_hold(settings: Settings, keys: tuple[JwtKey]) -> None:
    phone = new_phone()
    for stage in ((OLD,), keys):
        async with client_of(replace(settings, jwt_keys=stage)) as client:
            door = Door(client, settings.log_dir / "otp.log")
            if stage == (OLD,):
                await door.ask(phone)
            else:
                refused(await door.tell(phone, door.code(phone)), 401, "otp_wrong")


async def test_an_access_token_ends_with_its_sign_in(door: Door) -> None:
    phone = new_phone()
    here, there = await door.sign_in(phone), await door.sign_in(phone)
    assert (await door.sign_out(here["refresh_token"])).status_code == 200
    assert (await door.state(here["access_token"])).status_code == 401
    assert (await door.state(there["access_token"])).status_code == 200


async def test_a_thief_and_their_victim_are_both_out_at_once(door: Door) -> None:
    signed_in = await door.sign_in(new_phone())
    refreshed = (await door.refresh(signed_in["refresh_token"])).json()
    held = (await door.refresh(refreshed["refresh_token"])).json()
    refused(await door.refresh(signed_in["refresh_token"]), 401, "refresh_token_replayed")
    for token in (signed_in, refreshed, held):
        assert (await door.state(token["access_token"])).status_code == 401


async def test_a_made_up_token_signs_nobody_out(door: Door) -> None:
    signed_in = await door.sign_in(new_phone())
    sign_in_id = RefreshToken.parse(signed_in["refresh_token"]).sign_in_id
    await door.sign_out(RefreshToken(sign_in_id, bytes(32)).text)
    assert (await door.state(signed_in["access_token"])).status_code == 200
