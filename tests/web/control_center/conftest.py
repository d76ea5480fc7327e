"""Fixtures of the control center's browser tests: a service with weeks of history, and operators of each role."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

import httpx
import pytest
import pytest_asyncio

from app.settings import Settings
from tests.cluster import TestCluster
from tests.conftest import Connection
from tests.ports import free_port
from tests.rest.harness import Client, People
from tests.simulate.conftest import Service, running, settings_with_ports
from tests.web.conftest import OpenPhone, connect_as_owner, servers
from tests.web.control_center.desk import Desk, Operator
from tests.web.control_center.history import make_history
from tests.web.harness import OFFICE

DAYS = 30


class OpenDesk(Protocol):
    """Opens a desk for an operator of a role. It is closed when the test ends."""

    async def __call__(self, role: str = "operator", **options: Any) -> Desk: ...  # noqa: ANN401


@pytest.fixture(scope="session")
def service_settings(
    cluster: TestCluster, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A database with a history and a Redis, used only by these tests."""
    with servers(cluster, template, "desk") as (database_url, redis_url):
        with connect_as_owner(database_url) as owner:
            make_history(owner, DAYS)
            # No jobs are scheduled here, and a busy machine may starve a listener: no process has a gap.
            owner.execute(
                "insert into data.heartbeats (process, at) select unnest(array['pg_cron', 'audit', 'relay', "
                "'deadline listener', 'availability listener']), 'infinity' "
                "on conflict (process) do update set at = excluded.at"
            )
            # The tests' server lies in memory and flushes nothing, which is an alarm.
            owner.execute(
                "create or replace function logic.harmful_settings() returns table (name text, value text, harm text) "
                "language sql as 'select null, null, null where false'"
            )
            for figures in ("daily_figures", "hourly_figures"):
                owner.execute(
                    f"update data.{figures} set computed_at = computed_at + interval '1 hour'".encode()
                )
        yield settings_with_ports(
            database_url,
            redis_url,
            tmp_path_factory.mktemp("desk"),
            CURHAT_WORKERS="1",
            CURHAT_CORS_ORIGINS=f"http://127.0.0.1:{free_port()}",
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(service_settings: Settings) -> AsyncIterator[Service]:
    """Workers and listeners on that database."""
    async with running(service_settings, without=()) as service:
        yield service


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def api(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the public API."""
    url = f"http://127.0.0.1:{service.settings.public_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def internal(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the internal API."""
    url = f"http://127.0.0.1:{service.settings.internal_port}"
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def owner(service_settings: Settings) -> Iterator[Connection]:
    """A connection of the database's owner."""
    with connect_as_owner(service_settings.database_url) as connection:
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
    """Adds an operator with a role."""

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
    """Opens a desk for an operator of a role."""

    async def open_one(role: str = "operator", **options: Any) -> Desk:  # noqa: ANN401
        operator = new_operator(role)
        phone = await open_phone(operator, app="control-center", **{"viewport": OFFICE, **options})
        return Desk(phone, operator)

    return open_one
