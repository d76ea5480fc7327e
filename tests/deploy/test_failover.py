"""The primary dies under load, the standby becomes the primary, and nothing is lost or left hanging.

Everything runs as deploy/ has it: a login for each kind of process, several servers in each URL, no CURHAT_HOME.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from app.running.programs import NEEDS
from app.settings import Settings
from tests.deploy.pair import Connection, Pair
from tests.rest.harness import Client
from tests.run.conftest import Curhat
from tests.sockets.harness import Socket, signed_in
from tests.waits import until, wait_until

pytestmark = pytest.mark.needs("pg_cron")  # as the deployed Postgres

SECRETS = {
    "CURHAT_JWT_KEYS": f"one:{'k' * 32}",
    "CURHAT_OPERATOR_JWT_KEYS": f"operators:{'o' * 32}",
    "CURHAT_OTP_SENDER": "http://127.0.0.1:9/nobody",
}
CREATE = "/api/client/payment-sessions"
SEARCH_SECONDS = 5

LOGINS = {"public": "curhat_public", "internal": "curhat_internal", "listen": "curhat_listen"}
COMMANDS = {
    "public": ("serve", "--only", "public"),
    "internal": ("serve", "--only", "internal"),
    "listen": ("listen",),
}


class Servers(Protocol):
    """The service's Postgres servers."""

    def url(self, login: str) -> str: ...


@dataclass
class Service:
    """Our processes, each with its own login."""

    parts: dict[str, Curhat]
    settings: Settings

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.parts['public'].public_port}"

    @property
    def internal_url(self) -> str:
        return f"http://127.0.0.1:{self.parts['internal'].internal_port}"

    def healthy(self) -> bool:
        """Whether every part reports that it is healthy."""
        return all(curhat.run("healthy", part).returncode == 0 for part, curhat in self.parts.items())

    def said(self) -> str:
        """What they have logged."""
        return "\n".join(curhat.said() for curhat in self.parts.values())


@contextmanager
def serving(pair: Servers, redis_url: str, directory: Path) -> Iterator[Service]:
    """The service, once everything in it is ready."""
    parts = {
        part: Curhat(
            directory / part,
            {
                "CURHAT_ENV": "production",
                "CURHAT_HOME": "/proc/no/such/place",
                **{name: SECRETS[name] for name in NEEDS.get(part, ())},
                "CURHAT_DATABASE_URL": pair.url(login),
                "CURHAT_REDIS_URL": redis_url,
            },
            part,
        )
        for part, login in LOGINS.items()
    }
    settings = Settings.from_environment({"CURHAT_ENV": "production", **SECRETS})
    settings = replace(settings, public_port=parts["public"].public_port)
    try:
        for part, curhat in parts.items():
            curhat.start(*COMMANDS[part])
        service = Service(parts, settings)
        wait_until(lambda: service.said().count("all programs are ready") == len(parts), "all are ready")
        yield service
    finally:
        for curhat in parts.values():
            curhat.end()


@pytest.fixture
def service(pair: Pair, redis_url: str, tmp_path: Path) -> Iterator[Service]:
    with serving(pair, redis_url, tmp_path) as service:
        yield service


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.public_url, timeout=30) as client:
        yield client


@dataclass
class Payer:
    """A customer who pays again and again, and retries with the same key until there is an answer."""

    client: Client
    confirmed: list[str] = field(default_factory=list)
    unanswered: int = 0

    async def pay(self) -> None:
        while True:
            created = await self.until_answered(CREATE, {"duration_minutes": 15})
            confirmed = await self.until_answered(f"{CREATE}/{created['id']}/confirm")
            assert confirmed["status"] == "confirmed"
            self.confirmed.append(confirmed["id"])

    async def until_answered(self, path: str, body: object = None) -> dict[str, Any]:
        key = str(uuid4())
        while True:
            response = await self.client.post(path, body, key)
            if response.status_code == 429:
                await asyncio.sleep(response.json()["retry_after"])
                continue
            if response.status_code != 503:
                assert response.is_success, response.text
                answer: dict[str, Any] = response.json()
                return answer
            self.unanswered += 1
            await asyncio.sleep(0.05)


