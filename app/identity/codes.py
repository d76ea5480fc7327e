"""One-time codes are made and hashed here, so that neither Postgres nor its log ever holds one.

A plain hash of six digits is broken in a moment. So the hash is keyed, with a key derived from those of the access
tokens: the first key makes hashes, all of them verify, as with the tokens.
"""

import hmac
import secrets
from hashlib import sha256

from app.settings import JwtKey

DIGITS = 6
PURPOSE = b"curhat one-time codes"


def make_code() -> str:
    """A random code."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_code(key: JwtKey, code: str) -> str:
    """The keyed hash of a code, as the database keeps it."""
    derived = hmac.digest(key.secret.encode(), PURPOSE, "sha256")
    return hmac.digest(derived, code.encode(), "sha256").hex()


def hash_device(secret: str | None) -> str | None:
    """The hash of a device's secret. The secret is random, so it needs no key."""
    return None if secret is None else sha256(secret.encode()).hexdigest()
