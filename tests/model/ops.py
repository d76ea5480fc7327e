"""The functions of schema `ops`: what operators do in psql."""

from tests.model.chat import deny, finish
from tests.model.entities import Chat, Failure, Mitra, Payment
from tests.model.model import Model, refuse
from tests.model.pairing import fail_search, set_presence
from tests.model.payment import check_status, fail

CAUSE_TAGS = (
    "no_mitra_available",
    "all_mitras_rejected",
    "targeted_mitra_offline",
    "targeted_mitra_rejected",
    "targeted_mitra_timeout",
    "payment_session_expired",
    "customer_cancelled",
)
OPERATOR_ACTIONS = ("refunded", "credited", "no_action")

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


def set_config(model: Model, key: str, value: str, who: str) -> str:
    """A setting that fits its type and bounds applies at once; a new capacity changes who is offered what."""
    _check_who(who)
    if key not in model.settings:
        refuse("unknown_setting")
    if not _fits(key, value):
        refuse("invalid_setting")
    if key == "max_customers_per_mitra" and value != model.settings[key]:
        for mitra in model.mitras:
            if mitra.reachable_until and not mitra.offers_owed_at:
                mitra.offers_owed_at = model.now
    model.settings[key] = value
    return key


def end_chat(model: Model, chat: Chat | None, who: str, note: str) -> Chat:
    """As if the customer had ended it."""
    _check_who(who)
    if chat is None:
        refuse("chat_session_not_found")
    finish(model, chat, "ended_by_operator", note)
    return chat


def force_mitra_offline(model: Model, mitra: Mitra | None, who: str, note: str) -> Mitra:
    """As if the mitra had gone offline, but the mitra learns why."""
    _check_who(who)
    if mitra is None:
        refuse("mitra_not_found")
    set_presence(model, mitra, False, None, ("operator", note))
    return mitra


def action_failure(model: Model, failure: Failure | None, action: str, who: str, note: str) -> Failure:
    """What happens to the money is decided once, and only if it was charged. The same decision again is no harm."""
    _check_who(who)
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
    failure.actioned_at = model.now
    return failure


def fail_payment(model: Model, payment: Payment | None, cause_tag: str, who: str, note: str) -> Failure:
    """A confirmed payment is ended by hand, with the search or extension that runs on it."""
    _check_who(who)
    if cause_tag not in CAUSE_TAGS:
        refuse("invalid_cause_tag")
    if payment is None:
        refuse("payment_session_not_found")
    if payment.status != "confirmed":
        check_status(model, payment, "confirmed")
    if payment.running_search:
        return fail_search(model, payment.running_search, cause_tag, note)
    if payment.pending_extension:
        return deny(model, payment.pending_extension, "withdrawn", cause_tag, note)
    return fail(model, payment, cause_tag, note=note)


def _check_who(who: str) -> None:
    if not who.strip():
        refuse("who_is_missing")


def _fits(key: str, value: str) -> bool:
    if key in CHOICES:
        return value in CHOICES[key]
    low, high = BOUNDS[key]
    return value.removeprefix("-").isdecimal() and low <= int(value) <= high
