"""Postgres crashes while something waits for a deadline: it ends on time, or right after the restart, and once.

This file has its own cluster, with durable commits. It is stopped in immediate mode, as by a crash.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import psycopg
import pytest
import structlog

from app.migrate import migrate
from tests.cluster import SETTINGS, TEMPLATE, TestCluster, possible
from tests.conftest import SESSIONS, Clock, Connection
from tests.sql.world import World
from tests.waits import wait_until

DATABASE = "curhat"
WITH_JOBS = "curhat_with_jobs"
AS_OWNER = "-c role=curhat_owner"
EXPIRED_SEARCH = """
    do $$
    declare
        v_customer uuid := (select id from ops.seed_people(1, 0));
        v_payment uuid := api.create_payment_session(v_customer, 30) ->> 'id';
    begin
        perform api.confirm_payment_session(v_payment, v_customer);
        perform api.start_general_request(v_customer, v_payment);
        update data.pairing_requests set deadline_at = now();
    end
    $$
"""
DURABLE = {**SETTINGS, "synchronous_commit": "on", "full_page_writes": "on"}
STOP_THE_CLOCK = """
    create schema test authorization curhat_owner;
    set role curhat_owner;
    create table test.clock (at timestamptz not null);
    insert into test.clock values (now());
    create or replace function logic.now()
    returns timestamptz
    language sql stable security definer set search_path = ''
    as $$ select at from test.clock $$
