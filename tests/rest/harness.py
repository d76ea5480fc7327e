"""A real worker in the test's own event loop, people, and clients that call it as the apps do."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sanic import Sanic

from app.auth import Audience, issue_token
from app.http.edge import App
from app.http.routes import Listener
from app.identity.refresh import RefreshToken
from app.server import bind, create_internal_app, create_public_app, serving
from app.settings import Settings
from tests.conftest import Connect, Connection
from tests.rest.contract import check
from tests.waits import PATIENCE_SECONDS, until

__all__ = ["PATIENCE_SECONDS", "until"]

CREATE: Mapping[Listener, Callable[[Settings], App]] = {
    "public": create_public_app,
    "internal": create_internal_app,
}

numbers = itertools.count(1)

# Sanic replaces its own methods when an app starts. In test mode it restores them for the next app.
Sanic.test_mode = True


@dataclass(frozen=True)
class Worker:
    """A serving public worker."""

    app: App
    settings: Settings
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"


def settings_for(database_url: str, redis_url: str, home: Path) -> Settings:
    """Development settings with these servers."""
    settings = Settings.from_environment({"CURHAT_HOME": str(home)})
    return replace(settings, database_url=database_url, redis_url=redis_url)


@contextlib.asynccontextmanager
async def running(
    settings: Settings, create: Callable[[Settings], App] = create_public_app
) -> AsyncIterator[Worker]:
    """A worker on a free port. A failure in it fails the test."""
    app = create(settings)
    started, stop = asyncio.Event(), asyncio.Event()
    with bind("127.0.0.1", 0) as sock:

        async def serve() -> None:
            async with serving(app, sock):
                started.set()
                await stop.wait()

        async with background(serve()) as task:
            await until(lambda: started.is_set() or task.done())
            if task.done():
                await task
            yield Worker(app, settings, sock.getsockname()[1])
            stop.set()
            await task


@contextlib.asynccontextmanager
async def client_of(
    settings: Settings, create: Callable[[Settings], App] = create_public_app
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a worker of its own."""
    async with running(settings, create) as worker, client_at(worker.url) as client:
        yield client


def client_at(url: str) -> httpx.AsyncClient:
    """A client that calls this address."""
    return httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS)


