"""Rate limits: counted in Redis for all workers, with a decision for each when Redis is gone."""

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

from app import redis_client
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
from tests.auth.client import AuthClient, new_phone
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
    async with redis_client.connect(redis_url) as client:
        yield client


async def allowed(limits: Limits, limit: Limit, who: str, times: int) -> list[bool]:
    """For each of so many requests, whether it was allowed."""

    async def take() -> bool:
        try:
            await limits.check(limit, who)
        except TooManyRequests:
            return False
        return True

    return [await take() for _ in range(times)]


async def test_a_burst_is_limited_per_key_and_limit(limits: Limits) -> None:
    assert await allowed(limits, SLOW, "one", 5) == [True, True, True, False, False]
    assert await allowed(limits, SLOW, "other", 3) == [True, True, True]
    assert await allowed(limits, replace(SLOW, name="another"), "one", 3) == [True, True, True]


async def test_workers_count_together(limits: Limits, redis_url: str) -> None:
    other = Limits(redis_url)
    asked = await asyncio.gather(*(allowed(one, SLOW, "one", 5) for one in (limits, other)))
    assert sum(map(sum, asked)) == SLOW.at_once
    await other.close()


async def test_a_request_is_allowed_again_after_the_stated_time(limits: Limits, redis: Redis) -> None:
    """Redis has no clock to set, so the token bucket is moved back by the time that would have refilled it."""
    await allowed(limits, SLOW, "one", 3)
    with pytest.raises(TooManyRequests) as caught:
        await limits.check(SLOW, "one")
    assert 590 < (caught.value.retry_after or 0) <= 600
    (key,) = [key async for key in redis.scan_iter(f"{PREFIX}:slow:*")]
    full_again = int(await redis.get(key) or 0)
    await redis.set(key, full_again - 599_000)
    assert await allowed(limits, SLOW, "one", 1) == [False]
    await redis.set(key, full_again - 600_000)
    assert await allowed(limits, SLOW, "one", 2) == [True, False]


async def test_a_key_expires_and_holds_no_phone_number(limits: Limits, redis: Redis) -> None:
    await limits.check(SLOW, "+6281234567890")
    (key,) = [key async for key in redis.scan_iter(f"{PREFIX}:*")]
    assert 590_000 < await redis.pttl(key) <= 600_000
    assert b"81234567890" not in key


async def test_a_check_is_one_round_trip(limits: Limits, redis: Redis) -> None:
    await limits.check(SLOW, "one")
    await redis.config_resetstat()
    await allowed(limits, SLOW, "one", 5)
    calls = {
        name: stats["calls"] for name, stats in (await redis.info("commandstats")).items() if "eval" in name
    }
    assert calls == {"cmdstat_evalsha": 5}


async def test_a_flushed_script_is_loaded_again(limits: Limits, redis: Redis) -> None:
    await limits.check(SLOW, "one")
    await redis.script_flush()
    assert await allowed(limits, SLOW, "one", 3) == [True, True, False]


# Without Redis


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
async def test_each_limit_is_open_or_closed_without_redis(limit: Limit, *, is_open: bool) -> None:
    limits = Limits(NOBODYS_REDIS)
    if is_open:
        await limits.check(limit, "one")
    else:
        with pytest.raises(Uncounted):
            await limits.check(limit, "one")
    await limits.close()


async def test_a_silent_redis_delays_only_the_first_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits_module, "PAUSE_SECONDS", 3600.0)
    async with silent_server() as (port, asked):
        limits = Limits(f"redis://127.0.0.1:{port}")
        for _ in range(5):
            await limits.check(SLOW, "one")
        await limits.close()
    assert len(asked) == 1


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """The port of a server that accepts connections and does not answer, and those connections."""
    asked: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: asked.append(writer), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], asked
    finally:
        for writer in asked:
            writer.close()
        server.close()


async def test_limits_count_again_when_redis_is_back(
    limits: Limits, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "PAUSE_SECONDS", 0.0)
    await redis.client_pause(timeout=60_000, all=False)
    assert await allowed(limits, SLOW, "one", 4) == [True] * 4
    await redis.client_unpause()
    # Another bucket: Redis may still run what it was asked for while it was silent.
    assert await allowed(limits, SLOW, "two", 4) == [True, True, True, False]


# Over REST


@pytest.fixture
async def without_redis(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(replace(settings, redis_url=NOBODYS_REDIS)) as client:
        yield client


async def test_codes_for_a_number_are_limited_across_spellings(auth: AuthClient, db: Connection) -> None:
    """The limit applies before the database's own, which is reset here after each request."""
    written = ["0812 3456 7890", "+6281234567890", "62-812-3456-7890", "081234567890", "(0812)34567890"]
    for phone in written:
        assert (await auth.request_code(phone)).status_code == 202
        db.execute("delete from data.sign_in_attempts")
    response = check("public", await auth.request_code("81234567890"))
    refused(response, 429, "too_many_requests")
    assert 0 < int(response.headers["retry-after"]) <= 120


async def exhaust(redis: Redis, limit: Limit, who: str) -> None:
    """Use up a limit."""
    url = redis.connection_pool.connection_kwargs
    limits = Limits(f"unix://{url['path']}")
    await allowed(limits, limit, who, limit.at_once)
    await limits.close()


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/api/auth/otp", CODES_OF_ADDRESS), ("/api/auth/otp/verify", TRIES_OF_ADDRESS)],
)
async def test_codes_and_tries_are_limited_per_address(
    http: httpx.AsyncClient, redis: Redis, path: str, limit: Limit
) -> None:
    await exhaust(redis, limit, "127.0.0.1/32")
    body = {"phone": new_phone(), "audience": "customer"}
    if path.endswith("verify"):
        body["code"] = "123456"
    refused(check("public", await http.post(path, json=body)), 429, "too_many_requests")


