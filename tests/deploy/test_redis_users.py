"""Redis as deploy/ runs it: each kind of process has its own user, with only the rights that it needs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import redis

from app import redis_client
from app.http.edge import App
from app.http.limits import CODES_OF_ADDRESS
from app.server import create_internal_app
from app.settings import Settings
from listeners import availability, relay
from tests.conftest import Connection
from tests.deploy.pair import DEPLOYED
from tests.deploy.test_files import REDIS_USERS
from tests.rest.harness import Client, People, background, pair, running, settings_for, until
from tests.sockets.harness import signed_in
from tests.sockets.test_lost_connections import say, shown
from tests.waits import wait_until
from workshop.embedded.redis_server import find_program, redis_url

START = DEPLOYED.parent / "redis" / "start"


def url_of(user: str, socket: Path) -> str:
    return f"unix://{user}:{user}s-secret@{quote(str(socket))}?db=0"


@pytest.fixture
def socket(tmp_path: Path) -> Iterator[Path]:
    """The socket of such a Redis."""
    socket = tmp_path / "redis.sock"
    (tmp_path / "redis-server").symlink_to(find_program())  # Valkey will do
    options = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no")
    process = subprocess.Popen(
        [START, *options],
        env={
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "REDIS_DATA": str(tmp_path),
            **{f"REDIS_{user.upper()}_PASSWORD": f"{user}s-secret" for user in REDIS_USERS},
        },
        stdout=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    try:
        with redis_client.connect_blocking(redis_url(socket.parent)) as anybody:

            def answers() -> bool:
                try:
                    return bool(anybody.ping())
                except redis.ConnectionError:
                    return False

            wait_until(answers, "redis answers")
        yield socket
    finally:
        process.terminate()
        process.wait()


async def hears(app: App) -> None:
    await until(lambda: app.ctx.hub.hears)


async def test_every_process_can_do_its_work(
    socket: Path, database_url: str, db: Connection, tmp_path: Path
) -> None:
    def settings(user: str) -> Settings:
        return settings_for(database_url, url_of(user, socket), tmp_path)

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(background(relay.run(settings("listen"))))
        await stack.enter_async_context(background(availability.run(settings("listen"))))
        worker = await stack.enter_async_context(running(settings("public")))
        internal = await stack.enter_async_context(running(settings("internal"), create_internal_app))
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=worker.url, timeout=30))
        over = replace(settings("public"), public_port=worker.port)
        here = Client(over, http, "customer", People(db).customer())
        there = Client(over, http, "mitra", People(db).mitra())
        chat_id = await pair(here, there)
        async with signed_in(here) as customers, signed_in(there) as mitras:
            await say(here, chat_id)
            assert await shown(customers, 1) == await shown(mitras, 1) == [1]
            await customers.send("typing", chat_session_id=chat_id)
            assert (await mitras.frame_of("CHAT_TYPING"))["chat_session_id"] == chat_id
        for app in (worker.app, internal.app):
            await hears(app)
            await app.ctx.limits.check(CODES_OF_ADDRESS, "somebody")
        watch = worker.app.ctx.availability
        await until(lambda: watch.age is not None)
        await watch._ask()  # noqa: SLF001 - as when the listener is silent
        await watch._read_what_was_told_last()  # noqa: SLF001


@pytest.mark.parametrize(
    ("user", "command"),
    [
        *(
            (user, command)
            for user in REDIS_USERS
            for command in ("KEYS *", "FLUSHALL", "CONFIG GET *", "ACL LIST")
        ),
        ("public", "SET curhat:availability x"),
        ("public", "GET another"),
        ("internal", "GET curhat:availability"),
        ("internal", "SUBSCRIBE curhat:availability"),
        ("listen", "SUBSCRIBE curhat:events"),
        ("listen", "SET curhat:limit:x 1"),
    ],
)
def test_no_process_can_do_more(socket: Path, user: str, command: str) -> None:
    with (
        redis_client.connect_blocking(url_of(user, socket)) as client,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        client.execute_command(*command.split())


def test_nobody_gets_in_without_a_password(socket: Path) -> None:
    with redis_client.connect_blocking(redis_url(socket.parent)) as anybody:
        assert anybody.ping()
        for command in ("GET curhat:availability", "PUBLISH curhat:events x", "SUBSCRIBE curhat:events"):
            with pytest.raises(redis.exceptions.NoPermissionError):
                anybody.execute_command(*command.split())
    with (
        redis_client.connect_blocking(url_of("public", socket).replace("s-secret", "x")) as client,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        client.ping()
