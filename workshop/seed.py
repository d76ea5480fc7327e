"""Demo people: two customers, two mitras, and an operator of each role."""

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from app.identity.passwords import hash_password
from app.postgres.sessions import connect

DEMO_PASSWORD = "curhat-demo-password"
"""The password of every demo operator. It is public, so production refuses it."""


@dataclass(frozen=True, slots=True)
class Person:
    """A demo customer or mitra; `kind` says which."""

    kind: str
    id: UUID
    phone: str
    name: str

    def line(self) -> str:
        """One line, aligned with those of other people."""
        return f"{self.kind:<8}   {self.name:<12}   {self.phone:<14}   {self.id}"


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """An operator who signs in with the demo password."""

    email: str
    role: str

    def line(self) -> str:
        """One line, aligned with those of other people."""
        return f"{self.role:<8}   {self.email}"


def seed_demo_operators(database_url: str) -> list[DemoOperator]:
    """Add a demo operator of each role, or reset their password, and return them. Blocks."""
    with (
        connect(database_url, role="curhat_staff_admin") as connection,
        connection.cursor(row_factory=class_row(DemoOperator)) as cursor,
    ):
        return cursor.execute(
            "select email, role from ops.seed_demo_operators(%s)", [hash_password(DEMO_PASSWORD)]
        ).fetchall()


def seed_demo(database_url: str) -> list[Person]:
    """Add missing demo people, and return all of them. Blocks."""
    with (
        connect(database_url, role="curhat_operator") as connection,
        connection.cursor(row_factory=class_row(Person)) as cursor,
    ):
        return cursor.execute("select kind, id, phone, name from ops.seed_demo()").fetchall()
