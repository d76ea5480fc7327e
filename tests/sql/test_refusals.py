"""Every refusal that a function states is provoked once. A new slug without a case fails here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from app.described.refusals import statuses
from tests.conftest import Connection
from tests.sql.sign_ins import (
    CODE,
    PASSWORD_HASH,
    Device,
    enter_code,
    hashed,
    new_phone,
    operator,
    request_code,
    signed_in,
)
from tests.sql.world import World
from workshop.reference.generate import read_functions


@dataclass(frozen=True)
class Scene:
    """The ids that a call is about. An id that a scene does not need belongs to nobody."""

    customer: str
    payment: str
    mitra: str
    request: str
    chat: str
    extension: str
    failure: str
    key: str | None = None
    phone: str = ""
    operator: str = ""
    email: str = ""
    token: str = "t0"
    staff: str = ""


Make = Callable[[World], Scene]
Call = Callable[[Scene], tuple[object, ...]]
Cases = dict[str, tuple[Make, Call]]


def scene(world: World, **made: Any) -> Scene:  # noqa: ANN401
    """A scene with these ids; all others are new and belong to nobody."""
    names = ("customer", "payment", "mitra", "request", "chat", "extension", "failure", "operator")
    return Scene(**{**{name: world.uuid() for name in names}, **made})


def nobody(world: World) -> Scene:
    return scene(world)


# Payments


def stranger(world: World) -> Scene:
    """Another customer's payment."""
    return scene(world, customer=world.customer(), payment=world.pay(world.customer()))


def pending(world: World) -> Scene:
    customer = world.customer()
    return scene(world, customer=customer, payment=world.choose(customer)["id"])


def abandoned(world: World) -> Scene:
    made = pending(world)
    world.api("cancel_payment_session", made.payment, made.customer)
    return made


def expired_unpaid(world: World) -> Scene:
    """A pending payment past its deadline, which has not fired yet."""
    made = pending(world)
    world.clock.advance(minutes=20)
    return made


def confirmed(world: World) -> Scene:
    customer = world.customer()
    return scene(world, customer=customer, payment=world.pay(customer))


def expired(world: World) -> Scene:
    """A confirmed payment past its deadline, which has not fired yet."""
    made = confirmed(world)
    world.clock.advance(minutes=20)
    return made


def expired_and_fired(world: World) -> Scene:
    made = expired_unpaid(world)
    world.fire()
    return made


def cancelled(world: World) -> Scene:
    """A payment whose customer cancelled."""
    made = confirmed(world)
    world.api("cancel_request", made.customer, made.payment)
    return made


def no_mitra_came(world: World) -> Scene:
    made = confirmed(world)
    world.search(made.customer, made.payment)
    world.wait(60)
    return made


def chatting(world: World) -> Scene:
    """A running chat, its payment consumed."""
    customer, mitra = world.customer(), world.mitra()
    search = world.search(customer)
    chat = world.accept(search, mitra)
    return scene(
        world,
        customer=customer,
        payment=search["payment_session_id"],
        mitra=mitra,
        request=search["id"],
        chat=chat["id"],
    )


def targeted_and_declined(world: World) -> Scene:
    """A payment whose returning request was declined."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    search = world.ask_again(customer, mitra, payment)
    world.decline(search, mitra)
    failure = world.failure(payment)["id"]
    return scene(
        world, customer=customer, payment=payment, mitra=mitra, request=search["id"], failure=failure
    )


def targeted_and_declined_long_ago(world: World) -> Scene:
    made = targeted_and_declined(world)
    world.clock.advance(minutes=20)
    return made


def actioned(world: World) -> Scene:
    made = targeted_and_declined(world)
    world.ops("action_failure", made.failure, "refunded", "Ratna")
    return made


def two_free_trials(world: World) -> Scene:
    """A free trial is pending while another, which had failed, is used again."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    failed = world.pay(customer, 15, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, failed), mitra)
    chosen = world.choose(customer, 15)["id"]
    world.api("fallback_to_blast", customer, failed)
    return scene(world, customer=customer, payment=chosen)


def failed_trial_with_another(world: World) -> Scene:
    """A failed free trial cannot be used again once another is confirmed."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, 15, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    world.pay(customer, 15)
    return scene(world, customer=customer, payment=payment, mitra=mitra)


def searching_on_another(world: World) -> Scene:
    made = confirmed(world)
    world.search(made.customer)
    return made


def failed_and_searching_on_another(world: World) -> Scene:
    made = targeted_and_declined(world)
    world.search(made.customer)
    return made


def chatting_with_another(world: World) -> Scene:
    """The customer has a payment for a mitra they know, and chats with another one."""
    customer, known = world.customer(), world.mitra()
    world.acquaint(customer, known)
    payment = world.pay(customer, mitra=known)
    world.chat(customer, world.mitra())
    return scene(world, customer=customer, payment=payment, mitra=known)


def failed_and_chatting(world: World) -> Scene:
    made = targeted_and_declined(world)
    world.chat(made.customer, world.mitra())
    return made


def known_and_searching(world: World) -> Scene:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.search(customer)
    return scene(world, customer=customer, payment=payment, mitra=mitra)


def known_but_for_another(world: World) -> Scene:
    customer, mitra = world.customer(), world.mitra()
    return scene(world, customer=customer, payment=world.pay(customer, mitra=mitra), mitra=world.mitra())


def never_met(world: World) -> Scene:
    customer, mitra = world.customer(), world.mitra()
    return scene(world, customer=customer, payment=world.pay(customer), mitra=mitra)


def waiting_for_an_extension(world: World) -> Scene:
    """A chat with a pending extension, and a payment to ask its mitra again."""
    customer, mitra = world.customer(), world.mitra()
    chat = world.chat(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    extension = world.extend(chat)
    return scene(
        world, customer=customer, payment=payment, mitra=mitra, chat=chat["id"], extension=extension["id"]
    )


# Requests and offers


def offered(world: World) -> Scene:
    customer, mitra = world.customer(), world.mitra()
    payment = world.pay(customer)
    search = world.search(customer, payment)
    return scene(world, customer=customer, payment=payment, mitra=mitra, request=search["id"])


def offered_to_others(world: World) -> Scene:
    made = offered(world)
    return scene(world, request=made.request, mitra=world.mitra(online=False))


def taken(world: World) -> Scene:
    other = world.mitra()
    made = offered(world)
    world.api("accept_request", made.request, other)
    return made


def search_cancelled(world: World) -> Scene:
    made = offered(world)
    world.api("cancel_request", made.customer, made.payment)
    return made


def search_expired(world: World) -> Scene:
    """The search is past its deadline, which has not fired yet."""
    made = offered(world)
    world.clock.advance(60)
    return made


def withdrawn(world: World) -> Scene:
    """The mitra's offer was withdrawn when they went offline; another mitra still has one."""
    world.mitra()
    made = offered(world)
    world.api("set_mitra_status", made.mitra, False)
    return made


