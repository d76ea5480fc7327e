"""Everything that `curhat up` runs, in a throw-away home, with the means to harm it."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
from rich.console import Console

from app import redis_client
from app.running.accounts import server_account
from app.running.supervisor import Supervisor
from app.settings import Settings
from tests.ports import free_ports
from tests.run.conftest import new_home
from workshop import embedded, up
from workshop.embedded import DATABASE, place

# Short, so that windows end again and again during the run.
WINDOWS = {"pairing_blast_timeout_seconds": "8", "presence_ttl_seconds": "30"}
CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and application_name like %s and pid <> pg_backend_pid()
"""
# No blow waits for a server that hangs: its thread could not be cancelled.
PATIENCE: Mapping[str, Any] = {"connect_timeout": 5}
SOON_SECONDS = 60.0
"""Anything that was killed is back within this time, however busy the machine is."""


@dataclass(frozen=True)
class House:
    """A running service. A blow at a part that is down at the moment waits until it is back."""

    settings: Settings
    _supervisor: Supervisor
    _superuser_url: str

    def said(self, name: str) -> str:
        """The log of a process."""
        return (self.settings.log_dir / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    async def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process."""

        def send() -> bool:
            pid = self._supervisor.pids.get(name)
            if pid is None:
                return False
            os.kill(pid, number)
            return True

        await _once_it_can_be_done(send, ProcessLookupError)

    async def freeze(self, name: str, seconds: float) -> None:
        """Let a process hang for a while."""
        await self.signal(name, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        await self.signal(name, signal.SIGCONT)

    async def cut_postgres(self, application: str) -> None:
        """End all sessions with this application name (`%` matches anything)."""

        def cut() -> bool:
            with self._superuser() as connection:
                connection.execute(CUT, [application])
            return True

        await _once_it_can_be_done(cut, psycopg.OperationalError)

    async def hold(self, statement: str, seconds: float) -> None:
        """Leave a transaction open after a statement, as an operator or a DBA might, and roll back."""

        def begin() -> bool:
            with self._superuser() as connection, connection.transaction(force_rollback=True):
                connection.execute("set local lock_timeout = '2s'")
                connection.execute(statement.encode())
                connection.execute("select pg_sleep(%s)", [seconds])
            return True

        await _once_it_can_be_done(begin, psycopg.OperationalError)

    async def take_all_connections(self, seconds: float) -> None:
        """Take all connections of Postgres for a while."""

        def take() -> bool:
            with contextlib.ExitStack() as taken:
                with contextlib.suppress(psycopg.OperationalError):
                    while True:
                        taken.enter_context(psycopg.connect(self.settings.database_url, **PATIENCE))
                time.sleep(seconds)
            return True

        await _once_it_can_be_done(take, psycopg.OperationalError)

    def _superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._superuser_url, autocommit=True, **PATIENCE)

    async def cut_redis(self, kind: str) -> None:
        """End the connections of a kind: `normal` or `pubsub`."""

        def cut() -> bool:
            with redis_client.connect_blocking(self.settings.redis_url) as client:
                client.client_kill_filter(_type=kind, skipme=True)
            return True

        await _once_it_can_be_done(cut, redis.RedisError)


@asynccontextmanager
async def house() -> AsyncIterator[House]:
    """A ready house with jobs of pg_cron. It is removed at the end."""
    with new_home() as home:
        given = Settings.from_environment(
            {
                "CURHAT_HOME": str(home),
                **free_ports(),
                "CURHAT_DEMO": "off",
            }
        )
        place.make_home(home, server_account())
        servers = embedded.prepare(given)
        if servers.postgres is None:
            raise AssertionError("there is no cluster of our own")
        async with Supervisor() as supervisor:
            await up.start(servers, supervisor, Console(quiet=True))
            made = House(servers.settings, supervisor, servers.postgres.url(DATABASE))
            await asyncio.to_thread(_shorten_windows, made.settings.database_url)
            yield made


async def _once_it_can_be_done(act: Callable[[], bool], *not_yet: type[Exception]) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        while True:
            with contextlib.suppress(*not_yet):
                if await asyncio.to_thread(act):
                    return
            await asyncio.sleep(0.05)


def _shorten_windows(url: str) -> None:
    with psycopg.connect(url, autocommit=True, options="-c role=curhat_operator") as connection:
        for key, value in WINDOWS.items():
            connection.execute("select ops.set_config(%s, %s, 'chaos')", [key, value])
