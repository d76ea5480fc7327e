"""Payments that came to nothing, and what becomes of the money."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request

from app.http import accept
from app.http.routes import caller, database, reply
from app.internal.bodies import Decision, Decisions, FailedPairingsFilter
from app.postgres.db import Argument

CSV = "text/csv; charset=utf-8"
FILE = {"content-disposition": 'attachment; filename="failed-pairings.csv"'}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it spreadsheets take the text for another encoding
ROWS_AT_A_TIME = 1000
SEND_SECONDS = 30.0


class Piece(msgspec.Struct):
    """Lines of the file, and where the next ones begin."""

    lines: str
    next: str | None


_piece_decoder = msgspec.json.Decoder(Piece)


async def list_failed_pairings(request: Request, query: FailedPairingsFilter) -> HTTPResponse | None:
    """Failures, newest first; with `Accept: text/csv` all that the filter lets through, as a file.

    The file has nothing to do with `limit` and `offset`. Times in it are those of Jakarta, and a text that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    if accept.prefers(request.headers.get("accept"), "text/csv", "application/json"):
        await _send_file(request, _pieces(request, query))
        return None
    listed = await database(request).call(
        "list_failed_pairings", caller(request).id, *_filter(query), query.limit, query.offset
    )
    return reply(listed)


async def get_failed_pairing(request: Request, failure_id: UUID) -> HTTPResponse:
    """A failure, with the whole story of its payment."""
    return reply(await database(request).call("get_failed_pairing", caller(request).id, failure_id))


async def action_failure(request: Request, failure_id: UUID, body: Decision) -> HTTPResponse:
    """Decide on the money of a failure. Of two who do, the second is told who was first."""
    decided = await database(request).call(
        "action_failure", caller(request).id, failure_id, body.action, body.note
    )
    return reply(decided)


async def action_failures(request: Request, body: Decisions) -> HTTPResponse:
    """Decide on the money of many failures, each on its own: what is refused for one is told in its place."""
    decided = await database(request).call(
        "action_failures", caller(request).id, body.ids, body.action, body.note
    )
    return reply(decided)


def _filter(query: FailedPairingsFilter) -> tuple[Argument, ...]:
    return (
        query.cause_tags,
        query.date_from,
        query.date_to,
        query.needs_action,
        query.search,
        query.customer_id,
        query.mitra_id,
    )


async def _pieces(request: Request, query: FailedPairingsFilter) -> AsyncIterator[bytes]:
    """The file, piece by piece; each is a call of its own, so that nobody waits behind a long file."""
    mark, cursor = BYTE_ORDER_MARK, None
    while True:
        piece = _piece_decoder.decode(
            await database(request).call(
                "list_failed_pairings_csv", caller(request).id, *_filter(query), ROWS_AT_A_TIME, cursor
            )
            or b""
        )
        yield mark + piece.lines.encode()
        mark, cursor = b"", piece.next
        if cursor is None:
            return


async def _send_file(request: Request, pieces: AsyncIterator[bytes]) -> None:
    """Send a file whose end is not known. One that breaks off ends its connection, so that nobody takes it for whole.

    Raises: what the first piece raises, as any reply.
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