def declined(world: World) -> Scene:
    world.mitra()
    made = offered(world)
    world.api("decline_request", made.request, made.mitra)
    return made


def offered_but_offline(world: World) -> Scene:
    """The mitra has just gone offline; the search was locked, so the offer is not withdrawn yet."""
    made = offered(world)
    with world.owner.transaction():
        world.owner.execute("select from data.pairing_requests where id = %s for update", [made.request])
        world.api("set_mitra_status", made.mitra, False)
    return made


def offered_but_full(world: World) -> Scene:
    """The mitra has just accepted another search; this offer is not withdrawn yet."""
    world.configure("max_customers_per_mitra", 1)
    made = offered(world)
    world.accept(world.search(world.customer()), made.mitra)
    return made


# Chats and extensions


def chat_ended(world: World) -> Scene:
    made = chatting(world)
    world.api("end_chat", made.chat, "customer", made.customer)
    return made


def chat_of_others(world: World) -> Scene:
    return scene(world, chat=chatting(world).chat)


def with_extension_payment(make: Make) -> Make:
    """The scene with a confirmed payment for an extension."""

    def with_payment(world: World) -> Scene:
        made = make(world)
        return scene(
            world,
            customer=made.customer,
            mitra=made.mitra,
            chat=made.chat,
            payment=world.pay(made.customer, 15, extension=True),
        )

    return with_payment


def others_chat_with_payment(world: World) -> Scene:
    customer = world.customer()
    payment = world.pay(customer, 15, extension=True)
    return scene(world, customer=customer, payment=payment, chat=chatting(world).chat)


def extension_payment(world: World) -> Scene:
    """A confirmed payment for an extension, used for a chat."""
    customer = world.customer()
    return scene(world, customer=customer, payment=world.pay(customer, 15, extension=True))


def chatting_and(state: str) -> Make:
    """A running chat, and an extension's payment in this state."""

    def make(world: World) -> Scene:
        made = chatting(world)
        payment = world.choose(made.customer, 15, extension=True)["id"]
        if state == "expired":
            world.clock.advance(minutes=20)
        elif state == "abandoned":
            world.api("cancel_payment_session", payment, made.customer)
        elif state != "pending":
            world.api("confirm_payment_session", payment, made.customer)
            extension = world.api("request_extension", made.chat, made.customer, payment)
            answer = {"consumed": "approve_extension", "failed": "reject_extension"}[state]
            world.api(answer, extension["id"], made.mitra)
        return scene(world, customer=made.customer, chat=made.chat, payment=payment)

    return make


def chatting_and_paid_for_a_chat(world: World) -> Scene:
    made = chatting(world)
    return scene(world, customer=made.customer, chat=made.chat, payment=world.pay(made.customer))


def chatting_and_tried(world: World) -> Scene:
    made = chatting(world)
    return scene(world, customer=made.customer, chat=made.chat, payment=world.pay(made.customer, 15))


def chatting_and_asking_again(world: World) -> Scene:
    made = chatting(world)
    world.ask_again(made.customer, made.mitra)
    return made


def extension_expired(world: World) -> Scene:
    """The extension is past its deadline, which has not fired yet."""
    made = waiting_for_an_extension(world)
    world.clock.advance(10)
    return made


def extension_withdrawn(world: World) -> Scene:
    made = waiting_for_an_extension(world)
    world.api("end_chat", made.chat, "customer", made.customer)
    return made


def extension_answered(answer: str) -> Make:
    def make(world: World) -> Scene:
        made = waiting_for_an_extension(world)
        world.api(answer, made.extension, made.mitra)
        return made

    return make


# Failures


def superseded(world: World) -> Scene:
    made = targeted_and_declined(world)
    world.api("fallback_to_blast", made.customer, made.payment)
    return made


def trial_failed(world: World) -> Scene:
    customer = world.customer()
    payment = world.pay(customer, 15)
    world.api("cancel_request", customer, payment)
    return scene(world, failure=world.failure(payment)["id"])


# Sign-in


def without_a_code(world: World) -> Scene:
    """A phone number without a code."""
    return scene(world, phone=new_phone())


def with_a_code(world: World) -> Scene:
    """A phone number with a code."""
    made = without_a_code(world)
    request_code(world, made.phone)
    return made


def with_an_expired_code(world: World) -> Scene:
    made = with_a_code(world)
    world.clock.advance(300)
    return made


def locked_out(world: World) -> Scene:
    made = with_one_try_left(world)
    enter_code(world, made.phone, "000000")
    return made


def with_one_try_left(world: World) -> Scene:
    made = with_a_code(world)
    for _ in range(4):
        enter_code(world, made.phone, "000000")
    return made


