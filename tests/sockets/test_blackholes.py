"""Every packet of a connection is dropped while both ends believe in it: it is noticed, and all is shown, once.

Processes as in production, on a network of their own (`tests.network`).
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
from tests.listeners import conftest as listeners
from tests.network import ROOT, Network, NoNamespacesError
from tests.rest.harness import Client, pair, until
from tests.rest.processes import worker_process
from tests.sockets.harness import Socket, signed_in
from tests.sockets.test_lost_connections import MESSAGES, say, shown, shows_nothing_more

PORT = 3000  # on the near network nobody else has it
NOTICED = {
    ("relay", "relay connection lost"),
    ("deadlines", "deadlines were not fired, trying again"),
    ("availability", "availability was not published, trying again"),
    *((name, "listen connection lost") for name in LISTENERS),
}


@pytest.fixture
def network() -> Iterator[Network]:
    """Fails for root where there can be none; for anybody else it is skipped, and said."""
    try:
        with Network.made() as made:
            yield made
    except NoNamespacesError as error:
        sentence = f"No network can be made here ({error}), so nobody has seen what dropped packets do"
        if ROOT and sys.platform == "linux":
            pytest.fail(f"{sentence}.")
        pytest.skip(f"{sentence}: run this as root on Linux, with iproute2.")


@asynccontextmanager
async def near_postgres(network: Network, settings: Settings) -> AsyncIterator[Settings]:
    """The settings of a process on the near network, which reaches Postgres over the wire."""
    parts = urlsplit(settings.database_url)
    directory = parse_qs(parts.query)["host"][0]
    async with network.door("postgres", f"{directory}/.s.PGSQL.5432") as (host, port):
        url = parts._replace(netloc=f"{parts.username}@{host}:{port}", query="").geturl()
        yield replace(settings, database_url=url)


@asynccontextmanager
async def near_redis(network: Network, settings: Settings) -> AsyncIterator[Settings]:
    """The same of Redis."""
    parts = urlsplit(settings.redis_url)
    async with network.door("redis", parts.path) as (host, port):
        yield replace(settings, redis_url=f"redis://{host}:{port}/0")


@asynccontextmanager
async def listening(network: Network, settings: Settings, log: Path, *words: str) -> AsyncIterator[None]:
    """`curhat listen` on the near network, at work; what it says goes to the log."""
    command = network.near.command(sys.executable, "-P", "-m", "app.cli", "listen", *words)
    deployed = replace(settings, env="production", jwt_keys=(), operator_jwt_keys=(), otp_sender="")
    environment = {**os.environ, **deployed.environment()}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stderr=output, stdout=output
        )
    try:
        await said(log, {("relay", "relay at work") if words else ("listen", "all programs are ready")})
        yield
    finally:
        process.terminate()
        await process.wait()


async def said(log: Path, awaited: set[tuple[str, str]]) -> None:
    """Return when each of these processes has logged this."""

    def logged() -> set[tuple[str, str]]:
        lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        return {(line["process"], line["event"]) for line in lines}

    await until(lambda: awaited <= logged())


@asynccontextmanager
async def serving(network: Network, settings: Settings, person: Client) -> AsyncIterator[Client]:
    """The same person, as the client of a worker on the near network."""
    settings = replace(settings, public_port=PORT)
    async with (
        worker_process(settings, within=network.near.command()),
        network.window(PORT) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
    ):
        yield Client(settings, http, person.audience, person.id)


async def interrupted(client: Client) -> bool:
    """Whether the worker says that it hears nothing over Redis."""
    return bool((await client.get("/readyz")).json()["events"] == "interrupted")


async def shows_everything(sockets: tuple[Socket, ...], seen: int, last_seq: int) -> None:
    for socket in sockets:
        shown_already = list(range(1, seen + 1))
        await shows_nothing_more(socket, shown_already + await shown(socket, last_seq), last_seq)


async def test_when_no_packet_of_the_listeners_gets_to_postgres(
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
        await said(log, NOTICED)
        db.execute("delete from data.heartbeats")
        network.heal("postgres")
        await shows_everything((customers, mitras), 1, MESSAGES)
        await until(
            lambda: db.execute("select from data.chat_sessions where end_reason = 'time_up'").rowcount
        )
        await until(lambda: db.execute("select from data.heartbeats").rowcount == len(LISTENERS))


async def test_when_no_packet_of_relay_and_worker_gets_to_redis(
    settings: Settings, customer: Client, mitra: Client, network: Network
) -> None:
    """Another worker has lost nothing. That one shows what came meanwhile in its snapshot, and not once more."""
    log = settings.home / "listen.log"
    chat_id = await pair(customer, mitra)
    async with (
        near_redis(network, settings) as near,
        listening(network, near, log, "--worker", "relay"),
        serving(network, near, customer) as deaf,
        signed_in(deaf) as customers,
        signed_in(mitra) as mitras,
    ):
        await say(customer, chat_id)
        assert await shown(customers, 1) == await shown(mitras, 1) == [1]
        network.drop("redis")
        await say(customer, chat_id, times=MESSAGES - 1)
        await said(log, {("relay", "redis lost, no event is delivered")})
        await listeners.until(partial(interrupted, deaf))
        network.heal("redis")
        await shows_everything((mitras,), 1, MESSAGES)
        told = await customers.frames_until("snapshot")
        assert [chat["last_seq"] for chat in told[-1]["chats"]] == [MESSAGES]
        await say(customer, chat_id)
        assert (await shown(customers, MESSAGES + 1))[-1] == MESSAGES + 1
