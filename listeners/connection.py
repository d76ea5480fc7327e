"""The listeners' connections to Postgres: their session settings, and their keepalives."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import asyncpg
import structlog
from psycopg.conninfo import conninfo_to_dict

from app.postgres.primary import REPORTED, TARGET
from app.postgres.sessions import SESSION, SET_NEWER

CONNECT_TIMEOUT_SECONDS = 5.0  # for each server that the URL names
# Long enough for any batch of ours, short enough that a dead connection is noticed within 10 s.
COMMAND_TIMEOUT_SECONDS = 5.0
KEEPALIVE_IDLE_SECONDS = 3
KEEPALIVE_INTERVAL_SECONDS = 2
KEEPALIVE_COUNT = 2
USER_TIMEOUT_MILLISECONDS = 8000

# Errors of Postgres or of the network. Any other error is a bug and ends the process.
# (asyncpg raises an internal error when the server ends the session between two calls.)
CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

# The server drops a client that vanished, so that its locks do not outlive it.
SESSION_SETTINGS = {
    **SESSION,
    "role": "curhat_listener",
    "lock_timeout": "2000",
    "plan_cache_mode": "force_generic_plan",  # as in the app
    "statement_timeout": "10000",
    "idle_in_transaction_session_timeout": "30000",  # the relay waits for Redis in its transaction
    "tcp_keepalives_idle": str(KEEPALIVE_IDLE_SECONDS),
    "tcp_keepalives_interval": str(KEEPALIVE_INTERVAL_SECONDS),
    "tcp_keepalives_count": str(KEEPALIVE_COUNT),
    "tcp_user_timeout": str(USER_TIMEOUT_MILLISECONDS),
}


class Server(TypedDict, total=False):
    """The address of one server, as arguments of asyncpg."""

    host: str
    port: int


log = structlog.get_logger(__name__)


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """An asyncpg connection with TCP keepalives, which asyncpg does not set."""

    @property
    def takes_writes(self) -> bool:
        """Whether the server accepts writes, as far as it has reported."""
        settings = self.get_settings()
        return all(getattr(settings, name, "off") != "on" for name in REPORTED)

    def keep_alive(self) -> None:
        """Turn TCP keepalives on (a unix socket needs none)."""
        sock = self._transport.get_extra_info("socket")
        if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
            return
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        options = {
            "TCP_KEEPIDLE": KEEPALIVE_IDLE_SECONDS,
            "TCP_KEEPINTVL": KEEPALIVE_INTERVAL_SECONDS,
            "TCP_KEEPCNT": KEEPALIVE_COUNT,
            "TCP_USER_TIMEOUT": USER_TIMEOUT_MILLISECONDS,
        }
        for name, value in options.items():
            if hasattr(socket, name):  # Linux has all four, other systems have some
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


@asynccontextmanager
async def connected(dsn: str, name: str, **settings: str) -> AsyncIterator[Connection]:
    """A connection as `curhat_listener`, with the application name `name` and these session settings.

    At the end it is terminated, not closed: a close would wait for a server that is gone.
    """
    connection = await _connect(dsn, {**SESSION_SETTINGS, "application_name": name, **settings})
    try:
        connection.keep_alive()
        await connection.execute(SET_NEWER)
        yield connection
    finally:
        connection.terminate()


async def _connect(dsn: str, settings: dict[str, str]) -> Connection:
    """Connect to the first server of the URL that answers and accepts writes.

    asyncpg can try all servers itself, but with one timeout for all: a server that does not answer would use it up,
    and the next one would never be tried.
    """
    *others, last = _servers(dsn)
    for server in others:
        try:
            return await _connect_to(server, dsn, settings)
        except CONNECTION_ERRORS as error:
            log.info("server rejected, trying the next", **server, reason=repr(error))
    return await _connect_to(last, dsn, settings)


async def _connect_to(server: Server, dsn: str, settings: dict[str, str]) -> Connection:
    connection: Connection = await asyncpg.connect(
        dsn,
        **server,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        connection_class=Connection,
        server_settings=settings,
        target_session_attrs=TARGET,
    )
    return connection


def _servers(dsn: str) -> list[Server]:
    """The servers that a URL names; parts missing from the URL stay missing."""
    given = conninfo_to_dict(dsn)
    hosts = str(given.get("host") or "").split(",")
    ports = str(given.get("port") or "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)  # one port for all hosts
    return [
        {**({"host": host} if host else {}), **({"port": int(port)} if port else {})}
        for host, port in zip(hosts, ports, strict=True)
    ]
