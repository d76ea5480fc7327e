"""What a customer pays."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.bodies import NewPaymentSession, Pricing, read_body, read_query
from app.routes import caller, database, idempotency_key, reply


async def get_pricing(request: Request) -> HTTPResponse:
    query = read_query(request, Pricing)
    return reply(await database(request).call("get_pricing", caller(request).id, query.extension))


async def create_payment_session(request: Request) -> HTTPResponse:
    body = read_body(request, NewPaymentSession)
    created = await database(request).call(
        "create_payment_session",
        caller(request).id,
        body.duration_minutes,
        body.tier_id,
        body.targeted_mitra_id,
        body.is_extension,
        idempotency_key(request),
    )
    return reply(created, 201)


async def get_payment_session(request: Request, payment_session_id: UUID) -> HTTPResponse:
    return reply(await database(request).call("get_payment_session", payment_session_id, caller(request).id))


async def confirm_payment_session(request: Request, payment_session_id: UUID) -> HTTPResponse:
    confirmed = await database(request).call(
        "confirm_payment_session", payment_session_id, caller(request).id, idempotency_key(request)
    )
    return reply(confirmed)


async def cancel_payment_session(request: Request, payment_session_id: UUID) -> HTTPResponse:
    return reply(
        await database(request).call("cancel_payment_session", payment_session_id, caller(request).id)
    )
