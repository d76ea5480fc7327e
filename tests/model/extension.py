"""Extensions: more minutes in a running chat. The chat does not end while the mitra is asked."""

from datetime import timedelta

from tests.model.chat import check_running, deny, own_chat, set_end, warn
from tests.model.entities import Chat, Customer, Extension, Mitra, Payment
from tests.model.model import Model, refuse
from tests.model.payment import check_status, consume, own_payment


def request_extension(
    model: Model, chat: Chat | None, customer: Customer | None, payment: Payment | None
) -> Extension:
    """The customer asks for more minutes. The same payment again gives the same extension."""
    own = own_payment(payment, customer)
    in_chat = own_chat(chat, "customer", customer)
    pending = own.pending_extension
    if pending and pending.chat is in_chat:
        return pending
    if own.is_free_trial:
        refuse("free_trial_not_for_extension")
    if not own.is_extension:
        refuse("payment_not_for_extension")
    check_status(model, own, "confirmed")
    check_running(model, in_chat)
    if model.pending_extension(in_chat):
        refuse("extension_already_pending")
    if model.running_search_of(in_chat.customer):
        refuse("search_already_running")
    extension = Extension(
        payment=own,
        chat=in_chat,
        requested_at=model.now,
        deadline_at=model.now + model.seconds("extension_timeout_seconds"),
    )
    own.extensions.append(extension)
    warn(model, in_chat)
    in_chat.deadline_at = None
    return extension


def approve_extension(model: Model, extension: Extension | None, mitra: Mitra | None) -> Extension:
    """The mitra agrees: charged now. Twice is once."""
    own = _own_extension(extension, mitra)
    if own.status != "approved":
        _check_open(model, own)
        grant(model, own, "approved")
    return own


def reject_extension(model: Model, extension: Extension | None, mitra: Mitra | None) -> Extension:
    """The mitra says no: nothing is charged. Twice is once."""
    own = _own_extension(extension, mitra)
    if own.status != "rejected":
        _check_open(model, own)
        deny(model, own, "rejected", "targeted_mitra_rejected")
    return own


def grant(model: Model, extension: Extension, status: str) -> None:
    """Charged at approval; the minutes begin at the old end, or now if that is over."""
    extension.status = status
    extension.closed_at = model.now
    consume(model, extension.payment)
    chat = extension.chat
    set_end(model, chat, max(chat.ends_at, model.now) + timedelta(minutes=extension.payment.tier.minutes))


def _own_extension(extension: Extension | None, mitra: Mitra | None) -> Extension:
    if extension is None or extension.chat.mitra is not mitra:
        refuse("extension_not_found")
    return extension


def _check_open(model: Model, extension: Extension) -> None:
    """Refuse an answer after another, after its deadline, or after the payment has run out."""
    time_is_over = min(extension.deadline_at, extension.payment.expires_at) <= model.now
    if extension.status == "withdrawn":
        refuse("extension_withdrawn")
    if extension.status in {"auto_approved", "auto_rejected"}:
        refuse("extension_expired")
    if extension.status != "requested":
        refuse("extension_already_answered")
    if time_is_over:
        refuse("extension_expired")