@asynccontextmanager
async def paying(payers: list[Payer]) -> AsyncIterator[None]:
    """They pay while the context is open; a wrong answer fails the test."""
    tasks = [asyncio.create_task(payer.pay()) for payer in payers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


async def each_has_paid(payers: list[Payer], times: int) -> None:
    """Return when each of them has paid so many times more."""
    wanted = {id(payer): len(payer.confirmed) + times for payer in payers}
    await until(lambda: all(len(payer.confirmed) >= wanted[id(payer)] for payer in payers))


async def frame_about(socket: Socket, frame_type: str, payment_id: str) -> None:
    """Return when such a frame about this payment has come."""
    while (await socket.frame_of(frame_type)).get("payment_session_id") != payment_id:
        pass


def customers(connection: Connection, count: int) -> list[UUID]:
    return [row[0] for row in connection.execute("select id from ops.seed_people(%s, 0)", [count])]


def nothing_is_lost(now_primary: Connection, payers: list[Payer]) -> None:
    """Every payment that was reported as confirmed is confirmed; none exists twice; the audit is empty."""
    told = [payment for payer in payers for payment in payer.confirmed]
    kept = now_primary.execute(
        """
        select count(*) from data.payment_sessions p
        where p.id = any (%s::uuid[]) and p.status = 'confirmed' and 1 = (
            select count(*) from data.events e where e.entity_id = p.id and e.to_status = 'confirmed'
        )
        """,
        [told],
    ).fetchone()
    assert kept == (len(told),)
    # Each payer stopped with at most one payment in progress: no retry made a second one.
    made = now_primary.execute(
        "select count(*) from data.payment_sessions where customer_id = any (%s)",
        [[payer.client.id for payer in payers]],
    ).fetchone()
    assert made is not None
    assert len(told) <= made[0] <= len(told) + len(payers)
    assert now_primary.execute("select * from ops.audit()").fetchall() == []


async def test_when_the_primary_dies_the_standby_takes_over_with_every_confirmed_payment(
    pair: Pair, service: Service, http: httpx.AsyncClient
) -> None:
    with pair.primary.superuser() as primary:
        people = [Client(service.settings, http, "customer", one) for one in customers(primary, 5)]
        primary.execute(
            "select ops.set_config('pairing_blast_timeout_seconds', %s, 'test')", [str(SEARCH_SECONDS)]
        )
        primary.execute("create table booted (at timestamptz default clock_timestamp())")
        primary.execute("select cron.schedule('boot', '@reboot', 'insert into booted default values')")
    waiting, *others = people
    payers = [Payer(client) for client in others]

    async with signed_in(waiting) as socket, paying(payers):
        await each_has_paid(payers, 3)
        # A search whose window ends after the primary has died.
        searcher = Payer(waiting)
        created = await searcher.until_answered(CREATE, {"duration_minutes": 15})
        await searcher.until_answered(f"{CREATE}/{created['id']}/confirm")
        await searcher.until_answered("/api/client/chat-requests", {"payment_session_id": created["id"]})

        pair.primary.kill()
        await until(lambda: all(payer.unanswered for payer in payers))
        pair.promote_standby()

        await each_has_paid(payers, 3)
        await frame_about(socket, "PAIRING_FAILED", created["id"])

    with pair.standby.superuser() as now_primary:
        nothing_is_lost(now_primary, payers)
        beats = (
            "select bool_and(at > pg_postmaster_start_time()) from data.heartbeats "
            "where process not in ('pg_cron', 'audit')"  # run by pg_cron, once a minute or less often
        )
        assert now_primary.execute(beats).fetchone() == (True,)
        wait_until(
            lambda: now_primary.execute("select from booted").rowcount == 1,
            "pg_cron runs the jobs of the old primary on the new one",
        )
    async with httpx.AsyncClient(timeout=30) as anybody:
        assert (await anybody.get(f"{service.internal_url}/readyz")).json()["database"] == "ok"
    assert service.healthy()


@pytest.mark.parametrize(
    ("login", "may", "may_not"),
    [
        ("curhat_public", "select api.ready()", "select api.fire_due(1)"),
        ("curhat_internal", "select from control_center.payments", "select api.ready()"),
        ("curhat_listen", "select api.fire_due(1)", "select api.ready()"),
    ],
)
def test_a_login_has_the_rights_of_its_kind_of_process_and_no_more(
    pair: Pair, login: str, may: str, may_not: str
) -> None:
    with psycopg.connect(pair.url(login), autocommit=True) as connection:
        connection.execute(may.encode())
        for denied in (may_not, "select from data.users", "set role curhat_owner", "create role another"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(denied.encode())


def test_only_with_its_password_is_anybody_let_in(pair: Pair) -> None:
    for login in ("curhat", *LOGINS.values()):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(pair.url(login), password="another")
