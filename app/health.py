"""`/healthz` (the process answers) and `/readyz` (it can do its work)."""

import msgspec
from sanic import HTTPResponse, Request

from app.routes import database, reply

LISTENERS = ("relay", "deadline listener", "availability listener")
SILENT_SECONDS = 15.0  # as in ops.health(): they note that they have worked every 5 s


async def healthz(_request: Request) -> HTTPResponse:
    """The process answers."""
    return reply(b'{"status":"ok"}')


async def readyz(request: Request) -> HTTPResponse:
    """Say whether the work can be done: what the database says of itself, who works beside us, whether events come in.

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
        state["events"] = "ok" if hub.subscription.subscribed.is_set() else "interrupted"
    return reply(msgspec.json.encode(state))
