"""The types of the control center's replies: exactly the JSON that the functions of sql/ build.

No type has a place for a message's text.
"""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.public.frames import EventId
from app.public.replies import (
    CauseTag,
    Change,
    ChatStatus,
    Count,
    EndReason,
    ExtensionStatus,
    Minutes,
    OperatorAction,
    OperatorSelf,
    PaymentStatus,
    Presence,
    Reply,
    RequestStatus,
    RequestType,
    Rupiah,
    Seconds,
    Time,
    TransferKind,
)

OfferStatus = Literal["offered", "accepted", "declined", "auto_rejected", "withdrawn"]
ValueType = Literal["integer", "enum", "prefixes"]
RateKind = Literal["mitra_share", "tax"]
AlarmKind = Literal["nobody_online", "health", "audit"]


class FailedPairing(Reply):
    """A failure with its people and money; `needs_action`: an operator must still decide."""

    id: UUID
    created_at: Time
    payment_session_id: UUID
    pairing_request_id: UUID | None
    customer_id: UUID
    customer_name: str
    customer_phone: str
    targeted_mitra_id: UUID | None
    targeted_mitra_name: str | None
    cause_tag: CauseTag
    amount: Rupiah
    duration_minutes: Minutes
    is_extension: bool
    refund_due: bool
    needs_action: bool
    superseded_at: Time | None
    operator_action: OperatorAction | None
    action_note: str | None
    actioned_by: str | None
    actioned_at: Time | None
    note: str | None


class FailedPairings(Reply):
    """A part of a list of failures, newest first; `total` and `amount` cover the whole filter."""

    rows: list[FailedPairing]
    total: Count
    amount: Rupiah


class DecidedFailure(Reply):
    """The outcome of one of many decisions, and the failure as it is now."""

    id: UUID
    ok: bool
    failure: FailedPairing | None
    error: str | UnsetType = UNSET
    message: str | UnsetType = UNSET
    operator_action: OperatorAction | UnsetType = UNSET
    actioned_by: str | UnsetType = UNSET
    actioned_at: Time | UnsetType = UNSET


class DecidedFailures(Reply):
    """The outcomes of many decisions, in the order of the request."""

    done: Count
    refused: Count
    results: list[DecidedFailure]


class AlreadyActioned(Reply):
    """Who decided on a failure first."""

    operator_action: OperatorAction
    actioned_by: str
    actioned_at: Time


class SettingBounds(Reply):
    """What a setting's value must be."""

    value_type: ValueType
    minimum: int | None
    maximum: int | None
    options: list[str] | None


class SettingMeanwhile(Reply):
    """The value that a setting has got meanwhile."""

    value: str
    version: Count
    updated_by: str
    updated_at: Time


class Setting(SettingBounds):
    """A setting; its value is text, whatever its type."""

    key: str
    value: str
    unit: str | None
    label: str
    explanation: str
    version: Count
    updated_at: Time
    updated_by: str
    position: Count


class Settings(Reply):
    """Every setting, by position."""

    rows: list[Setting]


class SettingChange(Reply):
    """A change of a setting; `old_value` is null for its first value."""

    key: str
    label: str
    unit: str | None
    version: Count
    old_value: str | None
    value: str
    changed_at: Time
    changed_by: str


class SettingChanges(Reply):
    """A page of changes of settings, newest first; `next` is the `cursor` of the page after."""

    rows: list[SettingChange]
    next: str | None


class ShownOffer(Reply):
    """A search that was offered to a mitra: when it was sent, seen and closed."""

    mitra_id: UUID
    mitra_name: str
    status: OfferStatus
    sent_at: Time
    seen_at: Time | None
    closed_at: Time | None


class OfferCounts(Reply):
    """How many offers of a search are open, were ever seen, and ended in which way."""

    offered: Count
    seen: Count
    accepted: Count
    declined: Count
    auto_rejected: Count
    withdrawn: Count


class ShownSearch(Reply):
    """A search, running or over, with its offers in the order sent."""

    id: UUID
    payment_session_id: UUID
    request_type: RequestType
    status: RequestStatus
    customer_id: UUID
    customer_name: str
    targeted_mitra_id: UUID | None
    targeted_mitra_name: str | None
    duration_minutes: Minutes
    amount: Rupiah
    created_at: Time
    deadline_at: Time
    closed_at: Time | None
    offer_counts: OfferCounts
    offers: list[ShownOffer]


