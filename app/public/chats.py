"""Chats, as either of their two people sees them: the audience of the route says which."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.bodies import Messages, NewExtension, NewMessage, Page, read_body, read_query
from app.routes import caller, database, idempotency_key, reply


async def list_chat_sessions(request: Request) -> HTTPResponse:
    page = read_query(request, Page)
    person = caller(request)
    listed = await database(request).call(
        "list_chat_sessions", person.audience, person.id, page.cursor, page.limit
    )
    return reply(listed)


async def get_chat_session(request: Request, chat_session_id: UUID) -> HTTPResponse:
    person = caller(request)
    found = await database(request).call("get_chat_session", chat_session_id, person.audience, person.id)
    return reply(found)


async def list_messages(request: Request, chat_session_id: UUID) -> HTTPResponse:
    page = read_query(request, Messages)
    person = caller(request)
    listed = await database(request).call(
        "list_messages", chat_session_id, person.audience, person.id, page.after_seq, page.limit
    )
    return reply(listed)


async def send_message(request: Request, chat_session_id: UUID) -> HTTPResponse:
    body = read_body(request, NewMessage)
    person = caller(request)
    sent = await database(request).call(
        "send_message", chat_session_id, person.audience, person.id, body.client_message_id, body.body
    )
    return reply(sent, 201)


async def end_chat(request: Request, chat_session_id: UUID) -> HTTPResponse:
    person = caller(request)
    return reply(await database(request).call("end_chat", chat_session_id, person.audience, person.id))


async def request_extension(request: Request, chat_session_id: UUID) -> HTTPResponse:
    body = read_body(request, NewExtension)
    requested = await database(request).call(
        "request_extension",
        chat_session_id,
        caller(request).id,
        body.extension_payment_session_id,
        idempotency_key(request),
    )
    return reply(requested, 201)
