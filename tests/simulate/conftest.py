"""A whole service in separate processes, as `curhat serve` and `curhat listen` run it."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.running import programs
from app.running.supervisor import Backoff, Supervisor
from app.settings import Settings
from tests.ports import free_ports


@dataclass(frozen=True)
class Service:
    """A running service."""

    settings: Settings
    _supervisor: Supervisor

    @property
    def names(self) -> set[str]:
        """The processes that run at this moment."""
        return set(self._supervisor.pids)

    def said(self, *names: str) -> list[str]:
        """The log lines of its processes."""
        logs = (self.settings.log_dir / f"{name}.log" for name in names)
        return [line for log in logs for line in log.read_text(encoding="utf-8").splitlines()]

    def kill(self, name: str) -> bool:
        """Kill a process; False if it does not run at this moment."""
        pid = self._supervisor.pids.get(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return settings_with_ports(database_url, redis_url, tmp_path)


def settings_with_ports(database_url: str, redis_url: str, home: Path, **more: str) -> Settings:
    """The settings of a service of its own on these servers."""
    return Settings.from_environment(
        {
            "CURHAT_DATABASE_URL": database_url,
            "CURHAT_REDIS_URL": redis_url,
            "CURHAT_HOME": str(home),
            **free_ports(),
            **more,
        }
    )


@asynccontextmanager
async def running(settings: Settings, *, without: tuple[str, ...] = ("internal",)) -> AsyncIterator[Service]:
    """Two public workers, the relay and the deadline listener, each started again when it dies."""
    workers = programs.workers(settings, settings.log_dir)
    listeners = programs.listeners(settings, settings.log_dir)
    async with Supervisor(Backoff(longest=0.5)) as supervisor:
        await supervisor.start(*(one for one in (*workers, *listeners) if one.name not in without))
        yield Service(settings, supervisor)


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    async with running(settings) as service:
        yield service
