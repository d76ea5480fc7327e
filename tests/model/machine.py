"""Random steps: what each step is, who takes it, and when.

Steps draw from the model's state, so that most make sense. Some do not: somebody else's id, an id that does not exist,
a thing in the wrong state, a call for the second time, an idempotency key.

Hypothesis draws one seed per step, and the step draws everything else from it. So all choices are even, which
Hypothesis' own are not, and a failing walk still shrinks to the steps that matter. A round is ten walks with one salt:
beyond ten, Hypothesis begins to mutate walks, and repeats most of their steps.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.model import ops, replies
from tests.model.chat import Participant, end_chat, get_chat_session, list_messages, mark_read, send_message
from tests.model.deadline import waits
from tests.model.entities import Chat, Customer, Entity, Extension, Mitra, Payment, Role, Search
from tests.model.extension import approve_extension, reject_extension, request_extension
from tests.model.model import Left, Model
from tests.model.ops import CAUSE_TAGS, OPERATOR_ACTIONS
from tests.model.pairing import (
    accept_request,
    cancel_request,
    decline_request,
    fallback_to_blast,
    mark_offer_seen,
    start_general_request,
    start_returning_request,
)
from tests.model.payment import (
    cancel_payment_session,
    confirm_payment_session,
    create_payment_session,
    get_payment_session,
    get_pricing,
    see_decision,
)
from tests.model.presence import release_lease, renew_leases, set_mitra_status
from tests.model.twins import MITRAS, MOMENT, Twins
from tests.sql.world import World

E = TypeVar("E", bound=Entity)
Act = Callable[[], None]

WALKS = 10
STEPS = 60

WHO = "Ratna"
SETTINGS = {
    "payment_session_timeout_minutes": ("1", "2", "20", "0", "1441"),
    "pairing_blast_timeout_seconds": ("5", "60", "600", "4", "1 minute"),
    "returning_chat_confirmation_timeout_seconds": ("5", "20", "300", "301"),
    "extension_timeout_seconds": ("5", "10", "300", "-5"),
    "extension_default_action_on_timeout": ("auto_approve", "auto_reject", "ask"),
    "max_customers_per_mitra": ("1", "2", "3", "0", ""),
    "presence_ttl_seconds": ("30", "45", "600", "29"),
    "auto_offline_after_missed_offers": ("0", "1", "2", "101"),
    "no_such_setting": ("1",),
}
"""Values to set, good and bad."""
MESSAGES = ("Halo", "Apa kabar?", "x" * 4000, "", " ", "\n", "x" * 4001)
SEEDS = st.integers(0, 2**32 - 1)
LATE = (timedelta(), MOMENT, timedelta(seconds=2))
AROUND = (-MOMENT, timedelta(), MOMENT, timedelta(seconds=1))
WHILES = (timedelta(seconds=1), timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=5))
LONG_WHILES = (timedelta(minutes=15), timedelta(minutes=40), timedelta(hours=3))


class Walk(RuleBasedStateMachine):
    """One random walk through the product."""

    def __init__(self, world: World, salt: int, reached: Counter[str]) -> None:
        super().__init__()
        self.salt = salt
        self.twins = Twins(world, reached)
        self.moods: list[Callable[[], list[Act]]] = []
        self.sown: Counter[int] = Counter()
        self.random: Random

    def teardown(self) -> None:
        """Count the final states."""
        model = self.twins.model
        self.twins.reached.update(f"payment {payment.status}" for payment in model.payments)
        self.twins.reached.update(f"failure {failure.cause_tag}" for failure in model.failures)
        self.twins.reached.update(f"search {search.status}" for search in model.searches)
        self.twins.reached.update(
            f"offer {offer.status}" for search in model.searches for offer in search.offers
        )
        self.twins.reached.update(f"chat {chat.end_reason}" for chat in model.chats)
        self.twins.reached.update(f"extension {extension.status}" for extension in model.extensions)

    @property
    def model(self) -> Model:
        """The model's state."""
        return self.twins.model

    @initialize(seed=SEEDS)
    def a_day_begins(self, seed: int) -> None:
        """Settings, how busy everybody is today, which mitras are online, and a first chat."""
        random = self._sow(seed)
        busy = (
            (self.customers, 4),
            (self.searchers, 4),
            (self.mitras, 4),
            (self.operators, 1),
            (self.time, 3),
        )
        self.moods = [mood for mood, most in busy for _ in range(random.randint(1, most))]
        self.twins.call(ops.set_config, "presence_ttl_seconds", self.draw("45", "600", "600", "600"), WHO)
        self.twins.call(ops.set_config, "max_customers_per_mitra", self.draw("1", "2", "3"), WHO)
        self.twins.call(ops.set_config, "auto_offline_after_missed_offers", self.draw("0", "0", "2"), WHO)
        for mitra in self.model.mitras[: random.randint(1, len(MITRAS))]:
            self.twins.call(set_mitra_status, mitra, True)
        self.find_a_chat()

    @rule(seed=SEEDS)
    def step(self, seed: int) -> None:
        """A random act of those that make sense now."""
        random = self._sow(seed)
        mood = random.choice(self.moods)
        random.choice(mood())()

    def _sow(self, seed: int) -> Random:
        """The random choices of one step. A repeated seed gives other choices."""
        self.sown[seed] += 1
        self.random = Random(f"{self.salt} {seed} {self.sown[seed]}")
        return self.random

    # ---- Acts --------------------------------------------------------------------------------------------

    def customers(self) -> list[Act]:
        """Acts of customers who do not search."""
        acts = [
            self.create_payment_session,
            self.create_payment_session,
            self.find_a_chat,
            self.look_as_customer,
        ]
        if self.model.payments:
            acts += [self.confirm_payment_session]
        if any(payment.status == "pending" for payment in self.model.payments):
            acts += [self.confirm_payment_session, self.cancel_payment_session]
        if self.model.chats:
            acts += [
                self.send_message,
                self.mark_read,
                self.end_chat,
                self.look_at_chat,
                self.request_extension,
            ]
        if any(chat.status == "active" for chat in self.model.chats):
            acts += [self.want_more] * 4
        return [*acts, self.twins.again]

    def searchers(self) -> list[Act]:
        """Acts of customers who search."""
        acts = [self.find_a_chat]
        if self.model.payments:
            acts += [self.start_general_request, self.start_returning_request, self.cancel_request]
        if self.model.chats:
            acts += [self.ask_again, self.ask_again]
        if self.model.failures:
            acts += [self.fallback_to_blast, self.fallback_to_blast]
        return [*acts, self.twins.again]

    def mitras(self) -> list[Act]:
        """Acts of mitras."""
        acts = [
            self.set_mitra_status,
            self.come_online,
            self.renew_leases,
            self.release_lease,
            self.look_as_mitra,
        ]
        if self.model.searches:
            acts += [self.mark_offer_seen, self.accept_request, self.decline_request]
        if any(search.open_offers for search in self.model.searches):
            acts += [self.accept_request, self.decline_request, self.decline_request, self.accept_everything]
        if self.model.chats:
            acts += [self.send_message, self.end_chat]
        if self.model.extensions:
            acts += [self.answer_extension]
        if self._pending():
            acts += [self.answer_extension] * 4 + [self.leave_instead_of_answering] * 2
            acts += [self.end_instead_of_answering]
        return [*acts, self.twins.again]

    def operators(self) -> list[Act]:
        """Acts of operators."""
        acts = [self.set_config, self.set_config, self.force_mitra_offline]
        if self.model.payments:
            acts += [self.fail_payment]
        if self.model.failures:
            acts += [self.action_failure, self.action_failure, self.see_decision]
        if self.model.chats:
            acts += [self.end_chat_by_operator]
        return [*acts, self.twins.again]

    def time(self) -> list[Act]:
        """Ways in which time passes."""
        acts = [self.twins.fire_due, self.a_while_passes]
        if waits(self.model):
            acts += [self.the_moment_comes, self.the_moment_comes]
            if waits(self.model)[0].due_at > self.model.now:
                acts += [self.nobody_fires, self.nobody_fires]
        return acts

    # ---- Choices -----------------------------------------------------------------------------------------

    def pick(self, sensible: Sequence[E], everything: Sequence[E]) -> E | None:
        """Mostly a sensible one, sometimes any, rarely None: one that does not exist."""
        chance = self.random.randint(0, 29)
        if chance == 17:
            return None
        if everything and (chance > 24 or not sensible):
            return self.random.choice(everything)
        return self.random.choice(sensible) if sensible else None

    def draw(self, *values: str) -> str:
        """One of these."""
        return self.random.choice(values)

    def yes(self) -> bool:
        """True or False."""
        return self.random.random() < 0.5

    def key(self) -> str | None:
        """Mostly no idempotency key, sometimes one of two."""
        return self.random.choice((None, None, None, None, "a", "b"))

    def who(self) -> str:
        """An operator, mostly with a name."""
        return self.draw(WHO, WHO, WHO, WHO, WHO, " ")

    def payment(self, *statuses: str, extension: bool | None = None) -> Payment | None:
        """Mostly a payment with one of these statuses."""
        payments = self.model.payments
        return self.pick(
            [p for p in payments if p.status in statuses and extension in {None, p.is_extension}], payments
        )

    def payer(self, payment: Payment | None) -> Customer | None:
        """Mostly the customer whose payment it is."""
        return self.pick([payment.customer] if payment else [], self.model.customers)

    def offer(self) -> tuple[Search | None, Mitra | None]:
        """Mostly a search and a mitra with an open offer of it."""
        searches = self.model.searches
        search = self.pick([search for search in searches if search.open_offers], searches)
        offered = [offer.mitra for offer in search.open_offers or search.offers] if search else []
        return search, self.pick(offered, self.model.mitras)

    def seat(self) -> tuple[Chat | None, Role, Participant | None]:
        """Mostly a running chat, and one of the two people in it."""
        chats = self.model.chats
        chat = self.pick([chat for chat in chats if chat.status == "active"], chats)
        role: Role = self.random.choice(("customer", "mitra"))
        people: Sequence[Participant] = [*self.model.customers, *self.model.mitras]
        return chat, role, self.pick([chat.person(role)] if chat else [], people)

    # ---- Customers ---------------------------------------------------------------------------------------

    def create_payment_session(self) -> None:
        """A customer chooses some minutes, which may not be for sale."""
        names_a_target = self.yes() and self.yes()
        self.twins.call(
            create_payment_session,
            self.pick(self.model.customers, []),
            self.random.choice((15, 15, 30, 30, 60, 45)),
            self.random.choice((*[Left.OUT] * 3, *(tier.id for tier in self.model.tiers))),
            self.pick(self.model.mitras, []) if names_a_target else Left.OUT,
            self.yes() and (not names_a_target or self.yes()),
            key=self.key(),
        )

    def confirm_payment_session(self) -> None:
        """A customer pays."""
        payment = self.payment("pending")
        self.twins.call(confirm_payment_session, payment, self.payer(payment), key=self.key())

    def cancel_payment_session(self) -> None:
        """A customer leaves before paying."""
        payment = self.payment("pending")
        self.twins.call(cancel_payment_session, payment, self.payer(payment))

    def start_general_request(self) -> None:
        """A customer looks for anybody."""
        payment = self.payment("confirmed", extension=False)
        self.twins.call(start_general_request, self.payer(payment), payment, key=self.key())

    def start_returning_request(self) -> None:
        """A customer asks a mitra again."""
        payment = self.payment("confirmed", extension=False)
        known = [chat.mitra for chat in self.model.chats if payment and chat.customer is payment.customer]
        if payment and payment.target:
            known = [payment.target]
        mitra = self.pick(known, self.model.mitras)
        self.twins.call(start_returning_request, self.payer(payment), payment, mitra, key=self.key())

    def fallback_to_blast(self) -> None:
        """A customer takes another bestie instead."""
        offered = [failure.payment for failure in self.model.failures if self.model.fallback_offered(failure)]
        payment = self.pick(offered, self.model.payments)
        self.twins.call(fallback_to_blast, self.payer(payment), payment, key=self.key())

    def cancel_request(self) -> None:
        """A customer gives up."""
        payment = self.payment("confirmed", extension=False)
        self.twins.call(cancel_request, self.payer(payment), payment)

    def request_extension(self) -> None:
        """A customer asks for more minutes."""
        payment = self.payment("confirmed", extension=True)
        chat = self.model.active_chat_of(payment.customer) if payment else None
        chat = self.pick([chat] if chat else [], self.model.chats)
        self.twins.call(request_extension, chat, self.payer(payment), payment, key=self.key())

    def find_a_chat(self) -> None:
        """A customer pays and looks for anybody; perhaps somebody is there and accepts."""
        free = [customer for customer in self.model.customers if self._is_free(customer)]
        customer = self.random.choice(free or self.model.customers)
        payment = self.twins.pay(customer, self.random.choice((15, 30)))
        self.twins.call(start_general_request, customer, payment)
        search = payment.running_search
        if search and search.open_offers and self.random.random() < 0.7:
            mitra = self.random.choice([offer.mitra for offer in search.open_offers])
            self.twins.call(accept_request, search, mitra)

    def _is_free(self, customer: Customer) -> bool:
        return not self.model.running_search_of(customer) and not self.model.active_chat_of(customer)

    def ask_again(self) -> None:
        """ "Curhat lagi", perhaps in the middle of a chat."""
        running = [chat for chat in self.model.chats if chat.status == "active"]
        chat = self.random.choice(running if running and self.yes() else self.model.chats)
        payment = self.twins.pay(chat.customer, self.random.choice((15, 30)), target=chat.mitra)
        self.twins.call(start_returning_request, chat.customer, payment, chat.mitra)

    def want_more(self) -> None:
        """A customer pays for more minutes, and asks for them."""
        chat = self.random.choice([c for c in self.model.chats if c.status == "active"])
        payment = self.twins.pay(chat.customer, self.random.choice((15, 30)), is_extension=True)
        self.twins.call(request_extension, chat, chat.customer, payment)

    def look_as_customer(self) -> None:
        """What a customer sees."""
        customer = self.random.choice(self.model.customers)
        self.twins.call(replies.client_state, customer)
        self.twins.call(get_pricing, customer, self.yes())
        self.twins.call(get_payment_session, self.payment("pending", "confirmed"), customer)
        self.twins.call(replies.list_chat_sessions, "customer", customer, Left.OUT, Left.OUT)

    # ---- Mitras ------------------------------------------------------------------------------------------

    def set_mitra_status(self) -> None:
        """A mitra comes or goes."""
        self.twins.call(set_mitra_status, self.pick(self.model.mitras, []), self.yes())

    def come_online(self) -> None:
        """A mitra who was not reachable comes back."""
        away = [mitra for mitra in self.model.mitras if self.model.presence(mitra) != "online"]
        self.twins.call(set_mitra_status, self.pick(away, self.model.mitras), True)

    def renew_leases(self) -> None:
        """The sockets of some mitras are open."""
        self.twins.call(renew_leases, [*(mitra for mitra in self.model.mitras if self.yes()), None])

    def release_lease(self) -> None:
        """A mitra closes the app."""
        self.twins.call(release_lease, self.pick(self.model.mitras, []), None)

    def see_decision(self) -> None:
        """A customer reads what was decided about their money."""
        decided = [one for one in self.model.failures if one.operator_action]
        failure = self.random.choice(decided or self.model.failures)
        self.twins.call(see_decision, failure.payment, failure.payment.customer)

    def mark_offer_seen(self) -> None:
        """A mitra's app shows an offer."""
        self.twins.call(mark_offer_seen, *self.offer())

    def accept_request(self) -> None:
        """A mitra says yes."""
        self.twins.call(accept_request, *self.offer())

    def decline_request(self) -> None:
        """A mitra says no."""
        self.twins.call(decline_request, *self.offer())

    def accept_everything(self) -> None:
        """A mitra accepts all their offers in turn, full or not."""
        offers = [offer for search in self.model.searches for offer in search.open_offers]
        eager = max(self.model.mitras, key=lambda mitra: sum(offer.mitra is mitra for offer in offers))
        for offer in offers:
            if offer.mitra is eager:
                self.twins.call(accept_request, offer.search, eager)

    def leave_instead_of_answering(self) -> None:
        """A mitra who was asked for more minutes goes offline."""
        self.twins.call(set_mitra_status, self.random.choice(self._pending()).chat.mitra, False)

    def end_instead_of_answering(self) -> None:
        """A chat ends while an extension is pending."""
        chat = self.random.choice(self._pending()).chat
        role: Role = self.random.choice(("customer", "mitra"))
        self.twins.call(end_chat, chat, role, chat.person(role))

    def _pending(self) -> list[Extension]:
        return [extension for extension in self.model.extensions if extension.status == "requested"]

    def answer_extension(self) -> None:
        """A mitra answers an extension."""
        extension = self.pick(self._pending(), self.model.extensions)
        mitra = self.pick([extension.chat.mitra] if extension else [], self.model.mitras)
        if self.yes():
            self.twins.call(approve_extension, extension, mitra)
        else:
            self.twins.call(reject_extension, extension, mitra)

    def look_as_mitra(self) -> None:
        """What a mitra sees."""
        mitra = self.random.choice(self.model.mitras)
        self.twins.call(replies.mitra_state, mitra)
        self.twins.call(replies.list_offers, mitra)
        self.twins.call(replies.list_chat_sessions, "mitra", mitra, Left.OUT, Left.OUT)

    # ---- Both --------------------------------------------------------------------------------------------

    def send_message(self) -> None:
        """Somebody says something, perhaps twice."""
        number = self.random.randint(0, 2)
        self.twins.call(
            send_message, *self.seat(), f"a0000000-0000-4000-8000-00000000000{number}", self.draw(*MESSAGES)
        )

    def mark_read(self) -> None:
        """Somebody has read something."""
        self.twins.call(mark_read, *self.seat(), self.random.randint(-1, 3))

    def end_chat(self) -> None:
        """Somebody ends a chat."""
        self.twins.call(end_chat, *self.seat())

    def look_at_chat(self) -> None:
        """What the two people of a chat see."""
        seat = self.seat()
        self.twins.call(get_chat_session, *seat)
        self.twins.call(list_messages, *seat, self.random.randint(0, 2), Left.OUT)

    # ---- Operators ---------------------------------------------------------------------------------------

    def set_config(self) -> None:
        """An operator changes a setting."""
        key = self.draw(*SETTINGS)
        self.twins.call(ops.set_config, key, self.draw(*SETTINGS[key]), self.who())

    def end_chat_by_operator(self) -> None:
        """An operator ends a chat."""
        self.twins.call(ops.end_chat, self.seat()[0], self.who(), "reported")

    def force_mitra_offline(self) -> None:
        """An operator takes a mitra offline."""
        self.twins.call(ops.force_mitra_offline, self.pick(self.model.mitras, []), self.who(), "phone lost")

    def action_failure(self) -> None:
        """An operator decides on the money of a failure."""
        failures = self.model.failures
        failure = self.pick([failure for failure in failures if failure.refund_due], failures)
        self.twins.call(
            ops.action_failure, failure, self.draw(*OPERATOR_ACTIONS, "forgotten"), self.who(), "by phone"
        )

    def fail_payment(self) -> None:
        """An operator ends a payment that has gone astray."""
        self.twins.call(
            ops.fail_payment,
            self.payment("confirmed"),
            self.draw(*CAUSE_TAGS, "bad_luck"),
            self.who(),
            "astray",
        )

    # ---- Time --------------------------------------------------------------------------------------------

    def the_moment_comes(self) -> None:
        """Time passes to just before, at, or just after a deadline, most often the next; what is due is fired."""
        coming = waits(self.model)
        wait = coming[0] if self.yes() else self.random.choice(coming)
        self._pass_until(wait.due_at + self.random.choice(AROUND) - self.model.now)

    def a_while_passes(self) -> None:
        """Some time passes; what is due is fired, however late."""
        longest = self.random.choice(WHILES * 3 + LONG_WHILES)
        self._pass_until(longest * self.random.uniform(0.5, 1))

    def nobody_fires(self) -> None:
        """A deadline passes without being fired, so that the next step comes before it."""
        self.twins.time_is(waits(self.model)[0].due_at + self.random.choice(LATE))

    def _pass_until(self, duration: timedelta) -> None:
        """Let time pass, with the mitras' sockets open all the while, or dead from now on."""
        then = self.model.now + duration
        hop = timedelta(seconds=self.model.number("presence_ttl_seconds") - 1)
        if self.yes() and duration < 4 * hop:
            while self.model.now + hop < then:
                self.twins.call(renew_leases, [*self.model.mitras, None])
                self.twins.time_is(self.model.now + hop)
                self.twins.fire_due()
            self.twins.call(renew_leases, [*self.model.mitras, None])
        self.twins.time_is(then)
        self.twins.fire_due()


def walk(world: World, salt: int, reached: Counter[str], phases: Collection[Phase] = tuple(Phase)) -> None:
    """Take ten walks, the same for the same salt. Fails with the shortest steps to a disagreement."""

    class Round(Walk):
        """A walk in this database, with this salt."""

        def __init__(self) -> None:
            super().__init__(world, salt, reached)

    run_state_machine_as_test(
        Round,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        ),
    )
