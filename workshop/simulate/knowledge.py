"""The state of one person's app, as an app would keep it, and the delivery faults that it reveals.

The exact meaning of "missed" and "doubled":
- A *fact* is known from a frame or from a snapshot. A snapshot includes REST calls that the app makes because the
  snapshot showed a change. Replies to the bot's own calls do not count, and REST is not called between snapshots. So
  a frame that is lost on an open socket is missed.
- Some *events* leave no trace in REST (an offer, "has read", "ends soon"). Such an event is known from its frame, or
  from a later snapshot, which shows its result.
- A snapshot on a new connection excuses events lost when the old one broke. It does not excuse an event that the old
  connection skipped: one that is overtaken by a much younger event stays missed.
- *Doubled* is an event id that arrives twice on one connection, a message (a `seq` of a chat) that arrives as two
  events, or a `client_message_id` that appears twice in a chat. The same event on a later connection is normal
  at-least-once delivery, and is dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Role = Literal["customer", "mitra"]
Json = dict[str, Any]
Fact = tuple[str, ...]

# Events of concurrent transactions may arrive out of order. No transaction takes this long.
OVERTAKEN_BY = timedelta(seconds=10)
FINAL = ("consumed", "failed_pairing", "abandoned", "expired")


def payment_fact(payment_id: str, status: str) -> Fact:
    return ("payment", payment_id, status)


def search_fact(request_id: str) -> Fact:
    return ("search", request_id)


def failure_fact(payment_id: str) -> Fact:
    return ("failed", payment_id)


def paired_fact(chat_id: str) -> Fact:
    return ("paired", chat_id)


def ended_fact(chat_id: str) -> Fact:
    return ("ended", chat_id)


def message_fact(chat_id: str, seq: int) -> Fact:
    return ("message", chat_id, str(seq))


def offer_fact(request_id: str) -> Fact:
    return ("offer", request_id)


def payment_facts(row: Json) -> set[Fact]:
    """Every fact that a payment's full row implies."""
    facts = {payment_fact(row["id"], "pending"), payment_fact(row["id"], row["status"])}
    if row["confirmed_at"] is not None:
        facts.add(payment_fact(row["id"], "confirmed"))
    if row["status"] == "failed_pairing":
        facts.add(failure_fact(row["id"]))
    return facts


@dataclass(slots=True)
class Chat:
    """A chat as its person sees it.

    `shown` maps each seq to its message, `seqs` each client_message_id to its seq; `last` is the newest message.
    """

    id: str
    payment_session_id: str = ""
    ended: bool = False
    shown: dict[int, Json] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)

    @property
    def last(self) -> Json | None:
        return self.shown[max(self.shown)] if self.shown else None

    def gap_before(self, seq: int) -> bool:
        """Whether a message up to `seq` has not been shown."""
        return any(number not in self.shown for number in range(1, seq + 1))


