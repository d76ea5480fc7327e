"""How the model's state shows in the database: in the tables, read by one query, and in the replies."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from tests.model.entities import (
    Chat,
    Customer,
    Entity,
    Extension,
    Failure,
    Message,
    Mitra,
    Offer,
    Payment,
    Search,
)
from tests.model.model import Model, Started

Row = dict[str, Any]

EVERYTHING = """
select jsonb_build_object(
    'payments', array(
        select to_jsonb(p) || jsonb_build_object(
            'searches', array(
                select to_jsonb(r) || jsonb_build_object('offers', array(
                    select to_jsonb(o) from data.pairing_offers o where o.request_id = r.id
                    order by o.sent_at, case when o.sent_at = r.created_at then o.id end, o.mitra_id
                ))
                from data.pairing_requests r where r.payment_session_id = p.id order by r.created_at
            ),
            'failures', array(
                select f from data.pairing_failures f where f.payment_session_id = p.id order by f.created_at
            ),
            'chats', array(
                select to_jsonb(c) || jsonb_build_object('messages', array(
                    select m from data.chat_messages m where m.chat_session_id = c.id order by m.seq
                ))
                from data.chat_sessions c where c.payment_session_id = p.id
            ),
            'extensions', array(select e from data.extensions e where e.payment_session_id = p.id)
        )
        from data.payment_sessions p order by p.created_at
    ),
    'mitras', array(select m from data.mitras m order by m.id),
    'waits', (select coalesce(jsonb_object_agg(w.kind || ' ' || w.id, w.due_at), '{}') from logic.waits w),
    'settings', (select jsonb_object_agg(s.key, s.value) from data.app_config s),
    'staffed', (select s.any_mitra_reachable from data.service_state s)
)
"""
"""Everything that the model knows about, in the order in which the model keeps it. Late offers that were sent at one
moment have no order of their own; those of a blast do: the longest idle first."""


def recognise(model: Model, found: Row) -> None:
    """Give everything new in the model the id that it has in the database."""
    for payment, row in zip(model.payments, found["payments"], strict=False):
        _recognise_all([payment], [row])
        _recognise_all(payment.searches, row["searches"])
        _recognise_all(payment.failures, row["failures"])
        _recognise_all(payment.chats, row["chats"])
        _recognise_all(payment.extensions, row["extensions"])


def _recognise_all(entities: Sequence[Entity], rows: Sequence[Row]) -> None:
    for entity, row in zip(entities, rows, strict=False):
        entity.id = entity.id or row["id"]


def differences(expected: object, found: object, where: str = "") -> Iterator[str]:
    """Everything that was expected and is not so. What is there besides is not looked at."""
    match expected, found:
        case dict(), dict():
            for key, value in expected.items():
                if key in found:
                    yield from differences(value, found[key], f"{where}.{key}")
                else:
                    yield f"{where}.{key} is missing"
        case list(), list():
            if len(expected) != len(found):
                yield f"{where}: {len(expected)} expected, {len(found)} found: {found}"
            for number, (one, other) in enumerate(zip(expected, found, strict=False)):
                yield from differences(one, other, f"{where}[{number}]")
        case datetime(), str():
            if expected != datetime.fromisoformat(found):
                yield f"{where}: {expected} expected, {found} found"
        case _:
            if expected != found:
                yield f"{where}: {expected!r} expected, {found!r} found"


# ---- Tables ----------------------------------------------------------------------------------------------


def everything(model: Model) -> Row:
    """What `EVERYTHING` must find."""
    return {
        "payments": [_payment_row(payment) for payment in model.payments],
        "mitras": [_mitra_row(mitra) for mitra in model.mitras],
        "waits": {f"{wait.kind} {wait.thing.id}": wait.due_at for wait in model.waits()},
        "settings": model.settings,
        "staffed": model.staffed,
    }


def _payment_row(payment: Payment) -> Row:
    return {
        **payment_reply(payment),
        "customer_id": payment.customer.id,
        "searches": [_search_row(search) for search in payment.searches],
        "failures": [_failure_row(failure) for failure in payment.failures],
        "chats": [_chat_row(chat) for chat in payment.chats],
        "extensions": [_extension_row(extension) for extension in payment.extensions],
    }


def _search_row(search: Search) -> Row:
    late = sorted(
        (offer for offer in search.offers if offer.sent_at > search.created_at),
        key=lambda offer: (offer.sent_at, offer.mitra.id),
    )
    at_once = [offer for offer in search.offers if offer.sent_at == search.created_at]
    return {
        "id": search.id,
        "customer_id": search.payment.customer.id,
        "request_type": search.request_type,
        "targeted_mitra_id": _id(search.target),
        "status": search.status,
        "created_at": search.created_at,
        "deadline_at": search.deadline_at,
        "closed_at": search.closed_at,
        "offers": [_offer_row(offer) for offer in at_once + late],
    }


def _offer_row(offer: Offer) -> Row:
    return {
        "mitra_id": offer.mitra.id,
        "status": offer.status,
        "sent_at": offer.sent_at,
        "seen_at": offer.seen_at,
        "closed_at": offer.closed_at,
    }


def _failure_row(failure: Failure) -> Row:
    return {
        "id": failure.id,
        "customer_id": failure.payment.customer.id,
        "pairing_request_id": _id(failure.search),
        "targeted_mitra_id": _id(failure.target),
        "cause_tag": failure.cause_tag,
        "amount": failure.payment.amount,
        "refund_due": failure.refund_due,
        "note": failure.note,
        "created_at": failure.created_at,
        "superseded_at": failure.superseded_at,
        "operator_action": failure.operator_action,
        "action_note": failure.action_note,
        "actioned_by": failure.actioned_by,
        "actioned_at": failure.actioned_at,
        "decision_seen_at": failure.decision_seen_at,
    }


def _chat_row(chat: Chat) -> Row:
    return {
        "id": chat.id,
        "pairing_request_id": chat.search.id,
        "customer_id": chat.customer.id,
        "mitra_id": chat.mitra.id,
        "duration_minutes": chat.payment.tier.minutes,
        "status": chat.status,
        "started_at": chat.started_at,
        "ends_at": chat.ends_at,
        "deadline_at": chat.deadline_at,
        "ended_at": chat.ended_at,
        "end_reason": chat.end_reason,
        "end_note": chat.end_note,
        **_reading(chat),
        "messages": [_message_row(message) for message in chat.messages],
    }


def _message_row(message: Message) -> Row:
    return {
        "seq": message.seq,
        "sender": message.sender,
        "client_message_id": message.client_message_id,
        "body": message.body,
        "sent_at": message.sent_at,
    }


def _extension_row(extension: Extension) -> Row:
    return {
        "id": extension.id,
        "chat_session_id": extension.chat.id,
        "customer_id": extension.chat.customer.id,
        "mitra_id": extension.chat.mitra.id,
        "duration_minutes": extension.payment.tier.minutes,
        "status": extension.status,
        "requested_at": extension.requested_at,
        "deadline_at": extension.deadline_at,
        "closed_at": extension.closed_at,
    }


def _mitra_row(mitra: Mitra) -> Row:
    return {
        "id": mitra.id,
        "declared_online": mitra.declared_online,
        "reachable_until": mitra.reachable_until,
        "status_changed_at": mitra.status_changed_at,
        "idle_since": mitra.idle_since,
        "offers_due_at": mitra.offers_due_at,
    }


def _reading(chat: Chat) -> Row:
    return {
        "last_seq": len(chat.messages),
        "customer_read_seq": chat.read["customer"],
        "mitra_read_seq": chat.read["mitra"],
    }


def _id(entity: Entity | None) -> str | None:
    return entity.id if entity else None


# ---- Replies ---------------------------------------------------------------------------------------------


def payment_reply(payment: Payment) -> Row:
    """A payment session as the apps see it."""
    return {
        "id": payment.id,
        "status": payment.status,
        "amount": payment.amount,
        "duration_minutes": payment.tier.minutes,
        "is_free_trial": payment.is_free_trial,
        "is_extension": payment.is_extension,
        "tier_id": payment.tier.id,
        "targeted_mitra_id": _id(payment.target),
        "created_at": payment.created_at,
        "confirmed_at": payment.confirmed_at,
        "charged_at": payment.charged_at,
        "consumed_at": payment.consumed_at,
        "expires_at": payment.expires_at,
    }


def search_reply(model: Model, search: Search) -> Row:
    """A search as its customer sees it."""
    return {
        "id": search.id,
        "payment_session_id": search.payment.id,
        "request_type": search.request_type,
        "status": search.status,
        "deadline_at": search.deadline_at,
        "seconds_left": max((search.deadline_at - model.now).total_seconds(), 0),
        "mitra": _person(search.target),
    }


def started_reply(model: Model, outcome: Started | Failure) -> Row:
    """What came of asking for a search: one that runs, or the reason why there is none."""
    if isinstance(outcome, Failure):
        return {"reason": outcome.cause_tag, **failure_reply(model, outcome)}
    return {**search_reply(model, outcome.search), "already_running": outcome.already_running}


def failure_reply(model: Model, failure: Failure) -> Row:
    """A failure as its customer sees it."""
    return {
        "failure_id": failure.id,
        "payment_session_id": failure.payment.id,
        "request_id": _id(failure.search),
        "cause_tag": failure.cause_tag,
        "amount": failure.payment.amount,
        "refund_due": failure.refund_due,
        "fallback_offered": model.fallback_offered(failure),
        "mitra": _person(failure.target),
        "created_at": failure.created_at,
    }


def chat_reply(chat: Chat) -> Row:
    """A chat as its two people see it."""
    return {
        "id": chat.id,
        "status": chat.status,
        "payment_session_id": chat.payment.id,
        "request_id": chat.search.id,
        "customer": _person(chat.customer),
        "mitra": _person(chat.mitra),
        "duration_minutes": chat.payment.tier.minutes,
        "started_at": chat.started_at,
        "ends_at": chat.ends_at,
        "ended_at": chat.ended_at,
        "end_reason": chat.end_reason,
        **_reading(chat),
    }


def read_reply(chat: Chat) -> Row:
    """How far the two have read."""
    return {
        "chat_session_id": chat.id,
        "customer_read_seq": chat.read["customer"],
        "mitra_read_seq": chat.read["mitra"],
    }


def message_reply(message: Message) -> Row:
    """A message as the two people of its chat see it."""
    return {"chat_session_id": message.chat.id, **_message_row(message)}


def extension_reply(model: Model, extension: Extension) -> Row:
    """An extension as the two people of its chat see it."""
    return {
        "id": extension.id,
        "chat_session_id": extension.chat.id,
        "payment_session_id": extension.payment.id,
        "duration_minutes": extension.payment.tier.minutes,
        "status": extension.status,
        "requested_at": extension.requested_at,
        "deadline_at": extension.deadline_at,
        "default_action": model.settings["extension_default_action_on_timeout"],
    }


def status_reply(mitra: Mitra) -> Row:
    """What a mitra's switch says."""
    return {"online": mitra.declared_online, "reachable_until": mitra.reachable_until}


