"""Sign-in of customers and mitras by phone number and one-time code."""

import msgspec
from sanic import HTTPResponse, Request

from app.http.limits import (
    CODES_OF_ADDRESS,
    CODES_OF_NUMBER,
    TRIES_OF_ADDRESS,
    client_networks,
    limits,
)
from app.http.routes import database, reply
from app.identity.codes import hash_code, hash_device, make_code
from app.identity.refresh import RefreshToken, make_salt
from app.identity.sender import CodeNotSent, Message, Sender
from app.identity.sign_in import refreshed, signed_in
from app.public.bodies import HeldToken, OneTimeCode, PhoneNumber
from app.refusals import raise_if_kept


class Wanted(msgspec.Struct):
    """The normalized number, and whether this device has signed in with it before."""

    phone: str
    known_device: bool


class Asked(msgspec.Struct):
    """The database's reply about a code that is to be sent."""

    phone: str
    deliver: bool
    expires_in: int
    resend_in: int


async def request_otp(request: Request, body: PhoneNumber) -> HTTPResponse:
    """Send a one-time code by message; it replaces any earlier one.

    The reply is the same for a number that no mitra has. A device that has signed in with the number before has a
    limit of its own.
    """
    device = hash_device(body.device)
    wanted = await _wanted(request, body, device)
    if not wanted.known_device:
        await limits(request).check(CODES_OF_ADDRESS, client_networks(request))
        await limits(request).check(CODES_OF_NUMBER, wanted.phone)
    code = make_code()
    keyed = hash_code(request.app.ctx.settings.jwt_keys[0], code)
    sender: Sender = request.app.ctx.sender
    told = await database(request).call(
        "request_otp", audience=body.audience, phone=wanted.phone, keyed_hash=keyed, device=device
    )
    raise_if_kept(told)
    asked = msgspec.json.decode(told or b"", type=Asked)
    message = Message(asked.phone, body.audience, code if asked.deliver else None, asked.expires_in)
    try:
        await sender.send(message)
    except CodeNotSent:
        await database(request).call(
            "take_back_otp", audience=body.audience, phone=wanted.phone, keyed_hash=keyed
        )
        raise
    sent = {"phone": asked.phone, "expires_in": asked.expires_in, "resend_in": asked.resend_in}
    return reply(msgspec.json.encode(sent), 202)


async def verify_otp(request: Request, body: OneTimeCode) -> HTTPResponse:
    """Sign in with a one-time code.

    A new customer gives their name in `display_name`; without it they are refused, and the code stays valid.
    """
    device = hash_device(body.device)
    wanted = await _wanted(request, body, device)
    if not wanted.known_device:
        await limits(request).check(TRIES_OF_ADDRESS, client_networks(request))
    token = RefreshToken.first()
    told = await database(request).call(
        "verify_otp",
        audience=body.audience,
        phone=wanted.phone,
        keyed_hashes=[hash_code(key, body.code) for key in request.app.ctx.settings.jwt_keys],
        display_name=body.display_name,
        sign_in_id=token.sign_in_id,
        token_hash=token.digest,
        device=device,
    )
    return signed_in(request, told, lambda _: token)


async def refresh_sign_in(request: Request, body: HeldToken) -> HTTPResponse:
    """Exchange a refresh token for its successor, with an access token.

    The same token again within half a minute gives the same successor, until that is used. Later the reuse of a
    token ends the whole sign-in.
    """
    token, salt = RefreshToken.parse(body.refresh_token), make_salt()
    told = await database(request).call(
        "refresh_sign_in",
        sign_in_id=token.sign_in_id,
        token_hash=token.digest,
        salt=salt,
        next_hash=token.successor(salt).digest,
    )
    return await refreshed(request, told, token)


async def end_sign_in(request: Request, body: HeldToken) -> HTTPResponse:
    """Sign out on this device: at once its access tokens are revoked and its sockets closed."""
    token = RefreshToken.parse(body.refresh_token)
    ended = await database(request).call("end_sign_in", sign_in_id=token.sign_in_id, token_hash=token.digest)
    await request.app.ctx.standing.tell(token.sign_in_id)
    return reply(ended)


async def _wanted(request: Request, body: PhoneNumber, device: str | None) -> Wanted:
    told = await database(request).call(
        "get_sign_in_phone", audience=body.audience, phone=body.phone, device=device
    )
    return msgspec.json.decode(told or b"", type=Wanted)
