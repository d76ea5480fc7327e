"""The simulation: runs customers and mitras, then compares what they were told with what happened.

The end has a fixed order. Customers finish their searches and chats while mitras are online, then mitras leave. Every
socket stays open until everything has been delivered. An event is missed if it has not arrived `settle_seconds` after
the outbox became empty. So a relay that has just restarted has missed nothing yet.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar
from uuid import UUID

import httpx
from rich.console import Console

from app.auth import issue_token
from app.running.probes import base_url
from app.settings import Settings
from workshop.simulate.customer import be_a_customer
from workshop.simulate.knowledge import Json
from workshop.simulate.mitra import Manner, Mitra
from workshop.simulate.people import Somebody, audit, events_heard, seed_people
from workshop.simulate.person import Person
from workshop.simulate.plan import Figures, Options
from workshop.simulate.report import Progress, Summary, percentile
from workshop.simulate.rest import REQUEST_TIMEOUT_SECONDS
from workshop.simulate.truth import truth, untold

START_SECONDS = 30
LOOK_SECONDS = 0.2
# Events that take longer will not arrive.
LONGEST_SETTLE_SECONDS = 120
CONNECTIONS = 100

Fault = TypeVar("Fault")


def rest_client(settings: Settings) -> httpx.AsyncClient:
    """A client of the public server, shared by all bots of this process."""
    return httpx.AsyncClient(
        base_url=base_url(settings.host, settings.public_port),
        timeout=REQUEST_TIMEOUT_SECONDS,
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        trust_env=False,
    )


def make_person(
    settings: Settings, client: httpx.AsyncClient, somebody: Somebody, seed: str, figures: Figures
) -> Person:
    """A bot for this person; `seed` determines its random choices."""
    return Person(
        somebody.kind,
        somebody.id,
        somebody.name,
        client=client,
        socket_url=base_url(settings.host, settings.public_port).replace("http", "ws", 1),
        make_token=partial(issue_token, settings, somebody.kind, UUID(somebody.id)),
        chance=random.Random(seed),
        figures=figures,
    )


async def run_simulation(settings: Settings, options: Options, *, as_json: bool = False) -> int:
    """Simulate, print the summary, and return the exit code: 1 if there were faults."""
    with Progress(options, Console(stderr=True, quiet=as_json)) as progress:
        summary = await simulate(settings, options, progress)
    console = Console()
    if as_json:
        console.print_json(summary.to_json())
    else:
        console.print(summary)
    return 1 if summary.faults else 0


async def simulate(
    settings: Settings, options: Options, progress: Progress, *, over: asyncio.Event | None = None
) -> Summary:
    """Simulate with new people; servers and listeners must be running.

    It runs for `options.minutes`, or until `over` is set.
    """
    people = await seed_people(settings.database_url, options.customers, options.mitras)
    figures = Figures()
    async with rest_client(settings) as client:
        persons = [
            make_person(settings, client, one, f"{options.seed}/{number}", figures)
            for number, one in enumerate(people)
        ]
        customers = [person for person in persons if person.knowledge.role == "customer"]
        mitras = _mitras(persons, options)
        async with asyncio.TaskGroup() as tasks:
            sockets = await asyncio.gather(*(person.start(tasks, START_SECONDS) for person in persons))
            earlier = await asyncio.gather(*(person.history() for person in persons))
            began = time.monotonic()
            await _live(options, figures, progress, customers, mitras, over=over or asyncio.Event())
            minutes = (time.monotonic() - began) / 60
            progress.say("comparing with what happened")
            look = await _comparison(settings, persons, earlier)
            missed = await _settled(look, client, options)
            for socket in sockets:
                socket.cancel()
        findings = await _settled(partial(audit, settings.database_url), client, options)
    return _summary(options, figures, customers, mitras, minutes=minutes, missed=missed, findings=findings)


async def _live(
    options: Options,
    figures: Figures,
    progress: Progress,
    customers: Sequence[Person],
    mitras: Sequence[Mitra],
    *,
    over: asyncio.Event,
) -> None:
    """Run everybody; returns when all have finished."""
    async with asyncio.TaskGroup() as tasks:
        for mitra in mitras:
            tasks.create_task(mitra.be_there())
        async with asyncio.TaskGroup() as customer_tasks:
            for customer in customers:
                customer_tasks.create_task(be_a_customer(customer, options, figures))
            ends_at = time.monotonic() + options.minutes * 60
            while (left := ends_at - time.monotonic()) > 0 and not over.is_set():
                progress.show(figures)
                await asyncio.sleep(min(left, LOOK_SECONDS))
            progress.say("finishing")
            for customer in customers:
                customer.close_up()
        for mitra in mitras:
            mitra.me.close_up()


async def _comparison(
    settings: Settings, persons: Sequence[Person], earlier: Sequence[Sequence[Json]]
) -> Callable[[], Awaitable[list[str]]]:
    """Read what really happened; returns a function that lists the parts not delivered yet."""
    earlier_chats = [frozenset(row["id"] for row in rows) for rows in earlier]
    known = await asyncio.gather(*map(truth, persons, earlier_chats))
    payments = [payment_id for person in persons for payment_id in person.knowledge.payments]
    events = await events_heard(settings.database_url, payments)

    async def missing() -> list[str]:
        return [
            f"{person.name}: {what}"
            for person, (facts, faults) in zip(persons, known, strict=True)
            for what in (*untold(person, facts, events.get((person.knowledge.role, person.id), ())), *faults)
        ]

    return missing


async def _settled(
    look: Callable[[], Awaitable[list[Fault]]], client: httpx.AsyncClient, options: Options
) -> list[Fault]:
    """Call `look` until it finds nothing or everything has settled; returns what it last found."""
    began = quiet_since = time.monotonic()
    while found := await look():
        now = time.monotonic()
        if await _anything_under_way(client):
            quiet_since = now
        if now - quiet_since > options.settle_seconds or now - began > LONGEST_SETTLE_SECONDS:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return found


async def _anything_under_way(client: httpx.AsyncClient) -> bool:
    """Whether events still wait for the relay, or that is unknown."""
    try:
        state: Json = (await client.get("/readyz")).json()
    except (httpx.TransportError, ValueError):
        return True
    return (state.get("events_waiting"), state.get("events")) != (0, "ok")


def _mitras(persons: Sequence[Person], options: Options) -> list[Mitra]:
    mitras = [person for person in persons if person.knowledge.role == "mitra"]
    silent = round(options.silent * len(mitras))
    return [
        Mitra(person, Manner(declines=options.declines, silent=number < silent))
        for number, person in enumerate(mitras)
    ]


def _summary(
    options: Options,
    figures: Figures,
    customers: Sequence[Person],
    mitras: Sequence[Mitra],
    *,
    minutes: float,
    missed: list[str],
    findings: list[dict[str, str]],
) -> Summary:
    persons = [*customers, *(mitra.me for mitra in mitras)]
    failed: dict[str, int] = {}
    for customer in customers:
        for payment_id, status in customer.knowledge.payments.items():
            if status == "failed_pairing":
                cause = customer.knowledge.causes.get(payment_id, "not told")
                failed[cause] = failed.get(cause, 0) + 1
    return Summary(
        customers=options.customers,
        mitras=options.mitras,
        minutes=minutes,
        searches=figures.searches,
        paired=figures.paired,
        failed=failed,
        seconds_to_pair_p50=percentile(figures.seconds_to_pair, 0.50),
        seconds_to_pair_p99=percentile(figures.seconds_to_pair, 0.99),
        messages_sent=sum(len(person.acknowledged) for person in persons),
        messages_delivered=sum(
            len(chat.shown) for person in persons for chat in person.knowledge.chats.values()
        ),
        connections=sum(person.knowledge.connections for person in persons),
        redelivered=sum(person.knowledge.redelivered for person in persons),
        missed=missed,
        doubled=[f"{person.name}: {what}" for person in persons for what in person.knowledge.doubled],
        unanswered=figures.unanswered,
        unexpected=dict(figures.unexpected),
        again=dict(figures.again),
        audit=findings,
    )
