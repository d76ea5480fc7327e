"""Many connections that each make one call at the same moment."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg

from tests.conftest import Connection

MANY = 20


class Crowd:
    """Several connections of the app, each with a thread."""

    def __init__(self, connections: list[Connection], threads: ThreadPoolExecutor) -> None:
        self._connections = connections
        self._threads = threads
        self.sound = True
        """Whether a deadlock fails the test."""

    def call(self, query: str, arguments: list[list[str]]) -> Counter[str]:
        """How many calls had each outcome: 'done', or a refusal's slug."""
        barrier = Barrier(len(arguments))

        def one(connection: Connection, values: list[str]) -> str:
            barrier.wait()
            try:
                connection.execute(query, values)
            except psycopg.Error as error:
                return error.diag.message_primary or str(error)
            return "done"

        return Counter(self._threads.map(one, self._connections, arguments))
