"""The simulation's queries: its people, the audit, and events that no route shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from app.postgres.primary import writable
from workshop.simulate.knowledge import Role

As = Literal["operator", "control_center"]

# The events of a payment that sockets get, by receiver (docs/reference/events.md). Those not in SHOWN_BY_REST leave no
# trace in REST.
HEARD_BY: dict[str, tuple[Role, ...]] = {
    "PAYMENT_SESSION": ("customer",),
    "CHAT_REQUEST_STARTED": ("customer",),
    "PAIRED": ("customer", "mitra"),
    "PAIRING_FAILED": ("customer",),
    "CHAT_MESSAGE": ("customer", "mitra"),
    "CHAT_ENDED": ("customer", "mitra"),
    "CHAT_REQUEST": ("mitra",),
    "CHAT_REQUEST_CLOSED": ("mitra",),
    "CHAT_READ": ("customer", "mitra"),
    "CHAT_ENDING_SOON": ("customer", "mitra"),
    "CHAT_EXTENDED": ("customer", "mitra"),
    "EXTENSION_REQUESTED": ("customer", "mitra"),
    "EXTENSION_APPROVED": ("customer", "mitra"),
    "EXTENSION_REJECTED": ("customer", "mitra"),
    "MONEY": ("customer",),
    "RETURNING_CHAT_TIMEOUT": ("customer",),
    "RETURNING_CHAT_REJECTED": ("customer",),
    "MITRA_CONNECTION": ("customer",),
}
SHOWN_BY_REST = frozenset(
    ("PAYMENT_SESSION", "CHAT_REQUEST_STARTED", "PAIRED", "PAIRING_FAILED", "CHAT_MESSAGE", "CHAT_ENDED")
)
EVENTS = """
select t.id, t.at, t.type, p.customer_id, t.mitra_ids
from control_center.payment_timeline t
join control_center.payments p on p.id = t.payment_session_id
where t.payment_session_id = any (%s) and t.type = any (%s)
order by t.id
"""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person to play."""

    kind: Role
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event for a person."""

    id: int
    at: datetime
    type: str


async def seed_people(database_url: str, customers: int, mitras: int) -> list[Somebody]:
    """Create people for a simulation."""
    query = "select kind, id, name from ops.seed_people(%s, %s)"
    rows = await _rows(database_url, "operator", query, customers, mitras)
    return [Somebody(row["kind"], str(row["id"]), row["name"]) for row in rows]


async def audit(database_url: str) -> list[dict[str, Any]]:
    """Every broken invariant: {invariant, entity, entity_id, detail}."""
    query = "select invariant, entity, entity_id, detail from ops.audit()"
    return await _rows(database_url, "operator", query)


async def events_heard(database_url: str, payment_ids: Sequence[str]) -> dict[tuple[Role, str], list[Event]]:
    """The events of these payments, by receiver."""
    found: dict[tuple[Role, str], list[Event]] = {}
    for row in await _rows(database_url, "control_center", EVENTS, list(payment_ids), list(HEARD_BY)):
        event = Event(row["id"], row["at"], row["type"])
        people: dict[Role, list[Any]] = {"customer": [row["customer_id"]], "mitra": row["mitra_ids"]}
        for role in HEARD_BY[event.type]:
            for person_id in people[role]:
                found.setdefault((role, str(person_id)), []).append(event)
    return found


async def _rows(database_url: str, role: As, query: str, *arguments: object) -> list[dict[str, Any]]:
    async with await psycopg.AsyncConnection.connect(
        writable(database_url),
        options=f"-c role=curhat_{role} -c timezone=UTC",
        autocommit=True,
        row_factory=dict_row,
    ) as connection:
        return await (await connection.execute(query.encode(), arguments)).fetchall()
