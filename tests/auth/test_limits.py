"""How often somebody may ask: counted in Redis for all workers, and what holds when Redis is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from redis.asyncio import Redis
from sanic import Request

from app.http import limits as limits_module
from app.http.limits import (
    CODES_OF_ADDRESS,
    CODES_OF_NUMBER,
    LOGINS_OF_ADDRESS,
    PAYMENTS_OF_CUSTOMER,
    PREFIX,
    TRIES_OF_ADDRESS,
    Limit,
    Limits,
    TooManyRequests,
    Uncounted,
    client_networks,
)
from app.server import create_internal_app
from app.settings import Settings
from tests.auth.door import Door, new_phone
from tests.conftest import Connection
from tests.rest.contract import check
from tests.rest.harness import Client, People, client_of
from tests.rest.test_refusals import refused

NOBODYS_REDIS = "unix:///nowhere/redis.sock"
SLOW = Limit("slow", at_once=3, per_ten_minutes=1, open_without_redis=True)


@pytest.fixture
async def limits(redis_url: str) -> AsyncIterator[Limits]:
    limits = Limits(redis_url)
    yield limits
    await limits.close()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


async def taken(limits: Limits, limit: Limit, who: str, times: int) -> list[bool]:
    """Whether each of so many got a place."""

    async def take() -> bool:
        try:
            await limits.check(limit, who)
        except TooManyRequests:
            return False
        return True

    return [await take() for _ in range(times)]


async def test_so_many_at_once_and_no_more(limits: Limits) -> None:
    assert await taken(limits, SLOW, "one", 5) == [True, True, True, False, False]
    assert await taken(limits, SLOW, "other", 3) == [True, True, True]
    assert await taken(limits, replace(SLOW, name="another"), "one", 3) == [True, True, True]


async def test_workers_count_together(limits: Limits, redis_url: str) -> None:
    other = Limits(redis_url)
    asked = await asyncio.gather(*(taken(one, SLOW, "one", 5) for one in (limits, other)))
    assert sum(map(sum, asked)) == SLOW.at_once
    await other.close()


async def test_a_place_is_free_again_when_it_is_said_to_be(limits: Limits, redis: Redis) -> None:
    """Redis' own clock cannot be set: the bucket is put back as far as it would have refilled."""
    await taken(limits, SLOW, "one", 3)
    with pytest.raises(TooManyRequests) as caught:
        await limits.check(SLOW, "one")
    assert 590 < (caught.value.retry_after or 0) <= 600
    (key,) = [key async for key in redis.scan_iter(f"{PREFIX}:slow:*")]
    full_again = int(await redis.get(key) or 0)
    await redis.set(key, full_again - 599_000)
    assert await taken(limits, SLOW, "one", 1) == [False]
    await redis.set(key, full_again - 600_000)
    assert await taken(limits, SLOW, "one", 2) == [True, False]


async def test_nothing_is_kept_for_longer_than_it_counts(limits: Limits, redis: Redis) -> None:
    await limits.check(SLOW, "+6281234567890")
    (key,) = [key async for key in redis.scan_iter(f"{PREFIX}:*")]
    assert 590_000 < await redis.pttl(key) <= 600_000
    assert b"81234567890" not in key


async def test_a_check_is_one_question(limits: Limits, redis: Redis) -> None:
    await limits.check(SLOW, "one")
    await redis.config_resetstat()
    await taken(limits, SLOW, "one", 5)
    calls = {
        name: stats["calls"] for name, stats in (await redis.info("commandstats")).items() if "eval" in name
    }
    assert calls == {"cmdstat_evalsha": 5}


async def test_a_redis_that_has_forgotten_the_script_is_told_it_again(limits: Limits, redis: Redis) -> None:
    await limits.check(SLOW, "one")
    await redis.script_flush()
    assert await taken(limits, SLOW, "one", 3) == [True, True, False]


# Redis gone


@pytest.mark.parametrize(
    ("limit", "is_open"),
    [
        (CODES_OF_NUMBER, True),
        (CODES_OF_ADDRESS, False),
        (TRIES_OF_ADDRESS, True),
        (LOGINS_OF_ADDRESS, True),
        (PAYMENTS_OF_CUSTOMER, True),
    ],
)
async def test_what_a_limit_does_without_redis_is_decided_for_each(limit: Limit, *, is_open: bool) -> None:
    limits = Limits(NOBODYS_REDIS)
    if is_open:
        await limits.check(limit, "one")
    else:
        with pytest.raises(Uncounted):
            await limits.check(limit, "one")
    await limits.close()


