"""`curhat migrate` with every file of sql/ changed, while the database is in use."""

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog

from app.migrate import SQL, migrate
from app.migrate.sources import Kind, Source, read_sources
from tests.conftest import Connect, Connection
from tests.sql.world import World
from tests.waits import wait_until

CALLERS = 8


class Traffic:
    """What people and listeners do without end, each over a connection of their own, with the app's settings."""

    def __init__(self, connect: Connect, world: World) -> None:
        self.failed: list[str] = []
        self.calls = 0
        self._stop = threading.Event()
        self._evenings = [
            (
                world.customer(),
                world.mitra(),
                connect(),
                connect(role="curhat_listener"),
            )
            for _ in range(CALLERS)
        ]

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Calls go on while the context is open."""
        with ThreadPoolExecutor(CALLERS) as threads:
            running = [threads.submit(self._live, *evening) for evening in self._evenings]
            try:
                wait_until(lambda: self.calls > CALLERS * 20)
                yield
            finally:
                self._stop.set()
                for one in running:
                    one.result()

    def _live(self, customer: str, mitra: str, app: Connection, listener: Connection) -> None:
        while not self._stop.is_set():
            payment = self._call(app, "create_payment_session(%s, 30)", customer)
            if payment is None:
                continue
            self._call(app, "confirm_payment_session(%s, %s)", payment["id"], customer)
            search = self._call(app, "start_general_request(%s, %s)", customer, payment["id"])
            self._call(app, "list_offers(%s)", mitra)
            self._call(app, "client_state(%s)", customer)
            self._call(app, "mitra_state(%s)", mitra)
            chat = self._call(app, "accept_request(%s, %s)", (search or {}).get("id"), mitra)
            if chat:
                chat_id = chat["chat_session"]["id"]
                self._call(
                    app, "send_message(%s, 'customer', %s, gen_random_uuid(), 'Halo')", chat_id, customer
                )
                self._call(app, "end_chat(%s, 'mitra', %s)", chat_id, mitra)
            self._call(app, "cancel_request(%s, %s)", customer, payment["id"])
            self._call(app, "renew_leases(array[%s]::uuid[])", mitra)
            self._call(listener, "fire_due(100)")
            self._call(listener, "drain_events(50)")

    def _call(self, connection: Connection, call: str, *arguments: object) -> Any:  # noqa: ANN401
        self.calls += 1
        try:
            row = connection.execute(f"select api.{call}", arguments).fetchone()
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PT"):
                self.failed.append(f"{call}: {error}")
            return None
        return row[0] if row else None


def touched(source: Source) -> str:
    """The file with a comment more, which says nothing."""
    return f"{source.text}\n-- changed\n"


def reworded(source: Source) -> str:
    """The file with something more to say, so that views and triggers are replaced."""
    match source.kind:
        case Kind.VIEW:
            more = f"comment on view {source.schema}.{source.name} is 'changed';"
        case Kind.TRIGGER:
            more = f"comment on trigger {source.name} on {source.schema}.{source.table} is 'changed';"
        case _:
            more = "-- changed"
    return f"{source.text}\n{more}\n"


@pytest.mark.parametrize("change", [touched, reworded])
def test_every_file_is_applied_and_every_call_gets_its_answer(
    world: World, connect: Connect, database_url: str, tmp_path: Path, change: Callable[[Source], str]
) -> None:
    world.sound = False
    world.configure("payments_per_hour", 1000)
    shutil.copytree(SQL, tmp_path / "sql")
    sources = read_sources(tmp_path / "sql")
    for source in sources:
        (tmp_path / source.path).write_text(change(source), encoding="utf-8")
    traffic = Traffic(connect, world)
    with traffic.flowing():
        report = migrate(database_url, structlog.get_logger(), sql=tmp_path / "sql", schedule_jobs=False)
    untouched = [source for source in sources if source.kind in (Kind.VIEW, Kind.TRIGGER)]
    assert len(report.code.changed) == len(sources) - (len(untouched) if change is touched else 0)
    assert traffic.failed == []
