"""Availability, and the status of a started search."""

import msgspec
from sanic import HTTPResponse, Request

from app.http.routes import reply
from app.sockets.availability import Watch


class Outcome(msgspec.Struct):
    """The parts of a reply that its status depends on."""

    already_running: bool = False
    reason: str | None = None


_outcome_decoder = msgspec.json.Decoder(Outcome)


async def mitra_availability(request: Request) -> HTTPResponse:
    """Say whether a search could find a mitra, as of a moment ago. Apps poll this every few seconds."""
    availability: Watch = request.app.ctx.availability
    return reply(availability.reply())


def search_status(answer: bytes) -> int:
    """201 for a new search, 200 for one that already ran, 409 when it failed at once for a `reason`."""
    outcome = _outcome_decoder.decode(answer)
    if outcome.reason is not None:
        return 409
    return 200 if outcome.already_running else 201