async def test_a_redis_that_says_nothing_holds_up_one_and_nobody_after_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits_module, "PAUSE_SECONDS", 3600.0)
    async with deaf() as (port, asked):
        limits = Limits(f"redis://127.0.0.1:{port}")
        for _ in range(5):
            await limits.check(SLOW, "one")
        await limits.close()
    assert len(asked) == 1


@asynccontextmanager
async def deaf() -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """The port of somebody who takes connections and says nothing, and those connections."""
    asked: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: asked.append(writer), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        for writer in asked:
            writer.close()
        server.close()


async def test_a_redis_that_comes_back_counts_again(
    limits: Limits, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "PAUSE_SECONDS", 0.0)
    await redis.client_pause(timeout=60_000, all=False)
    assert await taken(limits, SLOW, "one", 4) == [True] * 4
    await redis.client_unpause()
    assert await taken(limits, SLOW, "one", 4) == [True, True, True, False]


# Over REST


@pytest.fixture
async def without_redis(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(replace(settings, redis_url=NOBODYS_REDIS)) as client:
        yield client


async def test_too_many_codes_for_a_number_are_refused_however_it_is_written(
    door: Door, db: Connection
) -> None:
    """Before the database is asked, whose own throttle is put back here after each."""
    written = ["0812 3456 7890", "+6281234567890", "62-812-3456-7890", "081234567890", "(0812)34567890"]
    for phone in written:
        assert (await door.ask(phone)).status_code == 202
        db.execute("delete from data.sign_in_attempts")
    response = check("public", await door.ask("81234567890"))
    refused(response, 429, "too_many_requests")
    assert 0 < int(response.headers["retry-after"]) <= 120


async def exhaust(redis: Redis, limit: Limit, who: str) -> None:
    """Take every place that there is."""
    url = redis.connection_pool.connection_kwargs
    limits = Limits(f"unix://{url['path']}")
    await taken(limits, limit, who, limit.at_once)
    await limits.close()


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/api/auth/otp", CODES_OF_ADDRESS), ("/api/auth/otp/verify", TRIES_OF_ADDRESS)],
)
async def test_an_address_that_asks_too_often_is_refused(
    http: httpx.AsyncClient, redis: Redis, path: str, limit: Limit
) -> None:
    await exhaust(redis, limit, "127.0.0.1/32")
    body = {"phone": new_phone(), "audience": "customer"}
    if path.endswith("verify"):
        body["code"] = "123456"
    refused(check("public", await http.post(path, json=body)), 429, "too_many_requests")


async def test_an_address_that_tries_passwords_too_often_is_refused(settings: Settings, redis: Redis) -> None:
    await exhaust(redis, LOGINS_OF_ADDRESS, "127.0.0.1/32")
    async with client_of(settings, create_internal_app) as client:
        response = await client.post(
            "/internal/auth/login", json={"email": "ratna@example.com", "password": "x"}
        )
        refused(check("internal", response), 429, "too_many_requests")


async def test_a_customer_who_chooses_too_often_is_refused(
    http: httpx.AsyncClient, settings: Settings, redis: Redis, db: Connection
) -> None:
    people = People(db)
    one, other = (Client(settings, http, "customer", people.customer()) for _ in range(2))
    await exhaust(redis, PAYMENTS_OF_CUSTOMER, str(one.id))
    body = {"duration_minutes": 30}
    response = await one.post("/api/client/payment-sessions", body)
    refused(check("public", response), 429, "too_many_requests")
    assert response.json()["retry_after"] == int(response.headers["retry-after"])
    assert (await other.post("/api/client/payment-sessions", body)).status_code == 201


async def test_without_redis_nobody_is_sent_a_code_and_everything_else_goes_on(
    without_redis: httpx.AsyncClient, settings: Settings, door: Door, db: Connection
) -> None:
    signed_in = await door.sign_in(new_phone())
    phone = new_phone()
    await door.ask(phone)

    away = Door(without_redis, settings.log_dir / "otp.log")
    response = check("public", await away.ask(new_phone()))
    refused(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert (await away.tell(phone, away.code(phone))).status_code == 200
    assert (await away.refresh(signed_in["refresh_token"])).status_code == 200
    customer = Client(settings, without_redis, "customer", People(db).customer())
    assert (await customer.post("/api/client/payment-sessions", {"duration_minutes": 30})).status_code == 201


# Who is counted


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ("203.0.113.7", [("203.0.113.7/32", 1), ("203.0.113.0/24", 8)]),
        ("::ffff:203.0.113.7", [("203.0.113.7/32", 1), ("203.0.113.0/24", 8)]),
        (
            "2001:db8:1:2f3:4:5:6:7",
            [("2001:db8:1:2f3::/64", 1), ("2001:db8:1:200::/56", 2), ("2001:db8:1::/48", 4)],
        ),
        ("::1", [("::/64", 1), ("::/56", 2), ("::/48", 4)]),
        ("", [("", 1)]),
    ],
)
def test_of_an_address_its_networks_are_counted(seen: str, counted: list[tuple[str, int]]) -> None:
    app = SimpleNamespace(ctx=SimpleNamespace(settings=SimpleNamespace(trusted_proxies=())))
    request: Any = SimpleNamespace(conn_info=SimpleNamespace(client_ip=seen), app=app)
    assert client_networks(cast(Request, request)) == counted


