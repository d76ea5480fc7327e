"""One-time codes: made here, hashed here, so that Postgres and whatever it logs never hold one.

Six digits can be tried in a moment by whoever has their hash. The hash is keyed, therefore, with what is derived
from the keys of access tokens: the first makes, any may have made, as with the tokens themselves.
"""

import hmac
import secrets
from hashlib import sha256

from app.settings import JwtKey

DIGITS = 6
PURPOSE = b"curhat one-time codes"


def make_code() -> str:
    """A code that nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_code(key: JwtKey, code: str) -> str:
    """The code under this key, as the database is told of it."""
    derived = hmac.digest(key.secret.encode(), PURPOSE, "sha256")
    return hmac.digest(derived, code.encode(), "sha256").hex()


def hash_device(secret: str | None) -> str | None:
    """A device's secret, as the database is told of it: it is chance, so it needs no key."""
    return None if secret is None else sha256(secret.encode()).hexdigest()