def pricing_reply(model: Model, customer: Customer, is_extension: bool) -> Row:
    """What there is to choose from."""
    return {
        "tiers": [
            {
                "id": tier.id,
                "duration_minutes": tier.minutes,
                "amount": amount,
                "is_free_trial": is_free_trial,
            }
            for tier, amount, is_free_trial in model.pricing(customer, is_extension)
        ],
        "free_trial_eligible": not is_extension and model.has_free_trial(customer),
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
        "failure_id": _id(failure),
        "is_extension": payment.is_extension,
        "amount": payment.amount,
        "status": status,
        "seen_at": failure.decision_seen_at if failure else None,
    }


def forced_offline(mitra: Mitra) -> Row | None:
    """Who else than the mitra set them offline, and why."""
    if mitra.declared_online or mitra.set_offline is None:
        return None
    by, note = mitra.set_offline
    return {"by": by, "note": note, "at": mitra.status_changed_at}


def open_offers(model: Model, mitra: Mitra) -> list[Row]:
    """What a mitra may still answer, oldest first."""
    return [
        {
            "request_id": offer.search.id,
            "request_type": offer.search.request_type,
            "duration_minutes": offer.search.payment.tier.minutes,
            "customer": _person(offer.search.payment.customer),
            "sent_at": offer.sent_at,
            "seen_at": offer.seen_at,
            "deadline_at": offer.search.deadline_at,
        }
        for offer in mitra.offers
        if offer.status == "offered" and offer.search.deadline_at > model.now
    ]


def chat_history(model: Model, person: Customer | Mitra) -> list[Row]:
    """A person's chats, newest first; a customer's with whether each mitra could be asked again now."""
    chats = [chat for chat in model.chats if person in {chat.customer, chat.mitra}]
    chats.sort(key=lambda chat: chat.started_at, reverse=True)
    return [
        {
            **chat_reply(chat),
            **({"can_chat_again": model.can_chat_again(chat)} if isinstance(person, Customer) else {}),
        }
        for chat in chats
    ]


def _pending(model: Model, chats: Iterable[Chat]) -> list[Row]:
    pending = [extension for extension in model.extensions if extension.status == "requested"]
    asked = [extension for chat in chats for extension in pending if extension.chat is chat]
    asked.sort(key=lambda extension: extension.requested_at)
    return [extension_reply(model, extension) for extension in asked]


def _person(person: Customer | Mitra | None) -> Row | None:
    return {"id": person.id, "display_name": person.name} if person else None
