"""What every test may ask for: a database of its own, a Redis of its own, and a clock that it sets.

The cluster is started when the first test asks for it; with xdist by the controller, for all workers.
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
# The listeners' sessions are as the app's, but ring the bell within the transaction.
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
        help="Which Postgres to test with: a major that is installed, or the directory of a server's programs. "
        "Without it: CURHAT_POSTGRES, else what `curhat up` takes.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell the choice to every process of this run; without libpq's variables, which are of somebody else's server."""
    forget_libpq()
    chosen = config.getoption("--pg")
    if chosen:
        os.environ["CURHAT_POSTGRES"] = Settings.from_environment({"CURHAT_POSTGRES": chosen}).postgres
    try:
        server_programs()
    except PostgresError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs an extension that the server does not have, by its name."""
    programs = server_programs()
    for item in items:
        for mark in item.iter_markers("needs"):
            (library,) = mark.args
            if not programs.has_library(library):
                reason = f"PostgreSQL {programs.major} in {programs.directory} has no {library}"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401
    """Tell an xdist worker where the cluster is, and whether its template could not be made."""
    run_cluster(node.config)
    node.workerinput["cluster"] = str(node.config.stash[CLUSTER].base)
    node.workerinput["problem"] = node.config.stash[PROBLEM]


def run_cluster(config: pytest.Config) -> None:
    """Start the cluster, or as a worker join it, and keep it with the run's configuration."""
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
    """Whatever the tests started or opened is gone at the end: each process but a worker's children, each socket.

    A connection, a subscription or a listener that nobody closed holds a socket, here or in a child. Alone, without
    workers, the cluster is a child of this process.
    """
    if not hasattr(pytestconfig, "workerinput"):
        yield
        return
    before = _connections()
    yield
    gc.collect()
    assert (psutil.Process().children(recursive=True), _connections() - before) == ([], set())


def _connections() -> set[object]:
    """The sockets of this process that lead out of it; those of an event loop to itself do not."""
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
    """The name of the database that holds our migrations and our sql/. Nobody may stay connected to it."""
    if pytestconfig.stash[PROBLEM]:
        pytest.fail(pytestconfig.stash[PROBLEM], pytrace=False)
    return clusters.TEMPLATE


@pytest.fixture(scope="session")
def monitor(cluster: TestCluster) -> Iterator[Connection]:
    """A superuser's connection, to look at what all others do. Connected to another database."""
    with cluster.monitor() as connection:
        yield connection


@pytest.fixture
def wait_for_lock(monitor: Connection) -> Callable[[int], None]:
    """A function that returns when the backend with this pid waits for a lock of another."""
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
    """Opens connections in autocommit mode, by default with role and settings of the app's own."""
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
    """A Redis of this process's own: its channels know nothing of databases, so tests cannot share one."""
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
    """The clock of one test database: it stands still until it is set or moved on."""

    _connection: Connection

    def now(self) -> datetime:
        """What the clock shows."""
        row = self._connection.execute("select logic.now()").fetchone()
        assert row is not None
        assert isinstance(row[0], datetime)
        return row[0]

    def set(self, at: datetime) -> datetime:
        """Set the clock, for every transaction's next statement; return what it shows."""
        self._connection.execute("update test.clock set at = %s", [at])
        return at

    def advance(self, seconds: float = 0, **more: float) -> datetime:
        """Move the clock on by seconds, or by `minutes=` and the like; return what it shows then."""
        return self.set(self.now() + timedelta(seconds=seconds, **more))


@pytest.fixture
def clock(connect: Connect) -> Clock:
    """Stop the database's clock at the present moment; from now on the test moves it."""
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
