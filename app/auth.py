"""Access tokens: short-lived JWTs (HS256), one audience each, signed with the first key, verified with any.

The `kid` of a token's header names its key, so that keys can be rotated. Operators have keys of their own: the key
limits which audiences its tokens are good for, whatever they claim.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal, cast, get_args
from uuid import UUID

import jwt

from app.refusals import Refusal
from app.settings import JwtKey, Settings

Audience = Literal["customer", "mitra", "operator"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
PEOPLE: tuple[Audience, ...] = ("customer", "mitra")
OPERATORS: tuple[Audience, ...] = ("operator",)

ALGORITHM = "HS256"
LIFETIME = timedelta(minutes=15)

# Verifying a token takes as long as the rest of a request, and an app sends the same one for minutes.
MOST_REMEMBERED_TOKENS = 10_000


class Unauthenticated(Refusal):
    """No token, or an invalid one."""

    def __init__(self) -> None:
        super().__init__(401, "unauthenticated", "A valid access token is needed.")


class Forbidden(Refusal):
    """A token of another audience."""

    def __init__(self) -> None:
        super().__init__(403, "forbidden", "This access token is for another kind of user.")


@dataclass(frozen=True, slots=True)
class Claims:
    """The verified claims of a token: who may act as what, and until when (Unix time).

    `sign_in_id` is the sign-in that it belongs to and is revoked with; None: it belongs to none.
    """

    audience: Audience
    subject_id: UUID
    expires_at: float
    sign_in_id: UUID | None


def issue_token(
    settings: Settings,
    audience: Audience,
    subject_id: UUID,
    lifetime: timedelta = LIFETIME,
    *,
    now: datetime | None = None,
    sign_in_id: UUID | None = None,
) -> str:
    """A token for `subject_id`, valid for `lifetime` from `now` (default: this machine's clock)."""
    key = (settings.operator_jwt_keys if audience == "operator" else settings.jwt_keys)[0]
    now = now or datetime.now(UTC)
    claims = {"aud": audience, "sub": str(subject_id), "iat": now, "exp": now + lifetime}
    if sign_in_id is not None:
        claims["sid"] = str(sign_in_id)
    return jwt.encode(claims, key.secret, ALGORITHM, headers={"kid": key.kid})


def read_token(settings: Settings, audience: Audience, token: str, now: float | None = None) -> Claims:
    """The claims of a token, verified for `now` (Unix time, default: this machine's clock).

    Raises:
        Unauthenticated: it is malformed, forged, expired or signed with a removed key.
        Forbidden: it is valid, but for another audience.
    """
    try:
        claims = _claims(settings.jwt_keys, settings.operator_jwt_keys, token)
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise Unauthenticated from error
    if claims.expires_at <= (time.time() if now is None else now):
        raise Unauthenticated
    if claims.audience != audience:
        raise Forbidden
    return claims


@lru_cache(MOST_REMEMBERED_TOKENS)
def _claims(people: tuple[JwtKey, ...], operators: tuple[JwtKey, ...], token: str) -> Claims:
    secret, audiences = _key(people, operators, token)
    claims = jwt.decode(
        token,
        secret,
        algorithms=[ALGORITHM],
        audience=audiences,
        # PyJWT would use this machine's clock. `iat` is not checked; the caller checks `exp`.
        options={"require": ["aud", "sub", "exp"], "verify_iat": False, "verify_exp": False},
    )
    sign_in_id = UUID(claims["sid"]) if "sid" in claims else None
    return Claims(cast(Audience, claims["aud"]), UUID(claims["sub"]), float(claims["exp"]), sign_in_id)


def _key(
    people: tuple[JwtKey, ...], operators: tuple[JwtKey, ...], token: str
) -> tuple[str, tuple[Audience, ...]]:
    """The secret that a token's header names, and the audiences that its tokens are good for."""
    kid = jwt.get_unverified_header(token).get("kid")
    for keys, audiences in ((people, PEOPLE), (operators, OPERATORS)):
        for key in keys:
            if key.kid == kid:
                return key.secret, audiences
    raise jwt.InvalidTokenError(f"no key {kid!r}")
