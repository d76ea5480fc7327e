"""The database as the simulation sees it: people to play, and the audit."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from app.simulate.knowledge import Role

OPERATOR_OPTIONS = "-c role=curhat_operator -c timezone=UTC"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person to play."""

    kind: Role
    id: str
    name: str


async def seed_people(database_url: str, customers: int, mitras: int) -> list[Somebody]:
    """People made for a simulation."""
    rows = await _rows(database_url, "select kind, id, name from ops.seed_people(%s, %s)", customers, mitras)
    return [Somebody(row["kind"], str(row["id"]), row["name"]) for row in rows]


async def audit(database_url: str) -> list[dict[str, Any]]:
    """Every broken invariant: {invariant, entity, entity_id, detail}."""
    return await _rows(database_url, "select invariant, entity, entity_id, detail from ops.audit()")


async def _rows(database_url: str, query: str, *arguments: object) -> list[dict[str, Any]]:
    async with await psycopg.AsyncConnection.connect(
        database_url, options=OPERATOR_OPTIONS, autocommit=True, row_factory=dict_row
    ) as connection:
        return await (await connection.execute(query, arguments)).fetchall()
