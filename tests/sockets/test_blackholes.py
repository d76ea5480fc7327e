"""All packets of a connection are dropped while both ends consider it open: the loss is noticed, and every message is
shown once.

Processes as in production, on a separate network (`tests.network`).
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.running.programs import LISTENERS
from app.settings import Settings
from tests.conftest import Connection
from tests.network import ROOT, Network, NoNamespacesError
from tests.rest.harness import Client, pair, until
from tests.rest.processes import worker_process
from tests.sockets.harness import Socket, signed_in
from tests.sockets.test_lost_connections import MESSAGES, say, shown, shows_nothing_more

PORT = 3000  # free on the near network
NOTICED = {
    ("relay", "relay connection lost"),
    ("deadlines", "deadlines were not fired, trying again"),
    ("availability", "availability was not published, trying again"),
    *((name, "listen connection lost") for name in LISTENERS),
}


@pytest.fixture
def network() -> Iterator[Network]:
    """A network. Where none can be made, the test fails for root and is skipped for others."""
    try:
        with Network.made() as made:
            yield made
    except NoNamespacesError as error:
        sentence = f"No network can be made here ({error}), so dropped packets are not tested"
        if ROOT and sys.platform == "linux":
            pytest.fail(f"{sentence}.")
        pytest.skip(f"{sentence}: run this as root on Linux, with iproute2.")


@asynccontextmanager
async def near_postgres(network: Network, settings: Settings) -> AsyncIterator[Settings]:
    """Settings of a process on the near network that reaches Postgres through the far one."""
    parts = urlsplit(settings.database_url)
    directory = parse_qs(parts.query)["host"][0]
    async with network.door("postgres", f"{directory}/.s.PGSQL.5432") as (host, port):
        url = parts._replace(netloc=f"{parts.username}@{host}:{port}", query="").geturl()
        yield replace(settings, database_url=url)


@asynccontextmanager
async def near_redis(network: Network, settings: Settings) -> AsyncIterator[Settings]:
    """The same for Redis."""
    parts = urlsplit(settings.redis_url)
    async with network.door("redis", parts.path) as (host, port):
        yield replace(settings, redis_url=f"redis://{host}:{port}/0")


@asynccontextmanager
async def listening(network: Network, settings: Settings, log: Path, *words: str) -> AsyncIterator[None]:
    """`curhat listen` on the near network, running and logging to a file."""
    command = network.near.command(sys.executable, "-P", "-m", "app.cli", "listen", *words)
    deployed = replace(settings, env="production", jwt_keys=(), operator_jwt_keys=(), otp_sender="")
    environment = {**os.environ, **deployed.environment()}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stderr=output, stdout=output
        )
    try:
        await wait_for_log(
            log, {("relay", "relay at work") if words else ("listen", "all programs are ready")}
        )
        yield
    finally:
        process.terminate()
        await process.wait()


async def wait_for_log(log: Path, awaited: set[tuple[str, str]]) -> None:
    """Wait until each of these processes has logged its event."""

    def logged() -> set[tuple[str, str]]:
        lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        return {(line["process"], line["event"]) for line in lines}

    await until(lambda: awaited <= logged())


@asynccontextmanager
async def serving(network: Network, settings: Settings, person: Client) -> AsyncIterator[Client]:
    """The same person, as a client of a worker on the near network."""
    settings = replace(settings, public_port=PORT)
    async with (
        worker_process(settings, within=network.near.command()),
        network.window(PORT) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
    ):
        yield Client(settings, http, person.audience, person.id)


async def interrupted(client: Client) -> bool:
    """Whether the worker reports that it receives no events from Redis."""
    return bool((await client.get("/readyz")).json()["events"] == "interrupted")


async def shows_everything(sockets: tuple[Socket, ...], seen: int, last_seq: int) -> None:
    for socket in sockets:
        already_shown = list(range(1, seen + 1))
        await shows_nothing_more(socket, already_shown + await shown(socket, last_seq), last_seq)


async def test_all_packets_between_listeners_and_postgres_are_dropped(
    settings: Settings, customer: Client, mitra: Client, network: Network, db: Connection
) -> None:
    log = settings.home / "listen.log"
    chat_id = await pair(customer, mitra)
    due = "update data.chat_sessions set ends_at = logic.now(), deadline_at = logic.now() where id = %s"
    async with (
        near_postgres(network, settings) as near,
        listening(network, near, log),
        signed_in(customer) as customers,
        signed_in(mitra) as mitras,
    ):
        await say(customer, chat_id)
        assert await shown(customers, 1) == await shown(mitras, 1) == [1]
        network.drop("postgres")
        await say(customer, chat_id, times=MESSAGES - 1)
        db.execute(due, [chat_id])
        await wait_for_log(log, NOTICED)
        db.execute("delete from data.heartbeats")
        network.heal("postgres")
        await shows_everything((customers, mitras), 1, MESSAGES)
        await until(
            lambda: db.execute("select from data.chat_sessions where end_reason = 'time_up'").rowcount
        )
        await until(lambda: db.execute("select from data.heartbeats").rowcount == len(LISTENERS))


async def test_all_packets_between_redis_and_relay_and_one_worker_are_dropped(
    settings: Settings, customer: Client, mitra: Client, network: Network
) -> None:
    """The other worker loses nothing. This one shows missed messages in its snapshot, and only there."""
    log = settings.home / "listen.log"
    chat_id = await pair(customer, mitra)
    async with (
        near_redis(network, settings) as near,
        listening(network, near, log, "--worker", "relay"),
        serving(network, near, customer) as cut_off,
        signed_in(cut_off) as customers,
        signed_in(mitra) as mitras,
    ):
        await say(customer, chat_id)
        assert await shown(customers, 1) == await shown(mitras, 1) == [1]
        network.drop("redis")
        await say(customer, chat_id, times=MESSAGES - 1)
        await wait_for_log(log, {("relay", "redis lost, no event is delivered")})
        await until(partial(interrupted, cut_off))
        network.heal("redis")
        await shows_everything((mitras,), 1, MESSAGES)
        received = await customers.frames_until("snapshot")
        assert [chat["last_seq"] for chat in received[-1]["chats"]] == [MESSAGES]
        await say(customer, chat_id)
        assert (await shown(customers, MESSAGES + 1))[-1] == MESSAGES + 1
