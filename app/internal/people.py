"""A customer or mitra, with what they do, did and have done; and a payment's story."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.internal.bodies import ShortPage, UsersFilter, WhichDay


async def get_mitra(request: Request, mitra_id: UUID, query: WhichDay) -> HTTPResponse:
    """A mitra's page."""
    return reply(await database(request).call("get_mitra", caller(request).id, mitra_id, query.day))


async def get_mitra_day(request: Request, mitra_id: UUID, day: str) -> HTTPResponse:
    """What a mitra did on a day in Jakarta."""
    return reply(await database(request).call("get_mitra_day", caller(request).id, mitra_id, day))


async def list_mitra_chat_sessions(request: Request, mitra_id: UUID, query: ShortPage) -> HTTPResponse:
    """A mitra's chats, newest first."""
    listed = await database(request).call(
        "list_mitra_chat_sessions", caller(request).id, mitra_id, query.cursor, query.limit
    )
    return reply(listed)


async def list_users(request: Request, query: UsersFilter) -> HTTPResponse:
    """Customers, the newest first, or those whom a search fits best."""
    listed = await database(request).call(
        "list_users", caller(request).id, query.search, query.cursor, query.limit
    )
    return reply(listed)


async def get_user(request: Request, user_id: UUID, query: WhichDay) -> HTTPResponse:
    """A customer's page."""
    return reply(await database(request).call("get_user", caller(request).id, user_id, query.day))


async def get_user_day(request: Request, user_id: UUID, day: str) -> HTTPResponse:
    """What a customer did on a day in Jakarta."""
    return reply(await database(request).call("get_user_day", caller(request).id, user_id, day))


async def list_user_payments(request: Request, user_id: UUID, query: ShortPage) -> HTTPResponse:
    """A customer's payment sessions and what they came to, newest first."""
    listed = await database(request).call(
        "list_user_payments", caller(request).id, user_id, query.cursor, query.limit
    )
    return reply(listed)


async def get_payment_timeline(request: Request, payment_session_id: UUID) -> HTTPResponse:
    """The whole story of a payment session."""
    return reply(await database(request).call("get_payment_timeline", caller(request).id, payment_session_id))
