"""A mitra comes and goes, and answers."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.bodies import MitraStatus, read_body
from app.routes import caller, database, reply


async def set_mitra_status(request: Request) -> HTTPResponse:
    body = read_body(request, MitraStatus)
    return reply(await database(request).call("set_mitra_status", caller(request).id, body.online))


async def get_mitra_state(request: Request) -> HTTPResponse:
    return reply(await database(request).call("mitra_state", caller(request).id))


async def list_offers(request: Request) -> HTTPResponse:
    return reply(await database(request).call("list_offers", caller(request).id))


async def mark_offer_seen(request: Request, request_id: UUID) -> HTTPResponse:
    return reply(await database(request).call("mark_offer_seen", request_id, caller(request).id))


async def accept_request(request: Request, request_id: UUID) -> HTTPResponse:
    return reply(await database(request).call("accept_request", request_id, caller(request).id))


async def decline_request(request: Request, request_id: UUID) -> HTTPResponse:
    return reply(await database(request).call("decline_request", request_id, caller(request).id))


async def approve_extension(request: Request, extension_id: UUID) -> HTTPResponse:
    return reply(await database(request).call("approve_extension", extension_id, caller(request).id))


async def reject_extension(request: Request, extension_id: UUID) -> HTTPResponse:
    return reply(await database(request).call("reject_extension", extension_id, caller(request).id))
