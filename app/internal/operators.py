"""Admins say who may use the control center, and as what."""

from uuid import UUID

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.identity.passwords import Passwords
from app.public.bodies import NewOperator, OperatorChange


async def list_operators(request: Request) -> HTTPResponse:
    """Everybody of the control center."""
    return reply(await database(request).call("list_operators", caller(request).id))


async def add_operator(request: Request, body: NewOperator) -> HTTPResponse:
    """Take somebody on, with their first password."""
    passwords: Passwords = request.app.ctx.passwords
    await database(request).call("begin_add_operator", caller(request).id)
    added = await database(request).call(
        "add_operator",
        caller(request).id,
        body.email,
        body.display_name,
        body.role,
        await passwords.hash(body.password),
    )
    return reply(added, 201)


async def change_operator(request: Request, operator_id: UUID, body: OperatorChange) -> HTTPResponse:
    """Give somebody another role, or let them in no longer, or again."""
    changed = await database(request).call(
        "change_operator", caller(request).id, operator_id, body.role, body.active
    )
    return reply(changed)
