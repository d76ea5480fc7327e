"""What every sign-in shares: the tokens of a reply, and a recorded refusal.

The database decides who may sign in, and counts failed tries. The count must survive, so the database returns the
refusal instead of raising it; it is raised here.
"""

from collections.abc import Callable
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request

from app.auth import LIFETIME, Audience, issue_token
from app.http.routes import reply
from app.identity.refresh import RefreshToken
from app.refusals import Refusal, raise_if_kept


class LetIn(msgspec.Struct):
    """The person who signed in, and the salt for the successor of their token."""

    audience: Audience
    person_id: UUID
    user: msgspec.Raw
    salt: str = ""


_let_in_decoder = msgspec.json.Decoder(LetIn)


async def refreshed(request: Request, told: bytes | None, token: RefreshToken) -> HTTPResponse:
    """What `signed_in` gives for the successor of this token.

    Raises:
        Refusal: the database refused. If the token was used up, its sign-in has ended, and all workers know.
    """
    try:
        return signed_in(request, told, token.successor)
    except Refusal as refusal:
        if refusal.slug == "refresh_token_replayed":
            await request.app.ctx.standing.tell(token.sign_in_id)
        raise


def signed_in(request: Request, told: bytes | None, token_of: Callable[[str], RefreshToken]) -> HTTPResponse:
    """The reply of a sign-in: access and refresh token. `token_of` makes the latter from the database's salt.

    Raises:
        Refusal: the database refused.
    """
    raise_if_kept(told)
    let_in = _let_in_decoder.decode(told or b"{}")
    token = token_of(let_in.salt)
    tokens = {
        "access_token": issue_token(
            request.app.ctx.settings,
            let_in.audience,
            let_in.person_id,
            now=request.app.ctx.clock.now(),
            sign_in_id=token.sign_in_id,
        ),
        "refresh_token": token.text,
        "expires_in": int(LIFETIME.total_seconds()),
        "user": let_in.user,
    }
    answer = reply(msgspec.json.encode(tokens))
    answer.headers["Cache-Control"] = "no-store"
    return answer
