"""The demo mitras: a single customer is paired and answered, even when workers die."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.simulate.conftest import Service
from tests.waits import PATIENCE_SECONDS
from workshop.simulate.demo import run_demo
from workshop.simulate.knowledge import Chat
from workshop.simulate.people import seed_people
from workshop.simulate.person import Person
from workshop.simulate.plan import Figures
from workshop.simulate.simulation import make_person, rest_client


@pytest.fixture
async def customer(service: Service) -> AsyncIterator[Person]:
    """A customer with an open socket, while the demo mitras are at work."""
    figures = Figures()
    people = await seed_people(service.settings.database_url, 1, 0)
    async with rest_client(service.settings) as client, asyncio.TaskGroup() as tasks:
        demo = tasks.create_task(run_demo(service.settings))
        me = make_person(service.settings, client, people[0], "seed", figures)
        socket = await me.start(tasks, PATIENCE_SECONDS)
        yield me
        socket.cancel()
        demo.cancel()
    assert figures.unexpected == {}


async def chat_of(customer: Person) -> Chat:
    """Pay, search, and be paired."""
    payment = await customer.rest.post("/api/client/payment-sessions", {"duration_minutes": 15})
    payment_id = payment.body["id"]
    await customer.rest.post(f"/api/client/payment-sessions/{payment_id}/confirm")
    await customer.rest.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    assert await customer.until(customer.knowledge.open_chats, PATIENCE_SECONDS)
    return customer.knowledge.open_chats()[0]


async def answered(customer: Person, chat: Chat) -> bool:
    """Say something, and wait for the mitra to say something after it."""
    before = len(chat.shown)
    assert await customer.say(chat.id, "Halo, boleh cerita?")

    def told() -> bool:
        later = [message for seq, message in chat.shown.items() if seq > before + 1]
        return any(message["sender"] == "mitra" for message in later)

    return await customer.until(told, PATIENCE_SECONDS)


async def test_a_customer_is_paired_greeted_and_answered(customer: Person) -> None:
    chat = await chat_of(customer)

    assert await customer.until(lambda: chat.last is not None, PATIENCE_SECONDS)
    assert chat.shown[1]["body"].startswith("Halo! Aku Bestie")
    assert await answered(customer, chat)


async def test_an_extension_is_approved(customer: Person, db: psycopg.Connection[tuple[object, ...]]) -> None:
    chat = await chat_of(customer)
    payment = await customer.rest.post(
        "/api/client/payment-sessions", {"duration_minutes": 15, "is_extension": True}
    )
    await customer.rest.post(f"/api/client/payment-sessions/{payment.body['id']}/confirm")

    await customer.rest.post(
        f"/api/client/chat-sessions/{chat.id}/extensions",
        {"extension_payment_session_id": payment.body["id"]},
    )

    assert await customer.until(
        lambda: customer.knowledge.payments.get(payment.body["id"]) == "consumed", PATIENCE_SECONDS
    )
    assert db.execute("select status from data.extensions").fetchone() == ("approved",)


async def test_they_go_on_after_the_workers_died(customer: Person, service: Service) -> None:
    chat = await chat_of(customer)
    for name in ("public-1", "public-2"):
        assert service.kill(name)

    assert await answered(customer, chat)
