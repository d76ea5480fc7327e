"""`/healthz` (the process answers), `/readyz` (it can do its work) and `/metrics` (of all processes)."""

import asyncio
from hmac import compare_digest

import msgspec
from sanic import HTTPResponse, Request

from app.auth import Unauthenticated
from app.http.routes import bearer, database, reply
from app.metrics import CONTENT_TYPE, Scrape
from app.refusals import Refusal
from app.settings import Settings

LISTENERS = ("relay", "deadline listener", "availability listener")
METRICS_REFUSALS = {401: ("unauthenticated",), 404: ("not_found",)}
SILENT_SECONDS = 15.0  # as in ops.health(): they record their work every 5 s


async def healthz(_request: Request) -> HTTPResponse:
    """The process answers."""
    return reply(b'{"status":"ok"}')


async def readyz(request: Request) -> HTTPResponse:
    """Say whether the service works: the database, the listeners, the stream of events.

    Events come in if the relay's last heartbeat came over Redis a moment ago.

    503 when the database answers over no connection of this worker. Without Redis or the relay everything but live
    frames works: the reply names them, and stays 200, so that a load balancer keeps this worker.
    """
    state = msgspec.json.decode(await database(request).call("ready") or b"{}")
    state["connections"] = database(request).connected
    for process in LISTENERS:
        silent = state["last_worked_seconds"].get(process, SILENT_SECONDS) >= SILENT_SECONDS
        state[process.replace(" ", "_")] = "silent" if silent else "ok"
    hub = getattr(request.app.ctx, "hub", None)
    if hub is not None:
        state["events"] = "ok" if hub.hears else "interrupted"
    return reply(msgspec.json.encode(state))


async def metrics(request: Request) -> HTTPResponse:
    """Give the metrics of every process of this CURHAT_HOME, in the text format of Prometheus.

    The public listener demands CURHAT_METRICS_TOKEN as a bearer token, and answers 404 where none is set. The
    internal listener demands it only where it is set.
    """
    settings: Settings = request.app.ctx.settings
    if settings.metrics_token:
        if not compare_digest(
            bearer(request).encode(errors="surrogateescape"), settings.metrics_token.encode()
        ):
            raise Unauthenticated
    elif request.app.ctx.listener == "public":
        raise Refusal(404, "not_found", "There is nothing at this address.")
    request.app.ctx.figures.write()
    text = await asyncio.to_thread(Scrape(settings.home).text)
    return HTTPResponse(text, content_type=CONTENT_TYPE)
