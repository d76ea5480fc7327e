"""What the socket of operators is sent, by type: exactly the JSON of every frame, which never holds what was said."""

from typing import Any, Literal
from uuid import UUID

import msgspec

from app.frames import EventId, PongFrame
from app.internal.replies import OperatorState
from app.replies import Time
from app.sockets import Auth, Ping

EventType = Literal[
    "PAYMENT_SESSION",
    "CHAT_REQUEST_STARTED",
    "CHAT_REQUEST",
    "CHAT_REQUEST_SEEN",
    "CHAT_REQUEST_CLOSED",
    "PAIRED",
    "PAIRING_FAILED",
    "PAIRING_FAILURE_ACTIONED",
    "PAIRING_FAILURE_SUPERSEDED",
    "RETURNING_CHAT_TIMEOUT",
    "RETURNING_CHAT_REJECTED",
    "CHAT_MESSAGE",
    "CHAT_READ",
    "CHAT_ENDING_SOON",
    "CHAT_EXTENDED",
    "CHAT_ENDED",
    "EXTENSION_REQUESTED",
    "EXTENSION_APPROVED",
    "EXTENSION_REJECTED",
    "EXTENSION_FAILED",
    "MITRA_STATUS",
    "MITRA_CONNECTION",
    "SERVICE_STAFFED",
    "SERVICE_UNSTAFFED",
    "CUSTOMER_JOINED",
    "MITRA_JOINED",
    "PERSON_BLOCKED",
    "PERSON_UNBLOCKED",
    "SIGN_IN_LOCKED",
    "SIGN_IN_REPLAYED",
    "OPERATOR_SIGNED_IN",
    "OPERATOR_CHANGED",
    "CONFIG_CHANGED",
]


class OperatorSnapshotFrame(OperatorState, tag_field="type", tag="snapshot"):
    """What goes on at this moment: the first frame, and again after every interruption."""


class OperatorEvent(msgspec.Struct, forbid_unknown_fields=True):
    """Something that happened, as `data.events` holds it; the keys of `body` are those of its type."""

    type: EventType
    id: EventId
    at: Time
    entity: str
    entity_id: UUID | None
    from_status: str | None
    to_status: str | None
    customer_id: UUID | None
    mitra_ids: list[UUID]
    actor: str
    body: dict[str, Any]


ToOperator = OperatorSnapshotFrame | PongFrame
FromOperator = Auth | Ping
