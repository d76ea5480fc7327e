"""One database and one model get the same calls: they answer alike, and hold the same afterwards.

After each call all states and money agree with the model, the promise holds in the rows alone, and `ops.audit()` is
empty.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from inspect import signature
from typing import Any

import psycopg
from hypothesis import note

from app.described.refusals import statuses
from tests.model import chat, deadline, extension, ops, pairing, payment, presence, replies, rows
from tests.model.entities import Customer, Entity, Mitra, Payment, Tier
from tests.model.model import Kept, Left, Model, Refusal
from tests.model.promises import broken_promises
from tests.sql.world import EXTENSION, FIRST_CHAT, World, one

START = datetime(2031, 3, 1, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
NOBODY = "00000000-0000-4000-8000-000000000000"
CUSTOMERS = ("Ayu", "Budi", "Citra", "Dewi")
MITRAS = ("Sari", "Yoga", "Tari")

FRESH = """
truncate data.payment_sessions, data.pairing_requests, data.pairing_offers, data.pairing_failures,
    data.failure_tallies, data.chat_sessions, data.chat_messages, data.extensions, data.events, data.outbox,
    data.handed_on, data.idempotency_keys, data.deadline_errors, data.heartbeats, data.offers_owed,
    data.users, data.mitras;
update data.service_state set any_mitra_reachable = false;
update data.app_config c
set value = h.value, version = 1, updated_at = h.changed_at, updated_by = h.changed_by
from data.app_config_history h where h.key = c.key and h.version = 1 and c.version > 1;
delete from data.app_config_history where version > 1;
"""


REPLIES: Mapping[Callable[..., object], Callable[[Model, Any], object]] = {
    payment.get_pricing: lambda model, it: replies.pricing_reply(it),
    payment.create_payment_session: lambda model, it: replies.payment_reply(it),
    payment.confirm_payment_session: lambda model, it: replies.payment_reply(it),
    payment.cancel_payment_session: lambda model, it: replies.payment_reply(it),
    payment.get_payment_session: lambda model, it: replies.payment_reply(it),
    payment.see_decision: lambda model, it: replies.money_reply(it),
    pairing.start_general_request: replies.started_reply,
    pairing.start_returning_request: replies.started_reply,
    pairing.fallback_to_blast: replies.started_reply,
    pairing.cancel_request: lambda model, it: {"status": "cancelled", "payment_session_id": it.id},
    pairing.mark_offer_seen: lambda model, it: {"request_id": it.id, "seen": True},
    pairing.accept_request: lambda model, it: {"chat_session": replies.chat_reply(it)},
    pairing.decline_request: lambda model, it: {"request_id": it.id, "status": "declined"},
    presence.set_mitra_status: lambda model, it: {
        "online": it.declared_online,
        "reachable_until": it.reachable_until,
    },
    presence.renew_leases: lambda model, it: {"renewed": it},
    presence.release_lease: lambda model, it: {"reachable_until": it.reachable_until if it else None},
    chat.send_message: lambda model, it: replies.message_reply(it),
    chat.mark_read: lambda model, it: {"chat_session_id": it.id, **replies.read_seqs(it)},
    chat.end_chat: lambda model, it: replies.chat_reply(it),
    chat.get_chat_session: lambda model, it: replies.chat_reply(it),
    chat.list_messages: lambda model, it: {"rows": [replies.message_reply(message) for message in it]},
    extension.request_extension: replies.extension_reply,
    extension.approve_extension: replies.extension_reply,
    extension.reject_extension: replies.extension_reply,
    ops.set_config: lambda model, it: {"key": it, "value": model.settings[it]},
    ops.end_chat: lambda model, it: replies.same(it, "id status end_reason"),
    ops.force_mitra_offline: lambda model, it: {
        "id": it.id,
        "presence": "offline",
        "active_chats": len(model.active_chats_with(it)),
    },
    ops.action_failure: lambda model, it: {
        **replies.same(it, "id operator_action actioned_by"),
        "note": it.action_note,
    },
    ops.fail_payment: lambda model, it: {
        **replies.same(it, "cause_tag refund_due"),
        "failure_id": it.id,
        "amount": it.payment.amount,
    },
}
"""The reply to each function's outcome. A function that is not here returns its reply."""


class Disagreement(AssertionError):  # noqa: N818 - what the test is for
    """The database did not do what the model did."""


