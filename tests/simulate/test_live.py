"""A bot's socket: after which close codes it reconnects."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from app.auth import issue_token
from tests.simulate.conftest import Service
from tests.waits import PATIENCE_SECONDS
from workshop.simulate.live import Frame, LiveSocket, TurnedAwayError
from workshop.simulate.people import seed_people


def live_socket(service: Service, make_token: Callable[[], str], heard: asyncio.Queue[Frame]) -> LiveSocket:
    url = f"ws://127.0.0.1:{service.settings.public_port}/api/client/ws"
    return LiveSocket(url, make_token, on_connected=lambda: None, on_frame=heard.put_nowait)


async def test_a_token_that_expires_is_exchanged_for_another(service: Service) -> None:
    (customer,) = await seed_people(service.settings.database_url, 1, 0)
    make_token = partial(issue_token, service.settings, "customer", UUID(customer.id), timedelta(seconds=1.5))
    heard: asyncio.Queue[Frame] = asyncio.Queue()
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(live_socket(service, make_token, heard).run())
        for _ in range(2):
            assert (await heard.get())["type"] == "snapshot"
        running.cancel()


async def test_whoever_is_not_let_in_gives_up(service: Service) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(TurnedAwayError, match="closed with 4001"):
            await live_socket(service, lambda: "x", asyncio.Queue()).run()
