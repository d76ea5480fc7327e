"""The types of the frames that customers and mitras get: exactly the JSON of every frame.

Events go out as the database builds them, and are not encoded here. As with `app.public.replies`, the types make
the documents, and tests hold them against every event. The types of clients' frames stand where these are decoded,
in `app.public.conversation`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.envelope import Role
from app.public.replies import (
    CauseTag,
    Change,
    ChargeStatus,
    Chat,
    ClientState,
    Count,
    EndReason,
    ExtensionDefault,
    ExtensionStatus,
    Failure,
    Message,
    Method,
    Minutes,
    MitraState,
    Money,
    PaymentStatus,
    Person,
    Presence,
    RequestType,
    Rupiah,
    Sender,
    Seq,
    Time,
    TransferKind,
)

EventId = Annotated[
    int, msgspec.Meta(ge=1, description="The event's id. A client ignores an id that it has seen.")
]
ClosedReason = Literal["taken", "cancelled", "expired", "withdrawn", "declined"]


class Frame(msgspec.Struct, tag_field="type", forbid_unknown_fields=True):
    """A frame that a client gets."""


class ClientSnapshotFrame(ClientState, tag_field="type", tag="snapshot"):
    """A customer's whole present state: the first frame, and again after every interruption."""


class MitraSnapshotFrame(MitraState, tag_field="type", tag="snapshot"):
    """A mitra's whole present state: the first frame, and again after every interruption."""


class AckFrame(Frame, tag="ack"):
    """A `message` was stored."""

    chat_session_id: UUID
    client_message_id: UUID
    seq: Seq
    sent_at: Time


class PongFrame(Frame, tag="pong"):
    """The answer to a `ping`."""

    server_time: Time


class ErrorFrame(Frame, tag="error"):
    """A frame was refused, or could not be carried out; the socket stays open."""

    error: str
    message: str
    in_reply_to: str
    client_message_id: str | UnsetType = UNSET


class TypingFrame(Frame, tag="CHAT_TYPING"):
    """The other person of a chat types. Not stored."""

    id: None
    at: Time
    chat_session_id: UUID
    sender: Sender


class AvailabilityFrame(Frame, tag="AVAILABILITY"):
    """How many mitras are available, for a watching socket. Not stored."""

    id: None
    at: Time
    available: bool
    count: Count


class Event(Frame):
    """Something that happened, as `data.events` holds it."""

    id: EventId
    at: Time


class PaymentSessionEvent(Event, tag="PAYMENT_SESSION"):
    payment_session_id: UUID
    status: PaymentStatus
    amount: Rupiah
    is_extension: bool
    charged_at: Time | None
    expires_at: Time


class ChatRequestStartedEvent(Event, tag="CHAT_REQUEST_STARTED"):
    request_id: UUID
    payment_session_id: UUID
    request_type: RequestType
    status: Literal["searching"]
    deadline_at: Time
    mitra: Person | None


class ChatRequestEvent(Event, tag="CHAT_REQUEST"):
    request_id: UUID
    request_type: RequestType
    duration_minutes: Minutes
    customer: Person
    deadline_at: Time


class ChatRequestClosedEvent(Event, tag="CHAT_REQUEST_CLOSED"):
    request_id: UUID
    reason: ClosedReason


class PairedEvent(Event, tag="PAIRED"):
    payment_session_id: UUID
    request_id: UUID
    chat_session: Chat


class PairingFailedEvent(Failure, tag_field="type", tag="PAIRING_FAILED"):
    id: EventId
    at: Time


class MoneyEvent(Money, tag_field="type", tag="MONEY"):
    id: EventId
    at: Time


class ChargeEvent(Event, tag="CHARGE"):
    charge_id: UUID
    payment_session_id: UUID
    method: Method
    status: ChargeStatus
    amount: Rupiah
    paid_amount: Rupiah
    qr_string: str | None
    account_number: str | None
    link: str | None
    created_at: Time
    paid_at: Time | None
    expires_at: Time