class ShownSearches(Reply):
    """Running searches, the nearest deadline first, each with its first 50 offers."""

    server_time: Time
    rows: list[ShownSearch]
    total: Count


class Fact(Reply):
    """A fact about an offer, as a code and as a sentence."""

    at: Time | None
    code: Literal[
        "search_began",
        "offered",
        "offer_seen",
        "offer_closed",
        "mitra_was",
        "search_closed",
        "not_to_be_had",
        "for_another_mitra",
        "not_in_reach",
        "had_chats",
    ]
    detail: str | None
    fact: str


class OfferExplanation(Reply):
    """Why a mitra did or did not get a search, in order of time."""

    request_id: UUID
    mitra_id: UUID
    mitra_name: str
    facts: list[Fact]


class LiveChat(Reply):
    """A running chat; `messages`: how many."""

    id: UUID
    payment_session_id: UUID
    customer_id: UUID
    customer_name: str
    mitra_id: UUID
    mitra_name: str
    mitra_presence: Presence
    duration_minutes: Minutes
    started_at: Time
    ends_at: Time
    messages: Count
    extension_id: UUID | None
    extension_deadline_at: Time | None


class LiveChats(Reply):
    """Running chats, the nearest end first."""

    server_time: Time
    rows: list[LiveChat]
    total: Count


class EndedChat(Reply):
    """How a chat ended."""

    id: UUID
    status: Literal["ended"]
    end_reason: EndReason
    ended_at: Time


class PastChat(Reply):
    """A chat, running or over; `messages`: how many."""

    id: UUID
    payment_session_id: UUID
    customer_id: UUID
    customer_name: str
    mitra_id: UUID
    mitra_name: str
    status: ChatStatus
    duration_minutes: Minutes
    started_at: Time
    ends_at: Time
    ended_at: Time | None
    end_reason: EndReason | None
    end_note: str | None
    messages: Count


class ToldChat(PastChat):
    """A chat with each side's number of stored messages, and the time of the mitra's first one."""

    customer_messages: Count
    mitra_messages: Count
    first_reply_at: Time | None


class PastChats(Reply):
    """A page of chats, newest first; `next` is the `cursor` of the page after."""

    rows: list[PastChat]
    next: str | None


class ShownMitra(Reply):
    """A mitra with presence and load."""

    id: UUID
    display_name: str
    phone: str
    presence: Presence
    status_changed_at: Time
    reachable_until: Time | None
    idle_since: Time
    active_chats: Count
    capacity: Count
    open_offers: Count


class PresenceCounts(Reply):
    """How many mitras there are of each presence."""

    online: Count
    unreachable: Count
    offline: Count


class ShownMitras(Reply):
    """A part of the list of mitras: online ones first, then by name. `counts` are of everybody."""

    server_time: Time
    rows: list[ShownMitra]
    total: Count
    counts: PresenceCounts


class MitraOffline(Reply):
    """A mitra after an operator has set them offline; running chats go on."""

    id: UUID
    presence: Presence
    active_chats: Count


class MitraFigures(Reply):
    """What a mitra did on a day."""

    online_seconds: Seconds
    unreachable_seconds: Seconds
    busy_seconds: Seconds
    chats: Count
    offers: Count
    accepted: Count
    declined: Count
    missed: Count


class PresenceSpan(Reply):
    """A span of one presence of a mitra: who changed it, and why if they gave a reason."""

    presence: Presence
    started_at: Time
    ended_at: Time
    actor: str
    note: str | None


class PastOffer(Reply):
    """A search that was offered to the mitra, and its outcome."""

    request_id: UUID
    request_type: RequestType
    customer_id: UUID
    customer_name: str
    status: OfferStatus
    sent_at: Time
    seen_at: Time | None
    closed_at: Time | None


class MitraDay(Reply):
    """What a mitra did on a day in Jakarta."""

    day: date
    since: Time
    until: Time
    figures: MitraFigures
    presence: list[PresenceSpan]
    chats: list[PastChat]
    offers: list[PastOffer]


class PagedMitra(ShownMitra):
    """A mitra, on their page."""

    created_at: Time


class MitraPage(Reply):
    """A mitra's page: their present, one day, and their history."""

    mitra: PagedMitra
    chats: list[LiveChat]
    day: MitraDay
    history: PastChats


