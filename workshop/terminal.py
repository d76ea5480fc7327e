"""A socket of the API in a terminal: lines in are frames sent, frames received are lines out."""

import asyncio
import contextlib
import os
import stat
import sys
from collections.abc import AsyncIterator

import click
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedError
from websockets.typing import Subprotocol

LONGEST_LINE_BYTES = 1024 * 1024  # far more than a frame may have: it is the server's to say so
PATHS = {"customer": "/api/client/ws", "mitra": "/api/mitra/ws"}


async def run(base_url: str, audience: str, token: str) -> bool:
    """Sign in, print what comes, send what is typed, until the server closes or is interrupted.

    The end of standard input ends nothing: frames are still printed. Returns whether the server had nothing to
    object to.
    """
    subprotocols = [Subprotocol("curhat.v1"), Subprotocol(f"bearer.{token}")]
    url = base_url.replace("http", "ws", 1) + PATHS[audience]
    async with connect(url, subprotocols=subprotocols, proxy=None) as socket:
        sending = asyncio.create_task(_send_lines(socket))
        try:
            async for frame in socket:
                click.echo(frame)
        except ConnectionClosedError as closed:
            click.echo(f"closed: {closed.rcvd or closed}", err=True)
            return False
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await sending
    return True


async def _send_lines(socket: ClientConnection) -> None:
    async for line in _lines():
        if text := line.strip():
            await socket.send(text)


async def _lines() -> AsyncIterator[str]:
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if not (sys.stdin.isatty() or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        for line in sys.stdin:  # a file, or /dev/null: nobody can wait for it, and nobody need
            yield line
        return
    lines = asyncio.StreamReader(LONGEST_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        yield line.decode(errors="replace")
