"""The messages from the listeners, over Redis, to every worker.

The relay publishes each event's envelope exactly as the drain function returned it. A batch is one message, one
envelope per line, since a message costs every worker more than its contents. A worker parses each once and passes
`frame` on, byte for byte. Frames that are not stored (typing) travel the same way, without an id.

The availability listener publishes how many mitras are available, whenever that may have changed, and every second.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

REDIS_CHANNEL = "curhat:events"
"""The one pub/sub channel that carries envelopes, as `join` puts them together."""

BEAT_CHANNEL = "curhat:beat"
"""The pub/sub channel of the active relay's heartbeat, sent after a drain over the connection of its events."""

BEAT_SECONDS = 1.0
"""How often it does."""

AVAILABILITY_CHANNEL = "curhat:availability"
"""The pub/sub channel that carries `AvailabilityTold`."""

AVAILABILITY_KEY = "curhat:availability"
"""Holds the availability listener's last message, for a worker that starts; it lives for AVAILABILITY_SECONDS."""

AVAILABILITY_SECONDS = 10.0
"""How long a message is valid."""

Role = Literal["customer", "mitra"]


class Envelope(msgspec.Struct, frozen=True):
    """One event, and the people whose sockets get it.

    `id` is the event's (bigint), None for a frame that is not stored. `customer_id` None: not for a customer;
    `mitra_ids` empty: for no mitra. `frame` is the JSON text that both get. `internal` is what the control center
    gets instead; it never holds a message's text. `ended` is a sign-in whose tokens are revoked, `standing_of` a
    person who was barred or let in again, or whose role changed.
    """

    id: int | None
    customer_id: UUID | None
    mitra_ids: tuple[UUID, ...]
    frame: msgspec.Raw
    internal: msgspec.Raw = msgspec.Raw(b"null")
    ended: UUID | None = None
    standing_of: UUID | None = None


class AvailabilityTold(msgspec.Struct, frozen=True):
    """How many mitras are reachable and have room for one more chat.

    `at` is the database's clock, by which the newer of two is known. `asked`: a worker asked, because the listener
    was silent.
    """

    available: bool
    count: int
    at: datetime
    asked: bool = False


# What decoding raises: not JSON of the wanted type, not UTF-8, or nested too deeply.
DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_decoder = msgspec.json.Decoder(Envelope)
_encoder = msgspec.json.Encoder()


def decode(payload: bytes | str) -> Envelope:
    """Parse an envelope.

    Raises:
        one of DECODE_ERRORS: it is not one.
    """
    return _decoder.decode(payload)


def encode(envelope: Envelope) -> bytes:
    """The envelope as it goes over Redis."""
    return _encoder.encode(envelope)


def join(envelopes: Sequence[str]) -> bytes:
    """One message of all of them. No JSON of Postgres or msgspec holds a line break."""
    return "\n".join(envelopes).encode()


def split(message: bytes) -> list[bytes]:
    """The envelopes of a message, not parsed yet."""
    return message.split(b"\n")