@contextlib.asynccontextmanager
async def background(awaitable: Awaitable[None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run something beside the test and cancel it at the end. A failure in it fails the test."""
    task = asyncio.ensure_future(awaitable)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


# Whoever waits for a lock in one of our functions waits for as long as the test holds it, and not for lock_timeout.
WITH_PATIENCE = """
do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid from pg_proc
        where pronamespace in ('api'::regnamespace, 'control_center'::regnamespace) and prokind = 'f'
    loop
        execute format('alter function %s set lock_timeout to 0', v_function);
    end loop;
end
$$
"""


class Postgres:
    """Observes the test's database and interferes with it."""

    def __init__(self, monitor: Connection, database: str, connect: Connect) -> None:
        self._monitor = monitor
        self._database = database
        self._connect = connect

    @contextlib.contextmanager
    def locked(self, table: str, row_id: str, *, patience: bool = True) -> Iterator[None]:
        """Hold the lock of a row. With `patience`, lock_timeout does not apply to those who wait."""
        owner = self._connect(role="curhat_owner")
        if patience:
            owner.execute(WITH_PATIENCE)
        with owner.transaction():
            owner.execute(f"select from data.{table} where id = %s for update", [row_id])
            yield

    @contextlib.contextmanager
    def locked_tables(self, *tables: str) -> Iterator[None]:
        """Hold the locks of whole tables. lock_timeout does not apply to those who wait."""
        owner = self._connect(role="curhat_owner")
        owner.execute(WITH_PATIENCE)
        with owner.transaction():
            owner.execute(f"lock table {', '.join(f'data.{table}' for table in tables)}")
            yield

    def waiting(self) -> list[int]:
        """The backends waiting for a lock."""
        return self._backends("wait_event_type = 'Lock'")

    def asleep(self) -> list[int]:
        """The backends in pg_sleep."""
        return self._backends("wait_event = 'PgSleep'")

    def cut(self, pid: int) -> None:
        self._monitor.execute("select pg_terminate_backend(%s)", [pid])

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Terminate the app's connections and refuse new ones."""
        self._allow_connections("false")
        self._monitor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = %s and application_name = 'curhat app'",
            [self._database],
        )
        yield
        self._allow_connections("true")

    def _backends(self, condition: str) -> list[int]:
        query = f"select pid from pg_stat_activity where datname = %s and {condition}"
        return [pid for (pid,) in self._monitor.execute(query, [self._database])]

    def _allow_connections(self, allowed: str) -> None:
        self._monitor.execute(f'alter database "{self._database}" allow_connections {allowed}')


class People:
    """Adds customers, mitras and operators to the test's database."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def customer(self) -> UUID:
        return self._person("users", "Budi", "")

    def mitra(self) -> UUID:
        return self._person("mitras", "Sari", ", status_changed_at, idle_since")

    def operator(
        self, role: str = "admin", email: str | None = None, password_hash: str | None = None
    ) -> UUID:
        return self._insert(
            "insert into data.cc_users (email, display_name, role, password_hash, created_at) "
            "values (%s, 'Ratna', %s, %s, logic.now()) returning id",
            [email or f"ratna{next(numbers)}@curhat.example", role, password_hash],
        )

    def phone_of(self, customer_id: UUID) -> str:
        row = self._db.execute("select phone from data.users where id = %s", [customer_id]).fetchone()
        assert row is not None
        return str(row[0])

    def decide(self, failure_id: str) -> None:
        """Refund a failed payment, as an operator."""
        self._db.execute("select ops.action_failure(%s, 'refunded', 'Ratna')", [failure_id])

    def signed_in(self, audience: Audience, person_id: UUID) -> RefreshToken:
        """The refresh token of a new sign-in."""
        token = RefreshToken.first()
        self._db.execute(
            "select logic.start_sign_in(%s, %s, %s, %s)",
            [audience, person_id, token.sign_in_id, token.digest],
        )
        return token

    def _person(self, table: str, name: str, more: str) -> UUID:
        number = next(numbers)
        values = ", logic.now()" * more.count(",")
        return self._insert(
            f"insert into data.{table} (phone, display_name, created_at{more}) "
            f"values (%s, %s, logic.now(){values}) returning id",
            [f"+62811{number:07}", f"{name} {number}"],
        )

    def _insert(self, statement: str, values: list[str | None]) -> UUID:
        row = self._db.execute(statement, values).fetchone()
        assert row is not None
        assert isinstance(row[0], UUID)
        return row[0]


class Client:
    """A person's app, as far as REST is concerned. Checks every response against the route's row."""

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, audience: Audience, person_id: UUID
    ) -> None:
        self.id = person_id
        self.port = http.base_url.port
        self.audience = audience
        self.token = issue_token(settings, audience, person_id)
        self._http = http

    async def get(self, path: str, **query: str | int) -> httpx.Response:
        return check("public", await self._http.get(path, params=query, headers=self.headers()))

    async def post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        headers = self.headers() if key is None else {**self.headers(), "Idempotency-Key": key}
        return check("public", await self._http.post(path, json=body, headers=headers))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def pay(customer: Client, minutes: int = 15, **more: object) -> str:
    """A confirmed payment session's id."""
    created = await customer.post("/api/client/payment-sessions", {"duration_minutes": minutes, **more})
    assert created.status_code == 201, created.text
    payment_id: str = created.json()["id"]
    confirmed = await customer.post(f"/api/client/payment-sessions/{payment_id}/confirm")
    assert confirmed.status_code == 200, confirmed.text
    return payment_id


async def search(customer: Client) -> dict[str, Any]:
    """A running search on a new payment."""
    started = await customer.post("/api/client/chat-requests", {"payment_session_id": await pay(customer)})
    assert started.status_code == 201, started.text
    found: dict[str, Any] = started.json()
    return found


async def go_online(mitra: Client) -> None:
    response = await mitra.post("/api/mitra/status", {"online": True})
    assert response.status_code == 200, response.text


async def pair(customer: Client, mitra: Client) -> str:
    """A running chat's id."""
    await go_online(mitra)
    started = await search(customer)
    accepted = await mitra.post(f"/api/mitra/chat-requests/{started['id']}/accept")
    assert accepted.status_code == 200, accepted.text
    chat_id: str = accepted.json()["chat_session"]["id"]
    return chat_id
