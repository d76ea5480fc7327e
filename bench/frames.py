"""From COMMIT to the frame on a socket, through relay, Redis and workers, with many sockets open.

Every socket is one side of a chat; messages are sent over the sockets at a steady rate, and each goes to
both sides. A commit's time is taken before its flush, so the delays include the disk; `--in-memory` leaves it out.
The floors, measured in the same run: a bare publish to a bare subscriber over
the same Redis; under the same load, a ping answered over a socket of the same workers, and a bare commit.
"""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import click
import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app import redis_client
from app.auth import Audience, issue_token
from app.running.probes import base_url
from bench.measure import Line, console, say, show
from bench.stack import Stack, stack
from workshop.simulate.live import PROTOCOL

TARGET_MILLISECONDS = 5
WARM_UP_SECONDS = 3.0
SETTLE_SECONDS = 5.0
CONNECTING_AT_ONCE = 50
COMMIT_PAUSE_SECONDS = 0.02
COMMITTED = "select id, extract(epoch from pg_xact_commit_timestamp(xmin))::double precision from data.events"


class Side:
    """One side of a chat, with its socket. `arrived` has each message's event id and time."""

    def __init__(self, ours: Stack, audience: Audience, person_id: UUID, chat_id: str) -> None:
        self._settings = ours.settings
        self._audience = audience
        self._person_id = person_id
        self._chat_id = chat_id
        self._connection: ClientConnection | None = None
        self._pinged_at = 0.0
        self.arrived: list[tuple[int, float]] = []
        self.pings: list[float] = []

    async def live(self, connected: asyncio.Semaphore, opened: asyncio.Event) -> None:
        """Keep the socket open and record frames, until cancelled."""
        side = "client" if self._audience == "customer" else "mitra"
        token = issue_token(self._settings, self._audience, self._person_id)
        async with connected:
            connection = await connect(
                f"{base_url(self._settings.host, self._settings.public_port)}/api/{side}/ws".replace(
                    "http", "ws", 1
                ),
                subprotocols=[Subprotocol(PROTOCOL), Subprotocol(f"bearer.{token}")],
                open_timeout=60,
                ping_interval=None,
                compression=None,
                proxy=None,
            )
        async with connection:
            await connection.recv()  # the snapshot
            self._connection = connection
            opened.set()
            async for text in connection:
                now = time.time()
                frame: dict[str, Any] = json.loads(text)
                if frame["type"] == "CHAT_MESSAGE":
                    self.arrived.append((frame["id"], now))
                elif frame["type"] == "pong":
                    self.pings.append(now - self._pinged_at)

    async def say(self) -> None:
        """Send a message to the chat."""
        await self._send(
            {
                "type": "message",
                "chat_session_id": self._chat_id,
                "client_message_id": str(uuid4()),
                "body": "Aku di sini, ceritain pelan-pelan ya.",
            }
        )

    async def ping(self) -> None:
        """Ask for a pong."""
        self._pinged_at = time.time()
        await self._send({"type": "ping"})

    async def _send(self, frame: dict[str, str]) -> None:
        if self._connection is None:
            raise AssertionError("the socket is not open yet")
        await self._connection.send(json.dumps(frame))


