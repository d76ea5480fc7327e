"""The two HTTP listeners, and the process that serves one of them.

A worker is one process with one Sanic app on one loop. Public workers share their port by SO_REUSEPORT, and the
kernel spreads the connections.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import structlog
import uvloop
from sanic import Sanic
from sanic.application.state import ApplicationServerInfo
from sanic.http.constants import HTTP

from app.clock import DatabaseClock
from app.described import docs
from app.http import edge, errors, static
from app.http.edge import App
from app.http.limits import Limits
from app.http.routes import Listener, blueprint
from app.identity.passwords import Passwords
from app.identity.sender import sender_for
from app.identity.standing import Standing
from app.internal import table as internal_table
from app.log import process_name
from app.metrics import Figures
from app.postgres.bell import Bell
from app.postgres.db import Database
from app.public import table as public_table
from app.server import counted
from app.server.backlog import Backlog
from app.settings import Settings
from app.sockets import websocket
from app.sockets.availability import Watch
from app.sockets.hub import Hub
from app.sockets.presence import Leases

BACKLOG = 1024
STOP_SECONDS = 11.0  # a little more than statement_timeout
STOP_LOOK_SECONDS = 0.05

log = structlog.get_logger(__name__)


class Part(Protocol):
    """A part of the server: opened before the first request, closed after the last."""

    async def open(self, tasks: asyncio.TaskGroup) -> None: ...

    async def close(self) -> None: ...


def create_public_app(settings: Settings) -> App:
    """The public listener (customer and mitra apps)."""
    app = _create_app("public", settings, ("GET", "POST"))
    bell = Bell(settings.database_url)
    app.ctx.database = Database(
        settings.database_url, on_commit=bell.ring, timings=counted.calls(app.ctx.figures)
    )
    app.ctx.hub = Hub(app.ctx.database, settings.redis_url)
    app.ctx.clock = DatabaseClock()
    app.ctx.standing = Standing(settings, app.ctx.database, app.ctx.hub, app.ctx.clock)
    app.ctx.leases = Leases(app.ctx.database, app.ctx.hub)
    app.ctx.availability = Watch(app.ctx.database, settings.redis_url, app.ctx.clock)
    app.ctx.limits = Limits(settings.redis_url)
    app.ctx.sender = sender_for(settings)
    counted.database(app.ctx.figures, app.ctx.database, bell)
    counted.sockets(app.ctx.figures, app.ctx.hub)
    counted.availability(app.ctx.figures, app.ctx.availability)
    _live_with(
        app,
        app.ctx.figures,
        bell,
        app.ctx.database,
        app.ctx.limits,
        app.ctx.sender,
        app.ctx.hub,
        app.ctx.standing,
        app.ctx.leases,
        app.ctx.availability,
    )
    app.blueprint(blueprint("public", public_table.ROUTES, public_table.SOCKETS))
    app.blueprint(docs.blueprint("public"))
    static.install_folder(app, "docs", "/docs")
    static.install(app, {"client": "", "mitra": "/mitra"})
    return app


def create_internal_app(settings: Settings) -> App:
    """The internal listener (control center)."""
    app = _create_app("internal", settings, ("GET", "POST", "PUT", "PATCH", "DELETE"))
    database_url = settings.internal_database_url or settings.database_url
    bell = Bell(database_url, "control_center")
    app.ctx.database = Database(
        database_url,
        schema="control_center",
        on_commit=bell.ring,
        timings=counted.calls(app.ctx.figures),
    )
    app.ctx.hub = Hub(app.ctx.database, settings.redis_url)
    app.ctx.clock = DatabaseClock()
    app.ctx.standing = Standing(settings, app.ctx.database, app.ctx.hub, app.ctx.clock)
    app.ctx.limits = Limits(settings.redis_url)
    app.ctx.passwords = Passwords()
    counted.database(app.ctx.figures, app.ctx.database, bell)
    counted.sockets(app.ctx.figures, app.ctx.hub)
    backlog = Backlog(app.ctx.database, app.ctx.figures)
    _live_with(
        app,
        app.ctx.figures,
        bell,
        app.ctx.database,
        app.ctx.hub,
        app.ctx.standing,
        app.ctx.limits,
        app.ctx.passwords,
        backlog,
    )
    app.blueprint(blueprint("internal", internal_table.ROUTES, internal_table.SOCKETS))
    app.blueprint(docs.blueprint("internal"))
    static.install_folder(app, "docs", "/docs")
    static.install(app, {"control-center": ""})
    return app


def serve_worker(settings: Settings, listener: Listener) -> None:
    """Serve one listener in this process until SIGTERM or SIGINT; then finish the requests in flight.

    Raises:
        OSError: the address cannot be bound.
    """
    if listener == "public":
        app, address = create_public_app(settings), (settings.host, settings.public_port)
    else:
        app, address = create_internal_app(settings), (settings.internal_host, settings.internal_port)
    with bind(*address) as sock, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve_until_signalled(app, sock))


def bind(host: str, port: int) -> socket.socket:
    """A socket for a port that several workers share; port 0 takes any free one."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    sock = socket.socket(family, kind, protocol)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(address)
    return sock