class Twins:
    """One database and one model, fresh."""

    def __init__(self, world: World, reached: Counter[str]) -> None:
        self.world = world
        self.reached = reached
        """How often each function came to each end."""
        self.model = _fresh(world)
        self._last: Callable[[], None] | None = None

    def call(self, function: Callable[..., object], *arguments: object, key: str | None = None) -> None:
        """Call a function of the model, and the SQL function of its name."""
        self._last = partial(self._both, function, arguments, key)
        self._last()

    def again(self) -> None:
        """The last call comes a second time."""
        if self._last is not None:
            self._last()

    def pay(
        self,
        customer: Customer,
        minutes: int,
        *,
        is_extension: bool = False,
        target: Mitra | Left = Left.OUT,
    ) -> Payment:
        """A customer chooses some minutes and pays."""
        self.call(payment.create_payment_session, customer, minutes, Left.OUT, target, is_extension)
        chosen = self.model.payments[-1]
        self.call(payment.confirm_payment_session, chosen, customer)
        return chosen

    def time_is(self, now: datetime) -> None:
        """It is later now, and no deadline has fired yet."""
        self.model.now = max(now, self.model.now)

    def fire_due(self) -> None:
        """Both fire what is due, until nothing more is due."""
        note(f"fire_due at {self.model.now}")
        self.world.clock.set(self.model.now)
        fired = -1
        while fired:
            fired = self.world.api("fire_due", 100)
            self._agree("how many fired", deadline.fire_due(self.model), fired)
            self.reached["fire_due"] += 1
        self._look("fire_due")
        self.model.now += MOMENT

    def _both(self, function: Callable[..., object], arguments: tuple[object, ...], key: str | None) -> None:
        """Both do it, or both refuse and are as they were."""
        name = function.__name__
        sent = [_sent(argument) for argument in arguments] + ([key] if key else [])
        call = f"{name}({', '.join(map(repr, sent))}) at {self.model.now}"
        note(call)
        self.world.clock.set(self.model.now)
        ask: Callable[..., object] = self.world.ops if function.__module__ == ops.__name__ else self.world.api
        answer, refused = self._answer(call, partial(ask, name, *sent))
        outcome, expected = self._outcome(function, arguments, key)
        self._agree(f"{call} refused", expected, refused)
        self.reached[" ".join([name, *refused.split()[1:]])] += 1
        self._look(call)
        if not refused:
            self._agree(f"{name} replied", self._reply(function, outcome), answer)
            if key and not isinstance(outcome, Kept):
                self.model.keep(_customer_of(function, arguments), key, answer)
        self.model.now += MOMENT

    def _answer(self, call: str, ask: Callable[[], object]) -> tuple[object, str]:
        """What the database answers, or how it refuses: status and slug."""
        try:
            return ask(), ""
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PT"):
                raise Disagreement(f"{call} broke: {error}") from error
            return None, f"{error.sqlstate} {error.diag.message_primary}"

    def _outcome(
        self, function: Callable[..., object], arguments: tuple[object, ...], key: str | None
    ) -> tuple[object, str]:
        """What the model answers, or how it refuses."""
        act = partial(function, self.model, *arguments)
        if key:
            customer = _customer_of(function, arguments)
            act = partial(self.model.once, customer, key, act, (function, *arguments))
        try:
            return act(), ""
        except Refusal as refusal:
            return None, f"PT{statuses().get(str(refusal))} {refusal}"

    def _reply(self, function: Callable[..., object], outcome: object) -> object:
        """How the model's outcome looks outside: a function of `ops` returns one row."""
        if isinstance(outcome, Kept):
            return outcome.reply
        reply = REPLIES[function](self.model, outcome) if function in REPLIES else outcome
        return [reply] if function.__module__ == ops.__name__ else reply

    def _look(self, after: str) -> None:
        """The database holds what the model holds, keeps the promise, and finds nothing wrong with itself."""
        found = one(self.world.owner, rows.EVERYTHING)
        rows.recognise(self.model, found)
        self._agree(f"state after {after}", rows.everything(self.model), found)
        self._agree(f"promises after {after}", [], list(broken_promises(found)))
        self.world.drain()
        self._agree(f"audit after {after}", [], self.world.ops("audit"))

    def _agree(self, about: str, expected: object, found: object) -> None:
        wrong = list(rows.differences(expected, found))
        if wrong:
            raise Disagreement("\n".join([about, *wrong]))


def _sent(argument: object) -> object:
    """An argument as the database gets it."""
    match argument:
        case Entity():
            return argument.id
        case list():
            return [_sent(one) for one in argument]
        case None:
            return NOBODY
        case Left():
            return None
    return argument


def _customer_of(function: Callable[..., object], arguments: tuple[object, ...]) -> Customer | None:
    """The customer whose idempotency key goes with a call."""
    customer: Customer | None = signature(function).bind(None, *arguments).arguments["customer"]
    return customer


def _fresh(world: World) -> Model:
    """Empty tables, default settings, the same people each time, and a model of just that."""
    for statement in FRESH.split(";"):
        world.owner.execute(statement)
    world.clock.set(START)
    customers = [Customer(id=_person_id("c", number), name=name) for number, name in enumerate(CUSTOMERS)]
    mitras = [
        Mitra(id=_person_id("b", number), name=name, status_changed_at=START, idle_since=START)
        for number, name in enumerate(MITRAS)
    ]
    with world.owner.cursor() as cursor:
        cursor.executemany(
            "insert into data.users (id, phone, display_name, created_at) values (%s, %s, %s, logic.now())",
            [
                (customer.id, f"+628110000{number}", customer.name)
                for number, customer in enumerate(customers)
            ],
        )
        cursor.executemany(
            "insert into data.mitras (id, phone, display_name, created_at, status_changed_at, idle_since) "
            "values (%s, %s, %s, logic.now(), logic.now(), logic.now())",
            [(mitra.id, f"+628120000{number}", mitra.name) for number, mitra in enumerate(mitras)],
        )
    return Model(START + MOMENT, customers, mitras, _tiers(world))


def _person_id(kind: str, number: int) -> str:
    return f"{kind}0000000-0000-4000-8000-00000000000{number}"


def _tiers(world: World) -> list[Tier]:
    """What is sold, at the prices that are set."""
    tiers = [
        Tier(row["id"], row["duration_minutes"], row["amount"], row["for_extension"])
        for row in world.rows("select * from data.price_tiers where retired_at is null")
    ]
    for for_extension, prices in ((False, FIRST_CHAT), (True, EXTENSION)):
        assert {tier.minutes: tier.amount for tier in tiers if tier.for_extension is for_extension} == prices
    return tiers
