"""Many mitras accept one search at the same moment."""

import asyncio
from collections import Counter
from collections.abc import Callable

from tests.conftest import Connection
from tests.rest.harness import Client, go_online, search


async def test_one_of_twenty_concurrent_accepts_wins(
    customer: Client, new_mitra: Callable[[], Client], db: Connection
) -> None:
    mitras = [new_mitra() for _ in range(20)]
    for mitra in mitras:
        await go_online(mitra)
    request = await search(customer)
    replies = await asyncio.gather(
        *(mitra.post(f"/api/mitra/chat-requests/{request['id']}/accept") for mitra in mitras)
    )
    outcomes = Counter((reply.status_code, reply.json().get("error")) for reply in replies)
    assert outcomes == {(200, None): 1, (409, "request_already_taken"): 19}
    assert db.execute("select count(*) from data.chat_sessions").fetchone() == (1,)
    assert db.execute("select status from data.payment_sessions").fetchall() == [("consumed",)]
    assert db.execute(
        "select deadlocks from pg_stat_database where datname = current_database()"
    ).fetchone() == (0,)
