"""The types of replies: exactly the JSON that the functions of sql/ build.

Replies pass through as bytes, and are neither encoded nor decoded here. The types make the OpenAPI documents, and
tests hold them against real replies and against the constraints of the tables.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

PaymentStatus = Literal["pending", "confirmed", "consumed", "failed_pairing", "abandoned", "expired"]
RequestType = Literal["general", "returning"]
RequestStatus = Literal["searching", "matched", "failed", "cancelled"]
CauseTag = Literal[
    "no_mitra_available",
    "all_mitras_rejected",
    "targeted_mitra_offline",
    "targeted_mitra_rejected",
    "targeted_mitra_timeout",
    "payment_session_expired",
    "customer_cancelled",
]
ChatStatus = Literal["active", "ended"]
EndReason = Literal["time_up", "ended_by_customer", "ended_by_mitra", "ended_by_operator", "continued"]
Sender = Literal["customer", "mitra"]
ExtensionStatus = Literal["requested", "approved", "auto_approved", "rejected", "auto_rejected", "withdrawn"]
ExtensionDefault = Literal["auto_approve", "auto_reject"]
Role = Literal["viewer", "operator", "admin"]
Presence = Literal["online", "unreachable", "offline"]
Beside = Literal["ok", "silent"]
OperatorAction = Literal["refunded", "credited", "no_action"]
MoneyStatus = Literal["waiting", "under_review", "refunded", "credited", "no_action"]

Rupiah = Annotated[int, msgspec.Meta(ge=0, description="Whole rupiah.")]
Method = Literal["qris", "gopay", "bca", "bni", "bri", "permata"]
ChargeStatus = Literal[
    "created",
    "pending",
    "paid",
    "denied",
    "cancelled",
    "expired",
    "partly_refunded",
    "refunded",
    "charged_back",
]
Change = Annotated[int, msgspec.Meta(description="Whole rupiah; below zero for what went out.")]
TransferKind = Literal[
    "paid",
    "charged",
    "spent",
    "held",
    "taken",
    "released",
    "tax",
    "share",
    "revenue",
    "credited",
    "kept",
    "refund",
    "refunded",
    "gift",
]
Minutes = Annotated[int, msgspec.Meta(ge=1)]
WholeSeconds = Annotated[int, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Seq = Annotated[int, msgspec.Meta(ge=0, description="Counts the messages of one chat.")]
Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Reply(msgspec.Struct, forbid_unknown_fields=True):
    """A JSON object with these fields and no others."""


class Health(Reply):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Reply):
    """The state of the database, the listeners, and the stream of events."""

    database: Literal["ok"]
    events_waiting: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    oldest_event_seconds: float
    overdue_deadlines: Annotated[int, msgspec.Meta(ge=0, le=100)]
    oldest_deadline_seconds: float
    last_worked_seconds: dict[str, float]
    codes_of_hour: Count | UnsetType = UNSET
    codes_most_per_hour: Count | UnsetType = UNSET
    codes_refused: Count | UnsetType = UNSET
    connections: Annotated[int, msgspec.Meta(ge=0)] | UnsetType = UNSET
    relay: Beside | UnsetType = UNSET
    deadline_listener: Beside | UnsetType = UNSET
    availability_listener: Beside | UnsetType = UNSET
    events: Literal["ok", "interrupted"] | UnsetType = UNSET


class Person(Reply):
    """A person as the other side of a chat sees them."""

    id: UUID
    display_name: str


class Self(Reply):
    """A person as they see themselves."""

    id: UUID
    display_name: str
    phone: str


class SentCode(Reply):
    """A code was sent to this number. It is valid for `expires_in` seconds; another may be requested after
    `resend_in`."""

    phone: str
    expires_in: WholeSeconds
    resend_in: WholeSeconds


class SignedIn(Reply):
    """An access token for `expires_in` seconds, and the refresh token that gets the next one, once."""

    access_token: str
    refresh_token: str
    expires_in: WholeSeconds
    user: Self


class SignedOut(Reply):
    """The sign-in on this device has ended."""

    status: Literal["signed_out"]


class OperatorSelf(Reply):
    """An operator as they see themselves."""

    id: UUID
    email: str
    display_name: str
    role: Role


class SignedInOperator(Reply):
    """The tokens, as for a customer or mitra."""

    access_token: str
    refresh_token: str
    expires_in: WholeSeconds
    user: OperatorSelf


class Operator(OperatorSelf):
    """An operator as an admin sees them."""

    active: bool
    created_at: Time


class Operators(Reply):
    """All operators, by name."""

    rows: list[Operator]
    total: Count


class Tier(Reply):
    """A number of minutes and its price."""

    id: UUID
    duration_minutes: Minutes
    amount: Rupiah
    is_free_trial: bool


class Pricing(Reply):
    """The tiers to choose from."""

    tiers: list[Tier]
    free_trial_eligible: bool


class PaymentSession(Reply):
    """What a customer pays."""

    id: UUID
    status: PaymentStatus
    amount: Rupiah
    duration_minutes: Minutes
    is_free_trial: bool
    is_extension: bool
    tier_id: UUID | None
    targeted_mitra_id: UUID | None
    created_at: Time
    confirmed_at: Time | None
    charged_at: Time | None
    consumed_at: Time | None
    expires_at: Time


class Charge(Reply):
    """What to pay at a provider, and where, once it has answered: a QR code's text, an account's number or a link."""

    id: UUID
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


class WayToPay(Reply):
    """Who takes the money of a payment session, and its newest charge."""

    provider: Literal["pretend", "midtrans", "xendit"]
    charge: Charge | None


class TakenNotice(Reply):
    """Whether a provider's notice was kept; one whose origin is not proven is not."""

    taken: bool


