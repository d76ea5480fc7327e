"""`python -m bench.bare PORT`: a bare Sanic app with one JSON route, to be compared with."""

import asyncio
import sys
from typing import Any

import uvloop
from sanic import HTTPResponse, Request, Sanic
from sanic.response import json

from app.server import BACKLOG, bind

app: Sanic[Any, Any] = Sanic("bare", configure_logging=False)
app.config.MOTD = False


@app.get("/")
async def answer(_request: Request) -> HTTPResponse:
    """The reply to an availability poll, encoded each time."""
    return json({"available": True, "count": 3})


async def _serve(port: int) -> None:
    with bind("127.0.0.1", port) as sock:
        server: Any = await app.create_server(
            sock=sock, backlog=BACKLOG, access_log=False, asyncio_server_kwargs={"start_serving": False}
        )
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