@contextlib.asynccontextmanager
async def serving(app: App, sock: socket.socket) -> AsyncIterator[None]:
    """Serve `app` on `sock` for as long as the context is open.

    If a long-lived task of the app fails, the context ends with its error: better no worker than half of one.
    """
    async with asyncio.TaskGroup() as tasks:
        app.ctx.tasks = tasks
        server = await _started(app, sock)
        try:
            yield
        finally:
            await _stop(server)


async def _serve_until_signalled(app: App, sock: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with serving(app, sock):
        log.info("serving", listener=app.name, address=sock.getsockname())
        await stop.wait()
        log.info("stopping", listener=app.name)


async def _started(app: App, sock: socket.socket) -> Any:  # noqa: ANN401 - Sanic's server has no types
    server: Any = await app.create_server(
        sock=sock,
        protocol=websocket.Protocol,
        backlog=BACKLOG,
        access_log=False,
        asyncio_server_kwargs={"start_serving": False},
    )
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    return server


async def _stop(server: Any) -> None:  # noqa: ANN401
    """Accept nothing new, retire the sockets, let requests finish, then close the parts."""
    server.server.close()
    give_up = server.loop.time() + STOP_SECONDS
    while server.connections and server.loop.time() < give_up:
        for connection in list(server.connections):
            connection.close_if_idle()
        await asyncio.sleep(STOP_LOOK_SECONDS)
    for connection in list(server.connections):
        connection.abort()
    await server.before_stop()
    await server.after_stop()


def _create_app(listener: Listener, settings: Settings, methods: Sequence[str]) -> App:
    # Strict: a proxy that blocks /readyz need not know of /readyz/.
    app = App(f"curhat_{listener}", configure_logging=False, strict_slashes=True)
    Sanic.unregister_app(app)
    # This tells Sanic that there is no HTTP/3; otherwise it sends an empty alt-svc header.
    app.state.server_info.append(ApplicationServerInfo({"version": HTTP.VERSION_1}))
    app.config.MOTD = False
    app.config.AUTO_EXTEND = False
    app.config.REQUEST_MAX_SIZE = edge.MOST_BODY_BYTES
    app.config.REQUEST_MAX_HEADER_SIZE = edge.MOST_HEAD_BYTES
    app.ctx.settings = settings
    app.ctx.listener = listener
    app.ctx.figures = Figures(process_name() or listener, settings.home)
    app.ctx.edge = edge.Edge(settings, methods, app.ctx.figures)
    errors.install(app)
    return app


def _live_with(app: App, *parts: Part) -> None:
    """Open the parts in this order before the server starts, close them in reverse after it has stopped."""
    for part in parts:
        _live_with_one(app, part)


def _live_with_one(app: App, part: Part) -> None:
    async def open_part(app: App) -> None:
        await part.open(app.ctx.tasks)

    async def close_part(_app: App) -> None:
        await part.close()

    app.register_listener(open_part, "before_server_start")
    app.register_listener(close_part, "after_server_stop")
