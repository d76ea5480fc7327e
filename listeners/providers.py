"""Calls payment providers: takes a call from the database, carries it to the provider, and takes the answer back.

It guarantees
- no rule of its own: `api.take_provider_calls` says what to send, `api.take_provider_reply` reads the answer. Only keys
  and addresses are added here;
- that a call whose answer never arrives is made again: the database takes it back after its lease;
- that one slow provider holds up no call to another, nor any request of a customer.

Any number may run. Correctness never depends on a notice: what a provider did not tell us is asked for in time.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import asyncpg
import httpx
import msgspec
import structlog

from app.envelope import DECODE_ERRORS
from app.metrics import Figures
from app.retries import Retries
from app.settings import Settings
from listeners.channel import Channel, Notification, count
from listeners.connection import CONNECTION_ERRORS, Connection, connected

AT_ONCE = 50
LOOK_SECONDS = 0.5
# Both providers answer within seconds; docs.midtrans.com/reference/best-practices-to-handle-notification waits 15.
ANSWER_SECONDS = 15.0
LONGEST_ANSWER = 65536  # characters
EVENTS = frozenset({"CHARGE"})

log = structlog.get_logger(__name__)


class Announced(msgspec.Struct):
    """The part of an announcement that decides whether it is relevant."""

    type: str


_announced_decoder = msgspec.json.Decoder(Announced)


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider is, and the key that it knows us by (Basic auth, empty password)."""

    url: str
    key: str


def providers(settings: Settings) -> Mapping[str, Provider]:
    """The providers that we can call."""
    return {
        "midtrans": Provider(settings.midtrans_url, settings.midtrans_server_key),
        "xendit": Provider(settings.xendit_url, settings.xendit_secret_key),
    }


async def run(settings: Settings, *, figures: Figures | None = None) -> None:
    """Call providers until cancelled."""
    figures = figures or Figures("providers", settings.home)
    bell = Channel(settings.database_url, ["curhat_events"], name="curhat providers bell", concerns=_concerns)
    count(figures, bell)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bell.run())
        tasks.create_task(_work(settings, bell, Calls(settings, figures)))


async def _work(settings: Settings, bell: Channel, calls: "Calls") -> NoReturn:
    retries = Retries()
    while True:
        try:
            async with connected(settings.database_url, "curhat providers") as connection:
                log.info("provider listener at work")
                await calls.carry_for_ever(connection, bell, retries)
        except* CONNECTION_ERRORS as group:
            log.warning("providers were not called, trying again", reason=repr(group.exceptions[0]))
        await retries.wait()


class Calls:
    """The calls under way, on one connection to the database."""

    def __init__(self, settings: Settings, figures: Figures) -> None:
        self._providers = providers(settings)
        self._made = figures.counter(
            "curhat_provider_calls",
            "Calls to payment providers, by outcome: answered, refused or silent.",
            "provider",
            "outcome",
        )
        self._under_way: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()

    async def carry_for_ever(self, connection: Connection, bell: Channel, retries: Retries) -> NoReturn:
        """Take calls and carry them, up to AT_ONCE at a time. Ends with the connection."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client, asyncio.TaskGroup() as tasks:
            while True:
                while (free := AT_ONCE - len(self._under_way)) == 0:
                    await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                async with self._one_at_a_time:
                    taken = await connection.fetch("select * from api.take_provider_calls($1)", free)
                    seconds = await connection.fetchval("select api.seconds_to_next_call()")
                retries.reset()
                for call in taken:
                    task = tasks.create_task(self._carry(connection, client, call))
                    self._under_way.add(task)
                    task.add_done_callback(self._under_way.discard)
                if not taken:
                    await bell.next(
                        LOOK_SECONDS if seconds is None else min(max(seconds, 0.05), LOOK_SECONDS)
                    )

    async def _carry(self, connection: Connection, client: httpx.AsyncClient, call: asyncpg.Record) -> None:
        status, body = await self._ask(client, call["provider"], json.loads(call["call"]))
        async with self._one_at_a_time:
            await connection.fetchval(
                "select api.take_provider_reply($1, $2, $3, $4, $5)",
                call["charge_id"],
                call["action"],
                call["lease"],
                status,
                body,
            )

    async def _ask(
        self, client: httpx.AsyncClient, name: str, call: Mapping[str, Any]
    ) -> tuple[int | None, str]:
        """The provider's answer: its HTTP status, or None without one, and its body or what went wrong."""
        provider = self._providers[name]
        try:
            answer = await client.request(
                call["method"],
                provider.url + call["path"],
                json=call.get("body"),
                headers={"Accept": "application/json", **call.get("headers", {})},
                auth=(provider.key, ""),
            )
        except httpx.HTTPError as error:
            self._made.add(name, "silent")
            log.warning("provider did not answer", provider=name, path=call["path"], reason=repr(error))
            return None, repr(error)
        self._made.add(name, "answered" if answer.is_success else "refused")
        return answer.status_code, answer.text[:LONGEST_ANSWER].replace("\0", "")


def _concerns(notification: Notification) -> bool:
    try:
        return _announced_decoder.decode(notification.payload).type in EVENTS
    except DECODE_ERRORS as error:
        log.warning("announced event cannot be decoded", reason=str(error))
        return True
