"""What of our environment reaches the embedded servers and their clients: nothing that is about another server."""

import os


def libpq_variables() -> list[str]:
    """The variables of this process that are libpq's, asyncpg's, or those of Postgres' programs.

    All of them begin with PG, and each version adds some. psql's own (PSQLRC, PAGER) are how somebody likes to work.
    """
    return sorted(name for name in os.environ if name.startswith("PG"))


def forget_libpq() -> None:
    """Take them out of the environment of this process and of all that it starts."""
    for name in libpq_variables():
        del os.environ[name]


def server_environment() -> dict[str, str]:
    """The whole environment of a server, and of the programs that make and start one."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
