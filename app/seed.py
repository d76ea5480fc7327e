"""The demo people: two customers and two mitras, to try everything with."""

from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to try things with. `kind` is customer or mitra."""

    kind: str
    id: UUID
    phone: str
    name: str

    def line(self) -> str:
        """All of it, aligned with the lines of others."""
        return f"{self.kind:<8}   {self.name:<12}   {self.phone:<14}   {self.id}"


def seed_demo(database_url: str) -> list[Person]:
    """Add the demo people where they are not there yet, and return them. Blocks."""
    with (
        psycopg.connect(database_url, options="-c role=curhat_operator", autocommit=True) as connection,
        connection.cursor(row_factory=class_row(Person)) as cursor,
    ):
        return cursor.execute("select kind, id, phone, name from ops.seed_demo()").fetchall()
