"""Keeps environment variables for other servers away from the embedded servers and their clients."""

import os


def libpq_variables() -> list[str]:
    """The set variables of libpq, asyncpg and Postgres' programs.

    All begin with PG, and each version adds some. psql's own (PSQLRC, PAGER) are the user's preferences and stay.
    """
    return sorted(name for name in os.environ if name.startswith("PG"))


def forget_libpq() -> None:
    """Remove them from the environment of this process and its children."""
    for name in libpq_variables():
        del os.environ[name]


def server_environment() -> dict[str, str]:
    """The whole environment of a server, and of the programs that create and start it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