@dataclass(slots=True)
class Span:
    """Times of one connection by the server's clock: first and last snapshot, youngest event."""

    first: datetime
    last: datetime
    youngest: datetime


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an app fetches over REST after a snapshot, because it missed the events.

    `at` is the server's time of the snapshot. `payments` have ended, since the snapshot lacks them. `messages` maps a
    chat to the last seq to fetch (None: all, since the chat has ended).
    """

    at: datetime
    payments: list[str]
    messages: dict[str, int | None]


class Knowledge:
    """The facts and view of one person, updated by every frame of their socket in order."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.facts: set[Fact] = set()
        self.doubled: list[str] = []
        self.redelivered = 0
        self.connections = 0
        self.snapshots = 0
        self.chats: dict[str, Chat] = {}
        self.payments: dict[str, str] = {}
        self.causes: dict[str, str] = {}
        self.searches: dict[str, str] = {}
        self.offers: dict[str, Json] = {}
        self.extensions: dict[str, Json] = {}
        self.online = False
        self._spans: list[Span] = []
        self._ended_since: set[str] = set()
        self._ids: set[int] = set()
        self._ids_of_connection: set[int] = set()
        self._snapshot_is_due = True
        self._event_of_message: dict[tuple[str, int], int] = {}
        self._event_of_offer: dict[str, int] = {}

    def connected(self) -> None:
        """A new connection: each id may arrive once more."""
        self.connections += 1
        self._ids_of_connection = set()
        self._snapshot_is_due = True

    def own_payment(self, payment_id: str) -> None:
        """A reply to the bot's own call named a payment; its facts must still arrive."""
        self.payments.setdefault(payment_id, "")

    def own_search(self, request_id: str, payment_id: str) -> None:
        """A reply to the bot's own call named a search of a payment."""
        self.searches[request_id] = payment_id

    def open_chats(self) -> list[Chat]:
        return [chat for chat in self.chats.values() if not chat.ended]

    def knows_of(self, event_id: int, at: datetime) -> bool:
        """Whether the event's frame arrived, or a snapshot later than the event."""
        return event_id in self._ids or (bool(self._spans) and at <= self._spans[-1].last)

    def overlooked(self, event_id: int, at: datetime) -> bool:
        """Whether an ended connection skipped the event but delivered much younger ones."""
        return event_id not in self._ids and any(
            span.first < at and span.last < at < span.youngest - OVERTAKEN_BY for span in self._spans[:-1]
        )

    # Events

    def take_event(self, frame: Json) -> bool:
        """Learn from an event's frame; False if it is a duplicate and was dropped."""
        event_id: int = frame["id"]
        if event_id in self._ids_of_connection:
            self.doubled.append(f"event {event_id} ({frame['type']}) twice on one connection")
            return False
        self._ids_of_connection.add(event_id)
        span = self._spans[-1]
        span.youngest = max(span.youngest, datetime.fromisoformat(frame["at"]))
        if event_id in self._ids:
            self.redelivered += 1
            return False
        self._ids.add(event_id)
        self._learn(frame)
        return True

    def _learn(self, frame: Json) -> None:
        match frame["type"]:
            case "PAYMENT_SESSION":
                self._learn_payment(frame["payment_session_id"], frame["status"])
            case "CHAT_REQUEST_STARTED":
                self.facts.add(search_fact(frame["request_id"]))
            case "PAIRING_FAILED":
                self.facts.add(failure_fact(frame["payment_session_id"]))
                self.causes[frame["payment_session_id"]] = frame["cause_tag"]
            case "PAIRED":
                self._learn_paired(frame["chat_session"])
                self._event_of_offer[frame["request_id"]] = frame["id"]
                self.offers.pop(frame["request_id"], None)
            case "CHAT_ENDED":
                self._learn_ended(frame["chat_session_id"])
            case "CHAT_MESSAGE":
                self._learn_message_event(frame)
            case "CHAT_REQUEST" | "CHAT_REQUEST_CLOSED":
                self._learn_offer_event(frame)
            case "MITRA_STATUS":
                self.online = frame["online"]
            case "EXTENSION_REQUESTED":
                self.extensions[frame["extension_id"]] = frame
            case "EXTENSION_APPROVED" | "EXTENSION_REJECTED":
                self.extensions.pop(frame["extension_id"], None)
            case _:
                pass

    def _learn_payment(self, payment_id: str, status: str) -> None:
        self.facts.add(payment_fact(payment_id, status))
        if self.payments.get(payment_id) not in FINAL:
            self.payments[payment_id] = status

    def _learn_paired(self, row: Json) -> Chat:
        chat = self.chats.setdefault(row["id"], Chat(row["id"]))
        chat.payment_session_id = row["payment_session_id"]
        self.facts.add(paired_fact(chat.id))
        chat.ended = ended_fact(chat.id) in self.facts
        return chat

    def _learn_ended(self, chat_id: str) -> None:
        self.facts.add(ended_fact(chat_id))
        self._ended_since.add(chat_id)
        self.chats.setdefault(chat_id, Chat(chat_id)).ended = True

    def _learn_message_event(self, frame: Json) -> None:
        place = (frame["chat_session_id"], frame["seq"])
        if self._event_of_message.setdefault(place, frame["id"]) != frame["id"]:
            self.doubled.append(f"message {place[1]} of chat {place[0]} as two events")
        self._show(frame["chat_session_id"], frame)

    def _learn_offer_event(self, frame: Json) -> None:
        request_id = frame["request_id"]
        if frame["type"] == "CHAT_REQUEST":
            self.facts.add(offer_fact(request_id))
        if frame["id"] < self._event_of_offer.get(request_id, 0):
            return  # events may arrive out of order; the highest id wins
        self._event_of_offer[request_id] = frame["id"]
        if frame["type"] == "CHAT_REQUEST":
            self.offers[request_id] = frame
        else:
            self.offers.pop(request_id, None)

    def _show(self, chat_id: str, message: Json) -> None:
        chat = self.chats.setdefault(chat_id, Chat(chat_id))
        self.facts.add(message_fact(chat_id, message["seq"]))
        known = chat.shown.setdefault(message["seq"], message)
        if known["client_message_id"] != message["client_message_id"]:
            self.doubled.append(f"two messages with seq {message['seq']} in chat {chat_id}")
        if chat.seqs.setdefault(message["client_message_id"], message["seq"]) != message["seq"]:
            self.doubled.append(f"message {message['client_message_id']} twice in chat {chat_id}")

    # Snapshots

    def take_snapshot(self, frame: Json) -> Recovery:
        """Take over the server's state; returns what to fetch over REST."""
        self.snapshots += 1
        at = datetime.fromisoformat(frame["server_time"])
        if self._snapshot_is_due:
            self._snapshot_is_due = False
            self._spans.append(Span(first=at, last=at, youngest=at))
        self._spans[-1].last = at
        chats = {row["id"]: row for row in frame["chats"]}
        messages: dict[str, int | None] = {}
        for row in chats.values():
            chat = self._learn_paired(row)
            if chat.gap_before(row["last_seq"]):
                messages[chat.id] = row["last_seq"]
        for chat in self.open_chats():
            if chat.id not in chats:
                self._learn_ended(chat.id)
        # Also chats whose end was delivered: earlier messages may have been lost.
        messages.update(dict.fromkeys(self._ended_since))
        self._ended_since = set()
        self.extensions = {row["id"]: row for row in frame["extensions"]}
        if self.role == "mitra":
            self._take_mitra_snapshot(frame)
            payments = []
        else:
            payments = self._take_customer_snapshot(frame)
        return Recovery(at, payments, messages)

    def _take_mitra_snapshot(self, frame: Json) -> None:
        self.online = frame["online"]
        self.offers = {row["request_id"]: row for row in frame["offers"]}
        self.facts.update(offer_fact(request_id) for request_id in self.offers)

    def _take_customer_snapshot(self, frame: Json) -> list[str]:
        current = frame["payment_session"]
        if current is not None:
            self._learn_payment(current["id"], current["status"])
            self.facts.update(payment_facts(current))
        if frame["search"] is not None:
            self.facts.add(search_fact(frame["search"]["id"]))
        if frame["last_failure"] is not None:
            self.causes[frame["last_failure"]["payment_session_id"]] = frame["last_failure"]["cause_tag"]
        return [
            payment_id
            for payment_id in self.payments
            if (current is None or payment_id != current["id"]) and not self._all_known(payment_id)
        ]

    def _all_known(self, payment_id: str) -> bool:
        status = self.payments[payment_id]
        if status not in FINAL:
            return False
        facts = {payment_fact(payment_id, "pending")}
        if status in ("consumed", "failed_pairing"):
            facts.add(payment_fact(payment_id, "confirmed"))
        if status == "failed_pairing":
            facts.add(failure_fact(payment_id))
        return facts | self._searches_of(payment_id) <= self.facts

    def _searches_of(self, payment_id: str) -> set[Fact]:
        return {search_fact(search) for search, payment in self.searches.items() if payment == payment_id}

    # REST replies after a snapshot: anything newer than the snapshot must arrive as a frame, so it does not count

    def recover_payment(self, row: Json, recovery: Recovery) -> None:
        """A payment that the snapshot lacks."""
        if row["status"] in FINAL and datetime.fromisoformat(row["created_at"]) < recovery.at:
            self._learn_payment(row["id"], row["status"])
            self.facts |= payment_facts(row) | self._searches_of(row["id"])

    def recover_ended_chat(self, row: Json, recovery: Recovery) -> bool:
        """A chat from the history; True if its end was missed and its messages must be fetched."""
        if row["status"] != "ended" or datetime.fromisoformat(row["ended_at"]) > recovery.at:
            return False
        if paired_fact(row["id"]) in self.facts and ended_fact(row["id"]) in self.facts:
            return False
        self._learn_paired(row)
        self._learn_ended(row["id"])
        return True

    def recover_messages(self, chat_id: str, rows: Iterable[Json], up_to: int | None) -> None:
        """Messages from the history."""
        for row in rows:
            if up_to is None or row["seq"] <= up_to:
                self._show(chat_id, row)
