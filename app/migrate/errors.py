"""Errors of `curhat migrate`, and the text of Postgres errors."""

import psycopg

from app.failure import Failure


class MigrateError(Failure):
    """The database was left as it was before the step that failed. The text says what to do about it."""

    exit_code = 1


def told(error: psycopg.Error) -> str:
    """An error of Postgres in one line: message, detail, hint and context."""
    diag = error.diag
    parts = [diag.message_primary or str(error).strip(), diag.message_detail, diag.message_hint, diag.context]
    return " · ".join(part for part in parts if part)


def line_at(text: str, position: str | None) -> int | None:
    """The line of an error position, which counts characters from 1; None without one."""
    if not position:
        return None
    return text.count("\n", 0, int(position) - 1) + 1