class Event(Reply):
    """Something that happened; `actor`: customer:<id>, mitra:<id>, operator:<who>, deadline or system.

    `login` is the Postgres login that acted as an operator.
    """

    payment_session_id: UUID
    id: EventId
    at: Time
    type: str
    entity: str
    entity_id: UUID | None
    from_status: str | None
    to_status: str | None
    mitra_ids: list[UUID]
    actor: str
    http_request_id: str | None
    body: dict[str, Any]
    login: str | None


class ShownPayment(Reply):
    """A payment session with its people."""

    id: UUID
    customer_id: UUID
    customer_name: str
    customer_phone: str
    status: PaymentStatus
    amount: Rupiah
    duration_minutes: Minutes
    is_free_trial: bool
    is_extension: bool
    targeted_mitra_id: UUID | None
    targeted_mitra_name: str | None
    created_at: Time
    confirmed_at: Time | None
    charged_at: Time | None
    consumed_at: Time | None
    expires_at: Time


class ShownExtension(Reply):
    """More minutes that were asked for in a chat."""

    id: UUID
    chat_session_id: UUID
    payment_session_id: UUID
    duration_minutes: Minutes
    status: ExtensionStatus
    requested_at: Time
    deadline_at: Time
    closed_at: Time | None


class Transfer(Reply):
    """Rupiah that moved from one account (debit) to another (credit), and the event that caused it."""

    id: UUID
    at: Time
    kind: TransferKind
    debit: str
    credit: str
    amount: Rupiah
    event_id: int | None


class Price(Reply):
    """What a duration costs, or did until `retired_at`."""

    id: UUID
    duration_minutes: Minutes
    amount: Rupiah
    for_extension: bool
    is_free_trial: bool
    created_at: Time
    created_by: str
    retired_at: Time | None
    retired_by: str | None


class Rate(Reply):
    """A percentage, valid from a day in Jakarta on."""

    kind: RateKind
    valid_from: date
    percent: float
    set_at: Time
    set_by: str


class Prices(Reply):
    """Every price that is or was sold, and the dated rates."""

    tiers: list[Price]
    rates: list[Rate]


class GivenCredit(Reply):
    """Credit that was given as goodwill, and the customer's credit after it."""

    id: UUID
    customer_id: UUID
    payment_session_id: UUID | None
    amount: Rupiah
    note: str
    given_by: str
    given_at: Time
    credit: Rupiah


class ReconciledDay(Reply):
    """What the money of a day came to, in rupiah; see the view control_center.reconciliation."""

    day: date
    paid: Rupiah
    paid_with_credit: Rupiah
    revenue: Rupiah
    mitra_share: Rupiah
    tax: Rupiah
    refunds_decided: Rupiah
    refunded: Rupiah
    credited: Rupiah
    kept: Rupiah
    gifts: Rupiah
    prepaid_change: Change


class Balance(Reply):
    """An account's balance in rupiah; of people's accounts their sum and number."""

    account: str
    balance: int
    accounts: Count


class Reconciliation(Reply):
    """What the money of each day came to, newest first, and every account now."""

    first_day: date
    last_day: date
    days: list[ReconciledDay]
    balances: list[Balance]


class PaymentStory(Reply):
    """Everything about a payment session; `people`: the names of the mitras in the timeline, by id."""

    payment: ShownPayment
    failures: list[FailedPairing]
    searches: list[ShownSearch]
    chats: list[ToldChat]
    extensions: list[ShownExtension]
    journal: list[Transfer]
    timeline: list[Event]
    people: dict[str, str]


class FailureStory(PaymentStory):
    """A failure, and everything about its payment session."""

    failure: FailedPairing


class Customer(Reply):
    """A customer."""

    id: UUID
    display_name: str
    phone: str
    created_at: Time


class Customers(Reply):
    """Customers; `next` is the `cursor` of the page after, `more`: there are more than came."""

    rows: list[Customer]
    next: str | None
    more: bool


class CustomerTotals(Reply):
    """How much a customer has used, and paid."""

    payments: Count
    charged: Rupiah
    chats: Count
    failures: Count


class CustomerDay(Reply):
    """What a customer did on a day in Jakarta."""

    day: date
    since: Time
    until: Time
    events: list[Event]
    people: dict[str, str]


