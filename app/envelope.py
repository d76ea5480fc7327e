"""What travels from the listeners, over Redis, to every worker.

The relay publishes each event's envelope exactly as the drain function returned it, all that it took at once as
one message, an envelope a line: a message costs every worker more than what is in it. A worker parses each once
and hands `frame` on, byte for byte. Short-lived frames that no table remembers (somebody types) travel the
same way, with no id.

The availability listener publishes how many mitras can be had, whenever that may have changed and every second
besides.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

REDIS_CHANNEL = "curhat:events"
"""The one pub/sub channel that carries envelopes, as `join` puts them together."""

BEAT_CHANNEL = "curhat:beat"
"""Where the relay at work says so after a drain, over the connection that carries its events."""

BEAT_SECONDS = 1.0
"""How often it does."""

AVAILABILITY_CHANNEL = "curhat:availability"
"""The pub/sub channel that carries `AvailabilityTold`."""

AVAILABILITY_KEY = "curhat:availability"
"""Holds what the availability listener told last, for a worker that begins to listen; it lives for
AVAILABILITY_SECONDS."""

AVAILABILITY_SECONDS = 10.0
"""For how long what was told holds good."""

Role = Literal["customer", "mitra"]


class Envelope(msgspec.Struct, frozen=True):
    """One event, and whose sockets it is for.

    `id` is the event's (bigint), None for a frame that is not stored. `customer_id` None: not for a customer;
    `mitra_ids` empty: for no mitra. `frame` is the JSON text that both get. `internal` is what the control
    center gets instead; it never holds a message's text. `ended` is a sign-in whose tokens hold no longer,
    `standing_of` a person who may be let in no more, or again, or has another role: every worker is to know.
    """

    id: int | None
    customer_id: UUID | None
    mitra_ids: tuple[UUID, ...]
    frame: msgspec.Raw
    internal: msgspec.Raw = msgspec.Raw(b"null")
    ended: UUID | None = None
    standing_of: UUID | None = None


class AvailabilityTold(msgspec.Struct, frozen=True):
    """How many mitras are in reach and have room for one more chat.

    `at` is the database's clock, so that of two the newer one is known. `asked` says that a worker asked, since
    the listener did not tell.
    """

    available: bool
    count: int
    at: datetime
    asked: bool = False


# What decoding raises for a text that is no JSON of the shape asked for, no UTF-8, or nested beyond measure.
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decoder = msgspec.json.Decoder(Envelope)
_encoder = msgspec.json.Encoder()


def decode(payload: bytes | str) -> Envelope:
    """Parse an envelope.

    Raises:
        one of DECODE_ERRORS: it is none.
    """
    return _decoder.decode(payload)


def encode(envelope: Envelope) -> bytes:
    """The envelope as it goes over Redis."""
    return _encoder.encode(envelope)


def join(envelopes: Sequence[str]) -> bytes:
    """One message of all of them; no JSON that Postgres or we write holds a line break."""
    return "\n".join(envelopes).encode()


def split(message: bytes) -> list[bytes]:
    """The envelopes of a message, not parsed yet."""
    return message.split(b"\n")
