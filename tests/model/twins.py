"""The database and the model, told the same: they answer alike, and afterwards they are alike.

After each call states and money of everything there is agree with the model, the promise holds in the rows alone,
and `ops.audit()` is empty.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from hypothesis import note

from tests.model import rows
from tests.model.entities import (
    Chat,
    Customer,
    Entity,
    Extension,
    Failure,
    Mitra,
    Payment,
    Role,
    Search,
    Tier,
)
from tests.model.model import Kept, Model, Refusal
from tests.model.promises import broken_promises
from tests.sql.world import EXTENSION, FIRST_CHAT, World, one

Participant = Customer | Mitra

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


class Disagreement(AssertionError):  # noqa: N818 - what the test is for
    """The database did not do what the model did."""


class Twins:
    """One database and one model, fresh. None stands for somebody or something that does not exist."""

    def __init__(self, world: World, reached: Counter[str]) -> None:
        self.world = world
        self.reached = reached
        """How often each function came to each end."""
        self.model = _fresh(world)
        self._last: Callable[[], None] | None = None

    def again(self) -> None:
        """The last call comes a second time."""
        if self._last is not None:
            self._last()

    # ---- Payment -----------------------------------------------------------------------------------------

    def create_payment_session(
        self,
        customer: Customer | None,
        minutes: int,
        *,
        tier_id: str | None = None,
        names_a_target: bool = False,
        target: Mitra | None = None,
        is_extension: bool = False,
        key: str | None = None,
    ) -> None:
        """A customer chooses some minutes."""
        self._api(
            "create_payment_session",
            lambda: self.model.create_payment_session(
                customer,
                minutes,
                tier_id=tier_id,
                names_a_target=names_a_target,
                target=target,
                is_extension=is_extension,
                key=key,
            ),
            rows.payment_reply,
            *(customer or NOBODY, minutes, tier_id),
            *((target or NOBODY) if names_a_target else None, is_extension, key),
            kept_for=(customer, key),
        )

    def confirm_payment_session(
        self, payment: Payment | None, customer: Customer | None, key: str | None = None
    ) -> None:
        """A customer pays."""
        self._api(
            "confirm_payment_session",
            lambda: self.model.confirm_payment_session(payment, customer, key),
            rows.payment_reply,
            *(payment or NOBODY, customer or NOBODY, key),
            kept_for=(customer, key),
        )

    def cancel_payment_session(self, payment: Payment | None, customer: Customer | None) -> None:
        """A customer leaves before paying."""
        self._api(
            "cancel_payment_session",
            lambda: self.model.cancel_payment_session(payment, customer),
            rows.payment_reply,
            *(payment or NOBODY, customer or NOBODY),
        )

    def get_payment_session(self, payment: Payment | None, customer: Customer | None) -> None:
        """A customer looks at a payment."""
        self._api(
            "get_payment_session",
            lambda: self.model.get_payment_session(payment, customer),
            rows.payment_reply,
            *(payment or NOBODY, customer or NOBODY),
        )

    def get_pricing(self, customer: Customer, is_extension: bool) -> None:
        """A customer looks at what there is to choose from."""
        self._api(
            "get_pricing",
            lambda: customer,
            lambda outcome: rows.pricing_reply(self.model, outcome, is_extension),
            *(customer, is_extension),
        )

    def pay(
        self, customer: Customer, minutes: int, *, is_extension: bool = False, target: Mitra | None = None
    ) -> Payment:
        """A customer chooses some minutes and pays."""
        self.create_payment_session(
            customer, minutes, names_a_target=target is not None, target=target, is_extension=is_extension
        )
        payment = self.model.payments[-1]
        self.confirm_payment_session(payment, customer)
        return payment

    # ---- Search ------------------------------------------------------------------------------------------

    def start_general_request(
        self, customer: Customer | None, payment: Payment | None, key: str | None = None
    ) -> None:
        """A customer looks for anybody."""
        self._api(
            "start_general_request",
            lambda: self.model.start_general_request(customer, payment, key),
            lambda outcome: rows.started_reply(self.model, outcome),
            *(customer or NOBODY, payment or NOBODY, key),
            kept_for=(customer, key),
        )

    def start_returning_request(
        self, customer: Customer | None, payment: Payment | None, mitra: Mitra | None, key: str | None = None
    ) -> None:
        """A customer asks a mitra again."""
        self._api(
            "start_returning_request",
            lambda: self.model.start_returning_request(customer, payment, mitra, key),
            lambda outcome: rows.started_reply(self.model, outcome),
            *(customer or NOBODY, payment or NOBODY, mitra or NOBODY, key),
            kept_for=(customer, key),
        )

    def fallback_to_blast(
        self, customer: Customer | None, payment: Payment | None, key: str | None = None
    ) -> None:
        """A customer takes another bestie instead."""
        self._api(
            "fallback_to_blast",
            lambda: self.model.fallback_to_blast(customer, payment, key),
            lambda outcome: rows.started_reply(self.model, outcome),
            *(customer or NOBODY, payment or NOBODY, key),
            kept_for=(customer, key),
        )

    def cancel_request(self, customer: Customer | None, payment: Payment | None) -> None:
        """A customer gives up."""
        self._api(
            "cancel_request",
            lambda: self.model.cancel_request(customer, payment),
            lambda outcome: {"status": "cancelled", "payment_session_id": outcome.id},
            *(customer or NOBODY, payment or NOBODY),
        )

    def client_state(self, customer: Customer) -> None:
        """A customer's app comes back."""
        self._api(
            "client_state", lambda: customer, lambda outcome: rows.client_state(self.model, outcome), customer
        )

    # ---- Offers and presence -----------------------------------------------------------------------------

    def mark_offer_seen(self, search: Search | None, mitra: Mitra | None) -> None:
        """A mitra's app shows an offer."""
        self._api(
            "mark_offer_seen",
            lambda: self.model.mark_offer_seen(search, mitra),
            lambda outcome: {"request_id": outcome.id, "seen": True},
            *(search or NOBODY, mitra or NOBODY),
        )

    def accept_request(self, search: Search | None, mitra: Mitra | None) -> None:
        """A mitra says yes."""
        self._api(
            "accept_request",
            lambda: self.model.accept_request(search, mitra),
            lambda outcome: {"chat_session": rows.chat_reply(outcome)},
            *(search or NOBODY, mitra or NOBODY),
        )

    def decline_request(self, search: Search | None, mitra: Mitra | None) -> None:
        """A mitra says no."""
        self._api(
            "decline_request",
            lambda: self.model.decline_request(search, mitra),
            lambda outcome: {"request_id": outcome.id, "status": "declined"},
            *(search or NOBODY, mitra or NOBODY),
        )

    def list_offers(self, mitra: Mitra) -> None:
        """A mitra looks at what is offered."""
        self._api(
            "list_offers",
            lambda: mitra,
            lambda outcome: {"rows": rows.open_offers(self.model, outcome)},
            mitra,
        )

    def set_mitra_status(self, mitra: Mitra | None, online: bool) -> None:
        """A mitra comes or goes."""
        self._api(
            "set_mitra_status",
            lambda: self.model.set_mitra_status(mitra, online),
            rows.status_reply,
            *(mitra or NOBODY, online),
        )

    def renew_leases(self, mitras: Sequence[Mitra]) -> None:
        """The sockets of these mitras are open, and that of somebody who does not exist."""
        self._api(
            "renew_leases",
            lambda: self.model.renew_leases(mitras),
            lambda outcome: {"renewed": outcome},
            [*(mitra.id for mitra in mitras), NOBODY],
        )

    def release_lease(self, mitra: Mitra | None) -> None:
        """A mitra closes the app."""
        self._api(
            "release_lease",
            lambda: self.model.release_lease(mitra),
            lambda outcome: {"reachable_until": outcome.reachable_until if outcome else None},
            *(mitra or NOBODY, NOBODY),
        )

    def see_decision(self, payment: Payment | None, customer: Customer | None) -> None:
        """A customer reads what was decided about their money."""
        self._api(
            "see_decision",
            lambda: self.model.see_decision(payment, customer),
            rows.money_reply,
            *(payment or NOBODY, customer or NOBODY),
        )

    def mitra_state(self, mitra: Mitra) -> None:
        """A mitra's app comes back."""
        self._api("mitra_state", lambda: mitra, lambda outcome: rows.mitra_state(self.model, outcome), mitra)

    # ---- Chat --------------------------------------------------------------------------------------------

    def send_message(
        self, chat: Chat | None, role: Role, person: Participant | None, client_message_id: str, body: str
    ) -> None:
        """Somebody says something."""
        self._api(
            "send_message",
            lambda: self.model.send_message(chat, role, person, client_message_id, body),
            rows.message_reply,
            *(chat or NOBODY, role, person or NOBODY, client_message_id, body),
        )

    def mark_read(self, chat: Chat | None, role: Role, person: Participant | None, seq: int) -> None:
        """Somebody has read something."""
        self._api(
            "mark_read",
            lambda: self.model.mark_read(chat, role, person, seq),
            rows.read_reply,
            *(chat or NOBODY, role, person or NOBODY, seq),
        )

    def end_chat(self, chat: Chat | None, role: Role, person: Participant | None) -> None:
        """Somebody ends a chat."""
        self._api(
            "end_chat",
            lambda: self.model.end_chat(chat, role, person),
            rows.chat_reply,
            *(chat or NOBODY, role, person or NOBODY),
        )

    def get_chat_session(self, chat: Chat | None, role: Role, person: Participant | None) -> None:
        """Somebody looks at a chat."""
        self._api(
            "get_chat_session",
            lambda: self.model.get_chat_session(chat, role, person),
            rows.chat_reply,
            *(chat or NOBODY, role, person or NOBODY),
        )

    def list_messages(
        self, chat: Chat | None, role: Role, person: Participant | None, after_seq: int
    ) -> None:
        """Somebody reads what was said."""
        self._api(
            "list_messages",
            lambda: self.model.list_messages(chat, role, person, after_seq),
            lambda outcome: {"rows": [rows.message_reply(message) for message in outcome]},
            *(chat or NOBODY, role, person or NOBODY, after_seq, None),
        )

    def list_chat_sessions(self, role: Role, person: Participant) -> None:
        """Somebody looks at their chats."""
        self._api(
            "list_chat_sessions",
            lambda: person,
            lambda outcome: {"rows": rows.chat_history(self.model, outcome)},
            *(role, person, None, None),
        )

    # ---- Extension ---------------------------------------------------------------------------------------

    def request_extension(
        self, chat: Chat | None, customer: Customer | None, payment: Payment | None, key: str | None = None
    ) -> None:
        """A customer asks for more minutes."""
        self._api(
            "request_extension",
            lambda: self.model.request_extension(chat, customer, payment, key),
            lambda outcome: rows.extension_reply(self.model, outcome),
            *(chat or NOBODY, customer or NOBODY, payment or NOBODY, key),
            kept_for=(customer, key),
        )

    def approve_extension(self, extension: Extension | None, mitra: Mitra | None) -> None:
        """A mitra agrees."""
        self._api(
            "approve_extension",
            lambda: self.model.approve_extension(extension, mitra),
            lambda outcome: rows.extension_reply(self.model, outcome),
            *(extension or NOBODY, mitra or NOBODY),
        )

    def reject_extension(self, extension: Extension | None, mitra: Mitra | None) -> None:
        """A mitra does not agree."""
        self._api(
            "reject_extension",
            lambda: self.model.reject_extension(extension, mitra),
            lambda outcome: rows.extension_reply(self.model, outcome),
            *(extension or NOBODY, mitra or NOBODY),
        )

    # ---- Operators ---------------------------------------------------------------------------------------

    def set_config(self, key: str, value: str, who: str) -> None:
        """An operator changes a setting."""
        self._ops(
            "set_config",
            lambda: self.model.set_config(key, value, who),
            lambda outcome: {"key": key, "value": outcome},
            *(key, value, who),
        )

    def end_chat_by_operator(self, chat: Chat | None, who: str, note: str) -> None:
        """An operator ends a chat."""
        self._ops(
            "end_chat",
            lambda: self.model.end_chat_by_operator(chat, who, note),
            lambda outcome: {"id": outcome.id, "status": outcome.status, "end_reason": outcome.end_reason},
            *(chat or NOBODY, who, note),
        )

    def force_mitra_offline(self, mitra: Mitra | None, who: str, note: str) -> None:
        """An operator takes a mitra offline."""
        self._ops(
            "force_mitra_offline",
            lambda: self.model.force_mitra_offline(mitra, who, note),
            lambda outcome: {
                "id": outcome.id,
                "presence": "offline",
                "active_chats": len(self.model.active_chats_with(outcome)),
            },
            *(mitra or NOBODY, who, note),
        )

    def action_failure(self, failure: Failure | None, action: str, who: str, note: str) -> None:
        """An operator decides on the money of a failure."""
        self._ops(
            "action_failure",
            lambda: self.model.action_failure(failure, action, who, note),
            lambda outcome: {"id": outcome.id, "operator_action": action, "actioned_by": who, "note": note},
            *(failure or NOBODY, action, who, note),
        )

    def fail_payment(self, payment: Payment | None, cause_tag: str, who: str, note: str) -> None:
        """An operator ends a payment that has gone astray."""
        self._ops(
            "fail_payment",
            lambda: self.model.fail_payment(payment, cause_tag, who, note),
            lambda outcome: {
                "failure_id": outcome.id,
                "cause_tag": cause_tag,
                "amount": outcome.payment.amount,
                "refund_due": outcome.refund_due,
            },
            *(payment or NOBODY, cause_tag, who, note),
        )

    # ---- Time --------------------------------------------------------------------------------------------

    def time_is(self, now: datetime) -> None:
        """It is later now, and nothing has happened by itself yet."""
        self.model.now = max(now, self.model.now)

    def fire_due(self) -> None:
        """What is due happens, on both sides the same, until nothing more is due."""
        note(f"fire_due at {self.model.now}")
        self.world.clock.set(self.model.now)
        fired = -1
        while fired:
            fired = self.world.api("fire_due", 100)
            self._agree("how many fired", self.model.fire_due(), fired)
            self.reached["fire_due"] += 1
        self._look("fire_due")
        self.model.now += MOMENT

    # ---- How a call is made ------------------------------------------------------------------------------

    def _api(
        self,
        function: str,
        act: Callable[[], Any],
        reply: Callable[[Any], object],
        *arguments: object,
        kept_for: tuple[Customer | None, str | None] = (None, None),
    ) -> None:
        """Call a function of `api`, and do the same in the model; `reply` is how its outcome looks outside."""

        def check(outcome: object, answer: object) -> None:
            customer, key = kept_for
            if isinstance(outcome, Kept):
                self._agree(f"{function} told again", outcome.reply, answer)
                return
            self._agree(f"{function} replied", reply(outcome), answer)
            if key is not None:
                self.model.keep(customer, key, answer)

        self._last = lambda: self._both(function, self.world.api, act, check, arguments)
        self._last()

    def _ops(
        self, function: str, act: Callable[[], Any], row: Callable[[Any], rows.Row], *arguments: object
    ) -> None:
        """Call a function of `ops` that returns one row, and do the same in the model."""

        def check(outcome: object, answer: object) -> None:
            self._agree(f"{function} returned", [row(outcome)], answer)

        self._last = lambda: self._both(function, self.world.ops, act, check, arguments)
        self._last()

    def _both(
        self,
        function: str,
        ask: Callable[..., object],
        act: Callable[[], object],
        check: Callable[[object, object], None],
        arguments: Sequence[object],
    ) -> None:
        """Both do it, or both refuse and are as they were."""
        told = [argument.id if isinstance(argument, Entity) else argument for argument in arguments]
        call = f"{function}({', '.join(map(repr, told))}) at {self.model.now}"
        note(call)
        self.world.clock.set(self.model.now)
        answer, refused = self._answer(call, lambda: ask(function, *told))
        outcome, expected = _outcome(act)
        self._agree(f"{call} refused", expected, refused)
        self.reached[" ".join([function, *refused.split()[1:]])] += 1
        self._look(call)
        if not refused:
            check(outcome, answer)
        self.model.now += MOMENT

    def _answer(self, call: str, ask: Callable[[], object]) -> tuple[object, str]:
        """What the database says, or how it refuses: status and slug."""
        try:
            return ask(), ""
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PT"):
                raise Disagreement(f"{call} broke: {error}") from error
            return None, f"{error.sqlstate} {error.diag.message_primary}"

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


def _outcome(act: Callable[[], object]) -> tuple[object, str]:
    """What the model says, or how it refuses."""
    try:
        return act(), ""
    except Refusal as refusal:
        return None, f"PT{refusal.status} {refusal.slug}"


def _fresh(world: World) -> Model:
    """Empty tables and default settings, the same people each time, and a model that knows no more than that."""
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
        for row in world.rows("select * from data.price_tiers where active")
    ]
    for for_extension, prices in ((False, FIRST_CHAT), (True, EXTENSION)):
        assert {tier.minutes: tier.amount for tier in tiers if tier.for_extension is for_extension} == prices
    return tiers
