"""Refresh tokens: opaque, 256 bits of chance, and exchanged for a successor at every use.

A token is the id of its sign-in and a secret. Postgres is told the secret's SHA-256 alone. The successor is
derived from the secret and a salt that Postgres keeps: who has only one of the two can do nothing with it, and who
asks again with the same token (two tabs at once, a reply that was lost) gets the same successor, although it is
stored nowhere.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID, uuid4

ID_BYTES = 16
SECRET_BYTES = 32
PATTERN = "^[A-Za-z0-9_-]{64}$"
"""Of the text: what it encodes is 48 bytes long, so it has no padding."""


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """Which sign-in it is of, and what only its holder knows."""

    sign_in_id: UUID
    secret: bytes

    @classmethod
    def first(cls) -> Self:
        """The first of a new sign-in."""
        return cls(uuid4(), secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token that is written so; the text fits PATTERN."""
        held = urlsafe_b64decode(text)
        return cls(UUID(bytes=held[:ID_BYTES]), held[ID_BYTES:])

    @property
    def text(self) -> str:
        return urlsafe_b64encode(self.sign_in_id.bytes + self.secret).decode()

    @property
    def digest(self) -> str:
        """The secret as the database is told of it. It is no password, but chance: no more is needed."""
        return sha256(self.secret).hexdigest()

    def successor(self, salt: str) -> "RefreshToken":
        """The token that this one is exchanged for."""
        return RefreshToken(self.sign_in_id, hmac.digest(self.secret, salt.encode(), "sha256"))


def make_salt() -> str:
    """A salt for a successor."""
    return secrets.token_hex(SECRET_BYTES)
