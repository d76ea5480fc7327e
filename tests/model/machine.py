"""Random people in a random order: what each step is, who takes it, and when.

Everything is drawn from what there is in the model, so that most steps make sense and some do not: an id of somebody
else's, one that does not exist, a thing in the wrong state, a call that came before, an idempotency key.

Hypothesis draws one seed for each step, and the step all else from that: choices are even, which they are not when
Hypothesis makes each of them, and a failing walk still shrinks to the steps that it takes to fail. Ten walks at a
time, each ten with a salt of their own: beyond ten Hypothesis begins to make mutants, most of whose steps are those of
a walk that it has taken already.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.model.entities import Chat, Customer, Entity, Extension, Mitra, Payment, Role, Search
from tests.model.model import CAUSE_TAGS, OPERATOR_ACTIONS, Model
from tests.model.twins import MITRAS, MOMENT, Participant, Twins
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
        """Count what everything has come to."""
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
        """What there is."""
        return self.twins.model

    @initialize(seed=SEEDS)
    def a_day_begins(self, seed: int) -> None:
        """Settings, how busy everybody is today, mitras who are there, and a first chat."""
        random = self._sow(seed)
        busy = (
            (self.customers, 4),
            (self.searchers, 4),
            (self.mitras, 4),
            (self.operators, 1),
            (self.time, 3),
        )
        self.moods = [mood for mood, most in busy for _ in range(random.randint(1, most))]
        self.twins.set_config("presence_ttl_seconds", self.draw("45", "600", "600", "600"), WHO)
        self.twins.set_config("max_customers_per_mitra", self.draw("1", "2", "3"), WHO)
        self.twins.set_config("auto_offline_after_missed_offers", self.draw("0", "0", "2"), WHO)
        for mitra in self.model.mitras[: random.randint(1, len(MITRAS))]:
            self.twins.set_mitra_status(mitra, True)
        self.find_a_chat()

    @rule(seed=SEEDS)
    def step(self, seed: int) -> None:
        """Somebody does something that somebody could do now."""
        random = self._sow(seed)
        mood = random.choice(self.moods)
        random.choice(mood())()

    def _sow(self, seed: int) -> Random:
        """Chance for one step; a seed that comes a second time brings something else."""
        self.sown[seed] += 1
        self.random = Random(f"{self.salt} {seed} {self.sown[seed]}")
        return self.random

    # ---- Who could do what -------------------------------------------------------------------------------

    def customers(self) -> list[Act]:
        """What customers do who are not looking for anybody."""
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
        """What customers do who are looking for somebody."""
        acts = [self.find_a_chat]
        if self.model.payments:
            acts += [self.start_general_request, self.start_returning_request, self.cancel_request]
        if self.model.chats:
            acts += [self.ask_again, self.ask_again]
        if self.model.failures:
            acts += [self.fallback_to_blast, self.fallback_to_blast]
        return [*acts, self.twins.again]

    def mitras(self) -> list[Act]:
        """What mitras do."""
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
        """What operators do."""
        acts = [self.set_config, self.set_config, self.force_mitra_offline]
        if self.model.payments:
            acts += [self.fail_payment]
        if self.model.failures:
            acts += [self.action_failure, self.action_failure, self.see_decision]
        if self.model.chats:
            acts += [self.end_chat_by_operator]
        return [*acts, self.twins.again]

    def time(self) -> list[Act]:
        """How time goes on."""
        acts = [self.twins.fire_due, self.a_while_passes]
        if self.model.waits():
            acts += [self.the_moment_comes, self.the_moment_comes]
            if self.model.waits()[0].due_at > self.model.now:
                acts += [self.nobody_fires, self.nobody_fires]
        return acts

    # ---- Choices -----------------------------------------------------------------------------------------

    def pick(self, sensible: Sequence[E], everything: Sequence[E]) -> E | None:
        """Mostly what makes sense, sometimes anything, rarely (None) what does not exist."""
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
        """Or no."""
        return self.random.random() < 0.5

    def key(self) -> str | None:
        """Mostly no idempotency key, sometimes one of two."""
        return self.random.choice((None, None, None, None, "a", "b"))

    def who(self) -> str:
        """An operator, mostly with a name."""
        return self.draw(WHO, WHO, WHO, WHO, WHO, " ")

    def payment(self, *statuses: str, extension: bool | None = None) -> Payment | None:
        """Mostly a payment that is so."""
        payments = self.model.payments
        return self.pick(
            [p for p in payments if p.status in statuses and extension in {None, p.is_extension}], payments
        )

    def payer(self, payment: Payment | None) -> Customer | None:
        """Mostly whose payment it is."""
        return self.pick([payment.customer] if payment else [], self.model.customers)

    def offer(self) -> tuple[Search | None, Mitra | None]:
        """Mostly a search and a mitra to whom it is open."""
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
        """A customer chooses some minutes, or some that nobody sells."""
        names_a_target = self.yes() and self.yes()
        self.twins.create_payment_session(
            self.pick(self.model.customers, []),
            self.random.choice((15, 15, 30, 30, 60, 45)),
            tier_id=self.random.choice((None, None, None, *(tier.id for tier in self.model.tiers))),
            names_a_target=names_a_target,
            target=self.pick(self.model.mitras, []) if names_a_target else None,
            is_extension=self.yes() and (not names_a_target or self.yes()),
            key=self.key(),
        )

    def confirm_payment_session(self) -> None:
        """A customer pays."""
        payment = self.payment("pending")
        self.twins.confirm_payment_session(payment, self.payer(payment), self.key())

    def cancel_payment_session(self) -> None:
        """A customer leaves before paying."""
        payment = self.payment("pending")
        self.twins.cancel_payment_session(payment, self.payer(payment))

    def start_general_request(self) -> None:
        """A customer looks for anybody."""
        payment = self.payment("confirmed", extension=False)
        self.twins.start_general_request(self.payer(payment), payment, self.key())

    def start_returning_request(self) -> None:
        """A customer asks a mitra again."""
        payment = self.payment("confirmed", extension=False)
        known = [chat.mitra for chat in self.model.chats if payment and chat.customer is payment.customer]
        if payment and payment.target:
            known = [payment.target]
        mitra = self.pick(known, self.model.mitras)
        self.twins.start_returning_request(self.payer(payment), payment, mitra, self.key())

    def fallback_to_blast(self) -> None:
        """A customer takes another bestie instead."""
        offered = [failure.payment for failure in self.model.failures if self.model.fallback_offered(failure)]
        payment = self.pick(offered, self.model.payments)
        self.twins.fallback_to_blast(self.payer(payment), payment, self.key())

    def cancel_request(self) -> None:
        """A customer gives up."""
        payment = self.payment("confirmed", extension=False)
        self.twins.cancel_request(self.payer(payment), payment)

    def request_extension(self) -> None:
        """A customer asks for more minutes."""
        payment = self.payment("confirmed", extension=True)
        chat = self.model.active_chat_of(payment.customer) if payment else None
        chat = self.pick([chat] if chat else [], self.model.chats)
        self.twins.request_extension(chat, self.payer(payment), payment, self.key())

    def find_a_chat(self) -> None:
        """A customer pays and looks for anybody; perhaps somebody is there and accepts."""
        free = [customer for customer in self.model.customers if self._is_free(customer)]
        customer = self.random.choice(free or self.model.customers)
        payment = self.twins.pay(customer, self.random.choice((15, 30)))
        self.twins.start_general_request(customer, payment)
        search = payment.running_search
        if search and search.open_offers and self.random.random() < 0.7:
            mitra = self.random.choice([offer.mitra for offer in search.open_offers])
            self.twins.accept_request(search, mitra)

    def _is_free(self, customer: Customer) -> bool:
        return not self.model.running_search_of(customer) and not self.model.active_chat_of(customer)

    def ask_again(self) -> None:
        """ "Curhat lagi", perhaps in the middle of a chat."""
        running = [chat for chat in self.model.chats if chat.status == "active"]
        chat = self.random.choice(running if running and self.yes() else self.model.chats)
        payment = self.twins.pay(chat.customer, self.random.choice((15, 30)), target=chat.mitra)
        self.twins.start_returning_request(chat.customer, payment, chat.mitra)

    def want_more(self) -> None:
        """A customer pays for more minutes, and asks for them."""
        chat = self.random.choice([c for c in self.model.chats if c.status == "active"])
        payment = self.twins.pay(chat.customer, self.random.choice((15, 30)), is_extension=True)
        self.twins.request_extension(chat, chat.customer, payment)

    def look_as_customer(self) -> None:
        """What a customer sees."""
        customer = self.random.choice(self.model.customers)
        self.twins.client_state(customer)
        self.twins.get_pricing(customer, self.yes())
        self.twins.get_payment_session(self.payment("pending", "confirmed"), customer)
        self.twins.list_chat_sessions("customer", customer)

    # ---- Mitras ------------------------------------------------------------------------------------------

    def set_mitra_status(self) -> None:
        """A mitra comes or goes."""
        self.twins.set_mitra_status(self.pick(self.model.mitras, []), self.yes())

    def come_online(self) -> None:
        """A mitra who was not in reach comes back."""
        away = [mitra for mitra in self.model.mitras if self.model.presence(mitra) != "online"]
        self.twins.set_mitra_status(self.pick(away, self.model.mitras), True)

    def renew_leases(self) -> None:
        """The sockets of some mitras are open."""
        self.twins.renew_leases([mitra for mitra in self.model.mitras if self.yes()])

    def release_lease(self) -> None:
        """A mitra closes the app."""
        self.twins.release_lease(self.pick(self.model.mitras, []))

    def see_decision(self) -> None:
        """A customer reads what was decided about their money."""
        decided = [one for one in self.model.failures if one.operator_action]
        failure = self.random.choice(decided or self.model.failures)
        self.twins.see_decision(failure.payment, failure.payment.customer)

    def mark_offer_seen(self) -> None:
        """A mitra's app shows an offer."""
        self.twins.mark_offer_seen(*self.offer())

    def accept_request(self) -> None:
        """A mitra says yes."""
        self.twins.accept_request(*self.offer())

    def decline_request(self) -> None:
        """A mitra says no."""
        self.twins.decline_request(*self.offer())

    def accept_everything(self) -> None:
        """A mitra says yes to all that is offered, one after the other, full or not."""
        offers = [offer for search in self.model.searches for offer in search.open_offers]
        eager = max(self.model.mitras, key=lambda mitra: sum(offer.mitra is mitra for offer in offers))
        for offer in offers:
            if offer.mitra is eager:
                self.twins.accept_request(offer.search, eager)

    def leave_instead_of_answering(self) -> None:
        """A mitra who was asked for more minutes goes offline."""
        self.twins.set_mitra_status(self.random.choice(self._pending()).chat.mitra, False)

    def end_instead_of_answering(self) -> None:
        """A chat ends while an extension is pending."""
        chat = self.random.choice(self._pending()).chat
        role: Role = self.random.choice(("customer", "mitra"))
        self.twins.end_chat(chat, role, chat.person(role))

    def _pending(self) -> list[Extension]:
        return [extension for extension in self.model.extensions if extension.status == "requested"]

    def answer_extension(self) -> None:
        """A mitra answers an extension."""
        extension = self.pick(self._pending(), self.model.extensions)
        mitra = self.pick([extension.chat.mitra] if extension else [], self.model.mitras)
        if self.yes():
            self.twins.approve_extension(extension, mitra)
        else:
            self.twins.reject_extension(extension, mitra)

    def look_as_mitra(self) -> None:
        """What a mitra sees."""
        mitra = self.random.choice(self.model.mitras)
        self.twins.mitra_state(mitra)
        self.twins.list_offers(mitra)
        self.twins.list_chat_sessions("mitra", mitra)

    # ---- Both --------------------------------------------------------------------------------------------

    def send_message(self) -> None:
        """Somebody says something, perhaps twice."""
        number = self.random.randint(0, 2)
        self.twins.send_message(
            *self.seat(), f"a0000000-0000-4000-8000-00000000000{number}", self.draw(*MESSAGES)
        )

    def mark_read(self) -> None:
        """Somebody has read something."""
        self.twins.mark_read(*self.seat(), self.random.randint(-1, 3))

    def end_chat(self) -> None:
        """Somebody ends a chat."""
        self.twins.end_chat(*self.seat())

    def look_at_chat(self) -> None:
        """What the two people of a chat see."""
        seat = self.seat()
        self.twins.get_chat_session(*seat)
        self.twins.list_messages(*seat, self.random.randint(0, 2))

    # ---- Operators ---------------------------------------------------------------------------------------

    def set_config(self) -> None:
        """An operator changes a setting."""
        key = self.draw(*SETTINGS)
        self.twins.set_config(key, self.draw(*SETTINGS[key]), self.who())

    def end_chat_by_operator(self) -> None:
        """An operator ends a chat."""
        self.twins.end_chat_by_operator(self.seat()[0], self.who(), "reported")

    def force_mitra_offline(self) -> None:
        """An operator takes a mitra offline."""
        self.twins.force_mitra_offline(self.pick(self.model.mitras, []), self.who(), "phone lost")

    def action_failure(self) -> None:
        """An operator decides on the money of a failure."""
        failures = self.model.failures
        failure = self.pick([failure for failure in failures if failure.refund_due], failures)
        self.twins.action_failure(failure, self.draw(*OPERATOR_ACTIONS, "forgotten"), self.who(), "by phone")

    def fail_payment(self) -> None:
        """An operator ends a payment that has gone astray."""
        self.twins.fail_payment(
            self.payment("confirmed"), self.draw(*CAUSE_TAGS, "bad_luck"), self.who(), "astray"
        )

    # ---- Time --------------------------------------------------------------------------------------------

    def the_moment_comes(self) -> None:
        """It is just before, at, or just after something that waits, most often the next; what is due is fired."""
        waits = self.model.waits()
        wait = waits[0] if self.yes() else self.random.choice(waits)
        self._pass_until(wait.due_at + self.random.choice(AROUND) - self.model.now)

    def a_while_passes(self) -> None:
        """Some time passes; what is due is fired, however late."""
        longest = self.random.choice(WHILES * 3 + LONG_WHILES)
        self._pass_until(longest * self.random.uniform(0.5, 1))

    def nobody_fires(self) -> None:
        """A deadline comes, and what happens next happens before anybody has fired it."""
        self.twins.time_is(self.model.waits()[0].due_at + self.random.choice(LATE))

    def _pass_until(self, duration: timedelta) -> None:
        """Let time pass, the mitras' sockets open all the while, or dead from now on."""
        then = self.model.now + duration
        hop = timedelta(seconds=self.model.number("presence_ttl_seconds") - 1)
        if self.yes() and duration < 4 * hop:
            while self.model.now + hop < then:
                self.twins.renew_leases(self.model.mitras)
                self.twins.time_is(self.model.now + hop)
                self.twins.fire_due()
            self.twins.renew_leases(self.model.mitras)
        self.twins.time_is(then)
        self.twins.fire_due()


def walk(world: World, salt: int, reached: Counter[str], phases: Collection[Phase] = tuple(Phase)) -> None:
    """Take ten walks, the same for the same salt. Fails with the shortest way to what a walk has found."""

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
