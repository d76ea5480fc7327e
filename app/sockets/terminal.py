"""A socket of the API in a terminal: lines in are frames sent, frames received are lines out."""

import asyncio
import contextlib
import sys

import click
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATHS = {"customer": "/api/client/ws", "mitra": "/api/mitra/ws"}


async def run(base_url: str, audience: str, token: str) -> None:
    """Sign in, print what comes, send what is typed, until the server closes or is interrupted.

    The end of standard input ends nothing: frames are still printed.
    """
    subprotocols = [Subprotocol("curhat.v1"), Subprotocol(f"bearer.{token}")]
    async with connect(base_url + PATHS[audience], subprotocols=subprotocols) as socket:
        sending = asyncio.create_task(_send_lines(socket))
        try:
            async for frame in socket:
                click.echo(frame)
        except ConnectionClosed as closed:
            click.echo(f"closed: {closed}", err=True)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending


async def _send_lines(socket: ClientConnection) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        if text := line.decode().strip():
            await socket.send(text)
