"""A mitra whose app has a socket is within reach."""

from datetime import datetime

import pytest

from app.sockets import presence
from tests.conftest import Connection
from tests.rest.harness import Client, Worker, go_online, until
from tests.sockets.harness import raw_socket, signed_in


def reachable_until(db: Connection, mitra: Client) -> datetime:
    row = db.execute("select reachable_until from data.mitras where id = %s", [mitra.id]).fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def shorten(db: Connection, mitra: Client) -> datetime:
    """Let the mitra's lease be nearly over."""
    db.execute("update data.mitras set reachable_until = logic.now() + '1 second' where id = %s", [mitra.id])
    return reachable_until(db, mitra)


async def test_signing_in_renews_the_lease_before_the_snapshot_is_read(
    worker: Worker, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    before = shorten(db, mitra)
    async with raw_socket(
        f"{worker.socket_url}/api/mitra/ws", "curhat.v1", f"bearer.{mitra.token}"
    ) as socket:
        snapshot = await socket.frame()
    assert datetime.fromisoformat(snapshot["reachable_until"]) > before


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases are renewed again and again, from the first sleep of the worker on."""
    monkeypatch.setattr(presence, "RENEW_SECONDS", 0.05)


async def test_an_open_socket_keeps_the_lease_and_a_closed_one_lets_it_run_out(
    often: None, worker: Worker, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    async with signed_in(mitra):
        for _ in range(2):
            before = shorten(db, mitra)
            await until(lambda before=before: reachable_until(db, mitra) > before)  # type: ignore[misc]
    await until(lambda: worker.app.ctx.hub.people("mitra") == [])


async def test_a_mitra_who_declared_themselves_offline_stays_so(mitra: Client) -> None:
    async with signed_in(mitra):
        state = (await mitra.get("/api/mitra/state")).json()
    assert (state["online"], state["reachable_until"]) == (False, None)
