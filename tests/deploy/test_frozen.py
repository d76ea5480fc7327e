"""The primary's machine freezes under load until the standby has become the primary, and then wakes.

This is the hardest failure: the frozen machine does not know that time has passed. Its Postgres still takes writes, and
connections to it stay open.
"""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from app.settings import Settings
from tests.deploy import patroni
from tests.deploy.pair import Connection, Pair
from tests.deploy.patroni import HA, Machines
from tests.deploy.test_failover import Payer, customers, each_has_paid, nothing_is_lost, paying, serving
from tests.rest.harness import Client
from tests.waits import until

PAYERS = 5


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    missing = patroni.what_is_missing()
    if missing and not os.environ.get("CI"):
        pytest.skip(missing)
    assert not missing
    machines = Machines.start()
    try:
        yield machines
    finally:
        machines.end()


def payers_of(settings: Settings, http: httpx.AsyncClient, people: list[UUID]) -> list[Payer]:
    return [Payer(Client(settings, http, "customer", one)) for one in people]


def ours(connection: Connection) -> int:
    """How many connections of ours a server has, except those whose commit waits forever for a standby."""
    row = connection.execute(
        """
        select count(*) from pg_stat_activity
        where application_name like 'curhat %' and wait_event is distinct from 'SyncRep'
        """
    ).fetchone()
    assert row is not None
    return int(row[0])


async def test_a_frozen_primary_does_not_take_its_part_back(
    machines: Machines, redis_url: str, tmp_path: Path
) -> None:
    with machines.one.superuser() as primary:
        people = customers(primary, PAYERS)
    with serving(machines, redis_url, tmp_path) as service:
        async with httpx.AsyncClient(base_url=service.public_url, timeout=30) as http:
            payers = payers_of(service.settings, http, people)
            async with paying(payers):
                await each_has_paid(payers, 3)
                with machines.one.frozen():
                    await until(lambda: asyncio.to_thread(machines.two.is_leader))
                    await each_has_paid(payers, 10)
                await each_has_paid(payers, 10)
                await until(lambda: asyncio.to_thread(machines.one.streams))
                await each_has_paid(payers, 3)
    assert machines.two.is_leader()
    assert not machines.one.is_leader()
    with machines.two.superuser() as now_primary:
        nothing_is_lost(now_primary, payers)
    with machines.one.superuser() as now_standby:
        assert now_standby.execute("select pg_is_in_recovery()").fetchone() == (True,)


def test_nobody_writes_to_etcd_or_through_patroni_without_a_password(machines: Machines) -> None:
    assert "user name is empty" in machines.etcdctl("put", "/service/curhat/leader", "me").stderr
    for method, path in (("PATCH", "config"), ("POST", "failover"), ("POST", "restart")):
        response = httpx.request(method, f"http://{machines.one.address}:8008/{path}", json={})
        assert response.status_code == 401, path


async def test_without_patroni_nobody_of_ours_goes_on_with_a_primary_that_was_frozen_and_replaced(
    pair: Pair, redis_url: str, tmp_path: Path
) -> None:
    """A promotion by hand: the standby is promoted while the primary is silent; then the primary wakes."""
    with pair.primary.superuser() as primary:
        people = customers(primary, PAYERS)
    with serving(pair, redis_url, tmp_path) as service:
        async with httpx.AsyncClient(base_url=service.public_url, timeout=30) as http:
            payers = payers_of(service.settings, http, people)
            async with paying(payers):
                await each_has_paid(payers, 3)
                with pair.primary.superuser() as primary:
                    before = ours(primary)
                    with pair.primary.frozen():
                        pair.promote_standby()
                        with pair.standby.superuser() as now_primary:
                            await until(lambda: asyncio.to_thread(lambda: ours(now_primary) == before))
                        await each_has_paid(payers, 3)
                    await each_has_paid(payers, 3)
                    await until(lambda: asyncio.to_thread(lambda: ours(primary) == 0))
                await each_has_paid(payers, 3)
    with pair.standby.superuser() as now_primary:
        nothing_is_lost(now_primary, payers)
        told = [payment for payer in payers for payment in payer.confirmed]
        kept = "select count(*) from data.payment_sessions where id = any (%s::uuid[])"
        with pair.primary.superuser() as primary:
            assert primary.execute(kept, [told]).fetchone() != (len(told),)


@pytest.mark.parametrize(
    ("version", "starts"), [("3.0.2", False), ("3.0.3", True), ("4.1.5", True), ("2.1.7", False)]
)
def test_patroni_is_not_started_when_it_is_too_old(tmp_path: Path, version: str, starts: bool) -> None:
    stand_in = tmp_path / "patroni"
    stand_in.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "patroni {version}" || echo "started with $1"\n'
    )
    stand_in.chmod(0o755)
    done = subprocess.run(
        [HA / "start-patroni", "its.yaml"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == ((0, "started with its.yaml\n") if starts else (1, ""))
    assert starts or f"Patroni {version} loses" in done.stderr