async def test_logins_are_limited_per_address(settings: Settings, redis: Redis) -> None:
    await exhaust(redis, LOGINS_OF_ADDRESS, "127.0.0.1/32")
    async with client_of(settings, create_internal_app) as client:
        response = await client.post(
            "/internal/auth/login", json={"email": "ratna@example.com", "password": "x"}
        )
        refused(check("internal", response), 429, "too_many_requests")


async def test_new_payments_are_limited_per_customer(
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


async def test_without_redis_no_codes_are_sent_and_everything_else_works(
    without_redis: httpx.AsyncClient, settings: Settings, auth: AuthClient, db: Connection
) -> None:
    signed_in = await auth.sign_in(new_phone())
    phone = new_phone()
    await auth.request_code(phone)

    away = AuthClient(without_redis, settings.log_dir / "otp.log")
    response = check("public", await away.request_code(new_phone()))
    refused(response, 503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert (await away.enter_code(phone, away.code(phone))).status_code == 200
    assert (await away.refresh(signed_in["refresh_token"])).status_code == 200
    customer = Client(settings, without_redis, "customer", People(db).customer())
    assert (await customer.post("/api/client/payment-sessions", {"duration_minutes": 30})).status_code == 201


# Client addresses


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
def test_an_address_counts_for_its_networks(seen: str, counted: list[tuple[str, int]]) -> None:
    app = SimpleNamespace(ctx=SimpleNamespace(settings=SimpleNamespace(trusted_proxies=())))
    request: Any = SimpleNamespace(conn_info=SimpleNamespace(client_ip=seen), app=app)
    assert client_networks(cast(Request, request)) == counted


async def test_a_large_network_gets_only_a_few_times_the_limit_of_one_address(limits: Limits) -> None:
    """A /48 contains 65,536 networks of size /64."""

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


async def test_a_refused_request_counts_for_no_network(limits: Limits, redis: Redis) -> None:
    await limits.check(replace(SLOW, at_once=1), [("one", 1), ("wider", 4)])
    before = {key: await redis.get(key) async for key in redis.scan_iter(f"{PREFIX}:slow:*")}
    with pytest.raises(TooManyRequests):
        await limits.check(replace(SLOW, at_once=1), [("one", 1), ("wider", 4)])
    assert {key: await redis.get(key) async for key in redis.scan_iter(f"{PREFIX}:slow:*")} == before


# Denial of service against others


async def test_malformed_requests_do_not_count_against_a_number(auth: AuthClient) -> None:
    phone = new_phone()
    for written in (
        f"+999{phone[-9:]}",
        f"x{phone[-9:]}",
        phone[-9:],
        f"+65{phone[-9:]}",
        f"00{phone[-9:]}0000000",
    ):
        assert (await auth.request_code(written)).status_code in (400, 403)
    for _ in range(10):
        await auth.request_code(f"halo {phone[-9:]}")
    assert (await auth.request_code(phone)).status_code == 202


async def test_a_known_device_signs_in_while_strangers_attack_its_number(
    auth: AuthClient, redis: Redis, db: Connection
) -> None:
    """Strangers have used up the limits of number and address, and locked the number with wrong codes."""
    phone, device = new_phone(), "d" * 43
    await auth.request_code(phone, device=device)
    assert (await auth.enter_code(phone, auth.code(phone), device=device)).status_code == 200
    await auth.request_code(phone)
    for _ in range(5):
        await auth.enter_code(phone, "000000")
    for limit, who in (
        (CODES_OF_NUMBER, phone),
        (CODES_OF_ADDRESS, "127.0.0.1/32"),
        (TRIES_OF_ADDRESS, "127.0.0.1/32"),
    ):
        await exhaust(redis, limit, who)
    db.execute("update data.app_config set value = '1' where key = 'otp_most_per_hour'")
    for stranger in (None, "s" * 43):
        refused(await auth.request_code(phone, device=stranger), 429, "too_many_requests")
    asked = check("public", await auth.request_code(phone, device=device))
    assert (asked.status_code, asked.json()["phone"]) == (202, phone)
    assert (await auth.enter_code(phone, auth.code(phone), device=device)).status_code == 200


async def test_a_used_up_hour_of_codes_is_refused(auth: AuthClient, db: Connection) -> None:
    db.execute("update data.app_config set value = '1' where key = 'otp_most_per_hour'")
    assert (await auth.request_code(new_phone())).status_code == 202
    response = check("public", await auth.request_code(new_phone()))
    refused(response, 503, "codes_ran_out")
    assert int(response.headers["retry-after"]) > 1
