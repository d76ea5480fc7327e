"""How the model's state shows in the replies of the functions."""

from collections.abc import Iterable

from tests.model.entities import (
    Chat,
    Customer,
    Entity,
    Extension,
    Failure,
    Message,
    Mitra,
    Payment,
    Role,
    Search,
)
from tests.model.model import Left, Model, Started
from tests.model.payment import Pricing
from tests.sql.world import Row


def payment_reply(payment: Payment) -> Row:
    """A payment session as the apps see it."""
    return {
        **same(payment, "id status amount is_free_trial is_extension"),
        **same(payment, "created_at confirmed_at charged_at consumed_at expires_at"),
        "duration_minutes": payment.tier.minutes,
        "tier_id": payment.tier.id,
        "targeted_mitra_id": id_of(payment.target),
    }


def search_reply(model: Model, search: Search) -> Row:
    """A search as its customer sees it."""
    return {
        **same(search, "id request_type status deadline_at"),
        "payment_session_id": search.payment.id,
        "seconds_left": max((search.deadline_at - model.now).total_seconds(), 0),
        "mitra": _person(search.target),
    }


def started_reply(model: Model, outcome: Started | Failure) -> Row:
    """The reply to the start of a search: the search, or why there is none."""
    if isinstance(outcome, Failure):
        return {"reason": outcome.cause_tag, **failure_reply(model, outcome)}
    return {**search_reply(model, outcome.search), "already_running": outcome.already_running}


def failure_reply(model: Model, failure: Failure) -> Row:
    """A failure as its customer sees it."""
    return {
        **same(failure, "cause_tag refund_due created_at"),
        "failure_id": failure.id,
        "payment_session_id": failure.payment.id,
        "request_id": id_of(failure.search),
        "amount": failure.payment.amount,
        "fallback_offered": model.fallback_offered(failure),
        "mitra": _person(failure.target),
    }


def chat_reply(chat: Chat) -> Row:
    """A chat as its two people see it."""
    return {
        **same(chat, "id status started_at ends_at ended_at end_reason"),
        **reading(chat),
        "payment_session_id": chat.payment.id,
        "request_id": chat.search.id,
        "customer": _person(chat.customer),
        "mitra": _person(chat.mitra),
        "duration_minutes": chat.payment.tier.minutes,
    }


def message_reply(message: Message) -> Row:
    """A message as the two people of its chat see it."""
    return {"chat_session_id": message.chat.id, **message_row(message)}


def extension_reply(model: Model, extension: Extension) -> Row:
    """An extension as the two people of its chat see it."""
    return {
        **same(extension, "id status requested_at deadline_at"),
        "chat_session_id": extension.chat.id,
        "payment_session_id": extension.payment.id,
        "duration_minutes": extension.payment.tier.minutes,
        "default_action": model.settings["extension_default_action_on_timeout"],
    }


def pricing_reply(pricing: Pricing) -> Row:
    """What there is to choose from."""
    return {
        "tiers": [
            {
                "id": tier.id,
                "duration_minutes": tier.minutes,
                "amount": amount,
                "is_free_trial": is_free_trial,
            }
            for tier, amount, is_free_trial in pricing.tiers
        ],
        "free_trial_eligible": pricing.free_trial_eligible,
    }


def client_state(model: Model, customer: Customer) -> Row:
    """A customer's whole present state."""
    payments = [
        payment
        for payment in model.payments
        if payment.customer is customer and not payment.is_extension and payment.status != "abandoned"
    ]
    last = payments[-1] if payments else None
    search = model.running_search_of(customer)
    chat = model.active_chat_of(customer)
    failures = [payment.open_failure for payment in payments if payment.open_failure]
    failure = max(
        failures, key=lambda failure: (failure.created_at, failure.payment.created_at), default=None
    )
    if failure and last and failure.created_at < last.created_at:
        failure = None
    return {
        "user": _person(customer),
        "payment_session": payment_reply(last) if last and last.status in {"pending", "confirmed"} else None,
        "search": search_reply(model, search) if search else None,
        "last_failure": failure_reply(model, failure) if failure else None,
        "money": money(model, customer),
        "chats": [chat_reply(chat)] if chat else [],
        "extensions": _pending(model, [chat] if chat else []),
        "lost_chats": [chat.id] if chat and model.presence(chat.mitra) != "online" else [],
    }


