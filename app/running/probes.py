"""Probes whether a server answers now, for process starts and `curhat doctor`."""

import asyncio
import contextlib
import errno
import socket
import urllib.request
from pathlib import Path
from typing import Literal
from urllib.error import URLError

import psycopg
from redis.exceptions import RedisError

from app import redis_client
from app.postgres.primary import writable
from app.settings import SettingsError

TIMEOUT_SECONDS = 2
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # ignores http_proxy


def base_url(host: str, port: int) -> str:
    """The URL, from this machine, of a server that is bound to `host`."""
    reached = EVERYWHERE.get(host, host)
    return f"http://[{reached}]:{port}" if ":" in reached else f"http://{reached}:{port}"


def port_problem(host: str, port: int) -> str | None:
    """Why a server could not bind there, in a few words; `None` if it could."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        holder = port_holder(port) if error.errno == errno.EADDRINUSE else None
        return f"{error.strerror or error}{f', by {holder}' if holder else ''}"
    return None


def port_holder(port: int) -> str | None:
    """The process that listens on a TCP port, if the kernel shows it (other users' processes only to root)."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
                _, local, _, state, _, _, _, _, _, inode, *_ = line.split()
                if state == LISTENING and int(local.rpartition(":")[2], 16) == port:
                    sockets.add(f"socket:[{inode}]")
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended, or belongs to another user
            if any(str(file.readlink()) in sockets for file in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (process {process.name})"
    return None


def answers(url: str) -> bool:
    """Whether a GET gets a status below 400. Blocks."""
    try:
        with DIRECTLY.open(url, timeout=TIMEOUT_SECONDS) as response:
            return bool(response.status < 400)
    except (URLError, OSError):
        return False


async def http_answers(url: str) -> bool:
    """Whether a GET gets a status below 400."""
    return await asyncio.to_thread(answers, url)


async def postgres_answers(url: str) -> bool:
    """Whether a connection opens and a query is answered."""
    try:
        async with await psycopg.AsyncConnection.connect(
            url, autocommit=True, connect_timeout=TIMEOUT_SECONDS
        ) as connection:
            await connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


async def redis_answers(url: str) -> bool:
    """Whether it answers and accepts writes."""
    client = redis_client.connect(url, connect_seconds=TIMEOUT_SECONDS)
    async with client:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await redis_client.check(client)
        except (RedisError, TimeoutError):
            return False
    return True


async def connected_as(url: str, application: str) -> bool:
    """Whether a session with this application name is connected to this database's primary."""
    try:
        async with await psycopg.AsyncConnection.connect(
            writable(url), autocommit=True, connect_timeout=TIMEOUT_SECONDS
        ) as connection:
            found = await connection.execute(
                "select from pg_stat_activity where datname = current_database() and application_name = %s",
                [application],
            )
            return await found.fetchone() is not None
    except psycopg.Error:
        return False


def check_port(name: Literal["PUBLIC", "INTERNAL"], host: str, port: int) -> None:
    """Raise SettingsError when a listener's port cannot be had."""
    problem = port_problem(host, port)
    if problem is not None:
        raise SettingsError(
            f"Cannot listen on {host}:{port} ({problem}): stop what uses it, or set CURHAT_{name}_PORT "
            f"or CURHAT_{'' if name == 'PUBLIC' else 'INTERNAL_'}HOST to something else."
        )
