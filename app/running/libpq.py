"""What a shell's variables tell libpq, and so every process of ours."""

import os

WERE_SET = "curhat.libpq_variables"
"""Where a command finds, in click's context, which of them were set."""


def libpq_variables() -> list[str]:
    """The variables of this process that are libpq's, asyncpg's, or those of Postgres' programs.

    All of them begin with PG, and each version adds some. psql's own (PSQLRC, PAGER) are how somebody likes to work.
    """
    return sorted(name for name in os.environ if name.startswith("PG"))


def forget_libpq() -> None:
    """Take them out of the environment of this process and of all that it starts."""
    for name in libpq_variables():
        del os.environ[name]
