"""The model's entities: people, and what they paid, searched, said and asked.

A payment holds everything that followed from it. An entity's id is the database's, and known once it was seen there.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Self

from hypothesis.vendor.pretty import RepresentationPrinter

Role = Literal["customer", "mitra"]


@dataclass(eq=False, kw_only=True)
class Entity:
    """Something with an identity: equal to nothing but itself."""

    id: str | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """How Hypothesis prints it in a failing walk: without everything that it holds."""
        printer.text(repr(self))


@dataclass(eq=False, repr=False)
class Customer(Entity):
    """Somebody who pays."""

    name: str


@dataclass(eq=False, repr=False)
class Mitra(Entity):
    """Somebody who listens. Reachable while they are declared online and their lease runs."""

    name: str
    status_changed_at: datetime
    idle_since: datetime
    declared_online: bool = False
    reachable_until: datetime | None = None
    app_closed: bool = False
    offers_due_at: datetime | None = None
    set_offline: tuple[str, str | None] | None = None
    offers_owed_at: datetime | None = None
    offers: list["Offer"] = field(default_factory=list)


@dataclass(frozen=True)
class Tier:
    """What some minutes cost, in rupiah."""

    id: str
    minutes: int
    amount: int
    for_extension: bool


@dataclass(eq=False, repr=False)
class Payment(Entity):
    """Some minutes that a customer chose, and everything that followed."""

    customer: Customer
    tier: Tier
    amount: int
    is_free_trial: bool
    target: Mitra | None
    created_at: datetime
    expires_at: datetime
    status: str = "pending"
    confirmed_at: datetime | None = None
    charged_at: datetime | None = None
    consumed_at: datetime | None = None
    searches: list["Search"] = field(default_factory=list)
    failures: list["Failure"] = field(default_factory=list)
    chats: list["Chat"] = field(default_factory=list)
    extensions: list["Extension"] = field(default_factory=list)

    @property
    def is_extension(self) -> bool:
        """Whether it is for more minutes in a running chat."""
        return self.tier.for_extension

    @property
    def running_search(self) -> "Search | None":
        """The search that runs on it."""
        return next((search for search in self.searches if search.status == "searching"), None)

    @property
    def pending_extension(self) -> "Extension | None":
        """The extension that waits for its answer."""
        return next((extension for extension in self.extensions if extension.status == "requested"), None)

    @property
    def open_failure(self) -> "Failure | None":
        """The failure that was not superseded."""
        return next((failure for failure in self.failures if failure.superseded_at is None), None)


@dataclass(eq=False, repr=False)
class Search(Entity):
    """A blast, or with a target one mitra asked again."""

    payment: Payment
    target: Mitra | None
    created_at: datetime
    deadline_at: datetime
    status: str = "searching"
    closed_at: datetime | None = None
    offers: list["Offer"] = field(default_factory=list)

    @property
    def request_type(self) -> str:
        """Its name in the API."""
        return "returning" if self.target else "general"

    @property
    def open_offers(self) -> "list[Offer]":
        """The offers that may still be answered."""
        return [offer for offer in self.offers if offer.status == "offered"]

    def latest_offer(self, mitra: Mitra | None) -> "Offer | None":
        """The last offer of it to this mitra."""
        return next((offer for offer in reversed(self.offers) if offer.mitra is mitra), None)


@dataclass(eq=False, repr=False)
class Offer:
    """A search shown to one mitra."""

    search: Search
    mitra: Mitra
    sent_at: datetime
    status: str = "offered"
    seen_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(eq=False, repr=False)
class Failure(Entity):
    """A confirmed payment that came to nothing, and what an operator decided on its money."""

    payment: Payment
    search: Search | None
    target: Mitra | None
    cause_tag: str
    refund_due: bool
    note: str | None
    created_at: datetime
    superseded_at: datetime | None = None
    operator_action: str | None = None
    action_note: str | None = None
    actioned_by: str | None = None
    actioned_at: datetime | None = None
    decision_seen_at: datetime | None = None


@dataclass(frozen=True)
class Message:
    """A message of a chat."""

    chat: "Chat" = field(repr=False)
    seq: int
    sender: Role
    client_message_id: str
    body: str
    sent_at: datetime


@dataclass(eq=False, repr=False)
class Chat(Entity):
    """Two people talk until the time is up. There is no deadline while an extension waits for its answer."""

    payment: Payment
    search: Search
    customer: Customer
    mitra: Mitra
    started_at: datetime
    ends_at: datetime
    warnings: list[datetime] = field(default_factory=list)
    deadline_at: datetime | None = None
    status: str = "active"
    ended_at: datetime | None = None
    end_reason: str | None = None
    end_note: str | None = None
    messages: list[Message] = field(default_factory=list)
    read: dict[Role, int] = field(default_factory=lambda: {"customer": 0, "mitra": 0})

    def person(self, role: Role) -> Customer | Mitra:
        """The person with this role."""
        return self.customer if role == "customer" else self.mitra


@dataclass(eq=False, repr=False)
class Extension(Entity):
    """More minutes asked for in a running chat."""

    payment: Payment
    chat: Chat
    requested_at: datetime
    deadline_at: datetime
    status: str = "requested"
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Wait:
    """A deadline that will fire."""

    kind: str
    thing: Payment | Search | Extension | Chat | Mitra
    due_at: datetime

    @classmethod
    def on(
        cls, kind: str, thing: Payment | Search | Extension | Chat | Mitra, due_at: datetime | None
    ) -> list[Self]:
        """The wait until this moment, if there is one."""
        return [] if due_at is None else [cls(kind, thing, due_at)]
