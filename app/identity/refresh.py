"""Refresh tokens: opaque, 256 random bits, rotated at every use.

A token is the id of its sign-in and a secret. Postgres gets only the secret's SHA-256. The successor is derived
from the secret and a salt that Postgres keeps; either alone is useless. The same token again (two tabs, a lost
reply) gives the same successor, although it is stored nowhere.
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
"""Of the text, which encodes 48 bytes and so has no padding."""


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The id of the sign-in, and the secret."""

    sign_in_id: UUID
    secret: bytes

    @classmethod
    def first(cls) -> Self:
        """The first token of a new sign-in."""
        return cls(uuid4(), secrets.token_bytes(SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token in this text, which fits PATTERN."""
        held = urlsafe_b64decode(text)
        return cls(UUID(bytes=held[:ID_BYTES]), held[ID_BYTES:])

    @property
    def text(self) -> str:
        return urlsafe_b64encode(self.sign_in_id.bytes + self.secret).decode()

    @property
    def digest(self) -> str:
        """The hash that the database gets. The secret is random, so a plain hash is enough."""
        return sha256(self.secret).hexdigest()

    def successor(self, salt: str) -> "RefreshToken":
        """The token that this one is exchanged for."""
        return RefreshToken(self.sign_in_id, hmac.digest(self.secret, salt.encode(), "sha256"))


def make_salt() -> str:
    """A salt for a successor."""
    return secrets.token_hex(SECRET_BYTES)
