"""A paid evening where database and login set whatever harms us: for the app, for pg_cron's job, and for migrate."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import psycopg
import pytest
import structlog
from psycopg import sql

from app.migrate import migrate
from app.postgres import sessions
from listeners.connection import connected
from tests.cluster import LOGIN, TestCluster
from tests.conftest import Connection
from tests.rest.harness import Client, go_online, pair, pay
from tests.setup.test_sessions import HOSTILE
from tests.waits import wait_until


def make_hostile(dba: Connection, database: str) -> None:
    """What is set for the login in the database outranks what is set for either alone."""
    places = (
        sql.SQL("database {}").format(sql.Identifier(database)),
        sql.SQL("role {} in database {}").format(sql.Identifier(LOGIN), sql.Identifier(database)),
    )
    for place in places:
        for name, value in HOSTILE.items():
            dba.execute(
                sql.SQL("alter {} set {} to {}").format(place, sql.Identifier(name), sql.Literal(value))
            )


@pytest.fixture
def database(cluster: TestCluster, empty_database: str, monitor: Connection) -> str:
    """Migrated from nothing while all of it is set; the login's part of it is set anew, for what comes then."""
    make_hostile(monitor, empty_database)
    migrate(cluster.url(empty_database), structlog.get_logger(), schedule_jobs=False)
    make_hostile(monitor, empty_database)
    return empty_database


async def test_an_evening_in_a_hostile_database(
    database_url: str, customer: Client, mitra: Client, monitor: Connection
) -> None:
    chat_id = await pair(customer, mitra)
    for person, side in ((customer, "client"), (mitra, "mitra")):
        body = {"client_message_id": str(uuid4()), "body": "Halo — “apa kabar?” 🙂 \\n 100 %"}
        sent = await person.post(f"/api/{side}/chat-sessions/{chat_id}/messages", body)
        assert (sent.status_code, sent.json()["body"]) == (201, body["body"])
    payment_id = await pay(customer, 15, is_extension=True)
    asked = await customer.post(
        f"/api/client/chat-sessions/{chat_id}/extensions",
        {"extension_payment_session_id": payment_id},
    )
    assert asked.status_code == 201, asked.text
    approved = await mitra.post(f"/api/mitra/extensions/{asked.json()['id']}/approve")
    assert approved.json()["status"] == "approved"
    ended = await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    assert (ended.status_code, ended.json()["status"]) == (200, "ended")

    await mitra.post("/api/mitra/status", {"online": False})
    with sessions.connect(database_url, role="curhat_operator") as operator:
        operator.execute("select ops.set_config('pairing_blast_timeout_seconds', '5', 'Ratna')")
    failing = await pay(customer, 30)
    searched = await customer.post("/api/client/chat-requests", {"payment_session_id": failing})
    assert searched.status_code == 201
    fire_as_a_job(database_url, monitor, failing)
    found = await customer.get(f"/api/client/payment-sessions/{failing}")
    assert found.json()["status"] == "failed_pairing"

    async with connected(database_url, "a relay", role="curhat_listener") as relay:
        await relay.fetch("select count(*) from api.drain_events(1000)")
    await asyncio.to_thread(migrate, database_url, structlog.get_logger(), schedule_jobs=False)
    await go_online(mitra)
    with sessions.connect(database_url, role="curhat_operator") as operator:
        operator.execute("select count(*) from ops.health()")
        assert operator.execute("select * from ops.audit()").fetchall() == []


def fire_as_a_job(database_url: str, monitor: Connection, payment_id: str) -> None:
    """What pg_cron runs, in a session that says nothing, until it has failed the search of this payment."""
    with (
        psycopg.connect(database_url, autocommit=True) as job,
        sessions.connect(database_url, role="curhat_owner") as owner,
        ThreadPoolExecutor() as threads,
    ):

        def run() -> None:
            with suppress(psycopg.errors.QueryCanceled):
                job.execute("call logic.fire_deadlines_for_a_minute()")

        running = threads.submit(run)
        failed = "select status = 'failed_pairing' from data.payment_sessions where id = %s"
        wait_until(lambda: running.done() or owner.execute(failed, [payment_id]).fetchone() == (True,))
        monitor.execute("select pg_cancel_backend(%s)", [job.info.backend_pid])
        running.result()