class Search(Reply):
    """A search as the customer's app sees it; `seconds_left` by the server's clock."""

    id: UUID
    payment_session_id: UUID
    request_type: RequestType
    status: RequestStatus
    deadline_at: Time
    seconds_left: Seconds
    mitra: Person | None


class StartedSearch(Search):
    """A search that was started, or ran already."""

    already_running: bool


class CancelledSearch(Reply):
    """A search that the customer cancelled."""

    status: Literal["cancelled"]
    payment_session_id: UUID


class Failure(Reply):
    """A failed payment, as the customer's app sees it."""

    failure_id: UUID
    payment_session_id: UUID
    request_id: UUID | None
    cause_tag: CauseTag
    amount: Rupiah
    refund_due: bool
    fallback_offered: bool
    mitra: Person | None
    created_at: Time


class Money(Reply):
    """The money of a payment: waiting to be used, under review, or decided on."""

    payment_session_id: UUID
    failure_id: UUID | None
    is_extension: bool
    amount: Rupiah
    duration_minutes: Minutes
    mitra: Person | None
    status: MoneyStatus
    status_at: Time
    expires_at: Time
    cause_tag: CauseTag | None
    fallback_offered: bool
    seen_at: Time | None


class Receipt(PaymentSession):
    """A payment in its customer's history; of an extension the chat is the one that was extended."""

    from_credit: Annotated[int, msgspec.Meta(ge=0, description="Rupiah that credit paid.")]
    outcome: Literal["waiting", "used", "under_review", "refunded", "credited", "no_action", "not_charged"]
    outcome_at: Time
    cause_tag: CauseTag | None
    chat_session_id: UUID | None
    mitra: Person | None


class Receipts(Reply):
    """A page of payments, newest first; `next` is the `cursor` of the page after."""

    rows: list[Receipt]
    next: str | None


class Movement(Reply):
    """Rupiah that came into a person's account or went out of it."""

    id: UUID
    at: Time
    kind: TransferKind
    change: Change
    payment_session_id: UUID | None


class Movements(Reply):
    """A person's account and a page of its movements, newest first; `next` is the `cursor` of the page after."""

    balance: int
    rows: list[Movement]
    next: str | None


class EarnedDay(Reply):
    """What a mitra earned on a day in Jakarta, from how many payments."""

    day: date
    amount: Rupiah
    payments: Count


class Earnings(Reply):
    """What a mitra earned; `balance` was not paid out yet, weeks begin on Monday."""

    balance: int
    share_percent: Annotated[float, msgspec.Meta(ge=0, le=100)]
    today: Rupiah
    week: Rupiah
    month: Rupiah
    days: list[EarnedDay]


