"""A customer looks for somebody to talk to."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply, search_reply
from app.public.bodies import PaidRequest, ReturningRequest
from app.sockets.availability import Watch


async def client_state(request: Request) -> HTTPResponse:
    """One's whole present state."""
    return reply(await database(request).call("client_state", caller(request).id))


async def mitra_availability(request: Request) -> HTTPResponse:
    """Say whether a search could find anybody, as of a moment ago; meant to be asked every few seconds."""
    availability: Watch = request.app.ctx.availability
    return reply(availability.reply())


async def start_general_request(
    request: Request, body: PaidRequest, idempotency_key: str | None
) -> HTTPResponse:
    """Ask all who are free, with a confirmed payment. The same payment again gives the search that runs."""
    started = await database(request).call(
        "start_general_request", caller(request).id, body.payment_session_id, idempotency_key
    )
    return search_reply(started)


async def start_returning_request(
    request: Request, body: ReturningRequest, idempotency_key: str | None
) -> HTTPResponse:
    """Ask one mitra from an earlier chat again ("Curhat lagi")."""
    started = await database(request).call(
        "start_returning_request",
        caller(request).id,
        body.payment_session_id,
        body.mitra_id,
        idempotency_key,
    )
    return search_reply(started)


async def fallback_to_blast(
    request: Request, payment_session_id: UUID, idempotency_key: str | None
) -> HTTPResponse:
    """Ask all who are free, after a "Curhat lagi" that failed, for the same money ("Chat dengan bestie lain")."""
    started = await database(request).call(
        "fallback_to_blast", caller(request).id, payment_session_id, idempotency_key
    )
    return search_reply(started)


async def cancel_request(request: Request, body: PaidRequest) -> HTTPResponse:
    """Give up the search, or the confirmed payment before any search."""
    return reply(await database(request).call("cancel_request", caller(request).id, body.payment_session_id))
