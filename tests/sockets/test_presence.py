"""A mitra with an open socket is reachable."""

from datetime import datetime, timedelta

import httpx
import pytest

from app.settings import Settings
from app.sockets import presence
from tests.conftest import Connect, Connection
from tests.rest.harness import Client, People, Worker, go_online, running, until
from tests.sockets.harness import raw_socket, signed_in


def reachable_until(db: Connection, mitra: Client) -> datetime:
    row = db.execute("select reachable_until from data.mitras where id = %s", [mitra.id]).fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def shorten(db: Connection, mitra: Client) -> datetime:
    """Shorten a mitra's lease to one second."""
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
def frequent_renewals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Renew leases at short intervals, from the worker's start."""
    monkeypatch.setattr(presence, "RENEW_SECONDS", 0.05)


async def test_an_open_socket_renews_the_lease_and_a_closed_one_does_not(
    frequent_renewals: None, worker: Worker, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    async with signed_in(mitra):
        for _ in range(2):
            before = shorten(db, mitra)
            await until(lambda before=before: reachable_until(db, mitra) > before)  # type: ignore[misc]
    await until(lambda: worker.app.ctx.hub.people("mitra") == [])


async def test_a_socket_does_not_bring_an_offline_mitra_online(mitra: Client) -> None:
    async with signed_in(mitra):
        state = (await mitra.get("/api/mitra/state")).json()
    assert (state["online"], state["reachable_until"]) == (False, None)


GRACE = timedelta(seconds=6)
"""A little more than the shortened lease."""


def lease_left(db: Connection, mitra: Client) -> timedelta:
    row = db.execute("select reachable_until - now() from data.mitras where id = %s", [mitra.id]).fetchone()
    assert row is not None
    assert isinstance(row[0], timedelta)
    return row[0]


async def test_closing_the_last_socket_shortens_the_lease(
    worker: Worker, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    async with signed_in(mitra):
        async with signed_in(mitra):
            pass
        await until(lambda: len(worker.app.ctx.hub.members()) == 1)
        assert lease_left(db, mitra) > GRACE
    await until(lambda: lease_left(db, mitra) <= GRACE)


async def test_a_socket_on_another_worker_keeps_the_lease(
    worker: Worker, settings: Settings, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    async with running(settings) as other:
        url = f"{other.socket_url}/api/mitra/ws"
        async with raw_socket(url, "curhat.v1", f"bearer.{mitra.token}") as socket:
            await socket.frame()
            async with signed_in(mitra):
                pass
            await until(lambda: set(holders(db, mitra)) == {str(other.app.ctx.leases._worker)})  # noqa: SLF001
            assert lease_left(db, mitra) > GRACE
        await until(lambda: lease_left(db, mitra) <= GRACE)


def holders(db: Connection, mitra: Client) -> dict[str, float]:
    row = db.execute("select held_by from data.mitras where id = %s", [mitra.id]).fetchone()
    assert row is not None
    held: dict[str, float] = row[0]
    return held


async def test_a_lost_socket_does_not_shorten_the_lease(
    worker: Worker, mitra: Client, db: Connection
) -> None:
    await go_online(mitra)
    async with signed_in(mitra) as socket:
        socket.connection.transport.abort()
        await until(lambda: worker.app.ctx.hub.members() == [])
    assert worker.app.ctx.leases._left.empty()  # noqa: SLF001
    assert lease_left(db, mitra) > GRACE


async def test_a_stopping_worker_does_not_shorten_the_lease(
    settings: Settings, people: People, db: Connection
) -> None:
    async with running(settings) as worker, httpx.AsyncClient(base_url=worker.url) as http:
        mitra = Client(settings, http, "mitra", people.mitra())
        await go_online(mitra)
        url = f"{worker.socket_url}/api/mitra/ws"
        async with raw_socket(url, "curhat.v1", f"bearer.{mitra.token}") as socket:
            await socket.frame()
            worker.app.ctx.hub.members()[0].websocket.retire()
            assert await socket.close_code() == 1001
        await until(lambda: worker.app.ctx.hub.members() == [])
        assert worker.app.ctx.leases._left.empty()  # noqa: SLF001
    assert lease_left(db, mitra) > GRACE


async def test_a_mitra_who_reconnects_while_their_lease_is_being_shortened_keeps_it(
    worker: Worker, mitra: Client, db: Connection, connect: Connect
) -> None:
    """The page is reloaded while the mitra's row is locked."""
    await go_online(mitra)
    blocker = connect(role="curhat_owner")
    with blocker.transaction():
        async with signed_in(mitra):
            blocker.execute("select from data.mitras where id = %s for no key update", [mitra.id])
        await until(lambda: worker.app.ctx.hub.members() == [])
        reloaded = signed_in(mitra)
        await reloaded.__aenter__()
    await until(lambda: lease_left(db, mitra) > GRACE and bool(holders(db, mitra)))
    await reloaded.__aexit__(None, None, None)


async def test_a_renewal_skipped_for_a_lock_is_retried_soon(
    worker: Worker, mitra: Client, db: Connection, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "RENEW_AGAIN_SECONDS", 0.05)
    await go_online(mitra)
    shorten(db, mitra)
    blocker = connect(role="curhat_owner")
    with blocker.transaction():
        blocker.execute("select from data.mitras where id = %s for no key update", [mitra.id])
        socket = signed_in(mitra)
        await socket.__aenter__()
        assert lease_left(blocker, mitra) <= GRACE
    await until(lambda: lease_left(db, mitra) > GRACE)
    await socket.__aexit__(None, None, None)
