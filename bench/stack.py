"""Servers and processes of `curhat up` for one benchmark, in a throw-away directory.

Postgres flushes as in production, and records the time of each commit by the same clock as `time.time()` here. Delays
are measured from that time.
"""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import structlog

from app.migrate import migrate
from app.running import programs
from app.running.accounts import server_account
from app.running.supervisor import Supervisor
from app.settings import Settings
from bench.measure import say
from workshop import embedded
from workshop.embedded import DATABASE, Embedded, place

# As in production: a line of JSON for each request.
PRODUCTION = {
    "CURHAT_ENV": "production",
    "CURHAT_JWT_KEYS": "bench:a-key-that-is-known-to-every-benchmark",
    "CURHAT_OTP_SENDER": "http://127.0.0.1:9/nobody",
}
MEMORY = "/dev/shm"  # noqa: S108 - mkdtemp makes what nobody else may enter


@dataclass(frozen=True, slots=True)
class Stack:
    """The running service. `settings` hold its addresses."""

    settings: Settings
    _servers: Embedded
    _supervisor: Supervisor

    @property
    def pids(self) -> Mapping[str, int]:
        """The process ids of its programs, by name."""
        return self._supervisor.pids

    async def superuser(self) -> asyncpg.Connection:
        """A superuser's connection."""
        cluster = self._servers.postgres
        if cluster is None:
            raise AssertionError("there is no cluster of our own")
        return await asyncpg.connect(cluster.url(DATABASE))

    async def as_role(self, role: str, **settings: str) -> asyncpg.Connection:
        """A connection as one of our roles."""
        return await asyncpg.connect(
            self.settings.database_url, server_settings={"role": role, "timezone": "UTC", **settings}
        )


@asynccontextmanager
async def stack(
    *, workers: int = 0, listeners: tuple[str, ...] = ("relay", "deadlines"), in_memory: bool = False
) -> AsyncIterator[Stack]:
    """Servers, migrated, with so many public workers and these listeners; all gone at the end.

    pg_cron has no jobs, so that whatever is measured is done by our own processes. `in_memory`: their files too,
    so that no disk stalls.
    """
    parent = MEMORY if in_memory else None
    with tempfile.TemporaryDirectory(prefix="curhat-bench-", dir=parent) as directory:
        given = Settings.from_environment(
            {
                **PRODUCTION,
                "CURHAT_HOME": f"{directory}/home",
                "CURHAT_PUBLIC_PORT": str(free_port()),
                "CURHAT_WORKERS": str(max(workers, 1)),
            }
        )
        servers = _servers(given, Path(directory))
        settings = servers.settings
        say("starting Postgres and Redis")
        async with Supervisor() as supervisor:
            await asyncio.to_thread(servers.make_ready_to_start)
            await supervisor.start(*servers.programs())
            await asyncio.to_thread(servers.provision)
            await asyncio.to_thread(
                migrate, settings.database_url, structlog.get_logger("migrate"), schedule_jobs=False
            )
            public = programs.workers(settings, settings.log_dir)[:workers]
            ours = [one for one in programs.listeners(settings, settings.log_dir) if one.name in listeners]
            await supervisor.start(*public, *ours)
            yield Stack(settings, servers, supervisor)


def _servers(given: Settings, directory: Path) -> Embedded:
    directory.chmod(0o711)  # for the servers' account
    place.make_home(given.home, server_account())
    servers = embedded.prepare(given)
    if servers.postgres is None:
        raise AssertionError("there is no cluster of our own")
    remembering = {
        **servers.postgres.settings,
        "track_commit_timestamp": "on",
        "shared_preload_libraries": "pg_stat_statements",
    }
    remembering = {name: value for name, value in remembering.items() if not name.startswith("cron.")}
    return replace(servers, postgres=replace(servers.postgres, settings=remembering))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
