"""Deadlines: everything that waits, and what happens when its time has come."""

from collections.abc import Iterator

from tests.model import pairing
from tests.model.chat import deny, finish, resume, warn
from tests.model.entities import Chat, Extension, Mitra, Payment, Search, Wait
from tests.model.extension import grant
from tests.model.model import Model
from tests.model.payment import fail


def waits(model: Model) -> list[Wait]:
    """Everything with a deadline, the next first."""
    found = [
        *(wait for payment in model.payments for wait in _waits_of(payment)),
        *(wait for chat in model.chats for wait in Wait.on("chat_session", chat, chat.deadline_at)),
        *(wait for mitra in model.mitras for wait in Wait.on("mitra_lease", mitra, mitra.reachable_until)),
        *(wait for mitra in model.mitras for wait in Wait.on("mitra_offers", mitra, mitra.offers_due_at)),
        *(wait for mitra in model.mitras for wait in Wait.on("offers_owed", mitra, mitra.offers_owed_at)),
    ]
    return sorted(found, key=lambda wait: wait.due_at)


def fire_due(model: Model) -> int:
    """Fire what is due, the most overdue first; what becomes due by that is for the next call. How many fired."""
    due = [wait for wait in waits(model) if wait.due_at <= model.now]
    fired = sum(_fire(model, wait) for wait in due)
    model.staffed = any(model.presence(mitra) == "online" for mitra in model.mitras)
    return fired


def _waits_of(payment: Payment) -> Iterator[Wait]:
    search, extension = payment.running_search, payment.pending_extension
    if payment.status in {"pending", "confirmed"}:
        yield Wait("payment_session", payment, payment.expires_at)
    if search:
        yield Wait("pairing_request", search, search.deadline_at)
    if extension:
        yield Wait("extension", extension, extension.deadline_at)


def _fire(model: Model, wait: Wait) -> bool:
    """One deadline; False if an earlier one has settled it."""
    still = [w for w in waits(model) if (w.kind, w.thing) == (wait.kind, wait.thing)]
    if not any(w.due_at <= model.now for w in still):
        return False
    match wait.thing:
        case Payment():
            _expire_payment(model, wait.thing)
        case Search():
            _expire_search(model, wait.thing)
        case Extension():
            _answer_for_the_mitra(model, wait.thing)
        case Chat() if wait.thing.ends_at <= model.now:
            finish(model, wait.thing, "time_up")
        case Chat():
            warn(model, wait.thing)
            resume(model, wait.thing)
        case Mitra() if wait.kind == "mitra_lease":
            pairing.set_presence(model, wait.thing, True, None)
        case Mitra():
            if wait.kind == "offers_owed":
                wait.thing.offers_owed_at = None
            pairing.reconcile_offers(model, wait.thing)
    return True


def _expire_payment(model: Model, payment: Payment) -> None:
    if payment.status == "pending":
        payment.status = "expired"
    elif payment.running_search:
        pairing.fail_search(model, payment.running_search, "payment_session_expired")
    elif payment.pending_extension:
        deny(model, payment.pending_extension, "withdrawn", "payment_session_expired")
    else:
        fail(model, payment, "payment_session_expired")


def _expire_search(model: Model, search: Search) -> None:
    if search.payment.expires_at <= search.deadline_at:
        pairing.fail_search(model, search, "payment_session_expired")
    elif search.target:
        pairing.fail_search(model, search, "targeted_mitra_timeout")
    else:
        pairing.fail_search(model, search, "no_mitra_available")


def _answer_for_the_mitra(model: Model, extension: Extension) -> None:
    """Nothing is charged on a payment that has run out, nor for a mitra who is not online."""
    if extension.payment.expires_at <= model.now:
        deny(model, extension, "withdrawn", "payment_session_expired")
    elif model.settings["extension_default_action_on_timeout"] == "auto_reject":
        deny(model, extension, "auto_rejected", "targeted_mitra_timeout")
    elif model.presence(extension.chat.mitra) == "online" and not extension.chat.mitra.app_closed:
        grant(model, extension, "auto_approved")
    else:
        deny(model, extension, "auto_rejected", "targeted_mitra_offline")
