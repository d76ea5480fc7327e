"""Sign-in of operators by e-mail address and password."""

import msgspec
from sanic import HTTPResponse, Request

from app.http.limits import LOGINS_OF_ADDRESS, client_networks, limits
from app.http.routes import caller, database, reply
from app.identity.passwords import Passwords
from app.identity.refresh import RefreshToken, make_salt
from app.identity.sign_in import refreshed, signed_in
from app.public.bodies import Credentials, HeldToken, NewPassword


class Begun(msgspec.Struct):
    """The parameters and salt to hash a password with; None if nobody has the address."""

    password_salt: str | None


async def login(request: Request, body: Credentials) -> HTTPResponse:
    """Sign in to the control center."""
    await limits(request).check(LOGINS_OF_ADDRESS, client_networks(request))
    passwords: Passwords = request.app.ctx.passwords
    begun = _begun(
        await database(request).call("begin_login", email=body.email, demo_allowed=_demo_allowed(request))
    )
    typed = await passwords.derive(begun.password_salt, body.password)
    token = RefreshToken.first()
    told = await database(request).call(
        "finish_login",
        email=body.email,
        password_hash=typed.password_hash,
        new_hash=typed.new_hash,
        sign_in_id=token.sign_in_id,
        token_hash=token.digest,
    )
    return signed_in(request, told, lambda _: token)


async def refresh_login(request: Request, body: HeldToken) -> HTTPResponse:
    """Exchange a refresh token for its successor, with an access token.

    As `/api/auth/refresh`.
    """
    token, salt = RefreshToken.parse(body.refresh_token), make_salt()
    told = await database(request).call(
        "refresh_login",
        sign_in_id=token.sign_in_id,
        token_hash=token.digest,
        salt=salt,
        next_hash=token.successor(salt).digest,
        demo_allowed=_demo_allowed(request),
    )
    return await refreshed(request, told, token)


async def end_login(request: Request, body: HeldToken) -> HTTPResponse:
    """Sign out on this device: at once its access tokens are revoked and its sockets closed."""
    token = RefreshToken.parse(body.refresh_token)
    ended = await database(request).call("end_login", sign_in_id=token.sign_in_id, token_hash=token.digest)
    await request.app.ctx.standing.tell(token.sign_in_id)
    return reply(ended)


async def change_own_password(request: Request, body: NewPassword) -> HTTPResponse:
    """Change one's own password. Every other device is signed out."""
    await limits(request).check(LOGINS_OF_ADDRESS, client_networks(request))
    passwords: Passwords = request.app.ctx.passwords
    operator_id = caller(request).id
    begun = _begun(await database(request).call("begin_password_change", operator_id=operator_id))
    typed = await passwords.derive(begun.password_salt, body.password)
    token = RefreshToken.first()
    told = await database(request).call(
        "finish_password_change",
        operator_id=operator_id,
        password_hash=typed.password_hash,
        new_hash=await passwords.hash(body.new_password),
        sign_in_id=token.sign_in_id,
        token_hash=token.digest,
    )
    return signed_in(request, told, lambda _: token)


def _begun(told: bytes | None) -> Begun:
    return msgspec.json.decode(told or b"", type=Begun)


def _demo_allowed(request: Request) -> bool:
    return not request.app.ctx.settings.production