def blocked(world: World) -> Scene:
    """A blocked customer with a code."""
    phone = new_phone()
    world.ops("block_person", signed_in(world, phone=phone).row["person_id"], "Ratna")
    request_code(world, phone)
    return scene(world, phone=phone)


def and_blocked(make: Make) -> Make:
    """The scene, then its customer is blocked."""

    def blocked_since(world: World) -> Scene:
        made = make(world)
        world.ops("block_person", made.customer, "Ratna")
        return made

    return blocked_since


def known_and_paid(world: World) -> Scene:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    return scene(world, customer=customer, mitra=mitra, payment=world.pay(customer, mitra=mitra))


def blocked_mitra(world: World) -> Scene:
    mitra = world.mitra()
    world.ops("block_person", mitra, "Ratna")
    return scene(world, mitra=mitra)


def signed_in_customer(world: World) -> Scene:
    """A signed-in customer; `customer` is the id of the sign-in."""
    return scene(world, customer=signed_in(world).id)


def signed_out(world: World) -> Scene:
    device = signed_in(world)
    device.sign_out()
    return scene(world, customer=device.id)


def replayed(world: World) -> Scene:
    """A refresh token of theirs was used twice."""
    device = signed_in(world)
    device.refresh()
    device.refresh()
    return scene(world, customer=device.id)


def blocked_by_hand(world: World) -> Scene:
    device = signed_in(world)
    world.owner.execute("update data.users set blocked_at = logic.now()")
    world.sound = False
    return scene(world, customer=device.id)


def an_operator(role: str) -> Make:
    """An operator with this role."""

    def make(world: World) -> Scene:
        operator_id = operator(world, role)
        email = world.row("cc_users", operator_id)["email"]
        return scene(world, operator=operator_id, email=email)

    return make


def admin_and_another(world: World) -> Scene:
    admin = operator(world, "admin")
    another = operator(world)
    return scene(world, operator=admin, customer=another, email=world.row("cc_users", another)["email"])


def locked_out_operator(world: World) -> Scene:
    made = an_operator("viewer")(world)
    for _ in range(5):
        world.control("finish_login", made.email, "wrong", None, made.payment, hashed("t"))
    return made


def signed_in_operator(then: str) -> Make:
    """A signed-in operator, then this happens; `customer` is the id of the sign-in."""

    def make(world: World) -> Scene:
        made = an_operator("viewer")(world)
        device = Device(world)
        world.control("finish_login", made.email, PASSWORD_HASH, None, device.id, hashed("t0"))
        if then == "disabled by hand":
            world.owner.execute("update data.cc_users set active = false")
            world.sound = False
        elif then == "replayed":
            for token, successor in (("t0", "t1"), ("t1", "t2")):
                world.control("refresh_login", device.id, hashed(token), "s", hashed(successor), False)
        return scene(world, customer=device.id)

    return make


def code_request(made: Scene) -> tuple[object, ...]:
    return ("customer", made.phone, hashed(CODE))


def code_entry(code: str = CODE, name: str | None = "Budi") -> Call:
    return lambda made: ("customer", made.phone, [hashed(code)], name, made.payment, hashed("t"))


def refresh(made: Scene) -> tuple[object, ...]:
    return (made.customer, hashed(made.token), "salt", hashed("t1"))


def refresh_operator(made: Scene) -> tuple[object, ...]:
    return (*refresh(made), False)


def finish_login(*, right: bool) -> Call:
    return lambda made: (made.email, PASSWORD_HASH if right else "wrong", None, made.payment, hashed("t"))


def finish_password_change(*, right: bool) -> Call:
    new_hash = f"{PASSWORD_HASH}new"
    password_hash = PASSWORD_HASH if right else "wrong"
    return lambda made: (made.operator, password_hash, new_hash, made.payment, hashed("t"))


def take_on(email: str = "new@example.com", name: str | None = "Ayu", role: str = "viewer") -> Call:
    return lambda made: (made.operator, email, name, role, PASSWORD_HASH)


def change(role: str | None = "viewer") -> Call:
    return lambda made: (made.operator, made.customer, role, None)


def set_operator(
    email: str = "new@example.com",
    name: str | None = "Ayu",
    role: str = "viewer",
    password_hash: str | None = PASSWORD_HASH,
    who: str = "Ratna",
) -> Call:
    return lambda made: (made.email or email, name, role, password_hash, who)


def change_by_email(email: str | None = None, role: str | None = "viewer", who: str = "Ratna") -> Call:
    return lambda made: (email or made.email, role, None, who)


def add_mitra(name: str | None = "Ayu", who: str = "Ratna") -> Call:
    return lambda made: (made.phone, name, who)


def with_phone(phone: str) -> Make:
    """A scene with this phone number."""
    return lambda world: scene(world, phone=phone)


def hour_without_codes(world: World) -> Scene:
    """All codes of the hour are used up."""
    world.configure("otp_most_per_hour", 1)
    request_code(world, new_phone())
    return scene(world, phone=new_phone())


def look_up(made: Scene) -> tuple[object, ...]:
    return "customer", made.phone


def with_a_mitras_phone(world: World) -> Scene:
    """The phone number of a mitra."""
    phone = new_phone()
    world.ops("add_mitra", phone, "Ayu", "Ratna")
    return scene(world, phone=phone)


# The control center


def staffed(role: str, make: Make = nobody) -> Make:
    """The scene, with an operator of this role."""

    def with_staff(world: World) -> Scene:
        return replace(make(world), staff=world.staff(role))

    return with_staff


def crowded(world: World) -> Scene:
    """More people of one name than a search text may match."""
    world.owner.execute(
        "insert into data.users (phone, display_name, created_at) "
        "select '+62855' || lpad(n::text, 7, '0'), 'Bambang', logic.now() from generate_series(1, 201) n"
    )
    return scene(world)


