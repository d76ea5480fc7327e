"""Chats, as either of their two people sees them: the audience of the route says which."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.public.bodies import MessagePage, NewExtension, NewMessage, Page


async def list_chat_sessions(request: Request, query: Page) -> HTTPResponse:
    """One's chats, newest first."""
    person = caller(request)
    listed = await database(request).call(
        "list_chat_sessions", person.audience, person.id, query.cursor, query.limit
    )
    return reply(listed)


async def get_chat_session(request: Request, chat_session_id: UUID) -> HTTPResponse:
    """One of one's chats."""
    person = caller(request)
    found = await database(request).call("get_chat_session", chat_session_id, person.audience, person.id)
    return reply(found)


async def list_messages(request: Request, chat_session_id: UUID, query: MessagePage) -> HTTPResponse:
    """The messages of a chat after a `seq`, oldest first."""
    person = caller(request)
    listed = await database(request).call(
        "list_messages", chat_session_id, person.audience, person.id, query.after_seq, query.limit
    )
    return reply(listed)


async def send_message(request: Request, chat_session_id: UUID, body: NewMessage) -> HTTPResponse:
    """Say something. The same `client_message_id` again is the same message."""
    person = caller(request)
    sent = await database(request).call(
        "send_message", chat_session_id, person.audience, person.id, body.client_message_id, body.body
    )
    return reply(sent, 201)


async def end_chat(request: Request, chat_session_id: UUID) -> HTTPResponse:
    """End the chat; ending it twice is ending it once."""
    person = caller(request)
    return reply(await database(request).call("end_chat", chat_session_id, person.audience, person.id))


async def request_extension(
    request: Request, chat_session_id: UUID, body: NewExtension, idempotency_key: str | None
) -> HTTPResponse:
    """Ask for more minutes, with a confirmed payment for them; charged once the mitra agrees."""
    requested = await database(request).call(
        "request_extension",
        chat_session_id,
        caller(request).id,
        body.extension_payment_session_id,
        idempotency_key,
    )
    return reply(requested, 201)
