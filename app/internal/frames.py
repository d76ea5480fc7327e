"""The types of the frames that operators get: exactly the JSON of every frame, which never holds a message's
text."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import msgspec

from app.auth import Audience
from app.envelope import Role
from app.internal.replies import OperatorState, RateKind
from app.public import frames
from app.public.frames import EventId, PongFrame
from app.public.replies import Count, Failure, Minutes, OperatorAction, Rupiah, Seq, Time
from app.public.replies import Role as OperatorRole
from app.sockets.serving import Auth, Ping


class OperatorSnapshotFrame(OperatorState, tag_field="type", tag="snapshot"):
    """The present state: the first frame, and again after every interruption."""


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The `body` of an event that operators alone hear."""


class StoredMessage(Body):
    chat_session_id: UUID
    seq: Seq


class OfferSeen(Body):
    request_id: UUID
    mitra_id: UUID


class FailureActioned(Body):
    failure_id: UUID
    payment_session_id: UUID
    action: OperatorAction
    note: str | None


class FailureSuperseded(Body):
    failure_id: UUID
    payment_session_id: UUID


class Staffing(Body):
    pass


class CustomerJoined(Body):
    customer_id: UUID


class MitraJoined(Body):
    mitra_id: UUID
    display_name: str


class PersonBlocked(Body):
    audience: Role
    person_id: UUID
    note: str | None


class SignInLocked(Body):
    audience: Audience
    name: str
    locked_until: Time


class SignInEnded(Body):
    sign_in_id: UUID
    audience: Audience
    person_id: UUID
    reason: Literal[
        "signed_out", "replayed", "barred", "password_changed", "signed_out_by_operator", "too_many"
    ]


class SignInReplayed(Body):
    audience: Audience
    person_id: UUID


class CodesRanOut(Body):
    sent: Count
    most: Count


class OperatorSignedIn(Body):
    operator_id: UUID


class OperatorChanged(Body):
    operator_id: UUID
    email: str
    role: OperatorRole
    active: bool
    change: Literal["added", "role", "active", "password"]


class ConfigChanged(Body):
    key: str
    value: str
    old_value: str
    version: Count


class PriceChanged(Body):
    for_extension: bool
    duration_minutes: Minutes
    amount: Rupiah | None
    old_amount: Rupiah | None
    is_free_trial: bool | None


class RateChanged(Body):
    kind: RateKind
    percent: float
    old_percent: float
    valid_from: date


BODIES: Mapping[str, type[msgspec.Struct]] = {
    "CHAT_MESSAGE": StoredMessage,
    "CHAT_REQUEST_SEEN": OfferSeen,
    "PAIRING_FAILURE_ACTIONED": FailureActioned,
    "PAIRING_FAILURE_SUPERSEDED": FailureSuperseded,
    "EXTENSION_FAILED": Failure,
    "SERVICE_STAFFED": Staffing,
    "SERVICE_UNSTAFFED": Staffing,
    "CUSTOMER_JOINED": CustomerJoined,
    "MITRA_JOINED": MitraJoined,
    "PERSON_BLOCKED": PersonBlocked,
    "PERSON_UNBLOCKED": PersonBlocked,
    "SIGN_IN_LOCKED": SignInLocked,
    "SIGN_IN_ENDED": SignInEnded,
    "SIGN_IN_REPLAYED": SignInReplayed,
    "CODES_RAN_OUT": CodesRanOut,
    "OPERATOR_SIGNED_IN": OperatorSignedIn,
    "OPERATOR_CHANGED": OperatorChanged,
    "CONFIG_CHANGED": ConfigChanged,
    "PRICE_CHANGED": PriceChanged,
    "RATE_CHANGED": RateChanged,
}
"""The bodies of the events that operators alone hear, and of messages, whose text they do not get."""

EVENTS: Mapping[str, type[msgspec.Struct]] = {**frames.EVENTS, **BODIES}
"""Every event with the type that holds the keys of its body."""

if TYPE_CHECKING:
    EventType = str
else:
    EventType = Literal[tuple(EVENTS)]


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
