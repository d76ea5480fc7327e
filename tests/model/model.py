"""The product as plain Python: what is promised, without locks, events or tables.

Written from the product's documents and docs/decisions.md, never from sql/: where the two disagree, one of them is
wrong. An operation is named after the function that does it, changes the model and returns what it came to; or it
raises the `Refusal` that its caller gets, and has changed nothing. None stands for somebody or something that does
not exist. Time stands still until `now` is set, and nothing happens by itself before `fire_due`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

from tests.model.entities import (
    Chat,
    Customer,
    Extension,
    Failure,
    Message,
    Mitra,
    Offer,
    Payment,
    Role,
    Search,
    Tier,
    Wait,
)

STATUS_OF = {
    400: (
        "free_trial_not_for_extension",
        "invalid_action",
        "invalid_cause_tag",
        "invalid_message",
        "invalid_setting",
        "target_not_allowed",
        "unknown_tier",
        "who_is_missing",
    ),
    403: ("mitra_not_known", "offer_not_yours"),
    404: (
        "chat_session_not_found",
        "customer_not_found",
        "extension_not_found",
        "failure_not_found",
        "mitra_not_found",
        "payment_session_not_found",
        "request_not_found",
        "unknown_setting",
    ),
    410: ("extension_expired", "payment_session_expired", "request_expired"),
}
"""The HTTP status of every refusal that is no 409."""

CAUSE_TAGS = (
    "no_mitra_available",
    "all_mitras_rejected",
    "targeted_mitra_offline",
    "targeted_mitra_rejected",
    "targeted_mitra_timeout",
    "payment_session_expired",
    "customer_cancelled",
)
FALLBACK_AFTER = ("targeted_mitra_offline", "targeted_mitra_rejected", "targeted_mitra_timeout")
OPERATOR_ACTIONS = ("refunded", "credited", "no_action")
ENDING_SOON = (timedelta(minutes=5), timedelta(minutes=1))

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
BOUNDS = {
    "payment_session_timeout_minutes": (1, 1440),
    "pairing_blast_timeout_seconds": (5, 600),
    "returning_chat_confirmation_timeout_seconds": (5, 300),
    "extension_timeout_seconds": (5, 300),
    "max_customers_per_mitra": (1, 50),
    "presence_ttl_seconds": (30, 600),
    "auto_offline_after_missed_offers": (0, 100),
}
CHOICES = {"extension_default_action_on_timeout": ("auto_approve", "auto_reject")}

Result = TypeVar("Result")


class Refusal(Exception):  # noqa: N818 - not an error: an answer
    """Nothing has changed, and this is why."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug
        self.status = next((status for status, slugs in STATUS_OF.items() if slug in slugs), 409)


@dataclass(frozen=True)
class Started:
    """A search that runs, and whether it did before."""

    search: Search
    already_running: bool


@dataclass
class Kept:
    """What was answered to an idempotency key: whoever asks the same again gets the same answer."""

    request: tuple[object, ...]
    reply: Any = None


