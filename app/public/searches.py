"""A customer looks for somebody to talk to."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.bodies import PaidRequest, ReturningRequest, read_body
from app.routes import caller, database, idempotency_key, reply, search_reply


async def get_client_state(request: Request) -> HTTPResponse:
    return reply(await database(request).call("client_state", caller(request).id))


async def start_general_request(request: Request) -> HTTPResponse:
    body = read_body(request, PaidRequest)
    started = await database(request).call(
        "start_general_request", caller(request).id, body.payment_session_id, idempotency_key(request)
    )
    return search_reply(started)


async def start_returning_request(request: Request) -> HTTPResponse:
    body = read_body(request, ReturningRequest)
    started = await database(request).call(
        "start_returning_request",
        caller(request).id,
        body.payment_session_id,
        body.mitra_id,
        idempotency_key(request),
    )
    return search_reply(started)


async def fallback_to_blast(request: Request, payment_session_id: UUID) -> HTTPResponse:
    started = await database(request).call(
        "fallback_to_blast", caller(request).id, payment_session_id, idempotency_key(request)
    )
    return search_reply(started)


async def cancel_request(request: Request) -> HTTPResponse:
    body = read_body(request, PaidRequest)
    return reply(await database(request).call("cancel_request", caller(request).id, body.payment_session_id))
