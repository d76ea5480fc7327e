"""Customers and mitras sign in with their phone number, stay signed in, and sign out."""

import msgspec
from sanic import HTTPResponse, Request

from app.bodies import HeldToken, OneTimeCode, PhoneNumber
from app.http.limits import (
    CODES_OF_ADDRESS,
    CODES_OF_NUMBER,
    TRIES_OF_ADDRESS,
    client_network,
    last_digits,
    limits,
)
from app.http.routes import database, reply
from app.identity.codes import hash_code, make_code
from app.identity.refresh import RefreshToken, make_salt
from app.identity.sender import CodeNotSent, Message, Sender
from app.identity.sign_in import refreshed, signed_in


class Asked(msgspec.Struct):
    """What the database says of a code that is to be sent."""

    phone: str
    deliver: bool
    expires_in: int
    resend_in: int


async def request_otp(request: Request, body: PhoneNumber) -> HTTPResponse:
    """Ask for a one-time code by message; it takes the place of any other.

    For a number that no mitra has, the reply is the same.
    """
    await limits(request).check(CODES_OF_ADDRESS, client_network(request))
    await limits(request).check(CODES_OF_NUMBER, last_digits(body.phone))
    code = make_code()
    keyed = hash_code(request.app.ctx.settings.jwt_keys[0], code)
    sender: Sender = request.app.ctx.sender
    told = await database(request).call("request_otp", body.audience, body.phone, keyed)
    asked = msgspec.json.decode(told or b"", type=Asked)
    message = Message(asked.phone, body.audience, code if asked.deliver else None, asked.expires_in)
    try:
        await sender.send(message)
    except CodeNotSent:
        await database(request).call("take_back_otp", body.audience, body.phone, keyed)
        raise
    return reply(msgspec.json.encode({"expires_in": asked.expires_in, "resend_in": asked.resend_in}), 202)


async def verify_otp(request: Request, body: OneTimeCode) -> HTTPResponse:
    """Sign in with a one-time code.

    A customer who signs in for the first time says what they want to be called, in `display_name`; without it they are
    refused, and the code goes on holding.
    """
    await limits(request).check(TRIES_OF_ADDRESS, client_network(request))
    token = RefreshToken.first()
    told = await database(request).call(
        "verify_otp",
        body.audience,
        body.phone,
        [hash_code(key, body.code) for key in request.app.ctx.settings.jwt_keys],
        body.display_name,
        token.sign_in_id,
        token.digest,
    )
    return signed_in(request, told, lambda _: token)


async def refresh_sign_in(request: Request, body: HeldToken) -> HTTPResponse:
    """Exchange a refresh token for its successor, with an access token.

    The same token again within half a minute gives the same successor, until that is used. A token that was used up
    before ends the whole sign-in.
    """
    token, salt = RefreshToken.parse(body.refresh_token), make_salt()
    told = await database(request).call(
        "refresh_sign_in", token.sign_in_id, token.digest, salt, token.successor(salt).digest
    )
    return await refreshed(request, told, token)


async def end_sign_in(request: Request, body: HeldToken) -> HTTPResponse:
    """Sign out on this device, at once: its access tokens hold no longer, its sockets are closed."""
    token = RefreshToken.parse(body.refresh_token)
    ended = await database(request).call("end_sign_in", token.sign_in_id, token.digest)
    await request.app.ctx.standing.tell(token.sign_in_id)
    return reply(ended)
