"""The people, payments and chats of a test database, made through the functions that apps and operators call.

Ids are text, as in the apps. The clock stands still until a test advances it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import Any

import psycopg
import pytest

from tests.conftest import Clock, Connect, Connection

Row = dict[str, Any]

FIRST_CHAT = {15: 15_000, 30: 25_000, 60: 45_000}
EXTENSION = {15: 12_000, 30: 22_000}
"""The prices of the migrations, in rupiah by minutes. The free trial is the first chat of 15 minutes."""

STAFF_FUNCTIONS = {"set_operator", "change_operator", "seed_demo_operators"}
LISTENERS_FUNCTIONS = {
    "drain_events",
    "fire_due",
    "seconds_to_next_call",
    "seconds_to_next_deadline",
    "take_provider_calls",
    "take_provider_reply",
    "watch_availability",
}

numbers = count(1)


@contextmanager
def refuses(status: int, slug: str) -> Iterator[None]:
    """The block must be refused with this status and slug, and a sentence."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    diagnosis = caught.value.diag
    assert (diagnosis.sqlstate, diagnosis.message_primary) == (f"PT{status}", slug)
    assert diagnosis.message_detail is not None
    assert diagnosis.message_detail.endswith(".")


class World:
    """One database and the people in it."""

    def __init__(self, connect: Connect, clock: Clock) -> None:
        self._connect = connect
        self.clock = clock
        self.sound = True
        """Whether the audit must find nothing after the test."""

    @cached_property
    def app(self) -> Connection:
        """A connection as the app opens it."""
        return self._connect()

    @cached_property
    def listener(self) -> Connection:
        """A connection as the listeners open it."""
        return self._connect(role="curhat_listener")

    @cached_property
    def operator(self) -> Connection:
        """A connection of an operator in psql."""
        return self._connect(role="curhat_operator")

    @cached_property
    def staff_admin(self) -> Connection:
        """A connection for the functions that manage operators."""
        return self._connect(role="curhat_staff_admin")

    @cached_property
    def screens(self) -> Connection:
        """A connection of the control center."""
        return self._connect(role="curhat_control_center")

    @cached_property
    def owner(self) -> Connection:
        """A connection of the owner, who may do everything."""
        return self._connect(role="curhat_owner")

    # Calls

    def api(self, function: str, *arguments: object) -> Any:  # noqa: ANN401
        """The reply of a function of `api`, called by the role it is for."""
        caller = self.listener if function in LISTENERS_FUNCTIONS else self.app
        return one(caller, f"select api.{function}({_places(arguments)})", arguments)

    def ops(self, function: str, *arguments: object) -> list[Row]:
        """The rows of a function of `ops`, each as JSON."""
        caller = self.staff_admin if function in STAFF_FUNCTIONS else self.operator
        return rows(caller, f"ops.{function}({_places(arguments)})", arguments)

    def screen(self, view: str, where: str = "true", *arguments: object) -> list[Row]:
        """The rows of a view of `control_center`, each as JSON."""
        return rows(self.screens, f"(select * from control_center.{view} where {where})", arguments)

    def control(self, function: str, *arguments: object) -> Any:  # noqa: ANN401
        """The reply of a function of `control_center`."""
        return one(self.screens, f"select control_center.{function}({_places(arguments)})", arguments)

    def rows(self, query: str, *arguments: object) -> list[Row]:
        """The rows of any query as the owner, each as JSON."""
        return rows(self.owner, f"({query})", arguments)

    def row(self, table: str, row_id: object) -> Row:
        """A row of `data` by id."""
        (row,) = self.rows(f"select * from data.{table} where id = %s", row_id)
        return row

    def value(self, query: str, *arguments: object) -> Any:  # noqa: ANN401
        """The one value of any query as the owner."""
        return one(self.owner, query, arguments)

    # People

    def customer(self) -> str:
        return self._person("data.users (phone, display_name, created_at)", "Budi", "logic.now()")

    def mitra(self, *, online: bool = True) -> str:
        mitra = self._person(
            "data.mitras (phone, display_name, created_at, status_changed_at, idle_since)",
            "Sari",
            "logic.now(), logic.now(), logic.now()",
        )
        if online:
            self.api("set_mitra_status", mitra, True)
        return mitra

    def staff(self, role: str = "admin", email: str | None = None) -> str:
        """A new operator."""
        return str(
            self.value(
                "insert into data.cc_users (email, display_name, role, created_at) "
                "values (%s, 'Ratna', %s, logic.now()) returning id",
                email or f"staff{next(numbers)}@example.com",
                role,
            )
        )

    def _person(self, columns: str, name: str, times: str) -> str:
        number = next(numbers)
        return str(
            self.value(
                f"insert into {columns} values (%s, %s, {times}) returning id",
                f"+62811{number:07}",
                f"{name} {number}",
            )
        )

    # What people do

    def choose(
        self, customer: str, minutes: int = 30, *, mitra: str | None = None, extension: bool = False
    ) -> Row:
        """A pending payment session."""
        reply: Row = self.api("create_payment_session", customer, minutes, None, mitra, extension)
        return reply

    def pay(
        self, customer: str, minutes: int = 30, *, mitra: str | None = None, extension: bool = False
    ) -> str:
        """The id of a confirmed payment session."""
        payment: str = self.choose(customer, minutes, mitra=mitra, extension=extension)["id"]
        self.api("confirm_payment_session", payment, customer)
        return payment

    def search(self, customer: str, payment: str | None = None) -> Row:
        """A blast, on `payment` or a new one."""
        reply: Row = self.api("start_general_request", customer, payment or self.pay(customer))
        return reply

    def ask_again(self, customer: str, mitra: str, payment: str | None = None) -> Row:
        """The reply to "Curhat lagi", on `payment` or a new one."""
        payment = payment or self.pay(customer, mitra=mitra)
        reply: Row = self.api("start_returning_request", customer, payment, mitra)
        return reply

    def accept(self, search: Row, mitra: str) -> Row:
        """The chat started by a mitra's accept."""
        chat: Row = self.api("accept_request", search["id"], mitra)["chat_session"]
        return chat

    def decline(self, search: Row, mitra: str) -> None:
        self.api("decline_request", search["id"], mitra)

    def chat(self, customer: str, mitra: str, minutes: int = 30) -> Row:
        """A running chat, from a blast."""
        return self.accept(self.search(customer, self.pay(customer, minutes)), mitra)

    def end(self, chat: Row, by: str = "customer") -> Row:
        """The chat after one of the two ended it."""
        reply: Row = self.api("end_chat", chat["id"], by, chat[by]["id"])
        return reply

    def acquaint(self, customer: str, mitra: str) -> None:
        """Let the two have an ended chat, so that the customer may ask the mitra again."""
        self.end(self.chat(customer, mitra))
        self.fire()
        self.clock.advance(1)

    def extend(self, chat: Row, minutes: int = 15, payment: str | None = None) -> Row:
        """A pending extension of a chat."""
        customer = chat["customer"]["id"]
        payment = payment or self.pay(customer, minutes, extension=True)
        reply: Row = self.api("request_extension", chat["id"], customer, payment)
        return reply

    def say(self, chat: Row, by: str = "customer", text: str = "Halo") -> Row:
        """A message."""
        reply: Row = self.api("send_message", chat["id"], by, chat[by]["id"], self.uuid(), text)
        return reply

    def configure(self, key: str, value: object) -> None:
        """Change a setting."""
        self.ops("set_config", key, str(value), "Ratna")

    # Time

    def fire(self) -> int:
        """Fire all due deadlines, as the deadline listener does. Return how many fired."""
        fired = 0
        while now_fired := self.api("fire_due", 100):
            fired += now_fired
        return fired

    def wait(self, seconds: float, *, connected: Sequence[str] = ()) -> int:
        """Let time pass while these mitras stay connected; then fire what is due."""
        self.clock.advance(seconds)
        self.app.execute("select api.renew_leases(%s::uuid[])", [list(connected)])
        return self.fire()

    # Results

    def payment(self, payment: str) -> Row:
        return self.row("payment_sessions", payment)

    def failure(self, payment: str) -> Row:
        """The open failure of a payment."""
        (failure,) = self.rows(
            "select * from data.pairing_failures where payment_session_id = %s and superseded_at is null",
            payment,
        )
        return failure

    def failures(self) -> int:
        """The number of failures."""
        return int(self.value("select count(*) from data.pairing_failures"))

    def events(self, *types: str) -> list[Row]:
        """The events of these types, or all, in order."""
        return self.rows(
            "select * from data.events where cardinality(%s::text[]) = 0 or type = any (%s) order by id",
            list(types),
            list(types),
        )

    def offers(self, search: Row) -> list[tuple[str, str]]:
        """The offers of a search, in order: mitra and status."""
        offers = self.rows(
            "select * from data.pairing_offers where request_id = %s order by id", search["id"]
        )
        return [(offer["mitra_id"], offer["status"]) for offer in offers]

    def drain(self, limit: int = 1000) -> list[Row]:
        """The waiting envelopes, delivered as by the relay."""
        drained = self.listener.execute("select envelope::jsonb from api.drain_events(%s)", [limit])
        return [envelope for (envelope,) in drained]

    def audit(self) -> list[Row]:
        """The audit's findings once everything due has been fired and delivered."""
        self.fire()
        self.drain()
        return self.ops("audit")

    def uuid(self) -> str:
        """A new id."""
        return str(self.value("select gen_random_uuid()"))


def one(connection: Connection, query: str, arguments: Sequence[object] = ()) -> Any:  # noqa: ANN401
    """The one value of a query."""
    row = connection.execute(query, arguments).fetchone()
    assert row is not None
    return row[0]


def rows(connection: Connection, source: str, arguments: Sequence[object] = ()) -> list[Row]:
    """The rows of anything that can follow `from`, each as JSON."""
    return [row for (row,) in connection.execute(f"select to_jsonb(r) from {source} r", arguments)]


def _places(arguments: Sequence[object]) -> str:
    return ", ".join("%s" for _ in arguments)