async def test_a_house_of_many_networks_has_few_times_the_places_of_one(limits: Limits) -> None:
    """Whoever has a /48 has 65,536 networks of a /64 each."""

    async def asked(address: str) -> bool:
        app = SimpleNamespace(ctx=SimpleNamespace(settings=SimpleNamespace(trusted_proxies=())))
        request: Any = SimpleNamespace(conn_info=SimpleNamespace(client_ip=address), app=app)
        try:
            await limits.check(SLOW, client_networks(cast(Request, request)))
        except TooManyRequests:
            return False
        return True

    def of(*addresses: str) -> list[str]:
        return [address for address in addresses for _ in range(SLOW.at_once)]

    one_56 = of("2001:db8:1:100::1", "2001:db8:1:101::1", "2001:db8:1:102::1")
    assert [await asked(address) for address in one_56] == [True] * 6 + [False] * 3
    others = of("2001:db8:1:200::1", "2001:db8:1:300::1", "2001:db8:1:400::1")
    assert [await asked(address) for address in others] == [True] * 6 + [False] * 3
    assert await asked("2001:db8:2:100::1")


async def test_what_is_refused_takes_a_place_of_none(limits: Limits, redis: Redis) -> None:
    await limits.check(replace(SLOW, at_once=1), [("one", 1), ("wider", 4)])
    before = {key: await redis.get(key) async for key in redis.scan_iter(f"{PREFIX}:slow:*")}
    with pytest.raises(TooManyRequests):
        await limits.check(replace(SLOW, at_once=1), [("one", 1), ("wider", 4)])
    assert {key: await redis.get(key) async for key in redis.scan_iter(f"{PREFIX}:slow:*")} == before


# Who can be shut out


async def test_malformed_requests_take_nothing_from_anybody(door: Door) -> None:
    phone = new_phone()
    for written in (
        f"+999{phone[-9:]}",
        f"x{phone[-9:]}",
        phone[-9:],
        f"+65{phone[-9:]}",
        f"00{phone[-9:]}0000000",
    ):
        assert (await door.ask(written)).status_code in (400, 403)
    for _ in range(10):
        await door.ask(f"halo {phone[-9:]}")
    assert (await door.ask(phone)).status_code == 202


async def test_a_known_device_signs_in_while_strangers_are_at_its_number(
    door: Door, redis: Redis, db: Connection
) -> None:
    """They have taken every place of the number and of the address, and locked it with wrong codes."""
    phone, device = new_phone(), "d" * 43
    await door.ask(phone, device=device)
    assert (await door.tell(phone, door.code(phone), device=device)).status_code == 200
    await door.ask(phone)
    for _ in range(5):
        await door.tell(phone, "000000")
    for limit, who in (
        (CODES_OF_NUMBER, phone),
        (CODES_OF_ADDRESS, "127.0.0.1/32"),
        (TRIES_OF_ADDRESS, "127.0.0.1/32"),
    ):
        await exhaust(redis, limit, who)
    db.execute("update data.app_config set value = '1' where key = 'otp_most_per_hour'")
    for stranger in (None, "s" * 43):
        refused(await door.ask(phone, device=stranger), 429, "too_many_requests")
    asked = check("public", await door.ask(phone, device=device))
    assert (asked.status_code, asked.json()["phone"]) == (202, phone)
    assert (await door.tell(phone, door.code(phone), device=device)).status_code == 200


async def test_an_hour_that_has_had_its_codes_is_told_so(door: Door, db: Connection) -> None:
    db.execute("update data.app_config set value = '1' where key = 'otp_most_per_hour'")
    assert (await door.ask(new_phone())).status_code == 202
    response = check("public", await door.ask(new_phone()))
    refused(response, 503, "codes_ran_out")
    assert int(response.headers["retry-after"]) > 1
