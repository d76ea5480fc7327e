"""Fixtures for every test: a database, a Redis, and a clock that the test sets.

The first test that needs the cluster starts it; with xdist the controller does, for all workers.
"""

import gc
import itertools
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import psutil
import psycopg
import pytest

from app import redis_client
from app.migrate import MigrateError
from app.running.libpq import forget_libpq
from app.settings import Settings
from tests import cluster as clusters
from tests.cluster import TestCluster, server_programs
from workshop.embedded.postgres import PostgresError
from workshop.embedded.redis_server import RedisServer

APP_OPTIONS = {
    "curhat.app_rings": "on",
    "lock_timeout": "2000",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": "10000",
    "timezone": "UTC",
}
# The listeners' sessions are like the app's, but they notify within the transaction.
SESSIONS = {
    "curhat_app": APP_OPTIONS,
    "curhat_listener": {name: value for name, value in APP_OPTIONS.items() if name != "curhat.app_rings"},
}

CLUSTER = pytest.StashKey[TestCluster]()
PROBLEM = pytest.StashKey[str]()
numbers = itertools.count(1)

Connection = psycopg.Connection[Any]


class Connect(Protocol):
    """Opens connections to the test's database; they are closed when the test ends."""

    def __call__(self, role: str | None = "curhat_app", **settings: str) -> Connection: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run choose its Postgres."""
    parser.addoption(
        "--pg",
        metavar="MAJOR|DIRECTORY",
        help="Postgres to test with: an installed major, or the directory of a server's programs. "
        "Without it: CURHAT_POSTGRES, else the choice of `curhat up`.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Pass the choice to every process of this run, and forget libpq's variables: they are about another server."""
    forget_libpq()
    chosen = config.getoption("--pg")
    if chosen:
        os.environ["CURHAT_POSTGRES"] = Settings.from_environment({"CURHAT_POSTGRES": chosen}).postgres
    try:
        server_programs()
    except PostgresError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that need an extension which the server does not have."""
    programs = server_programs()
    for item in items:
        for mark in item.iter_markers("needs"):
            (library,) = mark.args
            if not programs.has_library(library):
                reason = f"PostgreSQL {programs.major} in {programs.directory} has no {library}"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401
    """Tell an xdist worker where the cluster is, and what went wrong with its template."""
    run_cluster(node.config)
    node.workerinput["cluster"] = str(node.config.stash[CLUSTER].base)
    node.workerinput["problem"] = node.config.stash[PROBLEM]


def run_cluster(config: pytest.Config) -> None:
    """Start the cluster, or join it as a worker. The run's configuration keeps it."""
    if CLUSTER in config.stash:
        return
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[CLUSTER] = TestCluster(Path(workerinput["cluster"]))
        config.stash[PROBLEM] = workerinput["problem"]
        return
    config.stash[CLUSTER] = TestCluster.start()
    config.stash[PROBLEM] = ""
    config.add_cleanup(config.stash[CLUSTER].stop)
    try:
        config.stash[CLUSTER].prepare_extensions()
        config.stash[CLUSTER].make_template()
    except MigrateError as error:
        config.stash[PROBLEM] = str(error)


@pytest.fixture(scope="session", autouse=True)
def nothing_outlives_the_run(pytestconfig: pytest.Config) -> Iterator[None]:
    """At its end a worker has no child process and no socket that it did not have at its beginning.

    A connection, subscription or listener that nobody closed holds a socket, here or in a child. Without workers
    nothing is checked: there the cluster is a child of this process.
    """
    if not hasattr(pytestconfig, "workerinput"):
        yield
        return
    before = _connections()
    yield
    gc.collect()
    assert (psutil.Process().children(recursive=True), _connections() - before) == ([], set())


def _connections() -> set[object]:
    """The sockets of this process, except those that an event loop has to itself."""
    found: set[object] = set()
    for one in psutil.Process().net_connections("all"):
        if one.family == socket.AF_UNIX and not one.laddr:
            with socket.socket(fileno=os.dup(one.fd)) as copy, suppress(OSError):
                if copy.getpeername():
                    found.add((one, copy.getpeername()))
        else:
            found.add(one)
    return found


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> TestCluster:
    """The Postgres cluster of this run."""
    run_cluster(pytestconfig)
    return pytestconfig.stash[CLUSTER]


