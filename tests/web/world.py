"""Brings people into every state that the apps show, through the API, as their apps would."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx

from app.settings import Settings
from tests.conftest import Connection
from tests.rest.harness import Client, People, go_online, pair, pay, search, until
from tests.simulate.conftest import Service

Json = dict[str, Any]


class World:
    """The people of one test, and the service's database."""

    def __init__(self, service: Service, api: httpx.AsyncClient, owner: Connection) -> None:
        self.service = service
        self.settings: Settings = service.settings
        self.api = api
        self._owner = owner
        self._people = People(owner)

    def customer(self) -> Client:
        return Client(self.settings, self.api, "customer", self._people.customer())

    async def mitra(self, *, online: bool = True) -> Client:
        """A new mitra. If online, all workers count them as available."""
        mitra = Client(self.settings, self.api, "mitra", self._people.mitra())
        if online:
            await go_online(mitra)
            await self.until_available(by=self.customer())
        return mitra

    def name(self, person: Client) -> str:
        """A person's display name."""
        table = "users" if person.audience == "customer" else "mitras"
        return str(self.value(f"select display_name from data.{table} where id = %s", person.id))

    def rename(self, person: Client, name: str) -> None:
        table = "users" if person.audience == "customer" else "mitras"
        self._owner.execute(
            f"update data.{table} set display_name = %s where id = %s".encode(), [name, person.id]
        )

    async def until_available(self, by: Client, *, available: bool = True) -> None:
        """Wait until all workers report this availability."""
        agreeing = 0
        async with asyncio.timeout(20):
            while agreeing < 2 * self.settings.workers:
                reported = (await by.get("/api/client/mitra-availability")).json()["available"]
                agreeing = agreeing + 1 if reported is available else 0
                await asyncio.sleep(0.05)

    async def go_offline(self, mitra: Client) -> None:
        assert (await mitra.post("/api/mitra/status", {"online": False})).status_code == 200

    async def searching(self, customer: Client) -> Json:
        """A running blast."""
        return await search(customer)

    async def chat(self, customer: Client, mitra: Client) -> str:
        """A running chat's id."""
        return await pair(customer, mitra)

    async def acquaint(self, customer: Client, mitra: Client) -> str:
        """Let the two have an ended chat; return its id."""
        chat_id = await self.chat(customer, mitra)
        await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
        return chat_id

    async def ask_again(self, customer: Client, mitra: Client) -> httpx.Response:
        """ "Curhat lagi", on a new payment."""
        payment_id = await pay(customer, 30, targeted_mitra_id=str(mitra.id))
        return await customer.post(
            "/api/client/chat-requests/returning",
            {"payment_session_id": payment_id, "mitra_id": str(mitra.id)},
        )

    async def extend(self, customer: Client, chat_id: str) -> Json:
        """A pending extension."""
        payment_id = await pay(customer, 15, is_extension=True)
        response = await customer.post(
            f"/api/client/chat-sessions/{chat_id}/extensions", {"extension_payment_session_id": payment_id}
        )
        assert response.status_code == 201, response.text
        extension: Json = response.json()
        return extension

    async def offer(self, mitra: Client) -> str:
        """The id of the search that the mitra is offered."""
        rows: list[Json] = []
        async with asyncio.timeout(20):
            while not rows:
                rows = (await mitra.get("/api/mitra/chat-requests")).json()["rows"]
                await asyncio.sleep(0.02)
        request_id: str = rows[0]["request_id"]
        return request_id

    async def until_seen(self, request_id: str) -> None:
        """Wait until a mitra's app has reported the offer as seen."""
        query = (
            "select exists (select from data.pairing_offers where request_id = %s and seen_at is not null)"
        )
        await until(lambda: self.value(query, request_id))

    async def accept(self, mitra: Client) -> str:
        """Accept the offered search; return the chat's id."""
        accepted = await mitra.post(f"/api/mitra/chat-requests/{await self.offer(mitra)}/accept")
        chat_id: str = accepted.json()["chat_session"]["id"]
        return chat_id

    async def decline(self, mitra: Client) -> None:
        await mitra.post(f"/api/mitra/chat-requests/{await self.offer(mitra)}/decline")

    def set_seconds_left(self, chat_id: str, seconds: float) -> None:
        """Move a chat to so many seconds before its end."""
        with self._owner.transaction():
            self._owner.execute("alter table data.chat_sessions disable trigger chat_sessions_fixed")
            self._owner.execute(
                """
                update data.chat_sessions c
                set started_at = c.started_at - d.passed, ends_at = c.ends_at - d.passed,
                    deadline_at = logic.next_chat_deadline(c.ends_at - d.passed, logic.now())
                from (
                    select ends_at - logic.now() - make_interval(secs => %s) as passed
                    from data.chat_sessions where id = %s
                ) d
                where c.id = %s
                """,
                [seconds, chat_id, chat_id],
            )
            self._owner.execute("alter table data.chat_sessions enable trigger chat_sessions_fixed")

    async def say(self, sender: Client, chat_id: str, body: str) -> None:
        side = "client" if sender.audience == "customer" else "mitra"
        sent = await sender.post(
            f"/api/{side}/chat-sessions/{chat_id}/messages",
            {"client_message_id": str(uuid4()), "body": body},
        )
        assert sent.status_code == 201, sent.text

    def stored_messages(self, chat_id: str) -> list[str]:
        """The stored messages of a chat, in order."""
        rows = self._owner.execute(
            "select body from data.chat_messages where chat_session_id = %s order by seq", [chat_id]
        )
        return [body for (body,) in rows]

    @contextmanager
    def chat_is_locked(self, chat_id: str) -> Iterator[None]:
        """Lock a chat, so that calls on it are refused as busy."""
        with self._owner.transaction():
            self._owner.execute("select from data.chat_sessions where id = %s for update", [chat_id])
            yield

    def expire_search(self, customer: Client) -> None:
        """Move a customer's search to its deadline."""
        self._owner.execute(
            "update data.pairing_requests set deadline_at = logic.now() "
            "where customer_id = %s and status = 'searching'",
            [customer.id],
        )

    def expire_extension(self, chat_id: str) -> None:
        """Move a chat's extension to its deadline."""
        self._owner.execute(
            "update data.extensions set deadline_at = logic.now() "
            "where chat_session_id = %s and status = 'requested'",
            [chat_id],
        )

    def seconds_left(self, chat_id: str) -> float:
        """The seconds until a chat's end, by the database's clock."""
        left = self.value(
            "select extract(epoch from ends_at - logic.now())::float from data.chat_sessions where id = %s",
            chat_id,
        )
        assert isinstance(left, float)
        return left

    def pending(self, customer: Client) -> object:
        """The minutes of a customer's pending payment, or None."""
        return self.value(
            "select duration_minutes from data.payment_sessions where customer_id = %s and status = 'pending'",
            customer.id,
        )

    @contextmanager
    def price(self, minutes: int, amount: int) -> Iterator[None]:
        """Change the price of a first chat for a while."""
        change = "update data.price_tiers set amount = %s where duration_minutes = %s and not for_extension"
        was = self.value(
            "select amount from data.price_tiers where duration_minutes = %s and not for_extension", minutes
        )
        self._owner.execute(change, [amount, minutes])
        yield
        self._owner.execute(change, [was, minutes])

    def configure(self, **settings: object) -> None:
        for key, value in settings.items():
            self._owner.execute("select ops.set_config(%s, %s, 'test')", [key, str(value)])

    def fail(self, payment_id: str, cause_tag: str = "no_mitra_available") -> None:
        """Fail a payment."""
        self._owner.execute("select ops.fail_payment(%s, %s, 'test')", [payment_id, cause_tag])

    def value(self, query: str, *values: object) -> object:
        row = self._owner.execute(query, values).fetchone()
        return None if row is None else row[0]

    def cause_of_last_failure(self, customer: Client) -> object:
        return self.value(
            "select cause_tag from data.pairing_failures where customer_id = %s order by created_at desc limit 1",
            customer.id,
        )

    def payments(self, customer: Client) -> list[str]:
        """The statuses of a customer's payments, oldest first."""
        rows = self._owner.execute(
            "select status from data.payment_sessions where customer_id = %s order by created_at",
            [customer.id],
        )
        return [status for (status,) in rows]

    def all_mitras_leave(self) -> None:
        """Set all mitras offline."""
        self._owner.execute(
            "select ops.force_mitra_offline(id, 'test') from data.mitras where declared_online"
        )

    def end_all_searches(self) -> None:
        """Fail all running searches, so that the next test's mitras are not offered them."""
        self._owner.execute(
            "select ops.fail_payment(payment_session_id, 'no_mitra_available', 'test') "
            "from data.pairing_requests where status = 'searching'"
        )


def kept(name: str, value: object) -> str:
    """A script that stores something in a customer's browser, as earlier visits would."""
    return f"localStorage.setItem({json.dumps(f'curhat.customer.{name}')}, {json.dumps(value)});"