"""


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[TestCluster]:
    cluster = TestCluster.start(DURABLE)
    try:
        cluster.prepare_extensions()
        cluster.make_template()
        yield cluster
    finally:
        cluster.stop()


def start_again(cluster: TestCluster) -> None:
    """Start the server that died."""
    replace(cluster.postgres, settings=possible(DURABLE, cluster.postgres.programs)).start()


class Crashing:
    """A database whose Postgres can be crashed. After a crash, only the world that it returned is usable."""

    def __init__(self, cluster: TestCluster) -> None:
        self._cluster = cluster
        self._connections = ExitStack()
        self.world = self._enter()

    def crash(self) -> World:
        """Crash and restart Postgres. Return the world after it."""
        self._connections.close()
        self._cluster.postgres.stop("immediate")
        start_again(self._cluster)
        self.world = self._enter()
        return self.world

    def leave(self) -> None:
        """Close all connections."""
        self._connections.close()

    def _connect(self, role: str | None = "curhat_app", **settings: str) -> Connection:
        options = {**SESSIONS.get(role or "", {}), **settings, "role": role or "none"}
        given = " ".join(f"-c {name}={value}" for name, value in options.items())
        connection = psycopg.connect(self._cluster.url(DATABASE), autocommit=True, options=given)
        self._connections.callback(connection.close)
        return connection

    def _enter(self) -> World:
        return World(self._connect, Clock(self._connect(role=None)))


@pytest.fixture
def crashing(own_cluster: TestCluster) -> Iterator[Crashing]:
    own_cluster.create(DATABASE, TEMPLATE)
    with psycopg.connect(own_cluster.url(DATABASE), autocommit=True) as connection:
        connection.execute(STOP_THE_CLOCK.encode())
    database = Crashing(own_cluster)
    yield database
    found = database.world.audit()
    database.leave()
    own_cluster.drop(DATABASE)
    assert found == []


@dataclass(frozen=True)
class Window:
    """Something that waits for a deadline, and how its end is observed."""

    seconds: float
    ended: Callable[[World], object]
    not_ended: object
    end: object
    keep: tuple[str, ...] = ()
    """The mitras who stay connected until the end."""


def status_of(table: str, row_id: str) -> Callable[[World], object]:
    return lambda world: world.row(table, row_id)["status"]


def pending_payment(world: World) -> Window:
    payment = world.choose(world.customer())["id"]
    return Window(20 * 60, status_of("payment_sessions", payment), "pending", "expired")


def confirmed_payment(world: World) -> Window:
    payment = world.pay(world.customer())
    return Window(20 * 60, status_of("payment_sessions", payment), "confirmed", "failed_pairing")


def general_search(world: World) -> Window:
    mitra = world.mitra()
    search = world.search(world.customer())
    return Window(60, status_of("pairing_requests", search["id"]), "searching", "failed", (mitra,))


def returning_search(world: World) -> Window:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    search = world.ask_again(customer, mitra)
    return Window(20, status_of("pairing_requests", search["id"]), "searching", "failed", (mitra,))


def extension(world: World) -> Window:
    mitra = world.mitra()
    asked = world.extend(world.chat(world.customer(), mitra))
    return Window(10, status_of("extensions", asked["id"]), "requested", "auto_approved", (mitra,))


def extension_without_its_mitra(world: World) -> Window:
    mitra = world.mitra()
    asked = world.extend(world.chat(world.customer(), mitra))
    world.api("set_mitra_status", mitra, False)
    return Window(10, status_of("extensions", asked["id"]), "requested", "auto_rejected")


def warnings(chat: str) -> Callable[[World], object]:
    return lambda world: [
        event["body"]["seconds_left"]
        for event in world.events("CHAT_ENDING_SOON")
        if event["entity_id"] == chat
    ]


def warning(world: World) -> Window:
    mitra = world.mitra()
    chat = world.chat(world.customer(), mitra)
    return Window(25 * 60, warnings(chat["id"]), [], [300], (mitra,))


def chat(world: World) -> Window:
    mitra = world.mitra()
    running = world.chat(world.customer(), mitra)
    return Window(30 * 60, status_of("chat_sessions", running["id"]), "active", "ended", (mitra,))


def lease(world: World) -> Window:
    mitra = world.mitra()
    return Window(45, lambda world: world.api("mitra_state", mitra)["reachable_until"] is None, False, True)


def late_offer(world: World) -> Window:
    """A mitra has just become free and has not been offered the running search yet."""
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    running = world.chat(world.customer(), mitra)
    world.fire()
    search = world.search(world.customer())
    world.end(running)
    return Window(0, lambda world: world.offers(search), [], [(mitra, "offered")], (mitra,))


WINDOWS = [
    pending_payment,
    confirmed_payment,
    general_search,
    returning_search,
    extension,
    extension_without_its_mitra,
    warning,
    chat,
    lease,
    late_offer,
]
each_window = pytest.mark.parametrize("open_window", WINDOWS, ids=lambda window: window.__name__)


def ends_once(world: World, window: Window) -> None:
    """The window has ended, and firing again changes nothing."""
    assert window.ended(world) == window.end
    events = world.events()
    assert world.fire() == 0
    assert world.events() == events


@pytest.mark.parametrize(
    "open_window", [one for one in WINDOWS if one is not late_offer], ids=lambda one: one.__name__
)
def test_a_window_interrupted_by_a_restart_ends_at_its_deadline(
    crashing: Crashing, open_window: Callable[[World], Window]
) -> None:
    window = open_window(crashing.world)
    crashing.world.wait(window.seconds / 2, connected=window.keep)
    world = crashing.crash()
    assert window.ended(world) == window.not_ended
    world.wait(window.seconds / 2 - 1, connected=window.keep)
    assert window.ended(world) == window.not_ended
    world.wait(1, connected=window.keep)
    ends_once(world, window)


@each_window
def test_a_window_that_passed_during_an_outage_ends_at_once(
    crashing: Crashing, open_window: Callable[[World], Window]
) -> None:
    window = open_window(crashing.world)
    crashing.world.clock.advance(window.seconds)
    world = crashing.crash()
    assert window.ended(world) == window.not_ended
    world.wait(0, connected=window.keep)
    ends_once(world, window)


def test_committed_events_are_delivered_after_a_restart(crashing: Crashing) -> None:
    search = crashing.world.search(crashing.world.customer())
    before = crashing.world.events()
    world = crashing.crash()
    assert world.events() == before
    assert [envelope["id"] for envelope in world.drain()] == [event["id"] for event in before]
    assert world.row("pairing_requests", search["id"])["status"] == "searching"


def test_uncommitted_changes_are_lost(crashing: Crashing) -> None:
    world = crashing.world
    customer = world.customer()
    payment = world.choose(customer)["id"]
    world.app.execute("begin")
    world.api("confirm_payment_session", payment, customer, "key")
    world = crashing.crash()
    assert world.payment(payment)["status"] == "pending"
    assert world.api("confirm_payment_session", payment, customer, "key")["status"] == "confirmed"


def test_everything_ends_after_an_outage_of_an_hour(crashing: Crashing) -> None:
    """Deadlines fire in order, and the audit finds nothing."""
    windows = [open_window(crashing.world) for open_window in WINDOWS]
    world = crashing.crash()
    world.wait(3600)
    assert world.ops("due") == []
    finished = [window for window in windows if isinstance(window.end, str)]
    assert all(window.ended(world) != window.not_ended for window in finished)


@pytest.mark.needs("pg_cron")
def test_pg_cron_fires_deadlines_right_after_a_restart_without_a_listener(
    own_cluster: TestCluster,
) -> None:
    own_cluster.create(WITH_JOBS, TEMPLATE)
    assert migrate(own_cluster.url(WITH_JOBS), structlog.get_logger()).cron.state == "scheduled"
    with own_cluster.monitor() as monitor:  # the job that runs every minute would fire it too
        monitor.execute("select cron.unschedule(jobid) from cron.job where schedule <> '@reboot'")
    with psycopg.connect(own_cluster.url(WITH_JOBS), autocommit=True, options=AS_OWNER) as owner:
        owner.execute(EXPIRED_SEARCH.encode())
    own_cluster.postgres.stop("immediate")
    start_again(own_cluster)
    with psycopg.connect(own_cluster.url(WITH_JOBS), autocommit=True, options=AS_OWNER) as owner:
        causes = "select cause_tag from data.pairing_failures"
        wait_until(lambda: owner.execute(causes).fetchall() == [("no_mitra_available",)])
    with own_cluster.monitor() as monitor:
        monitor.execute("select cron.unschedule(jobid) from cron.job")
