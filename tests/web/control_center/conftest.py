"""A service with weeks of history behind it, and operators of each role at their desks."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

import httpx
import psycopg
import pytest
import pytest_asyncio

from app.settings import Settings
from tests.cluster import TestCluster
from tests.conftest import Connection
from tests.ports import free_port
from tests.rest.harness import Client, People
from tests.simulate.conftest import Service, running
from tests.web.conftest import OpenPhone
from tests.web.control_center.desk import Desk, Operator
from tests.web.control_center.history import live_through
from tests.web.harness import OFFICE

DAYS = 30


class OpenDesk(Protocol):
    """Seats an operator of a role at a desk, which is put away when the test ends."""

    async def __call__(self, role: str = "operator", **options: Any) -> Desk: ...  # noqa: ANN401


@pytest.fixture(scope="session")
def service_settings(
    cluster: TestCluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database with a history, and a Redis, of these tests' own."""
    name = f"curhat_desk_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    cluster.create(name, template)
    with _owner(cluster.url(name)) as owner:
        live_through(owner, DAYS)
        # Nothing schedules jobs here: their signs of life are ours to give.
        owner.execute(
            "insert into data.heartbeats (process, at) select unnest(array['pg_cron', 'audit']), 'infinity' "
            "on conflict (process) do update set at = excluded.at"
        )
        for figures in ("daily_figures", "hourly_figures"):
            owner.execute(f"update data.{figures} set computed_at = computed_at + interval '1 hour'".encode())
    redis = cluster.redis(name)
    process = redis.start()
    try:
        yield Settings.from_environment(
            {
                "CURHAT_DATABASE_URL": cluster.url(name),
                "CURHAT_REDIS_URL": redis.url(),
                "CURHAT_HOME": str(tmp_path_factory.mktemp("desk")),
                "CURHAT_PUBLIC_PORT": str(free_port()),
                "CURHAT_INTERNAL_PORT": str(free_port()),
                "CURHAT_WORKERS": "1",
                "CURHAT_CORS_ORIGINS": f"http://127.0.0.1:{free_port()}",
            }
        )
    finally:
        process.terminate()
        process.wait()
        cluster.drop(name)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(service_settings: Settings) -> AsyncIterator[Service]:
    """The workers and listeners on that database."""
    async with running(service_settings, without=()) as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the public server."""
    url = f"http://127.0.0.1:{service.settings.public_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def internal(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the internal server."""
    url = f"http://127.0.0.1:{service.settings.internal_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def owner(service_settings: Settings) -> Iterator[Connection]:
    """A connection to the database as the owner of everything."""
    with _owner(service_settings.database_url) as connection:
        yield connection


@pytest.fixture
def new_customer(service: Service, api: httpx.AsyncClient, owner: Connection) -> Callable[[], Client]:
    return lambda: Client(service.settings, api, "customer", People(owner).customer())


@pytest.fixture
def new_mitra(service: Service, api: httpx.AsyncClient, owner: Connection) -> Callable[[], Client]:
    return lambda: Client(service.settings, api, "mitra", People(owner).mitra())


@pytest.fixture(scope="session")
def new_operator(
    service: Service, internal: httpx.AsyncClient, owner: Connection
) -> Callable[[str], Operator]:
    """Takes on an operator with a role."""

    def make(role: str) -> Operator:
        row = owner.execute(
            "insert into data.cc_users (email, display_name, role, created_at) "
            "select %s || count(*) || '@curhat.example', initcap(%s), %s, logic.now() from data.cc_users "
            "returning id, email",
            [role, role, role],
        ).fetchone()
        assert row is not None
        return Operator(service.settings, internal, row[0], row[1])

    return make


@pytest.fixture
def open_desk(open_phone: OpenPhone, new_operator: Callable[[str], Operator]) -> OpenDesk:
    """A desk for an operator of a role."""

    async def open_one(role: str = "operator", **options: Any) -> Desk:  # noqa: ANN401
        operator = new_operator(role)
        phone = await open_phone(operator, app="control-center", **{"viewport": OFFICE, **options})
        return Desk(phone, operator)

    return open_one


def _owner(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, options="-c role=curhat_owner -c timezone=UTC")
