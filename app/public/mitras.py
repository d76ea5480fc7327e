"""A mitra comes and goes, and answers."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.public.bodies import NewMitraStatus


async def set_mitra_status(request: Request, body: NewMitraStatus) -> HTTPResponse:
    """Go online, which grants a presence lease, or offline, which withdraws one's open offers."""
    return reply(await database(request).call("set_mitra_status", caller(request).id, body.online))


async def mitra_state(request: Request) -> HTTPResponse:
    """One's whole present state."""
    return reply(await database(request).call("mitra_state", caller(request).id))


async def list_offers(request: Request) -> HTTPResponse:
    """One's open offers, oldest first."""
    return reply(await database(request).call("list_offers", caller(request).id))


async def mark_offer_seen(request: Request, request_id: UUID) -> HTTPResponse:
    """Say that an offer was shown."""
    return reply(await database(request).call("mark_offer_seen", request_id, caller(request).id))


async def accept_request(request: Request, request_id: UUID) -> HTTPResponse:
    """Take an open offer: the first one wins, the others learn why they lost."""
    return reply(await database(request).call("accept_request", request_id, caller(request).id))


async def decline_request(request: Request, request_id: UUID) -> HTTPResponse:
    """Say no to an open offer."""
    return reply(await database(request).call("decline_request", request_id, caller(request).id))


async def approve_extension(request: Request, extension_id: UUID) -> HTTPResponse:
    """Agree to more minutes, which are charged now."""
    return reply(await database(request).call("approve_extension", extension_id, caller(request).id))


async def reject_extension(request: Request, extension_id: UUID) -> HTTPResponse:
    """Say no to more minutes; nothing is charged."""
    return reply(await database(request).call("reject_extension", extension_id, caller(request).id))