def by_staff(*arguments: object) -> Call:
    """A call by an operator. `:name` stands for that field of the scene."""
    return lambda made: (
        made.staff,
        *(
            getattr(made, one[1:]) if isinstance(one, str) and one.startswith(":") else one
            for one in arguments
        ),
    )


def unknown(arguments: int) -> Cases:
    """The refusal of an unknown operator, whatever the other arguments."""
    return {"operator_unknown": (nobody, lambda made: (made.customer, *[None] * arguments))}


def failures_of(*rest: object) -> Cases:
    """The refusals of a list of failures. `rest` follows the filter."""

    def filtered(**given: object) -> Call:
        names = ("causes", "since", "until", "needs", "search", "customer", "mitra")
        return by_staff(*(given.get(name) for name in names), *rest)

    return {
        **unknown(7 + len(rest)),
        "invalid_cause_tag": (staffed("viewer"), filtered(causes=["bad_luck"])),
        "invalid_date": (staffed("viewer"), filtered(since="2026-02-30")),
        "search_too_short": (staffed("viewer"), filtered(search="Bu ")),
        "search_too_broad": (staffed("viewer", crowded), filtered(search="bambang")),
    }


# The table


def key_used_elsewhere(make: Make) -> Make:
    """The scene, with an idempotency key that the customer has used for another request."""

    def with_key(world: World) -> Scene:
        made = make(world)
        world.api("create_payment_session", made.customer, 60, None, None, False, "k")
        return Scene(**{**made.__dict__, "key": "k"})

    return with_key


def too_many_keys(make: Make) -> Make:
    """The scene, with one idempotency key above the customer's daily quota."""

    def with_keys(world: World) -> Scene:
        made = make(world)
        world.sound = False  # these keys have no replies
        most = world.value("select logic.setting_integer('idempotency_keys_per_day')")
        world.owner.execute(
            "insert into data.idempotency_keys (owner_id, key, function, request, created_at) "
            "select %s, n::text, 'f', '{}', logic.now() from generate_series(1, %s) n",
            [made.customer, most],
        )
        return Scene(**{**made.__dict__, "key": "one too many"})

    return with_keys


def wrote(most: str) -> Make:
    """A chat with as many messages as this setting allows."""

    def make(world: World) -> Scene:
        made = chatting(world)
        world.owner.execute(
            "insert into data.chat_messages (chat_session_id, seq, sender, client_message_id, body, sent_at) "
            "select %s, n, 'customer', gen_random_uuid(), 'Halo', logic.now() - interval '5 seconds' "
            "from generate_series(1, logic.setting_integer(%s)) n",
            [made.chat, most],
        )
        world.owner.execute(
            "update data.chat_sessions set last_seq = logic.setting_integer(%s) where id = %s",
            [most, made.chat],
        )
        return made

    return make


def bought_all_hour(world: World) -> Scene:
    made = scene(world, customer=world.customer())
    for _ in range(world.value("select logic.setting_integer('payments_per_hour')")):
        world.choose(made.customer)
    return made


def create(made: Scene) -> tuple[object, ...]:
    return (made.customer, 30, None, None, False, made.key)


def confirm(made: Scene) -> tuple[object, ...]:
    return (made.payment, made.customer, made.key)


def pay_of(made: Scene) -> tuple[object, ...]:
    return (made.payment, made.customer)


def start(made: Scene) -> tuple[object, ...]:
    return (made.customer, made.payment, made.key)


def start_again(made: Scene) -> tuple[object, ...]:
    return (made.customer, made.payment, made.mitra, made.key)


def give_up(made: Scene) -> tuple[object, ...]:
    return (made.customer, made.payment)


def answer(made: Scene) -> tuple[object, ...]:
    return (made.request, made.mitra)


def as_customer(made: Scene) -> tuple[object, ...]:
    return (made.chat, "customer", made.customer)


def say(text: str) -> Call:
    return lambda made: (*as_customer(made), made.customer, text)


def extend(made: Scene) -> tuple[object, ...]:
    return (made.chat, made.customer, made.payment, made.key)


def answer_extension(made: Scene) -> tuple[object, ...]:
    return (made.extension, made.mitra)


def decide(action: str, who: str = "Ratna", note: str | None = None) -> Call:
    return lambda made: (made.failure, action, who, note)


def fail(cause: str, who: str = "Ratna", note: str | None = None) -> Call:
    return lambda made: (made.payment, cause, who, note)


LONG = "x" * 1001


STARTS: dict[str, Make] = {
    "payment_session_not_found": stranger,
    "payment_is_for_extension": extension_payment,
    "payment_session_expired": expired,
    "payment_not_confirmed": pending,
    "payment_session_abandoned": abandoned,
    "payment_session_consumed": chatting,
    "payment_session_failed": cancelled,
}