def refuse(slug: str) -> NoReturn:
    """Refuse."""
    raise Refusal(slug)


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

    # ---- What there is -----------------------------------------------------------------------------------

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

    def running_search_of(self, customer: Customer) -> Search | None:
        """The one search that a customer may have running."""
        return next((s for s in self._running_searches() if s.payment.customer is customer), None)

    def active_chat_of(self, customer: Customer) -> Chat | None:
        """The one chat that a customer may be in."""
        return next((c for c in self.chats if c.customer is customer and c.status == "active"), None)

    def active_chats_with(self, mitra: Mitra) -> list[Chat]:
        """The chats that a mitra is in."""
        return [chat for chat in self.chats if chat.mitra is mitra and chat.status == "active"]

    def presence(self, mitra: Mitra) -> str:
        """Online, unreachable (declared online, the lease is over) or offline."""
        if not mitra.declared_online:
            return "offline"
        if mitra.reachable_until is not None and mitra.reachable_until > self.now:
            return "online"
        return "unreachable"

    def has_free_trial(self, customer: Customer) -> bool:
        """Whether the one free trial is still to be had: a trial that failed is not used up."""
        return not any(
            payment.customer is customer
            and payment.is_free_trial
            and payment.status in {"confirmed", "consumed"}
            for payment in self.payments
        )

    def fallback_offered(self, failure: Failure) -> bool:
        """Whether "Chat dengan bestie lain" is to be had for it."""
        return (
            not failure.payment.is_extension
            and failure.cause_tag in FALLBACK_AFTER
            and failure.superseded_at is None
            and failure.operator_action is None
            and failure.payment.expires_at > self.now
        )

    def can_chat_again(self, chat: Chat) -> bool:
        """Whether the customer of a chat could ask its mitra again now."""
        in_chat = any(other.customer is chat.customer for other in self.active_chats_with(chat.mitra))
        return self.presence(chat.mitra) == "online" and (in_chat or self._has_room(chat.mitra))

    def number(self, key: str) -> int:
        """A setting that is a number."""
        return int(self.settings[key])

    def seconds(self, key: str) -> timedelta:
        """A setting that is in seconds."""
        return timedelta(seconds=self.number(key))

    # ---- Payment -----------------------------------------------------------------------------------------

    def pricing(self, customer: Customer, is_extension: bool) -> list[tuple[Tier, int, bool]]:
        """Every tier to choose from with what it costs this customer, and whether it is the free trial."""
        tiers = sorted((t for t in self.tiers if t.for_extension == is_extension), key=lambda t: t.minutes)
        trial = None if is_extension or not self.has_free_trial(customer) else tiers[0]
        return [(tier, 0 if tier is trial else tier.amount, tier is trial) for tier in tiers]

    def create_payment_session(
        self,
        customer: Customer | None,
        minutes: int,
        *,
        tier_id: str | None,
        names_a_target: bool,
        target: Mitra | None,
        is_extension: bool,
        key: str | None,
    ) -> Payment | Kept:
        """A customer chooses some minutes; an older choice that was not paid is given up."""

        def create() -> Payment:
            if customer is None:
                refuse("customer_not_found")
            if names_a_target and is_extension:
                refuse("target_not_allowed")
            if names_a_target and target is None:
                refuse("mitra_not_found")
            chosen = [
                (tier, amount, is_free_trial)
                for tier, amount, is_free_trial in self.pricing(customer, is_extension)
                if tier.minutes == minutes and tier_id in {None, tier.id}
            ]
            if not chosen:
                refuse("unknown_tier")
            for older in self.payments:
                if (older.customer, older.is_extension, older.status) == (customer, is_extension, "pending"):
                    older.status = "abandoned"
            ((tier, amount, is_free_trial),) = chosen
            payment = Payment(
                customer=customer,
                tier=tier,
                amount=amount,
                is_free_trial=is_free_trial,
                target=target,
                created_at=self.now,
                expires_at=self.now + timedelta(minutes=self.number("payment_session_timeout_minutes")),
            )
            self.payments.append(payment)
            return payment

        return self._once(customer, key, create, "create", minutes, tier_id, target, is_extension)

    def confirm_payment_session(
        self, payment: Payment | None, customer: Customer | None, key: str | None
    ) -> Payment | Kept:
        """The customer has paid: a first chat is charged now. Twice is once."""

        def confirm() -> Payment:
            own = self._own_payment(payment, customer)
            if own.status != "confirmed":
                self._check_status(own, "pending")
                self._confirm(own)
            return own

        return self._once(customer, key, confirm, "confirm", payment)

    def cancel_payment_session(self, payment: Payment | None, customer: Customer | None) -> Payment:
        """The customer leaves before paying. Twice is once."""
        own = self._own_payment(payment, customer)
        if own.status != "abandoned":
            self._check_status(own, "pending")
            own.status = "abandoned"
        return own

    def get_payment_session(self, payment: Payment | None, customer: Customer | None) -> Payment:
        """A customer's own payment."""
        return self._own_payment(payment, customer)

    def _own_payment(self, payment: Payment | None, customer: Customer | None) -> Payment:
        if payment is None or payment.customer is not customer:
            refuse("payment_session_not_found")
        return payment

    def _check_status(self, payment: Payment, wanted: str) -> None:
        """Go on with a payment that is in the wanted status and whose time is not over."""
        time_is_over = payment.status in {"pending", wanted} and payment.expires_at <= self.now
        if payment.status == "expired" or time_is_over:
            refuse("payment_session_expired")
        if payment.status != wanted:
            refuse(
                {
                    "pending": "payment_not_confirmed",
                    "confirmed": "payment_already_confirmed",
                    "consumed": "payment_session_consumed",
                    "failed_pairing": "payment_session_failed",
                    "abandoned": "payment_session_abandoned",
                }[payment.status]
            )

    def _confirm(self, payment: Payment) -> None:
        self._check_trial(payment)
        payment.status = "confirmed"
        payment.confirmed_at = payment.confirmed_at or self.now
        if payment.amount > 0 and not payment.is_extension:
            payment.charged_at = payment.charged_at or self.now

    def _check_trial(self, payment: Payment) -> None:
        if payment.is_free_trial and not self.has_free_trial(payment.customer):
            refuse("free_trial_already_used")

    def _consume(self, payment: Payment) -> None:
        payment.status = "consumed"
        payment.consumed_at = self.now
        if payment.amount > 0 and payment.is_extension:
            payment.charged_at = self.now

    def _fail(
        self,
        payment: Payment,
        cause_tag: str,
        search: Search | None = None,
        note: str | None = None,
        asked_for_more: Mitra | None = None,
    ) -> Failure:
        """A confirmed payment came to nothing: money is due back if it was taken."""
        payment.status = "failed_pairing"
        failure = Failure(
            payment=payment,
            search=search,
            target=(search.target if search else None) or payment.target or asked_for_more,
            cause_tag=cause_tag,
            refund_due=payment.charged_at is not None,
            note=note,
            created_at=self.now,
        )
        payment.failures.append(failure)
        return failure

    # ---- Search ------------------------------------------------------------------------------------------

    def start_general_request(
        self, customer: Customer | None, payment: Payment | None, key: str | None
    ) -> Started | Kept:
        """A blast to everybody who is there. The same payment again gives the search that runs."""

        def start() -> Started:
            own = self._own_payment(payment, customer)
            if own.running_search:
                return Started(own.running_search, already_running=True)
            self._check_may_search(own)
            self._check_one_at_a_time(own, None)
            return Started(self._blast(own), already_running=False)

        return self._once(customer, key, start, "general", payment)

    def start_returning_request(
        self, customer: Customer | None, payment: Payment | None, mitra: Mitra | None, key: str | None
    ) -> Started | Failure | Kept:
        """ "Curhat lagi": one mitra is asked; if they cannot be had it fails at once, and that is recorded."""

        def start() -> Started | Failure:
            own = self._own_payment(payment, customer)
            if own.running_search:
                return Started(own.running_search, already_running=True)
            self._check_may_search(own)
            if own.target and own.target is not mitra:
                refuse("targeted_mitra_mismatch")
            if mitra is None:
                refuse("mitra_not_found")
            if not any(chat.customer is own.customer and chat.mitra is mitra for chat in self.chats):
                refuse("mitra_not_known")
            self._check_one_at_a_time(own, mitra)
            return self._ask_again(own, mitra)

        return self._once(customer, key, start, "returning", payment, mitra)

    def fallback_to_blast(
        self, customer: Customer | None, payment: Payment | None, key: str | None
    ) -> Started | Kept:
        """ "Chat dengan bestie lain": the payment lives on, its failure does not. No new charge."""

        def fall_back() -> Started:
            own = self._own_payment(payment, customer)
            if own.running_search and own.running_search.target is None:
                return Started(own.running_search, already_running=True)
            self._check_status(own, "failed_pairing")
            failure = own.open_failure
            assert failure is not None
            if failure.operator_action:
                refuse("failure_already_actioned")
            if not self.fallback_offered(failure):
                refuse("fallback_not_offered")
            self._check_trial(own)
            self._check_one_at_a_time(own, None)
            failure.superseded_at = self.now
            self._confirm(own)
            return Started(self._blast(own), already_running=False)

        return self._once(customer, key, fall_back, "fallback", payment)

    def cancel_request(self, customer: Customer | None, payment: Payment | None) -> Payment:
        """The customer gives up the search, or a confirmed payment before any. Twice is once."""
        own = self._own_payment(payment, customer)
        search, failure = own.running_search, own.open_failure
        if own.status == "failed_pairing" and failure and failure.cause_tag == "customer_cancelled":
            return own
        self._check_may_search(own)
        if search:
            self._close_search(search, "cancelled", "withdrawn")
        self._fail(own, "customer_cancelled", search)
        return own

    def _check_may_search(self, payment: Payment) -> None:
        if payment.is_extension:
            refuse("payment_is_for_extension")
        self._check_status(payment, "confirmed")

    def _check_one_at_a_time(self, payment: Payment, target: Mitra | None) -> None:
        """One search and one chat for each customer; a chat goes on only with the one who is in it."""
        if self.running_search_of(payment.customer):
            refuse("search_already_running")
        chat = self.active_chat_of(payment.customer)
        if chat and chat.mitra is not target:
            refuse("chat_already_active")
        if chat and self._pending_extension(chat):
            refuse("extension_pending")

    def _blast(self, payment: Payment) -> Search:
        search = self._new_search(payment, None, "pairing_blast_timeout_seconds")
        for mitra in sorted(self.mitras, key=lambda m: (m.idle_since, m.id)):
            if self.presence(mitra) == "online" and self._has_room(mitra):
                self._offer(search, mitra)
        return search

    def _ask_again(self, payment: Payment, mitra: Mitra) -> Started | Failure:
        search = self._new_search(payment, mitra, "returning_chat_confirmation_timeout_seconds")
        in_chat = any(chat.customer is payment.customer for chat in self.active_chats_with(mitra))
        if self.presence(mitra) != "online" or not (in_chat or self._has_room(mitra)):
            return self._fail_search(search, "targeted_mitra_offline")
        self._offer(search, mitra)
        return Started(search, already_running=False)

    def _new_search(self, payment: Payment, target: Mitra | None, window: str) -> Search:
        search = Search(
            payment=payment,
            target=target,
            created_at=self.now,
            deadline_at=self.now + self.seconds(window),
        )
        payment.searches.append(search)
        return search

    def _running_searches(self) -> Iterator[Search]:
        for payment in self.payments:
            if payment.running_search:
                yield payment.running_search

    def _close_search(self, search: Search, status: str, offers: str) -> None:
        """A search is over, and with it every offer that is still open."""
        closed = search.open_offers
        for offer in closed:
            self._close_offer(offer, offers)
        search.status = status
        search.closed_at = self.now
        if offers == "auto_rejected":
            for offer in closed:
                self._note_missed(offer.mitra)

    def _fail_search(self, search: Search, cause_tag: str, note: str | None = None) -> Failure:
        """A search came to nothing. Who was silent until its window was over has missed it."""
        missed = (
            cause_tag in {"no_mitra_available", "targeted_mitra_timeout"} and search.deadline_at <= self.now
        )
        self._close_search(search, "failed", "auto_rejected" if missed else "withdrawn")
        return self._fail(search.payment, cause_tag, search, note)

    # ---- Offers ------------------------------------------------------------------------------------------

    def mark_offer_seen(self, search: Search | None, mitra: Mitra | None) -> Search:
        """The mitra's app has shown it. The first time counts."""
        if search is None:
            refuse("request_not_found")
        offer = search.latest_offer(mitra)
        if offer is None:
            refuse("offer_not_yours")
        if offer.status == "offered":
            offer.seen_at = offer.seen_at or self.now
        return search

    def accept_request(self, search: Search | None, mitra: Mitra | None) -> Chat:
        """A mitra takes it: the payment is consumed, the chat begins. Twice is once."""
        offer = self._own_offer(search, mitra)
        search = offer.search
        if offer.status == "accepted":
            return search.payment.chats[0]
        self._check_open(offer)
        if not offer.mitra.declared_online:
            refuse("mitra_offline")
        customer = search.payment.customer
        running = [chat for chat in self.active_chats_with(offer.mitra) if chat.customer is customer]
        if not running and not self._has_room(offer.mitra):
            refuse("mitra_at_capacity")

        self._close_offer(offer, "accepted")
        self._close_search(search, "matched", "withdrawn")
        self._consume(search.payment)
        return self._start_chat(search, offer.mitra, running)

    def decline_request(self, search: Search | None, mitra: Mitra | None) -> Search:
        """A mitra says no; the last one to say it fails the search. Twice is once."""
        offer = self._own_offer(search, mitra)
        if offer.status != "declined":
            self._check_open(offer)
            self._close_offer(offer, "declined")
            self._fail_if_hopeless(offer.search)
        return offer.search

    def _own_offer(self, search: Search | None, mitra: Mitra | None) -> Offer:
        if search is None:
            refuse("request_not_found")
        offer = search.latest_offer(mitra)
        if offer is None:
            refuse("offer_not_yours")
        return offer

    def _check_open(self, offer: Offer) -> None:
        """Who comes too late learns why: taken, cancelled, their own no, time over, or withdrawn before that."""
        search = offer.search
        if search.status == "matched":
            refuse("request_already_taken")
        if search.status == "cancelled":
            refuse("request_cancelled")
        if offer.status == "declined":
            refuse("request_already_declined")
        if min(search.deadline_at, search.payment.expires_at) <= self.now:
            refuse("request_expired")
        if offer.status != "offered":
            refuse("request_withdrawn")

    def _offer(self, search: Search, mitra: Mitra) -> None:
        offer = Offer(search=search, mitra=mitra, sent_at=self.now)
        search.offers.append(offer)
        mitra.offers.append(offer)

    def _close_offer(self, offer: Offer, status: str) -> None:
        offer.status = status
        offer.closed_at = self.now

    def _fail_if_hopeless(self, search: Search) -> None:
        """Nobody is left who could say yes, and somebody has said no; or the one who was asked is gone."""
        declined = any(offer.status == "declined" for offer in search.offers)
        if search.open_offers:
            return
        if search.target:
            self._fail_search(search, "targeted_mitra_rejected" if declined else "targeted_mitra_offline")
        elif declined:
            self._fail_search(search, "all_mitras_rejected")

    def _has_room(self, mitra: Mitra) -> bool:
        return len(self.active_chats_with(mitra)) < self.number("max_customers_per_mitra")

    def _bring_offers_in_line(self, mitra: Mitra) -> None:
        """Who is free has every running blast but what they declined; who is full or gone has none."""
        mitra.offers_due_at = None
        reachable = self.presence(mitra) == "online"
        if reachable and self._has_room(mitra):
            for search in sorted(self._running_searches(), key=lambda s: s.created_at):
                over = min(search.deadline_at, search.payment.expires_at) <= self.now
                had = {offer.status for offer in search.offers if offer.mitra is mitra}
                if search.target is None and not over and not had & {"offered", "declined"}:
                    self._offer(search, mitra)
            return
        for offer in [offer for offer in mitra.offers if offer.status == "offered"]:
            if offer.search.target is None or not reachable:
                self._close_offer(offer, "withdrawn")
                self._fail_if_hopeless(offer.search)

    def _note_missed(self, mitra: Mitra) -> None:
        """Too many missed in a row since they came online take a mitra offline."""
        limit = self.number("auto_offline_after_missed_offers")
        answered = [
            offer.status
            for offer in mitra.offers
            if offer.sent_at >= mitra.status_changed_at
            and offer.status in {"accepted", "declined", "auto_rejected"}
        ]
        if limit and answered[-limit:] == ["auto_rejected"] * limit and mitra.declared_online:
            missed = f"{limit} missed offers in a row"
            self._set_presence(mitra, False, None, ("system", missed))

    # ---- Presence ----------------------------------------------------------------------------------------

    def set_mitra_status(self, mitra: Mitra | None, online: bool) -> Mitra:
        """The mitra's own switch; online grants a lease."""
        if mitra is None:
            refuse("mitra_not_found")
        self._set_presence(mitra, online, self.now + self.seconds("presence_ttl_seconds") if online else None)
        return mitra

    def renew_leases(self, mitras: Iterable[Mitra]) -> int:
        """Their sockets are open: leases move on, and one that had lapsed is a return. How many."""
        until = self.now + self.seconds("presence_ttl_seconds")
        declared = [mitra for mitra in mitras if mitra.declared_online]
        for mitra in declared:
            self._set_presence(mitra, True, max(until, mitra.reachable_until or until))
        return len(declared)

    def release_lease(self, mitra: Mitra | None) -> Mitra | None:
        """Their app was closed: a lease that runs ends in five seconds at most, and nothing is approved for them."""
        if mitra is not None and mitra.reachable_until:
            mitra.app_closed = True
            mitra.reachable_until = min(mitra.reachable_until, self.now + timedelta(seconds=5))
        return mitra

    def _set_presence(
        self,
        mitra: Mitra,
        online: bool,
        lease: datetime | None,
        by_another: tuple[str, str | None] | None = None,
    ) -> None:
        """A lease that ran out unnoticed was never broken; but searches may have passed the mitra by."""
        was = "online" if mitra.reachable_until else self.presence(mitra)
        had_run_out = mitra.reachable_until is not None and mitra.reachable_until <= self.now
        mitra.declared_online = online
        mitra.reachable_until = lease
        mitra.app_closed = False
        if self.presence(mitra) != was:
            mitra.status_changed_at = self.now
            mitra.set_offline = by_another
            if self.presence(mitra) == "online":
                mitra.idle_since = self.now
            self._bring_offers_in_line(mitra)
        elif had_run_out:
            mitra.offers_due_at = self.now

    # ---- Chat --------------------------------------------------------------------------------------------

    def send_message(
        self,
        chat: Chat | None,
        role: Role,
        person: Customer | Mitra | None,
        client_message_id: str,
        body: str,
    ) -> Message:
        """One of the two says something; the same client_message_id gives the same message."""
        own = self._own_chat(chat, role, person)
        for message in own.messages:
            if (message.sender, message.client_message_id) == (role, client_message_id):
                return message
        if not body.strip() or len(body) > 4000:
            refuse("invalid_message")
        self._check_running(own)
        message = Message(own, len(own.messages) + 1, role, client_message_id, body, self.now)
        own.messages.append(message)
        return message

    def mark_read(self, chat: Chat | None, role: Role, person: Customer | Mitra | None, seq: int) -> Chat:
        """Reading goes forward only, and never beyond what was said."""
        own = self._own_chat(chat, role, person)
        own.read[role] = max(own.read[role], min(seq, len(own.messages)))
        return own

    def end_chat(self, chat: Chat | None, role: Role, person: Customer | Mitra | None) -> Chat:
        """One of the two ends it; a pending extension comes to nothing. Twice is once."""
        own = self._own_chat(chat, role, person)
        self._end_by_hand(own, f"ended_by_{role}")
        return own

    def get_chat_session(self, chat: Chat | None, role: Role, person: Customer | Mitra | None) -> Chat:
        """A chat of one's own."""
        return self._own_chat(chat, role, person)

    def list_messages(
        self, chat: Chat | None, role: Role, person: Customer | Mitra | None, after_seq: int
    ) -> list[Message]:
        """What was said after this."""
        return [m for m in self._own_chat(chat, role, person).messages if m.seq > after_seq]

    def _own_chat(self, chat: Chat | None, role: Role, person: Customer | Mitra | None) -> Chat:
        if chat is None or chat.person(role) is not person:
            refuse("chat_session_not_found")
        return chat

    def _check_running(self, chat: Chat) -> None:
        """While an extension is pending the chat goes on beyond its end."""
        time_is_up = chat.ends_at <= self.now and not self._pending_extension(chat)
        if chat.status == "ended" or time_is_up:
            refuse("chat_ended")

    def _start_chat(self, search: Search, mitra: Mitra, running: Sequence[Chat]) -> Chat:
        """A chat that runs between the two ends as continued; its minutes left are added."""
        payment = search.payment
        ends_at = self.now + timedelta(minutes=payment.tier.minutes)
        for earlier in running:
            ends_at += max(earlier.ends_at - self.now, timedelta())
            self._close_chat(earlier, "continued")
        chat = Chat(
            payment=payment,
            search=search,
            customer=payment.customer,
            mitra=mitra,
            started_at=self.now,
            ends_at=ends_at,
        )
        self._set_end(chat, ends_at)
        payment.chats.append(chat)
        if not self._has_room(mitra):
            mitra.offers_due_at = self.now
        return chat

    def _set_end(self, chat: Chat, ends_at: datetime) -> None:
        chat.ends_at = ends_at
        chat.warnings = [ends_at - before for before in ENDING_SOON if ends_at - before > self.now]
        self._resume(chat)

    def _warn(self, chat: Chat) -> None:
        """Whatever warning is due is given; the later ones are still to come."""
        chat.warnings = [at for at in chat.warnings if at > self.now]

    def _resume(self, chat: Chat) -> None:
        """The chat has its own deadline: a warning that it still owes, or its end."""
        chat.deadline_at = max(min([*chat.warnings, chat.ends_at]), self.now)

    def _end_by_hand(self, chat: Chat, reason: str, note: str | None = None) -> None:
        if chat.status == "ended":
            return
        pending = self._pending_extension(chat)
        if pending:
            cause = "targeted_mitra_rejected" if reason == "ended_by_mitra" else "customer_cancelled"
            self._deny(pending, "withdrawn", cause)
        self._close_chat(chat, reason, note)
        self._free_a_place(chat.mitra)

    def _close_chat(self, chat: Chat, reason: str, note: str | None = None) -> None:
        chat.status = "ended"
        chat.ended_at = self.now
        chat.end_reason = reason
        chat.end_note = note
        chat.deadline_at = None

    def _free_a_place(self, mitra: Mitra) -> None:
        mitra.idle_since = self.now
        mitra.offers_due_at = self.now

    # ---- Extension ---------------------------------------------------------------------------------------

    def request_extension(
        self, chat: Chat | None, customer: Customer | None, payment: Payment | None, key: str | None
    ) -> Extension | Kept:
        """More minutes: the chat does not end while the mitra is asked. The same payment again is the same."""

        def request() -> Extension:
            own = self._own_payment(payment, customer)
            in_chat = self._own_chat(chat, "customer", customer)
            pending = own.pending_extension
            if pending and pending.chat is in_chat:
                return pending
            if own.is_free_trial:
                refuse("free_trial_not_for_extension")
            if not own.is_extension:
                refuse("payment_not_for_extension")
            self._check_status(own, "confirmed")
            self._check_running(in_chat)
            if self._pending_extension(in_chat):
                refuse("extension_already_pending")
            if self.running_search_of(in_chat.customer):
                refuse("search_already_running")
            extension = Extension(
                payment=own,
                chat=in_chat,
                requested_at=self.now,
                deadline_at=self.now + self.seconds("extension_timeout_seconds"),
            )
            own.extensions.append(extension)
            self._warn(in_chat)
            in_chat.deadline_at = None
            return extension

        return self._once(customer, key, request, "extension", chat, payment)

    def approve_extension(self, extension: Extension | None, mitra: Mitra | None) -> Extension:
        """The mitra agrees: charged now. Twice is once."""
        own = self._own_extension(extension, mitra)
        if own.status != "approved":
            self._check_extension_open(own)
            self._grant(own, "approved")
        return own

    def reject_extension(self, extension: Extension | None, mitra: Mitra | None) -> Extension:
        """The mitra says no: nothing is charged. Twice is once."""
        own = self._own_extension(extension, mitra)
        if own.status != "rejected":
            self._check_extension_open(own)
            self._deny(own, "rejected", "targeted_mitra_rejected")
        return own

    def _pending_extension(self, chat: Chat) -> Extension | None:
        return next((e for e in self.extensions if e.chat is chat and e.status == "requested"), None)

    def _own_extension(self, extension: Extension | None, mitra: Mitra | None) -> Extension:
        if extension is None or extension.chat.mitra is not mitra:
            refuse("extension_not_found")
        return extension

    def _check_extension_open(self, extension: Extension) -> None:
        """An answer counts in its time only, and only while the payment has not run out."""
        time_is_over = min(extension.deadline_at, extension.payment.expires_at) <= self.now
        if extension.status == "withdrawn":
            refuse("extension_withdrawn")
        if extension.status in {"auto_approved", "auto_rejected"}:
            refuse("extension_expired")
        if extension.status != "requested":
            refuse("extension_already_answered")
        if time_is_over:
            refuse("extension_expired")

    def _grant(self, extension: Extension, status: str) -> None:
        """Charged at approval; the end moves on from the later of now and the old end."""
        extension.status = status
        extension.closed_at = self.now
        self._consume(extension.payment)
        chat = extension.chat
        self._set_end(chat, max(chat.ends_at, self.now) + timedelta(minutes=extension.payment.tier.minutes))

    def _deny(self, extension: Extension, status: str, cause_tag: str, note: str | None = None) -> Failure:
        """Not charged; the chat goes on to the end that it had, and gives the warning that it owes."""
        extension.status = status
        extension.closed_at = self.now
        self._resume(extension.chat)
        return self._fail(extension.payment, cause_tag, note=note, asked_for_more=extension.chat.mitra)

    # ---- Operators ---------------------------------------------------------------------------------------

    def set_config(self, key: str, value: str | None, who: str) -> str:
        """A setting that fits its type and bounds holds at once: a new capacity fills and frees mitras."""
        self._check_who(who)
        if key not in self.settings:
            refuse("unknown_setting")
        if not self._fits(key, value):
            refuse("invalid_setting")
        assert value is not None
        if key == "max_customers_per_mitra" and value != self.settings[key]:
            for mitra in self.mitras:
                if mitra.reachable_until and not mitra.offers_owed_at:
                    mitra.offers_owed_at = self.now
        self.settings[key] = value
        return value

    def end_chat_by_operator(self, chat: Chat | None, who: str, note: str | None) -> Chat:
        """`ops.end_chat`: as if the customer had ended it."""
        self._check_who(who)
        if chat is None:
            refuse("chat_session_not_found")
        self._end_by_hand(chat, "ended_by_operator", note)
        return chat

    def force_mitra_offline(self, mitra: Mitra | None, who: str, note: str) -> Mitra:
        """As if the mitra had switched themselves off, but that they are told why."""
        self._check_who(who)
        if mitra is None:
            refuse("mitra_not_found")
        self._set_presence(mitra, False, None, ("operator", note))
        return mitra

    def see_decision(self, payment: Payment | None, customer: Customer | None) -> Failure:
        """The customer has seen what was decided; twice is once."""
        failure = self._own_payment(payment, customer).open_failure
        if failure is None or not failure.refund_due or failure.operator_action is None:
            refuse("money_not_decided")
        failure.decision_seen_at = failure.decision_seen_at or self.now
        return failure

    def action_failure(self, failure: Failure | None, action: str, who: str, note: str | None) -> Failure:
        """What becomes of the money, decided once and only where it was taken; the same again is no harm."""
        self._check_who(who)
        if action not in OPERATOR_ACTIONS:
            refuse("invalid_action")
        if failure is None:
            refuse("failure_not_found")
        if (failure.operator_action, failure.actioned_by) == (action, who):
            return failure
        if failure.superseded_at:
            refuse("failure_superseded")
        if failure.operator_action:
            refuse("failure_already_actioned")
        if action != "no_action" and not failure.refund_due:
            refuse("nothing_to_refund")
        failure.operator_action = action
        failure.action_note = note
        failure.actioned_by = who
        failure.actioned_at = self.now
        return failure

    def fail_payment(self, payment: Payment | None, cause_tag: str, who: str, note: str | None) -> Failure:
        """A confirmed payment is ended by hand, with whatever runs on it."""
        self._check_who(who)
        if cause_tag not in CAUSE_TAGS:
            refuse("invalid_cause_tag")
        if payment is None:
            refuse("payment_session_not_found")
        if payment.status != "confirmed":
            self._check_status(payment, "confirmed")
        if payment.running_search:
            return self._fail_search(payment.running_search, cause_tag, note)
        if payment.pending_extension:
            return self._deny(payment.pending_extension, "withdrawn", cause_tag, note)
        return self._fail(payment, cause_tag, note=note)

    def _check_who(self, who: str) -> None:
        if not who.strip():
            refuse("who_is_missing")

    def _fits(self, key: str, value: str | None) -> bool:
        if value is None:
            return False
        if key in CHOICES:
            return value in CHOICES[key]
        low, high = BOUNDS[key]
        return value.removeprefix("-").isdecimal() and low <= int(value) <= high

    # ---- Deadlines ---------------------------------------------------------------------------------------

    def waits(self) -> list[Wait]:
        """Everything that will happen by itself, the next first."""
        waits = [
            *(wait for payment in self.payments for wait in self._waits_of(payment)),
            *(wait for chat in self.chats for wait in Wait.on("chat_session", chat, chat.deadline_at)),
            *(wait for mitra in self.mitras for wait in Wait.on("mitra_lease", mitra, mitra.reachable_until)),
            *(wait for mitra in self.mitras for wait in Wait.on("mitra_offers", mitra, mitra.offers_due_at)),
            *(wait for mitra in self.mitras for wait in Wait.on("offers_owed", mitra, mitra.offers_owed_at)),
        ]
        return sorted(waits, key=lambda wait: wait.due_at)

    def _waits_of(self, payment: Payment) -> Iterator[Wait]:
        search, extension = payment.running_search, payment.pending_extension
        if payment.status in {"pending", "confirmed"}:
            yield Wait("payment_session", payment, payment.expires_at)
        if search:
            yield Wait("pairing_request", search, search.deadline_at)
        if extension:
            yield Wait("extension", extension, extension.deadline_at)

    def fire_due(self) -> int:
        """What is due happens, the most overdue first; what that makes due is for the next call. How many."""
        due = [wait for wait in self.waits() if wait.due_at <= self.now]
        fired = sum(self._fire(wait) for wait in due)
        self.staffed = any(self.presence(mitra) == "online" for mitra in self.mitras)
        return fired

    def _fire(self, wait: Wait) -> bool:
        """One deadline; False when something before it has settled it."""
        still = [w for w in self.waits() if (w.kind, w.thing) == (wait.kind, wait.thing)]
        if not any(w.due_at <= self.now for w in still):
            return False
        match wait.thing:
            case Payment():
                self._expire_payment(wait.thing)
            case Search():
                self._expire_search(wait.thing)
            case Extension():
                self._answer_for_the_mitra(wait.thing)
            case Chat() if wait.thing.ends_at <= self.now:
                self._end_by_hand(wait.thing, "time_up")
            case Chat():
                self._warn(wait.thing)
                self._resume(wait.thing)
            case Mitra() if wait.kind == "mitra_lease":
                self._set_presence(wait.thing, True, None)
            case Mitra():
                if wait.kind == "offers_owed":
                    wait.thing.offers_owed_at = None
                self._bring_offers_in_line(wait.thing)
        return True

    def _expire_payment(self, payment: Payment) -> None:
        if payment.status == "pending":
            payment.status = "expired"
        elif payment.running_search:
            self._fail_search(payment.running_search, "payment_session_expired")
        elif payment.pending_extension:
            self._deny(payment.pending_extension, "withdrawn", "payment_session_expired")
        else:
            self._fail(payment, "payment_session_expired")

    def _expire_search(self, search: Search) -> None:
        if search.payment.expires_at <= search.deadline_at:
            self._fail_search(search, "payment_session_expired")
        elif search.target:
            self._fail_search(search, "targeted_mitra_timeout")
        else:
            self._fail_search(search, "no_mitra_available")

    def _answer_for_the_mitra(self, extension: Extension) -> None:
        """Nothing is charged on a payment that has run out, nor for a mitra who is not there."""
        if extension.payment.expires_at <= self.now:
            self._deny(extension, "withdrawn", "payment_session_expired")
        elif self.settings["extension_default_action_on_timeout"] == "auto_reject":
            self._deny(extension, "auto_rejected", "targeted_mitra_timeout")
        elif self.presence(extension.chat.mitra) == "online" and not extension.chat.mitra.app_closed:
            self._grant(extension, "auto_approved")
        else:
            self._deny(extension, "auto_rejected", "targeted_mitra_offline")

    # ---- Idempotency -------------------------------------------------------------------------------------

    def keep(self, customer: Customer | None, key: str, reply: object) -> None:
        """Remember what was answered to a key."""
        self._kept[customer, key].reply = reply

    def _once(
        self, customer: Customer | None, key: str | None, act: Callable[[], Result], *request: object
    ) -> Result | Kept:
        """The same key and request give the same reply; the same key with another request is refused."""
        if key is None:
            return act()
        kept = self._kept.get((customer, key))
        if kept and kept.request != request:
            refuse("idempotency_key_reused")
        if kept:
            return kept
        result = act()
        self._kept[customer, key] = Kept(request)
        return result
