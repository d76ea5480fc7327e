"""What a shell's variables tell libpq, and so every process of ours."""

import os

WERE_SET = "curhat.libpq_variables"
"""Where a command finds, in click's context, which of them were set."""


def libpq_variables() -> list[str]:
    """The set variables of libpq, asyncpg and Postgres' programs.

    All begin with PG, and each version adds some. psql's own (PSQLRC, PAGER) are the user's preferences and stay.
    """
    return sorted(name for name in os.environ if name.startswith("PG"))


def forget_libpq() -> None:
    """Remove them from the environment of this process and its children."""
    for name in libpq_variables():
        del os.environ[name]
