"""Rate limits, counted in Redis for all workers together.

Each limit is a token bucket (GCRA: only the time at which it is full again is stored). A check is one script in
Redis, by Redis' clock: it takes a token, or says how long to wait. Phone numbers and addresses are stored as
hashes.

Every limit says whether it fails open or closed without Redis. Then nobody waits for Redis: it is tried again a
second later.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from math import ceil

import structlog
from redis.exceptions import RedisError
from sanic import Request

from app import redis_client
from app.http.proxies import client_address
from app.refusals import Refusal, TryAgain

PREFIX = "curhat:limit"
ANSWER_SECONDS = 0.25
PAUSE_SECONDS = 1.0

# KEYS: when each bucket is full again, in ms. ARGV: of each, ms per token, and its size. Takes a token from all of
# them or from none. Gives the ms to wait, or 0.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local longest, full_again = 0, {}
for i, key in ipairs(KEYS) do
    local pace, places = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local full = math.max(tonumber(redis.call('GET', key) or 0), now)
    longest = math.max(longest, full + pace - places * pace - now)
    full_again[i] = full + pace
end
if longest > 0 then
    return math.ceil(longest)
end
for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', full_again[i]), 'PX', math.ceil(full_again[i] - now))
end
return 0
"""

# How many times the tokens of one address its networks have, by prefix length: one customer may own a whole
# network.
IPV6_NETWORKS = ((64, 1), (56, 2), (48, 4))
IPV4_NETWORKS = ((32, 1), (24, 8))

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """A burst, a rate per ten minutes, and whether the limit fails open."""

    name: str
    at_once: int
    per_ten_minutes: int
    open_without_redis: bool

    @property
    def pace_ms(self) -> float:
        """After how long one token is refilled."""
        return 600_000 / self.per_ten_minutes


# A number has its own limit in the database as well; many people share an address behind a carrier's NAT.
CODES_OF_NUMBER = Limit("codes-number", at_once=5, per_ten_minutes=5, open_without_redis=True)
CODES_OF_ADDRESS = Limit("codes-address", at_once=30, per_ten_minutes=60, open_without_redis=False)
TRIES_OF_ADDRESS = Limit("tries-address", at_once=60, per_ten_minutes=120, open_without_redis=True)
LOGINS_OF_ADDRESS = Limit("logins-address", at_once=20, per_ten_minutes=40, open_without_redis=True)
UNPROVEN_NOTICES_OF_ADDRESS = Limit(
    "notices-address", at_once=20, per_ten_minutes=60, open_without_redis=True
)
PAYMENTS_OF_CUSTOMER = Limit("payments-customer", at_once=30, per_ten_minutes=300, open_without_redis=True)


class TooManyRequests(Refusal):
    """The rate limit is reached."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            429,
            "too_many_requests",
            f"Too many requests. Try again in {seconds} seconds.",
            {"retry_after": seconds},
        )


class Uncounted(TryAgain):
    """Redis cannot count it, and the limit fails closed."""

    def __init__(self) -> None:
        super().__init__(503, "unavailable", "This cannot be offered at the moment. Try again soon.")


class Limits:
    """The rate limits, over this worker's connection to Redis."""

    def __init__(self, redis_url: str) -> None:
        self._redis = redis_client.connect(
            redis_url, connect_seconds=ANSWER_SECONDS, answer_seconds=ANSWER_SECONDS
        )
        self._script = self._redis.register_script(SCRIPT)
        self._ask_again_at = 0.0

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Nothing is needed before the first check."""

    async def close(self) -> None:
        await self._redis.aclose()

    async def check(self, limit: Limit, who: str | Sequence[tuple[str, int]]) -> None:
        """Take a token of `limit` for `who`; or from the buckets of several, each so many times as large.

        Raises:
            TooManyRequests: there is none.
            Uncounted: Redis cannot be asked, and the limit fails closed.
        """
        wait_ms = await self._wait_ms(limit, [(who, 1)] if isinstance(who, str) else who)
        if wait_ms is None:
            if not limit.open_without_redis:
                raise Uncounted
        elif wait_ms:
            raise TooManyRequests(ceil(wait_ms / 1000))

    async def _wait_ms(self, limit: Limit, whom: Sequence[tuple[str, int]]) -> int | None:
        now = asyncio.get_running_loop().time()
        if now < self._ask_again_at:
            return None
        keys = [_key(limit, who) for who, _ in whom]
        args = [value for _, times in whom for value in (limit.pace_ms / times, limit.at_once * times)]
        try:
            waits = await self._script(keys=keys, args=args)
        except (RedisError, OSError) as error:
            self._ask_again_at = asyncio.get_running_loop().time() + PAUSE_SECONDS
            log.warning("limits are not counted", reason=repr(error))
            return None
        return int(waits)


def limits(request: Request) -> Limits:
    found: Limits = request.app.ctx.limits
    return found


def client_networks(request: Request) -> list[tuple[str, int]]:
    """The networks of a request's address, from the smallest on, each with how many times the tokens of one address
    it has. A home owns a /64 or a /56, a rented server may own a /48.
    """
    address = client_address(request)
    try:
        found = ip_address(address)
    except ValueError:
        return [(address, 1)]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    networks = IPV4_NETWORKS if isinstance(found, IPv4Address) else IPV6_NETWORKS
    return [(str(ip_network(f"{found}/{length}", strict=False)), times) for length, times in networks]


def _key(limit: Limit, who: str) -> str:
    return f"{PREFIX}:{limit.name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