CASES: dict[str, Cases] = {
    "api.create_payment_session": {
        "customer_not_found": (nobody, create),
        "unknown_tier": (confirmed, lambda made: (made.customer, 31)),
        "account_blocked": (and_blocked(confirmed), create),
        "mitra_not_found": (confirmed, lambda made: (made.customer, 30, None, made.mitra)),
        "target_not_allowed": (never_met, lambda made: (made.customer, 15, None, made.mitra, True)),
        "too_many_payments": (bought_all_hour, create),
        "idempotency_key_reused": (key_used_elsewhere(confirmed), create),
        "too_many_idempotency_keys": (too_many_keys(confirmed), create),
    },
    "api.confirm_payment_session": {
        "payment_session_not_found": (stranger, confirm),
        "payment_session_expired": (expired_unpaid, confirm),
        "payment_session_abandoned": (abandoned, confirm),
        "payment_session_consumed": (chatting, confirm),
        "payment_session_failed": (cancelled, confirm),
        "free_trial_already_used": (two_free_trials, confirm),
        "account_blocked": (and_blocked(pending), confirm),
        "idempotency_key_reused": (key_used_elsewhere(confirmed), confirm),
        "too_many_idempotency_keys": (too_many_keys(confirmed), confirm),
    },
    "api.see_decision": {
        "payment_session_not_found": (stranger, pay_of),
        "money_not_decided": (no_mitra_came, pay_of),
    },
    "api.cancel_payment_session": {
        "payment_session_not_found": (stranger, pay_of),
        "payment_session_expired": (expired_and_fired, pay_of),
        "payment_session_consumed": (chatting, pay_of),
        "payment_session_failed": (cancelled, pay_of),
        "payment_already_confirmed": (confirmed, pay_of),
    },
    "api.get_payment_session": {"payment_session_not_found": (stranger, pay_of)},
    "api.start_general_request": {
        **{slug: (make, start) for slug, make in STARTS.items()},
        "search_already_running": (searching_on_another, start),
        "account_blocked": (and_blocked(confirmed), start),
        "chat_already_active": (chatting_and_paid_for_a_chat, start),
        "idempotency_key_reused": (key_used_elsewhere(confirmed), start),
        "too_many_idempotency_keys": (too_many_keys(confirmed), start),
    },
    "api.start_returning_request": {
        **{slug: (make, start_again) for slug, make in STARTS.items()},
        "targeted_mitra_mismatch": (known_but_for_another, start_again),
        "mitra_not_found": (confirmed, start_again),
        "mitra_not_known": (never_met, start_again),
        "search_already_running": (known_and_searching, start_again),
        "account_blocked": (and_blocked(known_and_paid), start_again),
        "chat_already_active": (chatting_with_another, start_again),
        "extension_pending": (waiting_for_an_extension, start_again),
        "idempotency_key_reused": (key_used_elsewhere(confirmed), start_again),
        "too_many_idempotency_keys": (too_many_keys(confirmed), start_again),
    },
    "api.fallback_to_blast": {
        "payment_session_not_found": (stranger, start),
        "payment_session_expired": (targeted_and_declined_long_ago, start),
        "payment_session_consumed": (chatting, start),
        "payment_not_confirmed": (pending, start),
        "payment_session_abandoned": (abandoned, start),
        "payment_already_confirmed": (confirmed, start),
        "fallback_not_offered": (no_mitra_came, start),
        "failure_already_actioned": (actioned, start),
        "free_trial_already_used": (failed_trial_with_another, start),
        "search_already_running": (failed_and_searching_on_another, start),
        "account_blocked": (and_blocked(targeted_and_declined), start),
        "chat_already_active": (failed_and_chatting, start),
        "idempotency_key_reused": (key_used_elsewhere(confirmed), start),
        "too_many_idempotency_keys": (too_many_keys(confirmed), start),
    },
    "api.cancel_request": {
        **{slug: (make, give_up) for slug, make in STARTS.items() if slug != "payment_session_failed"},
        "payment_session_failed": (no_mitra_came, give_up),
    },
    "api.set_mitra_status": {
        "mitra_not_found": (nobody, lambda made: (made.mitra, True)),
        "account_blocked": (blocked_mitra, lambda made: (made.mitra, True)),
    },
    "api.mark_offer_seen": {
        "request_not_found": (nobody, answer),
        "offer_not_yours": (offered_to_others, answer),
    },
    "api.accept_request": {
        "request_not_found": (nobody, answer),
        "offer_not_yours": (offered_to_others, answer),
        "request_already_taken": (taken, answer),
        "request_cancelled": (search_cancelled, answer),
        "request_expired": (search_expired, answer),
        "request_withdrawn": (withdrawn, answer),
        "request_already_declined": (declined, answer),
        "mitra_offline": (offered_but_offline, answer),
        "mitra_at_capacity": (offered_but_full, answer),
    },
    "api.decline_request": {
        "request_not_found": (nobody, answer),
        "offer_not_yours": (offered_to_others, answer),
        "request_already_taken": (taken, answer),
        "request_cancelled": (search_cancelled, answer),
        "request_expired": (search_expired, answer),
        "request_withdrawn": (withdrawn, answer),
    },
    "api.send_message": {
        "chat_session_not_found": (chat_of_others, say("Halo")),
        "invalid_message": (chatting, say("  \n ")),
        "chat_ended": (chat_ended, say("Halo")),
        "chat_full": (wrote("messages_per_chat"), say("Halo")),
        "too_many_messages": (wrote("messages_per_minute"), say("Halo")),
    },
    "api.mark_read": {"chat_session_not_found": (chat_of_others, lambda made: (*as_customer(made), 1))},
    "api.end_chat": {"chat_session_not_found": (chat_of_others, as_customer)},
    "api.get_chat_session": {"chat_session_not_found": (chat_of_others, as_customer)},
    "api.list_chat_sessions": {
        "invalid_cursor": (confirmed, lambda made: ("customer", made.customer, "first", 10))
    },
    "api.list_messages": {
        "chat_session_not_found": (chat_of_others, lambda made: (*as_customer(made), 0, 10))
    },
    "api.request_extension": {
        "payment_session_not_found": (
            chatting,
            lambda made: (made.chat, made.customer, made.extension),
        ),
        "payment_not_for_extension": (chatting_and_paid_for_a_chat, extend),
        "free_trial_not_for_extension": (chatting_and_tried, extend),
        "payment_session_expired": (chatting_and("expired"), extend),
        "payment_not_confirmed": (chatting_and("pending"), extend),
        "payment_session_abandoned": (chatting_and("abandoned"), extend),
        "payment_session_consumed": (chatting_and("consumed"), extend),
        "payment_session_failed": (chatting_and("failed"), extend),
        "chat_session_not_found": (others_chat_with_payment, extend),
        "chat_ended": (with_extension_payment(chat_ended), extend),
        "extension_already_pending": (with_extension_payment(waiting_for_an_extension), extend),
        "search_already_running": (with_extension_payment(chatting_and_asking_again), extend),
        "idempotency_key_reused": (key_used_elsewhere(with_extension_payment(chatting)), extend),
        "too_many_idempotency_keys": (too_many_keys(with_extension_payment(chatting)), extend),
    },
    "api.approve_extension": {
        "extension_not_found": (nobody, answer_extension),
        "extension_expired": (extension_expired, answer_extension),
        "extension_withdrawn": (extension_withdrawn, answer_extension),
        "extension_already_answered": (extension_answered("reject_extension"), answer_extension),
    },
    "api.reject_extension": {
        "extension_not_found": (nobody, answer_extension),
        "extension_expired": (extension_expired, answer_extension),
        "extension_withdrawn": (extension_withdrawn, answer_extension),
        "extension_already_answered": (extension_answered("approve_extension"), answer_extension),
    },
    "api.client_state": {"customer_not_found": (nobody, lambda made: (made.customer,))},
    "api.mitra_state": {"mitra_not_found": (nobody, lambda made: (made.mitra,))},
    "api.get_sign_in_phone": {
        "invalid_phone": (nobody, look_up),
        "phone_country_not_served": (with_phone("+6581234567"), look_up),
        "phone_not_mobile": (with_phone("+62809123456"), look_up),
    },
    "api.request_otp": {
        "invalid_phone": (nobody, code_request),
        "phone_country_not_served": (with_phone("+6581234567"), code_request),
        "phone_not_mobile": (with_phone("+62809123456"), code_request),
        "codes_ran_out": (hour_without_codes, code_request),
        "sign_in_locked": (locked_out, code_request),
        "otp_too_soon": (with_a_code, code_request),
    },
    "api.take_back_otp": {"invalid_phone": (nobody, code_request)},
    "api.verify_otp": {
        "invalid_phone": (nobody, code_entry()),
        "sign_in_locked": (with_one_try_left, code_entry("000000")),
        "otp_expired": (with_an_expired_code, code_entry()),
        "otp_wrong": (with_a_code, code_entry("000000")),
        "account_blocked": (blocked, code_entry()),
        "display_name_required": (with_a_code, code_entry(name=None)),
        "display_name_invalid": (with_a_code, code_entry(name="x" * 61)),
        "display_name_reserved": (with_a_code, code_entry(name="Curhat")),
    },
    "api.refresh_sign_in": {
        "refresh_token_invalid": (signed_out, refresh),
        "refresh_token_replayed": (replayed, refresh),
        "account_blocked": (blocked_by_hand, refresh),
    },
    "control_center.begin_login": {
        "invalid_email": (nobody, lambda made: ("ratna", False)),
        "sign_in_locked": (locked_out_operator, lambda made: (made.email, False)),
    },
    "control_center.finish_login": {
        "invalid_email": (nobody, finish_login(right=True)),
        "credentials_wrong": (an_operator("viewer"), finish_login(right=False)),
        "sign_in_locked": (locked_out_operator, finish_login(right=False)),
    },
    "control_center.refresh_login": {
        "refresh_token_invalid": (signed_in_customer, refresh_operator),
        "refresh_token_replayed": (signed_in_operator("replayed"), refresh_operator),
        "account_blocked": (signed_in_operator("disabled by hand"), refresh_operator),
    },
    "control_center.begin_password_change": {
        "operator_unknown": (nobody, lambda made: (made.operator,)),
        "sign_in_locked": (locked_out_operator, lambda made: (made.operator,)),
    },
    "control_center.finish_password_change": {
        "operator_unknown": (nobody, finish_password_change(right=True)),
        "password_wrong": (an_operator("viewer"), finish_password_change(right=False)),
        "sign_in_locked": (locked_out_operator, finish_password_change(right=False)),
    },
    "control_center.begin_add_operator": {
        "operator_unknown": (nobody, lambda made: (made.operator,)),
        "role_not_sufficient": (an_operator("operator"), lambda made: (made.operator,)),
    },
    "control_center.add_operator": {
        "operator_unknown": (nobody, take_on()),
        "role_not_sufficient": (an_operator("operator"), take_on()),
        "invalid_role": (an_operator("admin"), take_on(role="root")),
        "invalid_email": (an_operator("admin"), take_on("ayu@")),
        "display_name_required": (an_operator("admin"), take_on(name=" ")),
        "display_name_invalid": (an_operator("admin"), take_on(name="x" * 61)),
        "invalid_password_hash": (
            an_operator("admin"),
            lambda made: (made.operator, "ayu@example.com", "Ayu", "viewer", "secret"),
        ),
        "email_already_taken": (
            an_operator("admin"),
            lambda made: (made.operator, made.email.upper(), "Ayu", "viewer", PASSWORD_HASH),
        ),
    },
    "control_center.change_operator": {
        "operator_unknown": (nobody, change()),
        "role_not_sufficient": (an_operator("operator"), change()),
        "invalid_role": (admin_and_another, change("root")),
        "operator_not_found": (an_operator("admin"), change()),
        "last_admin": (
            an_operator("admin"),
            lambda made: (made.operator, made.operator, "viewer", None),
        ),
    },
    "control_center.list_operators": {
        "operator_unknown": (nobody, lambda made: (made.operator,)),
        "role_not_sufficient": (an_operator("operator"), lambda made: (made.operator,)),
    },
    "ops.set_operator": {
        "who_is_missing": (nobody, set_operator(who="")),
        "invalid_password_hash": (nobody, set_operator(password_hash="secret")),
        "invalid_role": (nobody, set_operator(role="root")),
        "invalid_email": (nobody, set_operator("ayu")),
        "display_name_required": (nobody, set_operator(name=None)),
        "display_name_invalid": (nobody, set_operator(name="x" * 61)),
        "last_admin": (an_operator("admin"), set_operator(role="viewer")),
    },
    "ops.seed_demo_operators": {"invalid_password_hash": (nobody, lambda made: ("secret",))},
    "ops.change_operator": {
        "who_is_missing": (admin_and_another, change_by_email(who="")),
        "invalid_email": (nobody, change_by_email("ayu")),
        "invalid_role": (admin_and_another, change_by_email(role="root")),
        "operator_not_found": (nobody, change_by_email("nobody@example.com")),
        "last_admin": (an_operator("admin"), change_by_email()),
    },
    "ops.find_person": {"search_too_short": (nobody, lambda _: ("ab",))},
    "ops.add_mitra": {
        "who_is_missing": (without_a_code, add_mitra(who="")),
        "invalid_phone": (nobody, add_mitra()),
        "phone_country_not_served": (with_phone("+6581234567"), add_mitra()),
        "phone_not_mobile": (with_phone("+62809123456"), add_mitra()),
        "display_name_reserved": (without_a_code, add_mitra(name="Admin")),
        "display_name_required": (without_a_code, add_mitra(name=None)),
        "display_name_invalid": (without_a_code, add_mitra(name="x" * 61)),
        "phone_already_taken": (with_a_mitras_phone, add_mitra()),
    },
    "ops.sign_out_person": {
        "who_is_missing": (chatting, lambda made: (made.customer, "")),
        "person_not_found": (nobody, lambda made: (made.customer, "Ratna")),
    },
    "ops.block_person": {
        "who_is_missing": (confirmed, lambda made: (made.customer, "")),
        "note_too_long": (confirmed, lambda made: (made.customer, "Ratna", LONG)),
        "person_not_found": (nobody, lambda made: (made.customer, "Ratna")),
    },
    "ops.unblock_person": {
        "who_is_missing": (confirmed, lambda made: (made.customer, "")),
        "note_too_long": (confirmed, lambda made: (made.customer, "Ratna", LONG)),
        "person_not_found": (nobody, lambda made: (made.customer, "Ratna")),
    },
    "ops.action_failure": {
        "who_is_missing": (targeted_and_declined, decide("refunded", " ")),
        "note_too_long": (targeted_and_declined, decide("refunded", note=LONG)),
        "invalid_action": (targeted_and_declined, decide("forgiven")),
        "failure_not_found": (nobody, decide("refunded")),
        "failure_superseded": (superseded, decide("refunded")),
        "failure_already_actioned": (actioned, decide("credited")),
        "nothing_to_refund": (trial_failed, decide("refunded")),
    },
    "control_center.list_settings": unknown(0),
    "control_center.set_config": {
        **unknown(2),
        "role_not_sufficient": (staffed("operator"), by_staff("presence_ttl_seconds", "45")),
        "unknown_setting": (staffed("admin"), by_staff("presence_ttl", "45")),
        "invalid_setting": (staffed("admin"), by_staff("presence_ttl_seconds", "9")),
        "setting_changed_meanwhile": (staffed("admin"), by_staff("presence_ttl_seconds", "50", 7)),
    },
    "control_center.list_config_history": {
        **unknown(3),
        "invalid_cursor": (staffed("viewer"), by_staff(None, "first", 10)),
    },
    "control_center.list_failed_pairings": failures_of(10, 0),
    "control_center.list_failed_pairings_csv": {
        **failures_of(10, None),
        "invalid_cursor": (staffed("viewer"), by_staff(*[None] * 7, 10, "first")),
    },
    "control_center.get_failed_pairing": {
        **unknown(1),
        "failure_not_found": (staffed("viewer"), by_staff(":failure")),
    },
    "control_center.action_failure": {
        **unknown(2),
        "role_not_sufficient": (staffed("viewer", targeted_and_declined), by_staff(":failure", "refunded")),
        "note_too_long": (staffed("operator", targeted_and_declined), by_staff(":failure", "refunded", LONG)),
        "invalid_action": (staffed("operator", targeted_and_declined), by_staff(":failure", "forgiven")),
        "failure_not_found": (staffed("operator"), by_staff(":failure", "refunded")),
        "failure_superseded": (staffed("operator", superseded), by_staff(":failure", "refunded")),
        "failure_already_actioned": (staffed("operator", actioned), by_staff(":failure", "credited")),
        "nothing_to_refund": (staffed("operator", trial_failed), by_staff(":failure", "refunded")),
    },
    "control_center.action_failures": {
        **unknown(2),
        "role_not_sufficient": (staffed("viewer"), by_staff([], "refunded")),
        "note_too_long": (staffed("operator"), by_staff([], "refunded", LONG)),
        "invalid_action": (staffed("operator"), by_staff([], "forgiven")),
        "too_many_failures": (staffed("operator"), by_staff([UUID(int=0)] * 201, "refunded")),
    },
    "control_center.list_searches": unknown(2),
    "control_center.get_search": {
        **unknown(1),
        "request_not_found": (staffed("viewer"), by_staff(":request")),
    },
    "control_center.get_offer_explanation": {
        **unknown(2),
        "request_not_found": (staffed("viewer"), by_staff(":request", ":mitra")),
        "mitra_not_found": (staffed("viewer", chatting), by_staff(":request", ":customer")),
    },
    "control_center.list_chat_sessions": unknown(2),
    "control_center.end_chat": {
        **unknown(2),
        "role_not_sufficient": (staffed("viewer", chatting), by_staff(":chat", "reported")),
        "note_is_missing": (staffed("operator", chatting), by_staff(":chat", " ")),
        "note_too_long": (staffed("operator", chatting), by_staff(":chat", LONG)),
        "chat_session_not_found": (staffed("operator"), by_staff(":chat", "reported")),
    },
    "control_center.list_mitras": {
        **unknown(4),
        "search_too_short": (staffed("viewer"), by_staff("Sa", None, 10, 0)),
        "invalid_presence": (staffed("viewer"), by_staff(None, "away", 10, 0)),
    },
    "control_center.force_mitra_offline": {
        **unknown(2),
        "role_not_sufficient": (staffed("viewer", chatting), by_staff(":mitra", "phone lost")),
        "note_is_missing": (staffed("operator", chatting), by_staff(":mitra", None)),
        "note_too_long": (staffed("operator", chatting), by_staff(":mitra", LONG)),
        "mitra_not_found": (staffed("operator"), by_staff(":mitra", "phone lost")),
    },
    "control_center.get_mitra": {
        **unknown(2),
        "mitra_not_found": (staffed("viewer"), by_staff(":mitra", None)),
        "invalid_day": (staffed("viewer", chatting), by_staff(":mitra", "2026-13-01")),
    },
    "control_center.get_mitra_day": {
        **unknown(2),
        "mitra_not_found": (staffed("viewer"), by_staff(":mitra", None)),
        "invalid_day": (staffed("viewer", chatting), by_staff(":mitra", "today")),
    },
    "control_center.list_mitra_chat_sessions": {
        **unknown(3),
        "mitra_not_found": (staffed("viewer"), by_staff(":mitra", None, 10)),
        "invalid_cursor": (staffed("viewer", chatting), by_staff(":mitra", "first", 10)),
    },
    "control_center.list_users": {
        **unknown(3),
        "search_too_short": (staffed("viewer"), by_staff("", None, 10)),
        "invalid_cursor": (staffed("viewer"), by_staff(None, "first", 10)),
    },
    "control_center.get_user": {
        **unknown(2),
        "customer_not_found": (staffed("viewer"), by_staff(":customer", None)),
        "invalid_day": (staffed("viewer", confirmed), by_staff(":customer", "2026-02-30")),
    },
    "control_center.get_user_day": {
        **unknown(2),
        "customer_not_found": (staffed("viewer"), by_staff(":customer", None)),
        "invalid_day": (staffed("viewer", confirmed), by_staff(":customer", "yesterday")),
    },
    "control_center.list_user_payments": {
        **unknown(3),
        "customer_not_found": (staffed("viewer"), by_staff(":customer", None, 10)),
        "invalid_cursor": (staffed("viewer", confirmed), by_staff(":customer", "first", 10)),
    },
    "control_center.get_payment_timeline": {
        **unknown(1),
        "payment_session_not_found": (staffed("viewer"), by_staff(":payment")),
    },
    "control_center.operator_state": unknown(0),
    "control_center.get_counters": unknown(0),
    "control_center.get_dashboard": unknown(1),
    "ops.set_config": {
        "who_is_missing": (nobody, lambda made: ("presence_ttl_seconds", "45", "")),
        "unknown_setting": (nobody, lambda made: ("presence_ttl", "45", "Ratna")),
        "invalid_setting": (nobody, lambda made: ("presence_ttl_seconds", "9", "Ratna")),
    },
    "ops.end_chat": {
        "who_is_missing": (chatting, lambda made: (made.chat, None)),
        "note_too_long": (chatting, lambda made: (made.chat, "Ratna", LONG)),
        "chat_session_not_found": (nobody, lambda made: (made.chat, "Ratna")),
    },
    "ops.force_mitra_offline": {
        "who_is_missing": (chatting, lambda made: (made.mitra, "")),
        "note_too_long": (chatting, lambda made: (made.mitra, "Ratna", LONG)),
        "mitra_not_found": (nobody, lambda made: (made.mitra, "Ratna")),
    },
    "ops.fail_payment": {
        "who_is_missing": (confirmed, fail("customer_cancelled", "")),
        "note_too_long": (confirmed, fail("customer_cancelled", note=LONG)),
        "invalid_cause_tag": (confirmed, fail("bad_luck")),
        "payment_session_not_found": (nobody, fail("customer_cancelled")),
        "payment_session_expired": (expired_and_fired, fail("customer_cancelled")),
        "payment_session_abandoned": (abandoned, fail("customer_cancelled")),
        "payment_session_consumed": (chatting, fail("customer_cancelled")),
        "payment_session_failed": (cancelled, fail("customer_cancelled")),
        "payment_not_confirmed": (pending, fail("customer_cancelled")),
    },
}


