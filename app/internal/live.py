"""What goes on at this moment, and what an operator may do about it."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.internal.bodies import MitrasFilter, Part, Reason


async def operator_state(request: Request) -> HTTPResponse:
    """What goes on at this moment: what the socket's snapshot says, too."""
    return reply(await database(request).call("operator_state", caller(request).id))


async def get_counters(request: Request) -> HTTPResponse:
    """How much goes on at this moment, and every alarm."""
    return reply(await database(request).call("get_counters", caller(request).id))


async def list_searches(request: Request, query: Part) -> HTTPResponse:
    """Searches that run, the nearest deadline first, each with its first 50 offers."""
    return reply(await database(request).call("list_searches", caller(request).id, query.limit, query.offset))


async def get_search(request: Request, request_id: UUID) -> HTTPResponse:
    """A search, running or over, with all its offers."""
    return reply(await database(request).call("get_search", caller(request).id, request_id))


async def get_offer_explanation(request: Request, request_id: UUID, mitra_id: UUID) -> HTTPResponse:
    """Why a mitra did or did not get a search."""
    explained = await database(request).call(
        "get_offer_explanation", caller(request).id, request_id, mitra_id
    )
    return reply(explained)


async def list_chat_sessions(request: Request, query: Part) -> HTTPResponse:
    """Chats that run, the nearest end first; never their text."""
    return reply(
        await database(request).call("list_chat_sessions", caller(request).id, query.limit, query.offset)
    )


async def end_chat(request: Request, chat_session_id: UUID, body: Reason) -> HTTPResponse:
    """End a chat for both people."""
    return reply(await database(request).call("end_chat", caller(request).id, chat_session_id, body.note))


async def list_mitras(request: Request, query: MitrasFilter) -> HTTPResponse:
    """Mitras with presence and load, online ones first, then by name."""
    listed = await database(request).call(
        "list_mitras", caller(request).id, query.search, query.presence, query.limit, query.offset
    )
    return reply(listed)


async def force_mitra_offline(request: Request, mitra_id: UUID, body: Reason) -> HTTPResponse:
    """Set a mitra offline: open offers are withdrawn, running chats go on."""
    return reply(await database(request).call("force_mitra_offline", caller(request).id, mitra_id, body.note))
