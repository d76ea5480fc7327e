"""`/healthz` (the process answers) and `/readyz` (it can do its work)."""

import msgspec
from sanic import HTTPResponse, Request

from app.routes import database, reply


async def healthz(_request: Request) -> HTTPResponse:
    """The process answers."""
    return reply(b'{"status":"ok"}')


async def readyz(request: Request) -> HTTPResponse:
    """Say whether the work can be done: what the database says of itself, and whether events come in.

    503 when the database does not answer. Without Redis everything but live frames works, so a load balancer goes on
    sending people here.
    """
    state = msgspec.json.decode(await database(request).call("ready") or b"{}")
    hub = getattr(request.app.ctx, "hub", None)
    if hub is not None:
        state["events"] = "ok" if hub.subscription.subscribed.is_set() else "interrupted"
    return reply(msgspec.json.encode(state))
