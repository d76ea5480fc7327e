"""The promise, checked in the rows alone, without the model: no rupiah and no person is left hanging."""

from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]


def broken_promises(found: Row) -> Iterator[str]:
    """Every payment without exactly one accountable end, and every wait without a deadline."""
    for payment in found["payments"]:
        for wrong in _unaccountable(payment):
            yield f"payment {payment['id']} ({payment['status']}): {wrong}"
    for kind, row in _waiting(found):
        if f"{kind} {row['id']}" not in found["waits"]:
            yield f"{kind} {row['id']} waits without a deadline"


def _unaccountable(payment: Row) -> Iterator[str]:
    bought = payment["chats"] + [
        e for e in payment["extensions"] if e["status"] in {"approved", "auto_approved"}
    ]
    failures = [failure for failure in payment["failures"] if failure["superseded_at"] is None]
    if len(bought) != (payment["status"] == "consumed"):
        yield f"it bought {len(bought)} things"
    if len(failures) != (payment["status"] == "failed_pairing"):
        yield f"it has {len(failures)} open failures"
    if any(failure["refund_due"] != bool(payment["charged_at"]) for failure in failures):
        yield "money is due back that was not taken, or was taken and is not due back"
    if payment["charged_at"] and payment["status"] not in {"confirmed", "consumed", "failed_pairing"}:
        yield "it was charged and is nowhere"
    if payment["status"] == "consumed" and bool(payment["charged_at"]) != (payment["amount"] > 0):
        yield "it was used without a charge, or charged for nothing"


def _waiting(found: Row) -> Iterator[tuple[str, Row]]:
    """Everything and everybody that cannot stay as it is."""
    for payment in found["payments"]:
        if payment["status"] in {"pending", "confirmed"}:
            yield "payment_session", payment
        for search in payment["searches"]:
            if search["status"] == "searching" or any(o["status"] == "offered" for o in search["offers"]):
                yield "pairing_request", search
        for extension in payment["extensions"]:
            if extension["status"] == "requested":
                yield "extension", extension
        for chat in payment["chats"]:
            if chat["status"] == "active" and not _is_asked_for_more(found, chat):
                yield "chat_session", chat
    for mitra in found["mitras"]:
        if mitra["reachable_until"]:
            yield "mitra_lease", mitra


def _is_asked_for_more(found: Row, chat: Row) -> bool:
    return any(
        extension["chat_session_id"] == chat["id"] and extension["status"] == "requested"
        for payment in found["payments"]
        for extension in payment["extensions"]
    )