class CreditEvent(Event, tag="CREDIT"):
    kind: TransferKind
    change: Change
    credit: Rupiah
    payment_session_id: UUID | None


class ReturningChatTimeoutEvent(Event, tag="RETURNING_CHAT_TIMEOUT"):
    payment_session_id: UUID
    request_id: UUID
    mitra: Person


class ReturningChatRejectedEvent(Event, tag="RETURNING_CHAT_REJECTED"):
    payment_session_id: UUID
    request_id: UUID
    mitra: Person


class ChatMessageEvent(Message, tag_field="type", tag="CHAT_MESSAGE"):
    id: EventId
    at: Time


class ChatReadEvent(Event, tag="CHAT_READ"):
    chat_session_id: UUID
    reader: Sender
    seq: Seq


class ChatEndingSoonEvent(Event, tag="CHAT_ENDING_SOON"):
    chat_session_id: UUID
    seconds_left: int
    ends_at: Time


class ChatExtendedEvent(Event, tag="CHAT_EXTENDED"):
    chat_session_id: UUID
    extension_id: UUID
    duration_minutes: Minutes
    ends_at: Time


class ChatEndedEvent(Event, tag="CHAT_ENDED"):
    chat_session_id: UUID
    end_reason: EndReason
    last_seq: Seq
    ended_at: Time


class ExtensionRequestedEvent(Event, tag="EXTENSION_REQUESTED"):
    extension_id: UUID
    chat_session_id: UUID
    payment_session_id: UUID
    customer: Person
    duration_minutes: Minutes
    status: Literal["requested"]
    requested_at: Time
    deadline_at: Time
    default_action: ExtensionDefault


class ExtensionApprovedEvent(Event, tag="EXTENSION_APPROVED"):
    extension_id: UUID
    chat_session_id: UUID
    payment_session_id: UUID
    status: ExtensionStatus
    auto: bool


class ExtensionRejectedEvent(Event, tag="EXTENSION_REJECTED"):
    extension_id: UUID
    chat_session_id: UUID
    payment_session_id: UUID
    status: ExtensionStatus
    cause_tag: CauseTag


class MitraStatusEvent(Event, tag="MITRA_STATUS"):
    mitra_id: UUID
    online: bool
    presence: Presence
    by: Literal["mitra", "operator", "system", "deadline"]
    reachable_until: Time | UnsetType = UNSET
    note: str | UnsetType = UNSET


class MitraConnectionEvent(Event, tag="MITRA_CONNECTION"):
    chat_session_id: UUID
    mitra: Person
    connection: Literal["lost", "back"]


Answer = AckFrame | PongFrame | ErrorFrame | TypingFrame | AvailabilityFrame
ToBoth = (
    PairedEvent
    | ChatMessageEvent
    | ChatReadEvent
    | ChatEndingSoonEvent
    | ChatExtendedEvent
    | ChatEndedEvent
    | ExtensionRequestedEvent
    | ExtensionApprovedEvent
    | ExtensionRejectedEvent
)
ToCustomer = (
    ClientSnapshotFrame
    | Answer
    | ToBoth
    | PaymentSessionEvent
    | ChatRequestStartedEvent
    | PairingFailedEvent
    | MoneyEvent
    | CreditEvent
    | ChargeEvent
    | ReturningChatTimeoutEvent
    | ReturningChatRejectedEvent
    | MitraConnectionEvent
)
ToMitra = MitraSnapshotFrame | Answer | ToBoth | ChatRequestEvent | ChatRequestClosedEvent | MitraStatusEvent

EVENTS: Mapping[str, type[msgspec.Struct]] = {
    str(shape.__struct_config__.tag): shape
    for shape in (*get_args(ToCustomer), *get_args(ToMitra))
    if shape not in (ClientSnapshotFrame, MitraSnapshotFrame, *get_args(Answer))
}
"""The events that customers or mitras hear, by type."""

TO: Mapping[Role, Any] = {"customer": ToCustomer, "mitra": ToMitra}
"""All frames that each side gets, as a union."""
