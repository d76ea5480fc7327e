"""Operators, as admins add them."""

from sanic import HTTPResponse, Request

from app.http.routes import caller, database, reply
from app.identity.passwords import Passwords
from app.public.bodies import NewOperator


async def add_operator(request: Request, body: NewOperator) -> HTTPResponse:
    """Add an operator, with their first password."""
    passwords: Passwords = request.app.ctx.passwords
    operator_id = caller(request).id
    await database(request).call("begin_add_operator", operator_id=operator_id)
    added = await database(request).call(
        "add_operator",
        operator_id=operator_id,
        email=body.email,
        display_name=body.display_name,
        role=body.role,
        password_hash=await passwords.hash(body.password),
    )
    return reply(added, 201)
