"""A person's app over the real API: what it missed while it was cut off, it learns after reconnecting."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.conftest import Connection
from tests.simulate.conftest import Service
from tests.waits import PATIENCE_SECONDS, until
from workshop.simulate.knowledge import Chat, Role, ended_fact
from workshop.simulate.people import HEARD_BY, Event, events_heard, seed_people
from workshop.simulate.person import Person
from workshop.simulate.plan import Figures
from workshop.simulate.simulation import make_person, rest_client
from workshop.simulate.truth import truth, untold


@dataclass
class Pair:
    """A customer and a mitra who are in a chat, and the customer's socket."""

    database_url: str
    customer: Person
    mitra: Person
    chat: Chat
    socket: asyncio.Task[None]
    tasks: asyncio.TaskGroup

    async def disconnect(self) -> None:
        """Cut the customer's socket."""
        self.socket.cancel()
        await asyncio.wait([self.socket])

    async def reconnect(self) -> None:
        """Reconnect the customer's socket, and wait until its snapshot has been processed."""
        known = self.customer.knowledge.snapshots
        self.socket = await self.customer.start(self.tasks)
        assert await self.customer.until(lambda: self.customer.knowledge.snapshots > known, PATIENCE_SECONDS)

    async def happened(self, role: Role) -> list[Event]:
        """The events that one of the two should have received."""
        events = await events_heard(self.database_url, list(self.customer.knowledge.payments))
        return events.get((role, self.customer.id if role == "customer" else self.mitra.id), [])

    async def knows_all(self) -> bool:
        """Whether the customer learns everything that happened."""
        facts, faults = await truth(self.customer, frozenset())
        assert faults == []
        events = await self.happened("customer")
        return await self.customer.until(lambda: not untold(self.customer, facts, events), PATIENCE_SECONDS)


@pytest.fixture
async def pair(service: Service) -> AsyncIterator[Pair]:
    figures = Figures()
    people = await seed_people(service.settings.database_url, 1, 1)
    async with rest_client(service.settings) as client, asyncio.TaskGroup() as tasks:
        customer, mitra = (make_person(service.settings, client, one, "seed", figures) for one in people)
        socket = await customer.start(tasks, PATIENCE_SECONDS)
        other_socket = await mitra.start(tasks, PATIENCE_SECONDS)
        await mitra.rest.post("/api/mitra/status", {"online": True})
        chat_id = await chat_between(customer, mitra)
        assert await customer.until(customer.knowledge.open_chats, PATIENCE_SECONDS)
        chat = customer.knowledge.chats[chat_id]
        pair = Pair(service.settings.database_url, customer, mitra, chat, socket, tasks)
        yield pair
        pair.socket.cancel()
        other_socket.cancel()
    assert figures.unexpected == {}


async def chat_between(customer: Person, mitra: Person) -> str:
    """Pay, search and accept; the chat's id from the mitra's reply."""
    payment = await customer.rest.post("/api/client/payment-sessions", {"duration_minutes": 15})
    payment_id = payment.body["id"]
    customer.knowledge.own_payment(payment_id)
    await customer.rest.post(f"/api/client/payment-sessions/{payment_id}/confirm")
    search = await customer.rest.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    customer.knowledge.own_search(search.body["id"], payment_id)
    accepted = await mitra.rest.post(f"/api/mitra/chat-requests/{search.body['id']}/accept")
    return str(accepted.body["chat_session"]["id"])


async def test_what_was_told_over_the_socket_is_all_there_is(pair: Pair) -> None:
    assert await pair.mitra.say(pair.chat.id, "Halo")
    assert await pair.customer.say(pair.chat.id, "Halo juga")
    await pair.mitra.end(pair.chat.id)

    assert await pair.knows_all()
    assert pair.customer.knowledge.snapshots == 1
    assert len(pair.chat.shown) == 2


async def test_messages_that_came_while_it_was_cut_off_are_fetched(pair: Pair) -> None:
    assert await pair.mitra.say(pair.chat.id, "satu")
    await pair.disconnect()
    assert await pair.mitra.say(pair.chat.id, "dua")
    assert await pair.mitra.say(pair.chat.id, "tiga")
    await pair.reconnect()

    assert await pair.knows_all()
    assert [pair.chat.shown[seq]["body"] for seq in sorted(pair.chat.shown)] == ["satu", "dua", "tiga"]


async def test_a_chat_that_ended_while_it_was_cut_off_is_read_to_its_end(pair: Pair) -> None:
    await pair.disconnect()
    assert await pair.mitra.say(pair.chat.id, "sampai jumpa")
    await pair.mitra.end(pair.chat.id)
    await pair.reconnect()

    assert await pair.knows_all()
    assert ended_fact(pair.chat.id) in pair.customer.knowledge.facts
    assert len(pair.chat.shown) == 1


async def test_a_whole_chat_that_it_never_heard_of_is_found_in_the_history(pair: Pair) -> None:
    await pair.mitra.end(pair.chat.id)
    assert await pair.customer.until(lambda: pair.chat.ended, PATIENCE_SECONDS)
    await pair.disconnect()
    chat_id = await chat_between(pair.customer, pair.mitra)
    assert await pair.mitra.say(chat_id, "ada orang?")
    await pair.mitra.end(chat_id)
    await pair.reconnect()

    assert await pair.knows_all()
    assert pair.customer.knowledge.chats[chat_id].ended
    assert len(pair.customer.knowledge.chats[chat_id].shown) == 1


async def test_what_leaves_no_trace_in_rest_is_told_over_the_socket(pair: Pair, db: Connection) -> None:
    assert await pair.mitra.say(pair.chat.id, "Halo")
    assert await pair.customer.until(lambda: pair.chat.last is not None, PATIENCE_SECONDS)
    await pair.customer.read(pair.chat.id)
    db.execute(
        "update data.chat_sessions set ends_at = now() + interval '4 minutes', deadline_at = now() where id = %s",
        [pair.chat.id],
    )

    wanted = {"CHAT_REQUEST", "CHAT_READ", "CHAT_ENDING_SOON"}

    async def all_has_happened() -> bool:
        return wanted <= {one.type for one in await pair.happened("mitra")}

    await until(all_has_happened)
    assert await pair.knows_all()
    events = await pair.happened("mitra")
    assert await pair.mitra.until(lambda: not untold(pair.mitra, set(), events), PATIENCE_SECONDS)
    assert pair.customer.knowledge.snapshots == pair.mitra.knowledge.snapshots == 1


def test_every_event_of_peoples_sockets_is_looked_for(db: Connection) -> None:
    heard = {
        kind: tuple(role for role, hears in (("customer", customer), ("mitra", mitra)) if hears)
        for kind, customer, mitra in db.execute("select type, to_customer, to_mitra from logic.event_types")
        if (customer or mitra) and kind != "MITRA_STATUS"  # it belongs to no payment
    }
    assert heard == HEARD_BY
