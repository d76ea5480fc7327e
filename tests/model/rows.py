"""How the model's state shows in the tables, read by one query."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tests.model.deadline import waits
from tests.model.entities import Chat, Entity, Extension, Failure, Mitra, Offer, Payment, Search
from tests.model.model import Model
from tests.model.replies import id_of, message_row, payment_reply, reading, same
from tests.sql.world import Row

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
"""Everything that the model holds, in the model's order. A blast makes its offers in an order, the longest idle first;
late offers of one moment have none."""


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
    """Every expectation that is not met. What else was found is ignored."""
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


def everything(model: Model) -> Row:
    """What `EVERYTHING` must find."""
    return {
        "payments": [_payment_row(payment) for payment in model.payments],
        "mitras": [_mitra_row(mitra) for mitra in model.mitras],
        "waits": {f"{wait.kind} {wait.thing.id}": wait.due_at for wait in waits(model)},
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
        **same(search, "id request_type status created_at deadline_at closed_at"),
        "customer_id": search.payment.customer.id,
        "targeted_mitra_id": id_of(search.target),
        "offers": [_offer_row(offer) for offer in at_once + late],
    }


def _offer_row(offer: Offer) -> Row:
    return {"mitra_id": offer.mitra.id, **same(offer, "status sent_at seen_at closed_at")}


def _failure_row(failure: Failure) -> Row:
    return {
        **same(failure, "id cause_tag refund_due note created_at superseded_at"),
        **same(failure, "operator_action action_note actioned_by actioned_at decision_seen_at"),
        "customer_id": failure.payment.customer.id,
        "pairing_request_id": id_of(failure.search),
        "targeted_mitra_id": id_of(failure.target),
        "amount": failure.payment.amount,
    }


def _chat_row(chat: Chat) -> Row:
    return {
        **same(chat, "id status started_at ends_at deadline_at ended_at end_reason end_note"),
        **reading(chat),
        "pairing_request_id": chat.search.id,
        "customer_id": chat.customer.id,
        "mitra_id": chat.mitra.id,
        "duration_minutes": chat.payment.tier.minutes,
        "messages": [message_row(message) for message in chat.messages],
    }


def _extension_row(extension: Extension) -> Row:
    return {
        **same(extension, "id status requested_at deadline_at closed_at"),
        "chat_session_id": extension.chat.id,
        "customer_id": extension.chat.customer.id,
        "mitra_id": extension.chat.mitra.id,
        "duration_minutes": extension.payment.tier.minutes,
    }


def _mitra_row(mitra: Mitra) -> Row:
    return same(mitra, "id declared_online reachable_until status_changed_at idle_since offers_due_at")
