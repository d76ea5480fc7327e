"""How often somebody may ask, counted in Redis for all workers together.

Each limit is a bucket that refills at a steady pace (GCRA: what is kept is the one time at which it will be full
again). A check is one script in Redis, by Redis' clock: it either takes a place or says how long to wait. Who is
counted (a number, an address) is kept as a hash.

Every limit says what happens when Redis cannot be asked. Then nobody waits for it: it is asked again a second later.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from math import ceil

import structlog
from redis.exceptions import RedisError
from sanic import Request

from app import redis_client
from app.db import Refusal, TryAgain
from app.http.proxies import client_address

PREFIX = "curhat:limit"
ANSWER_SECONDS = 0.25
PAUSE_SECONDS = 1.0

# KEYS[1]: when the bucket is full again, in ms. ARGV: ms for one place, places in all. Gives the ms to wait, or 0.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local pace, places = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local wait = full + pace - places * pace - now
if wait > 0 then
    return math.ceil(wait)
end
redis.call('SET', KEYS[1], string.format('%.0f', full + pace), 'PX', math.ceil(full + pace - now))
return 0
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once, and so many in ten minutes after that; and whether it lets through what it cannot count."""

    name: str
    at_once: int
    per_ten_minutes: int
    open_without_redis: bool

    @property
    def pace_ms(self) -> float:
        """After how long a place that was taken is free again."""
        return 600_000 / self.per_ten_minutes


# A number has its own throttle in the database as well; many people share an address behind a carrier's NAT.
CODES_OF_NUMBER = Limit("codes-number", at_once=5, per_ten_minutes=5, open_without_redis=True)
CODES_OF_ADDRESS = Limit("codes-address", at_once=30, per_ten_minutes=60, open_without_redis=False)
TRIES_OF_ADDRESS = Limit("tries-address", at_once=60, per_ten_minutes=120, open_without_redis=True)
LOGINS_OF_ADDRESS = Limit("logins-address", at_once=20, per_ten_minutes=40, open_without_redis=True)
PAYMENTS_OF_CUSTOMER = Limit("payments-customer", at_once=30, per_ten_minutes=300, open_without_redis=True)


class TooManyRequests(Refusal):
    """Somebody asks too often."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            429,
            "too_many_requests",
            f"Too many requests. Try again in {seconds} seconds.",
            {"retry_after": seconds},
        )


class Uncounted(TryAgain):
    """It cannot be counted, and is not offered uncounted."""

    def __init__(self) -> None:
        super().__init__(503, "unavailable", "This cannot be offered at the moment. Try again soon.")


class Limits:
    """The limits of one worker, and its connection to the Redis where all workers count."""

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

    async def check(self, limit: Limit, who: str) -> None:
        """Take a place of `limit` for `who`.

        Raises:
            TooManyRequests: none is free.
            Uncounted: Redis cannot be asked, and the limit is one that then lets nobody through.
        """
        wait_ms = await self._wait_ms(limit, who)
        if wait_ms is None:
            if not limit.open_without_redis:
                raise Uncounted
        elif wait_ms:
            raise TooManyRequests(ceil(wait_ms / 1000))

    async def _wait_ms(self, limit: Limit, who: str) -> int | None:
        now = asyncio.get_running_loop().time()
        if now < self._ask_again_at:
            return None
        try:
            waits = await self._script(keys=[_key(limit, who)], args=[limit.pace_ms, limit.at_once])
        except (RedisError, OSError) as error:
            self._ask_again_at = asyncio.get_running_loop().time() + PAUSE_SECONDS
            log.warning("limits are not counted", reason=repr(error))
            return None
        return int(waits)


def limits(request: Request) -> Limits:
    found: Limits = request.app.ctx.limits
    return found


def client_network(request: Request) -> str:
    """Where a request comes from, as far as it counts: of an IPv6 address the network, since a home has all of one."""
    address = client_address(request)
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), 64), strict=False))


def last_digits(phone: str) -> str:
    """What is the same of a number however it is written: the database knows the rest."""
    return "".join(filter(str.isdigit, phone))[-9:]


def _key(limit: Limit, who: str) -> str:
    return f"{PREFIX}:{limit.name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