@pytest.mark.parametrize(
    ("function", "slug"), [(function, slug) for function, cases in CASES.items() for slug in cases]
)
def test_it_refuses(world: World, function: str, slug: str) -> None:
    make, call = CASES[function][slug]
    arguments = call(make(world))
    status, found, sentence = refusal_of(world, function, arguments)
    assert (status, found) == (statuses()[slug], slug)
    assert sentence.endswith(".")


def refusal_of(world: World, function: str, arguments: Sequence[object]) -> tuple[int, str, str]:
    """The refusal of a call, raised or returned: status, slug and sentence."""
    schema, name = function.split(".")
    calls: dict[str, Callable[..., Any]] = {
        "api": world.api,
        "ops": world.ops,
        "control_center": world.control,
    }
    try:
        reply = calls[schema](name, *arguments)
    except psycopg.Error as error:
        status = (error.sqlstate or "").removeprefix("PT")
        return int(status), error.diag.message_primary or "", error.diag.message_detail or ""
    assert isinstance(reply, dict)
    kept = reply["refusal"]
    return kept["status"], kept["slug"], kept["sentence"]


def test_every_stated_refusal_has_a_case(db: Connection) -> None:
    stated = {
        (function.qualified, slug)
        for function in read_functions(db)
        if function.schema != "logic"
        for slug in function.refuses
        if slug != "argument_missing"  # each argument has its case in test_nulls.py
    }
    assert {(function, slug) for function, cases in CASES.items() for slug in cases} == stated