@click.command()
@click.option("--sockets", default=1000, show_default=True)
@click.option("--rate", default=300, show_default=True, help="Events a second.")
@click.option("--seconds", default=20.0, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Public workers.")
@click.option("--in-memory", is_flag=True, help="The servers' files in memory: no disk stalls.")
def bench(sockets: int, rate: int, seconds: float, workers: int, *, in_memory: bool) -> None:
    """Delay from COMMIT to frame."""
    asyncio.run(_bench(sockets, rate, seconds, workers, in_memory=in_memory))


async def _bench(sockets: int, rate: int, seconds: float, workers: int, *, in_memory: bool) -> None:
    async with stack(workers=workers, in_memory=in_memory) as ours:
        floor = await _floor(ours)
        say(f"pairing {sockets // 2} chats")
        sides = await _chats(ours, sockets // 2)
        # uvloop cannot start a process under another account, so only the clients run on it.
        commits: list[float] = []
        database = await ours.superuser()
        committing = asyncio.create_task(_commit(database, commits))
        measured_from = await asyncio.to_thread(uvloop.run, _load(sides, rate, seconds))
        committing.cancel()
        await asyncio.wait([committing])
        await database.close()
        database = await ours.superuser()
        committed: dict[int, float] = dict(await database.fetch(f"{COMMITTED} where type = 'CHAT_MESSAGE'"))
        await database.close()
    counted = {one: at for one, at in committed.items() if at >= measured_from}
    delays = [at - counted[one] for side in sides for one, at in side.arrived if one in counted]
    pings = [taken for side in sides for taken in side.pings]
    console.print(
        f"messages {len(counted)} · frames {len(delays)} · missed {2 * len(counted) - len(delays)} · "
        f"{len(counted) / seconds:.0f} events a second"
    )
    show(
        f"from COMMIT to frame, {len(sides)} sockets on {workers} workers",
        [
            Line("floor: publish and subscribe, bare", floor),
            Line("floor: ping and pong over these sockets, under this load", pings),
            Line("floor: a bare commit to the same disk, under this load", commits),
            Line("frames", delays, TARGET_MILLISECONDS),
        ],
    )


async def _load(sides: Sequence[Side], rate: int, seconds: float) -> float:
    """Open all sockets and talk over them; returns when measuring began."""
    at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)
    opened = [asyncio.Event() for _ in sides]
    async with asyncio.TaskGroup() as tasks:
        lives = [
            tasks.create_task(side.live(at_once, event)) for side, event in zip(sides, opened, strict=True)
        ]
        for event in opened:
            await event.wait()
        say(f"{len(sides)} sockets, {rate} messages a second for {seconds:g} s")
        measured_from = await _talk(sides, rate, seconds)
        for life in lives:
            life.cancel()
    return measured_from


async def _talk(sides: Sequence[Side], rate: int, seconds: float) -> float:
    """Send at a steady rate, with a ping now and then; returns when measuring began."""
    chance = random.Random(1)
    started = time.monotonic()
    measured_from = time.time() + WARM_UP_SECONDS
    for number in range(int(rate * (WARM_UP_SECONDS + seconds))):
        wait = started + number / rate - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        await chance.choice(sides).say()
        if number % 10 == 0:
            await chance.choice(sides).ping()
    await asyncio.sleep(SETTLE_SECONDS)
    return measured_from


async def _chats(ours: Stack, count: int) -> list[Side]:
    """People in chats, made by the app's functions. Each mitra has room for one."""
    operator = await ours.as_role("curhat_operator")
    await operator.execute("select ops.set_config('max_customers_per_mitra', '1', 'bench')")
    people = await operator.fetch("select kind, id from ops.seed_people($1, $1)", count)
    await operator.close()
    customers = [row["id"] for row in people if row["kind"] == "customer"]
    mitras = [row["id"] for row in people if row["kind"] == "mitra"]
    app = await ours.as_role("curhat_app")
    sides = []
    for customer, mitra in zip(customers, mitras, strict=True):
        chat_id = await pair(app, customer, mitra)
        sides += [Side(ours, "customer", customer, chat_id), Side(ours, "mitra", mitra, chat_id)]
    await app.close()
    return sides


async def pair(app: asyncpg.Connection, customer: UUID, mitra: UUID) -> str:
    """A chat between the two, made by the app's functions; its id."""

    async def call(query: str, *arguments: object) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(await app.fetchval(query, *arguments))
        return body

    await call("select api.set_mitra_status($1, true)", mitra)
    payment = await call("select api.create_payment_session($1, 60, null, null, false, null)", customer)
    await call("select api.confirm_payment_session($1, $2, null)", payment["id"], customer)
    request = await call("select api.start_general_request($1, $2, null)", customer, payment["id"])
    accepted = await call("select api.accept_request($1, $2)", request["id"], mitra)
    return str(accepted["chat_session"]["id"])


async def _commit(database: asyncpg.Connection, taken: list[float]) -> None:
    """Make a tiny commit now and then, until cancelled."""
    await database.execute("create table public.commits (at timestamptz)")
    while True:
        started = time.perf_counter()
        await database.execute("insert into public.commits values (now())")
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(COMMIT_PAUSE_SECONDS)


async def _floor(ours: Stack) -> list[float]:
    taken = []
    async with redis_client.connect(ours.settings.redis_url) as redis, redis.pubsub() as messages:
        await messages.subscribe("floor")
        await messages.get_message(timeout=5)
        for _ in range(500):
            started = time.perf_counter()
            await redis.publish("floor", "x" * 500)
            await messages.get_message(timeout=5)
            taken.append(time.perf_counter() - started)
    return taken