class Purchase(Reply):
    """A payment session in a customer's history; of an extension the chat is the one that was extended."""

    payment_session_id: UUID
    created_at: Time
    status: PaymentStatus
    amount: Rupiah
    charged_at: Time | None
    duration_minutes: Minutes
    is_free_trial: bool
    is_extension: bool
    targeted_mitra_id: UUID | None
    targeted_mitra_name: str | None
    chat_session_id: UUID | None
    mitra_id: UUID | None
    mitra_name: str | None
    chat_status: ChatStatus | None
    started_at: Time | None
    ended_at: Time | None
    end_reason: EndReason | None
    failure_id: UUID | None
    cause_tag: CauseTag | None
    needs_action: bool | None
    operator_action: OperatorAction | None


class Purchases(Reply):
    """A page of a customer's payment sessions, newest first; `next` is the `cursor` of the page after."""

    rows: list[Purchase]
    next: str | None


class CustomerPage(Reply):
    """A customer's page: their present, one day, and their history."""

    customer: Customer
    totals: CustomerTotals
    credit: Rupiah
    search: ShownSearch | None
    chat: LiveChat | None
    day: CustomerDay
    history: Purchases


class Counters(Reply):
    """The present counts; `due_back`: rupiah of all failures that need action."""

    searching: Count
    chats: Count
    extensions_pending: Count
    mitras_online: Count
    mitras_unreachable: Count
    needs_action: Count
    due_back: Rupiah


class Alarm(Reply):
    """An alarm for operators; `item`: of ops.health(), or an invariant of ops.audit()."""

    kind: AlarmKind
    item: str | None
    detail: str
    entity: str | None
    entity_id: str | None
    since: Time | None


class OperatorState(Reply):
    """The present state, as in the socket's `snapshot`."""

    server_time: Time
    operator: OperatorSelf
    counters: Counters
    alarms: list[Alarm]
    searches: list[ShownSearch]
    chats: list[LiveChat]
    mitras: list[ShownMitra]


class CountersNow(Reply):
    """The present counts and alarms."""

    server_time: Time
    counters: Counters
    alarms: list[Alarm]


class DashboardTotals(Reply):
    """The sums of the days asked for: the funnel, and the money."""

    payments_created: Count
    payments_confirmed: Count
    searches: Count
    paired: Count
    failures: Count
    extensions_requested: Count
    extensions_approved: Count
    charged: Rupiah
    refund_due: Rupiah
    due_back: Rupiah


class DashboardDay(Reply):
    """The figures of a day in Jakarta; `due_back`: the part of the day's refunds that is not decided on."""

    day: date
    payments_created: Count
    payments_confirmed: Count
    searches_general: Count
    searches_returning: Count
    paired: Count
    failed: dict[CauseTag, Count]
    extensions_requested: Count
    extensions_approved: Count
    seconds_to_pair_p50: Seconds | None
    seconds_to_pair_p99: Seconds | None
    charged: Rupiah
    refund_due: Rupiah
    due_back: Rupiah


class DashboardHour(Reply):
    """Searches that began in an hour, and reachable mitras, on average and at most."""

    hour: Time
    searches: Count
    paired: Count
    mitras_online: Annotated[float, msgspec.Meta(ge=0)]
    mitras_online_most: Count


class HourOfDay(Reply):
    """An hour of the day in Jakarta, averaged over the days asked for."""

    hour: Annotated[int, msgspec.Meta(ge=0, le=23)]
    searches: Annotated[float, msgspec.Meta(ge=0)]
    paired: Annotated[float, msgspec.Meta(ge=0)]
    mitras_online: Annotated[float, msgspec.Meta(ge=0)]


class Dashboard(Reply):
    """The dashboard; `computed_at`: when the figures of the days were computed, null if never."""

    server_time: Time
    timezone: Literal["Asia/Jakarta"]
    computed_at: Time | None
    counters: Counters
    alarms: list[Alarm]
    totals: DashboardTotals
    days: list[DashboardDay]
    hours: list[DashboardHour]
    hours_of_day: list[HourOfDay]


FACTS: dict[str, type[Reply]] = {
    "failure_already_actioned": AlreadyActioned,
    "invalid_setting": SettingBounds,
    "setting_changed_meanwhile": SettingMeanwhile,
}
"""The facts of refusals that have any, by slug."""