def mitra_state(model: Model, mitra: Mitra) -> Row:
    """A mitra's whole present state."""
    chats = sorted(model.active_chats_with(mitra), key=lambda chat: chat.started_at)
    return {
        "user": _person(mitra),
        "online": mitra.declared_online,
        "presence": model.presence(mitra),
        "reachable_until": mitra.reachable_until,
        "forced_offline": forced_offline(mitra),
        "offers": open_offers(model, mitra),
        "chats": [chat_reply(chat) for chat in chats],
        "extensions": _pending(model, chats),
    }


def money(model: Model, customer: Customer) -> list[Row]:
    """Money that waits, and money that is not decided or whose decision was not seen."""
    waiting = [one for one in model.payments if one.customer is customer and one.status == "confirmed"]
    failures = [
        one
        for one in model.failures
        if one.payment.customer is customer
        and one.refund_due
        and one.superseded_at is None
        and one.decision_seen_at is None
    ]
    return [
        *(
            _money(one, None, "waiting")
            for one in sorted(waiting, key=lambda one: one.confirmed_at or model.now)
        ),
        *(money_reply(one) for one in sorted(failures, key=lambda one: one.created_at)),
    ]


def money_reply(failure: Failure) -> Row:
    """Where the money of a failed payment is."""
    return _money(failure.payment, failure, failure.operator_action or "under_review")


def _money(payment: Payment, failure: Failure | None, status: str) -> Row:
    return {
        "payment_session_id": payment.id,
        "failure_id": id_of(failure),
        "is_extension": payment.is_extension,
        "amount": payment.amount,
        "status": status,
        "seen_at": failure.decision_seen_at if failure else None,
    }


def forced_offline(mitra: Mitra) -> Row | None:
    """Who set the mitra offline, if not the mitra, and why."""
    if mitra.declared_online or mitra.set_offline is None:
        return None
    by, note = mitra.set_offline
    return {"by": by, "note": note, "at": mitra.status_changed_at}


def open_offers(model: Model, mitra: Mitra) -> list[Row]:
    """The offers that a mitra may still answer, oldest first."""
    return [
        {
            **same(offer.search, "request_type deadline_at"),
            **same(offer, "sent_at seen_at"),
            "request_id": offer.search.id,
            "duration_minutes": offer.search.payment.tier.minutes,
            "customer": _person(offer.search.payment.customer),
        }
        for offer in mitra.offers
        if offer.status == "offered" and offer.search.deadline_at > model.now
    ]


def list_offers(model: Model, mitra: Mitra) -> Row:
    """The page of a mitra's open offers."""
    return {"rows": open_offers(model, mitra)}


def list_chat_sessions(model: Model, role: Role, person: Customer | Mitra, cursor: Left, limit: Left) -> Row:
    """A person's chats, newest first; a customer's with whether each mitra could be asked again now."""
    chats = [chat for chat in model.chats if chat.person(role) is person]
    chats.sort(key=lambda chat: chat.started_at, reverse=True)
    return {
        "rows": [
            {
                **chat_reply(chat),
                **(
                    {"can_chat_again": model.could_be_asked(chat.mitra, chat.customer)}
                    if role == "customer"
                    else {}
                ),
            }
            for chat in chats
        ]
    }


def _pending(model: Model, chats: Iterable[Chat]) -> list[Row]:
    pending = [extension for extension in model.extensions if extension.status == "requested"]
    asked = [extension for chat in chats for extension in pending if extension.chat is chat]
    asked.sort(key=lambda extension: extension.requested_at)
    return [extension_reply(model, extension) for extension in asked]


def _person(person: Customer | Mitra | None) -> Row | None:
    return {"id": person.id, "display_name": person.name} if person else None


def message_row(message: Message) -> Row:
    """A message without its chat."""
    return same(message, "seq sender client_message_id body sent_at")


def reading(chat: Chat) -> Row:
    """How far the chat has come, and how far each of the two has read."""
    return {"last_seq": len(chat.messages), **read_seqs(chat)}


def read_seqs(chat: Chat) -> Row:
    """How far each of the two has read."""
    return {"customer_read_seq": chat.read["customer"], "mitra_read_seq": chat.read["mitra"]}


def id_of(entity: Entity | None) -> str | None:
    """The id of an entity, if there is one."""
    return entity.id if entity else None


def same(entity: object, names: str) -> Row:
    """The attributes that are called the same in the database."""
    return {name: getattr(entity, name) for name in names.split()}
