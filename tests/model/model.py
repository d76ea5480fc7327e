"""The state of the product in plain Python, and what follows from it; no locks, events or tables.

The operations stand beside it, in a module for each area of sql/: an operation is named after its SQL function, changes
the model and returns the outcome, or raises the `Refusal` that the caller gets and changes nothing. Where they take an
entity, None stands for one that does not exist. They are written from docs/, never from sql/: where model and database
disagree, one of them is wrong. Time stands still until `now` is set, and no deadline fires before `fire_due`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NoReturn

from tests.model.entities import Chat, Customer, Extension, Failure, Mitra, Payment, Search, Tier

FALLBACK_AFTER = ("targeted_mitra_offline", "targeted_mitra_rejected", "targeted_mitra_timeout")

DEFAULTS = {
    "payment_session_timeout_minutes": "20",
    "pairing_blast_timeout_seconds": "60",
    "returning_chat_confirmation_timeout_seconds": "20",
    "extension_timeout_seconds": "10",
    "extension_default_action_on_timeout": "auto_approve",
    "max_customers_per_mitra": "3",
    "presence_ttl_seconds": "45",
    "auto_offline_after_missed_offers": "0",
}


class Refusal(Exception):  # noqa: N818 - not an error: an answer
    """Nothing has changed, and the slug says why."""


def refuse(slug: str) -> NoReturn:
    """Refuse."""
    raise Refusal(slug)


class Left(Enum):
    """An argument that the caller leaves out."""

    OUT = "left out"


@dataclass(frozen=True)
class Started:
    """A search that runs, and whether it ran before the call."""

    search: Search
    already_running: bool


@dataclass
class Kept:
    """The reply to an idempotency key: the same request gets it again."""

    request: tuple[object, ...]
    reply: Any = None


class Model:
    """Everybody, everything they did, and the clock."""

    def __init__(
        self, now: datetime, customers: Sequence[Customer], mitras: Sequence[Mitra], tiers: Sequence[Tier]
    ) -> None:
        self.now = now
        self.customers = customers
        self.mitras = mitras
        self.tiers = tiers
        self.settings = dict(DEFAULTS)
        self.payments: list[Payment] = []
        self.staffed = False
        self._kept: dict[tuple[Customer | None, str], Kept] = {}

    @property
    def searches(self) -> list[Search]:
        """All searches, payment by payment."""
        return [search for payment in self.payments for search in payment.searches]

    @property
    def failures(self) -> list[Failure]:
        """All failures, payment by payment."""
        return [failure for payment in self.payments for failure in payment.failures]

    @property
    def chats(self) -> list[Chat]:
        """All chats."""
        return [chat for payment in self.payments for chat in payment.chats]

    @property
    def extensions(self) -> list[Extension]:
        """All extensions."""
        return [extension for payment in self.payments for extension in payment.extensions]

    def running_searches(self) -> Iterator[Search]:
        """All searches that run."""
        return (payment.running_search for payment in self.payments if payment.running_search)

    def running_search_of(self, customer: Customer) -> Search | None:
        """The one search that a customer may have running."""
        return next((s for s in self.running_searches() if s.payment.customer is customer), None)

    def active_chat_of(self, customer: Customer) -> Chat | None:
        """The one chat that a customer may be in."""
        return next((c for c in self.chats if c.customer is customer and c.status == "active"), None)

    def active_chats_with(self, mitra: Mitra) -> list[Chat]:
        """The chats that a mitra is in."""
        return [chat for chat in self.chats if chat.mitra is mitra and chat.status == "active"]

    def pending_extension(self, chat: Chat) -> Extension | None:
        """The extension of this chat that waits for its answer."""
        return next((e for e in self.extensions if e.chat is chat and e.status == "requested"), None)

    def presence(self, mitra: Mitra) -> str:
        """Online, unreachable (declared online, the lease is over) or offline."""
        if not mitra.declared_online:
            return "offline"
        if mitra.reachable_until is not None and mitra.reachable_until > self.now:
            return "online"
        return "unreachable"

    def has_room(self, mitra: Mitra) -> bool:
        """Whether the mitra may begin another chat."""
        return len(self.active_chats_with(mitra)) < self.number("max_customers_per_mitra")

    def could_be_asked(self, mitra: Mitra, customer: Customer) -> bool:
        """Whether this customer could ask this mitra now: a chat of the two goes on without another place."""
        in_chat = any(chat.customer is customer for chat in self.active_chats_with(mitra))
        return self.presence(mitra) == "online" and (in_chat or self.has_room(mitra))

    def has_free_trial(self, customer: Customer) -> bool:
        """Whether the one free trial is still available: a trial that failed is not used up."""
        return not any(
            payment.customer is customer
            and payment.is_free_trial
            and payment.status in {"confirmed", "consumed"}
            for payment in self.payments
        )

    def fallback_offered(self, failure: Failure) -> bool:
        """Whether the customer may still choose "Chat dengan bestie lain" after it."""
        return (
            not failure.payment.is_extension
            and failure.cause_tag in FALLBACK_AFTER
            and failure.superseded_at is None
            and failure.operator_action is None
            and failure.payment.expires_at > self.now
        )

    def number(self, key: str) -> int:
        """A setting that is a number."""
        return int(self.settings[key])

    def seconds(self, key: str) -> timedelta:
        """A setting that is in seconds."""
        return timedelta(seconds=self.number(key))

    def once(
        self, customer: Customer | None, key: str, act: Callable[[], object], request: tuple[object, ...]
    ) -> object:
        """The outcome of an act, or what is kept of it. The same key with another request is refused."""
        kept = self._kept.get((customer, key))
        if kept and kept.request != request:
            refuse("idempotency_key_reused")
        if kept:
            return kept
        outcome = act()
        self._kept[customer, key] = Kept(request)
        return outcome

    def keep(self, customer: Customer | None, key: str, reply: object) -> None:
        """Remember the reply to a key."""
        self._kept[customer, key].reply = reply
