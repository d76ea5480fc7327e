"""What stops `curhat migrate`, and how an error of Postgres is told."""

import psycopg

from app.failure import Failure


class MigrateError(Failure):
    """The database was left as it was before the step that failed. The text says what to do about it."""

    exit_code = 1


def told(error: psycopg.Error) -> str:
    """What Postgres said, in one paragraph: its sentence, the detail, and where in a function it happened."""
    diag = error.diag
    parts = [diag.message_primary or str(error).strip(), diag.message_detail, diag.message_hint, diag.context]
    return " · ".join(part for part in parts if part)


def line_at(text: str, position: str | None) -> int | None:
    """The line of a position that Postgres names (it counts characters from 1), where it names one."""
    if not position:
        return None
    return text.count("\n", 0, int(position) - 1) + 1
