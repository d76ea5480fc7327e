"""The list of failed payments, as JSON or as a CSV file."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import msgspec
from sanic import HTTPResponse, Request

from app.http import accept
from app.http.routes import caller, database, reply
from app.internal.bodies import FailedPairingsFilter

CSV = "text/csv; charset=utf-8"
FILE = {"content-disposition": 'attachment; filename="failed-pairings.csv"'}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it spreadsheets guess another encoding
ROWS_AT_A_TIME = 1000
SEND_SECONDS = 30.0


class Piece(msgspec.Struct):
    """Lines of the file, and the cursor of the next ones."""

    lines: str
    next: str | None


_piece_decoder = msgspec.json.Decoder(Piece)


async def list_failed_pairings(request: Request, query: FailedPairingsFilter) -> HTTPResponse | None:
    """Failures, newest first; with `Accept: text/csv` all that match the filter, as a file.

    The file ignores `limit` and `offset`. Its times are those of Jakarta, and a text that a spreadsheet would take
    for a formula begins with an apostrophe.
    """
    if accept.prefers(request.headers.get("accept"), "text/csv", "application/json"):
        await _send_file(request, _pieces(request, query))
        return None
    listed = await database(request).call(
        "list_failed_pairings", operator_id=caller(request).id, **msgspec.structs.asdict(query)
    )
    return reply(listed)


async def _pieces(request: Request, query: FailedPairingsFilter) -> AsyncIterator[bytes]:
    """The file, piece by piece. Each is a call of its own, so that a long file blocks nobody."""
    mark, cursor = BYTE_ORDER_MARK, None
    wanted = {**msgspec.structs.asdict(query), "operator_id": caller(request).id, "limit": ROWS_AT_A_TIME}
    del wanted["offset"]
    while True:
        piece = _piece_decoder.decode(
            await database(request).call("list_failed_pairings_csv", **wanted, cursor=cursor) or b""
        )
        yield mark + piece.lines.encode()
        mark, cursor = b"", piece.next
        if cursor is None:
            return


async def _send_file(request: Request, pieces: AsyncIterator[bytes]) -> None:
    """Stream a file of unknown length. If it breaks off, the connection is aborted, so that it cannot seem
    complete.

    Raises: what the first piece raises.
    """
    piece: bytes | None = await anext(pieces)
    response = await request.respond(content_type=CSV, headers=FILE)
    try:
        while piece is not None:
            async with asyncio.timeout(SEND_SECONDS):
                await response.send(piece)
            piece = await anext(pieces, None)
        await response.eof()
    except BaseException:
        cast(asyncio.Transport, request.transport).abort()
        raise
