"""The resources that a worker, its sockets and its clients must release."""

import asyncio
from dataclasses import dataclass
from typing import Any

import psutil

from app import redis_client
from tests.conftest import Connection


@dataclass(frozen=True)
class Held:
    """The resources that this process and the servers hold at one moment."""

    tasks: frozenset[asyncio.Task[Any]]
    connections: int
    backends: frozenset[int]
    subscriptions: int

    def beyond(self, before: "Held") -> dict[str, object]:
        """The resources held now but not before, by name."""
        more: dict[str, object] = {
            "tasks": [task.get_name() for task in self.tasks - before.tasks],
            "connections of this process": self.connections - before.connections,
            "connections to Postgres": sorted(self.backends - before.backends),
            "subscriptions in Redis": self.subscriptions - before.subscriptions,
        }
        return {name: found for name, found in more.items() if found}


def held(monitor: Connection, database: str, redis_url: str) -> Held:
    """What is held now."""
    with redis_client.connect_blocking(redis_url) as client:
        subscriptions = sum(count for _, count in client.pubsub_numsub(*client.pubsub_channels()))
    backends = monitor.execute("select pid from pg_stat_activity where datname = %s", [database])
    return Held(
        frozenset(asyncio.all_tasks() - {asyncio.current_task()}),
        sum(one.status != psutil.CONN_LISTEN for one in psutil.Process().net_connections("tcp")),
        frozenset(pid for (pid,) in backends),
        subscriptions,
    )
