"""The demo people, to try everything with: two customers, two mitras, and an operator of each role."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from app.identity.passwords import hash_password
from app.postgres.sessions import connect

DEMO_PASSWORD = "curhat-demo-password"
"""Of every demo operator. Everybody knows it: production lets none of them in."""


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


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """Somebody who may sign in to the control center with the demo password."""

    email: str
    role: str

    def line(self) -> str:
        """As the lines of other people."""
        return f"{self.role:<8}   {self.email}"


def seed_demo_operators(database_url: str) -> list[DemoOperator]:
    """Add a demo operator of each role, or give them the demo password again, and return them. Blocks."""
    with (
        connect(database_url, role="curhat_staff_admin") as connection,
        connection.cursor(row_factory=class_row(DemoOperator)) as cursor,
    ):
        return cursor.execute(
            "select email, role from ops.seed_demo_operators(%s)", [hash_password(DEMO_PASSWORD)]
        ).fetchall()


def seed_demo(database_url: str) -> list[Person]:
    """Add the demo people where they are not there yet, and return them. Blocks."""
    with (
        connect(database_url, role="curhat_operator") as connection,
        connection.cursor(row_factory=class_row(Person)) as cursor,
    ):
        return cursor.execute("select kind, id, phone, name from ops.seed_demo()").fetchall()