@pytest.fixture(scope="session")
def template(cluster: TestCluster, pytestconfig: pytest.Config) -> str:
    """The name of the database with our migrations and our sql/. Nobody may stay connected to it."""
    if pytestconfig.stash[PROBLEM]:
        pytest.fail(pytestconfig.stash[PROBLEM], pytrace=False)
    return clusters.TEMPLATE


@pytest.fixture(scope="session")
def monitor(cluster: TestCluster) -> Iterator[Connection]:
    """A superuser's connection that watches all others. It is connected to another database."""
    with cluster.monitor() as connection:
        yield connection


@pytest.fixture
def wait_for_lock(monitor: Connection) -> Callable[[int], None]:
    """A function that returns when the backend with this pid waits for another's lock."""
    return partial(clusters.wait_for_lock, monitor)


@pytest.fixture
def database(cluster: TestCluster, template: str) -> Iterator[str]:
    """The name of a fresh clone of the migrated template."""
    name = _database_name()
    cluster.create(name, template)
    yield name
    cluster.drop(name)


@pytest.fixture
def empty_database(cluster: TestCluster) -> Iterator[str]:
    """The name of a database without anything of ours in it."""
    name = _database_name()
    cluster.create(name)
    yield name
    cluster.drop(name)


@pytest.fixture
def database_url(cluster: TestCluster, database: str) -> str:
    """The URL of a fresh clone, for the login that owns the database and is a member of every role."""
    return cluster.url(database)


@pytest.fixture
def connect(database_url: str) -> Iterator[Connect]:
    """Opens connections in autocommit mode, by default with the app's role and settings."""
    with ExitStack() as stack:

        def open_connection(role: str | None = "curhat_app", **settings: str) -> Connection:
            options = {**SESSIONS.get(role or "", {"timezone": "UTC"}), **settings}
            if role is not None:
                options["role"] = role
            return stack.enter_context(
                psycopg.connect(
                    database_url,
                    autocommit=True,
                    options=" ".join(f"-c {name}={value}" for name, value in options.items()),
                )
            )

        yield open_connection


@pytest.fixture
def db(connect: Connect) -> Connection:
    """A connection as the owner of everything, in autocommit mode."""
    return connect(role="curhat_owner")


@pytest.fixture
def admin(cluster: TestCluster, database: str) -> Iterator[Connection]:
    """A superuser's connection to the test's database."""
    with psycopg.connect(cluster.superuser_url(database), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def redis_server(cluster: TestCluster) -> Iterator[RedisServer]:
    """A Redis for this process. Redis channels span its databases, so processes cannot share one."""
    server = cluster.redis(_worker())
    process = server.start()
    try:
        yield server
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The URL of an empty Redis."""
    url = redis_server.url()
    with redis_client.connect_blocking(url) as client:
        client.flushall()
    return url


@dataclass
class Clock:
    """The clock of one test database. It stands still until it is set or advanced."""

    _connection: Connection

    def now(self) -> datetime:
        """What the clock shows."""
        row = self._connection.execute("select logic.now()").fetchone()
        assert row is not None
        assert isinstance(row[0], datetime)
        return row[0]

    def set(self, at: datetime) -> datetime:
        """Set the clock. Every transaction sees it at its next statement."""
        self._connection.execute("update test.clock set at = %s", [at])
        return at

    def advance(self, seconds: float = 0, **more: float) -> datetime:
        """Advance the clock by seconds, or by `minutes=` and the like, and return the new time."""
        return self.set(self.now() + timedelta(seconds=seconds, **more))


@pytest.fixture
def clock(connect: Connect) -> Clock:
    """Stop the database's clock at the present moment. From then on the test advances it."""
    connection = connect(role=None)
    connection.execute("create schema test authorization curhat_owner")
    connection.execute("set role curhat_owner")
    connection.execute("create table test.clock (at timestamptz not null)")
    connection.execute("insert into test.clock values (%s)", [datetime.now(UTC)])
    connection.execute(
        """
        create or replace function logic.now()
        returns timestamptz
        language sql stable security definer set search_path = ''
        as $$ select at from test.clock $$
        """
    )
    return Clock(connection)


def _database_name() -> str:
    return f"curhat_{_worker()}_{next(numbers)}"


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")