class FailedSearch(Failure):
    """A search that failed at once; the failure is recorded."""

    reason: Literal["targeted_mitra_offline"]


class Chat(Reply):
    """A chat as its two people see it."""

    id: UUID
    status: ChatStatus
    payment_session_id: UUID
    request_id: UUID
    customer: Person
    mitra: Person
    duration_minutes: Minutes
    started_at: Time
    ends_at: Time
    ended_at: Time | None
    end_reason: EndReason | None
    last_seq: Seq
    customer_read_seq: Seq
    mitra_read_seq: Seq


class CustomersChat(Chat):
    """A chat in its customer's history, with whether "Curhat lagi" is possible now."""

    can_chat_again: bool


class AcceptedChat(Reply):
    """The chat that an accepted request became."""

    chat_session: Chat


class Chats(Reply):
    """A page of a mitra's chats, newest first; `next` is the `cursor` of the page after, null at the end."""

    rows: list[Chat]
    next: str | None


class CustomersChats(Reply):
    """A page of a customer's chats, newest first; `next` is the `cursor` of the page after, null at the end."""

    rows: list[CustomersChat]
    next: str | None


class Message(Reply):
    """A message of one of the two people."""

    chat_session_id: UUID
    seq: Seq
    sender: Sender
    client_message_id: UUID
    body: str
    sent_at: Time


class Messages(Reply):
    """Messages, oldest first; `next` is the `after_seq` to go on from, null at the end."""

    rows: list[Message]
    next: Seq | None


class Extension(Reply):
    """More minutes that the customer asked for, and what happens if the mitra does not answer."""

    id: UUID
    chat_session_id: UUID
    payment_session_id: UUID
    duration_minutes: Minutes
    status: ExtensionStatus
    requested_at: Time
    deadline_at: Time
    default_action: ExtensionDefault


class Offer(Reply):
    """A search as a mitra's app sees it."""

    request_id: UUID
    request_type: RequestType
    duration_minutes: Minutes
    customer: Person
    sent_at: Time
    seen_at: Time | None
    deadline_at: Time


class Offers(Reply):
    """A mitra's open offers, oldest first."""

    rows: list[Offer]
    total: Count


class SeenOffer(Reply):
    """An offer that was shown to the mitra."""

    request_id: UUID
    seen: Literal[True]


class DeclinedOffer(Reply):
    """An offer that the mitra declined."""

    request_id: UUID
    status: Literal["declined"]


class MitraStatus(Reply):
    """A mitra's switch, and until when they count as reachable."""

    online: bool
    reachable_until: Time | None


class ClientState(Reply):
    """A customer's whole present state, as in the socket's `snapshot`."""

    server_time: Time
    user: Self
    payment_session: PaymentSession | None
    charge: Charge | None
    search: Search | None
    last_failure: Failure | None
    money: list[Money]
    credit: Rupiah
    chats: list[Chat]
    extensions: list[Extension]
    lost_chats: Annotated[
        list[UUID], msgspec.Meta(description="Ids of the chats whose mitra is unreachable.")
    ]


class ForcedOffline(Reply):
    """Who set the mitra offline, when, and why if they gave a reason; not the mitra."""

    by: Literal["operator", "system"]
    note: str | None
    at: Time


class MitraState(Reply):
    """A mitra's whole present state, as in the socket's `snapshot`."""

    server_time: Time
    user: Self
    online: bool
    presence: Presence
    reachable_until: Time | None
    forced_offline: ForcedOffline | None
    offers: list[Offer]
    chats: list[Chat]
    extensions: list[Extension]


class Wait(Reply):
    """How many seconds to wait, as in Retry-After."""

    retry_after: WholeSeconds


class WaitForNumber(Wait):
    """How many seconds to wait, and the normalized number."""

    phone: str


class TriesLeft(Reply):
    """How many wrong tries are left before the lockout."""

    tries_left: Annotated[int, msgspec.Meta(ge=1)]


FACTS: dict[str, type[Reply]] = {
    "codes_ran_out": Wait,
    "otp_too_soon": WaitForNumber,
    "otp_wrong": TriesLeft,
    "sign_in_locked": Wait,
    "too_many_messages": Wait,
    "too_many_payments": Wait,
    "too_many_requests": Wait,
}
"""The facts of refusals that have any, by slug."""
