"""What a customer pays."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.limits import PAYMENTS_OF_CUSTOMER, limits
from app.http.routes import caller, database, reply
from app.public.bodies import NewPaymentSession, WhichTiers


async def get_pricing(request: Request, query: WhichTiers) -> HTTPResponse:
    """The tiers to choose from, for a first chat or for more minutes."""
    return reply(await database(request).call("get_pricing", caller(request).id, query.extension))


async def create_payment_session(
    request: Request, body: NewPaymentSession, idempotency_key: str | None
) -> HTTPResponse:
    """Choose some minutes. An older choice of the same kind that was not paid is abandoned."""
    await limits(request).check(PAYMENTS_OF_CUSTOMER, str(caller(request).id))
    created = await database(request).call(
        "create_payment_session",
        caller(request).id,
        body.duration_minutes,
        body.tier_id,
        body.targeted_mitra_id,
        body.is_extension,
        idempotency_key,
    )
    return reply(created, 201)


async def get_payment_session(request: Request, payment_session_id: UUID) -> HTTPResponse:
    """One of one's payment sessions."""
    return reply(await database(request).call("get_payment_session", payment_session_id, caller(request).id))


async def confirm_payment_session(
    request: Request, payment_session_id: UUID, idempotency_key: str | None
) -> HTTPResponse:
    """Pay; confirming twice is confirming once."""
    confirmed = await database(request).call(
        "confirm_payment_session", payment_session_id, caller(request).id, idempotency_key
    )
    return reply(confirmed)


async def see_decision(request: Request, payment_session_id: UUID) -> HTTPResponse:
    """Say that one has seen what was decided about the money of a failed payment; twice is once."""
    return reply(await database(request).call("see_decision", payment_session_id, caller(request).id))


async def cancel_payment_session(request: Request, payment_session_id: UUID) -> HTTPResponse:
    """Leave before paying."""
    return reply(
        await database(request).call("cancel_payment_session", payment_session_id, caller(request).id)
    )
