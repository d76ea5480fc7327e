"""What one person's app has been shown, kept as such an app would keep it, and where that shows a fault.

The rules that make "missed" and "doubled" exact:
- A *fact* is known when a frame told it, or a snapshot did: the snapshot itself, or what was asked of REST
  because the snapshot showed that something had happened in between. A reply to a call of one's own tells
  nothing, and REST is not asked between snapshots: a frame that is lost on a socket which stays up is missed.
- An *event* of a kind that leaves no trace in REST (an offer, "has read", "ends soon") is known when its frame
  came, or when a snapshot was taken after it: that shows what has become of it.
- A snapshot on a later connection makes good what was lost with the one before, not what had been lost over it: an
  event that was overtaken by one much younger stays missed.
- *Doubled* is an event id that comes twice on one connection, a message (a `seq` of a chat) that comes as two
  events, and a `client_message_id` that stands in a chat twice. The same event on a later connection is
  at-least-once delivery at work, and is dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Role = Literal["customer", "mitra"]
Json = dict[str, Any]
Fact = tuple[str, ...]

# Transactions that commit close together may be told in another order than they began in; none takes so long.
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
    """What one connection has told, by the server's clock: its first and last snapshots, and its youngest event."""

    first: datetime
    last: datetime
    youngest: datetime


@dataclass(frozen=True, slots=True)
class Recovery:
    """What an app asks of REST after a snapshot, because it happened while nobody told it.

    `at` is the server's time of the snapshot. `payments` are over, as the snapshot no longer has them.
    `messages` maps a chat to the seq up to which its messages are fetched (None: all, for it has ended).
    """

    at: datetime
    payments: list[str]
    messages: dict[str, int | None]


class Knowledge:
    """The facts and the view of one person, fed with every frame of their socket in order."""

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
        """A new connection: ids may come again, each once."""
        self.connections += 1
        self._ids_of_connection = set()
        self._snapshot_is_due = True

    def own_payment(self, payment_id: str) -> None:
        """The reply to one's own call named a payment; its facts are still to be told."""
        self.payments.setdefault(payment_id, "")

    def own_search(self, request_id: str, payment_id: str) -> None:
        """The reply to one's own call named a search of a payment."""
        self.searches[request_id] = payment_id

    def open_chats(self) -> list[Chat]:
        return [chat for chat in self.chats.values() if not chat.ended]

    def knows_of(self, event_id: int, at: datetime) -> bool:
        """Whether the event's frame came, or a snapshot that is later than the event."""
        return event_id in self._ids or (bool(self._spans) and at <= self._spans[-1].last)

    def overlooked(self, event_id: int, at: datetime) -> bool:
        """Whether a connection that is over has told of much that came after the event, and nothing of it."""
        return event_id not in self._ids and any(
            span.first < at and span.last < at < span.youngest - OVERTAKEN_BY for span in self._spans[:-1]
        )

    # Events

    def take_event(self, frame: Json) -> bool:
        """Learn from an event's frame; False when it was dropped because its id is known."""
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
            return  # they may come out of order; the later one holds
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
        """Take the server's word for how things are; what happened in between is to be asked of REST."""
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
        # Of those, too, whose end was told: what went before it may have been lost.
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

    # What REST told after a snapshot: what is newer than the snapshot does not count, frames must tell of it

    def recover_payment(self, row: Json, recovery: Recovery) -> None:
        """A payment that the snapshot no longer had."""
        if row["status"] in FINAL and datetime.fromisoformat(row["created_at"]) < recovery.at:
            self._learn_payment(row["id"], row["status"])
            self.facts |= payment_facts(row) | self._searches_of(row["id"])

    def recover_ended_chat(self, row: Json, recovery: Recovery) -> bool:
        """A chat from the history; True when it ended unknown to us, and its messages are to be fetched."""
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
