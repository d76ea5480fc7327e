"""`/healthz` (the process answers), `/readyz` (it can do its work) and `/metrics` (what it and others count)."""

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
SILENT_SECONDS = 15.0  # as in ops.health(): they note that they have worked every 5 s


async def healthz(_request: Request) -> HTTPResponse:
    """The process answers."""
    return reply(b'{"status":"ok"}')


async def readyz(request: Request) -> HTTPResponse:
    """Say whether the work can be done: what the database says of itself, who works beside us, whether events come in.

    They do when the relay's beat came over Redis a moment ago.

    503 when the database does not answer over any connection of this worker's. Without Redis or the relay everything
    but live frames works, so those are named, and a load balancer goes on sending people here.
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
    """Give the figures of every process of this CURHAT_HOME, in the text format of Prometheus.

    On the public listener only with CURHAT_METRICS_TOKEN, as a bearer; where there is no such token there is nothing
    here. On the internal one to whoever reaches it, or with the token where there is one.
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
