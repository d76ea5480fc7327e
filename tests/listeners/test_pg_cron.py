"""pg_cron guarantees that deadlines fire even when all of our processes are dead."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import structlog

from app.migrate import migrate
from tests.cluster import TestCluster
from tests.conftest import Connect
from tests.waits import wait_until

Connection = psycopg.Connection[Any]


def scalar(connection: Connection, query: str, *arguments: object) -> Any:  # noqa: ANN401
    row = connection.execute(query.encode(), arguments).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.needs("pg_cron")
def test_a_search_times_out_while_all_our_processes_are_dead(
    connect: Connect, cluster: TestCluster, database: str, monitor: Connection
) -> None:
    log = structlog.get_logger()
    assert migrate(cluster.url(database), log, schedule_jobs=True).cron.state == "scheduled"
    owner, app = connect(role="curhat_owner"), connect()
    owner.execute("select ops.set_config('pairing_blast_timeout_seconds', '5', 'test')")
    wait_until(lambda: scalar(owner, "select count(*) from data.heartbeats where process = 'pg_cron'") == 1)

    customer = scalar(owner, "select id from ops.seed_people(1, 0)")
    payment = scalar(app, "select api.create_payment_session(%s, 30) ->> 'id'", customer)
    app.execute("select api.confirm_payment_session(%s, %s)", [payment, customer])
    request = scalar(app, "select api.start_general_request(%s, %s) ->> 'id'", customer, payment)
    wait_until(
        lambda: scalar(owner, "select status from data.pairing_requests where id = %s", request) == "failed"
    )

    failure = owner.execute(
        """
        select f.cause_tag, f.refund_due, f.created_at >= r.deadline_at as at_its_time,
            array_agg(e.type::text order by e.id) as events
        from data.pairing_failures f
        join data.pairing_requests r on r.id = f.pairing_request_id
        join control_center.payment_timeline e on e.payment_session_id = f.payment_session_id
        where r.id = %s and e.actor = 'deadline'
        group by f.id, r.id
        """,
        [request],
    ).fetchone()
    assert failure == (
        "no_mitra_available",
        True,
        True,
        ["CHAT_REQUEST_CLOSED", "PAYMENT_SESSION", "PAIRING_FAILED"],
    )
    monitor.execute(
        "select cron.unschedule(jobid) from cron.job where starts_with(jobname, %s)", [f"curhat:{database}:"]
    )


def test_each_pass_of_the_job_uses_the_present_time(connect: Connect, monitor: Connection) -> None:
    """Not the time before its sleep, during which deadlines may have fallen due."""
    owner, job = connect(role="curhat_owner"), connect(role="curhat_owner")
    owner.execute("create table data.looks (at timestamptz)")
    owner.execute(
        """
        create or replace function logic.fire_due(p_limit integer default 100)
        returns integer language sql volatile security definer set search_path = ''
        as $$ insert into data.looks values (logic.now()) returning 0 $$
        """
    )

    with ThreadPoolExecutor(1) as thread:
        minute = thread.submit(job.execute, "call logic.fire_deadlines_for_a_minute()")
        wait_until(
            lambda: (
                scalar(
                    monitor,
                    "select count(*) from pg_stat_activity where pid = %s and wait_event = 'PgSleep'",
                    job.info.backend_pid,
                )
                == 1
            )
        )
        asleep = scalar(owner, "select clock_timestamp()")
        looks = scalar(owner, "select count(*) from data.looks")
        wait_until(lambda: scalar(owner, "select count(*) from data.looks") > looks)
        monitor.execute("select pg_cancel_backend(%s)", [job.info.backend_pid])
        with pytest.raises(psycopg.errors.QueryCanceled):
            minute.result()

    assert scalar(owner, "select at from data.looks order by at offset %s limit 1", looks) >= asleep


def test_health_says_how_to_restart_a_silent_pg_cron(connect: Connect) -> None:
    """Its jobs may belong to the server of a restored backup, or its scheduler may have been terminated."""
    owner = connect(role="curhat_owner")
    owner.execute("insert into data.heartbeats (process, at) values ('pg_cron', now() - interval '1 hour')")
    ok, detail = (
        connect(role="curhat_operator")
        .execute("select ok, detail from ops.health() where item = 'pg_cron'")
        .fetchall()[0]
    )
    assert not ok
    assert "curhat migrate" in detail
    assert "pg_terminate_backend" in detail
