"""Pairing: searches, the offers that they make to mitras, and the answers.

A mitra's presence changes here as well: it gives and takes offers, and offers that were missed change it.
"""

from datetime import datetime

from tests.model import chat as chats
from tests.model.entities import Chat, Customer, Failure, Mitra, Offer, Payment, Search
from tests.model.model import Model, Started, refuse
from tests.model.payment import check_status, check_trial, confirm, consume, fail, own_payment


def start_general_request(model: Model, customer: Customer | None, payment: Payment | None) -> Started:
    """A blast to every mitra who is available. The same payment again gives the search that runs."""
    own = own_payment(payment, customer)
    if own.running_search:
        return Started(own.running_search, already_running=True)
    _check_may_search(model, own)
    _check_one_at_a_time(model, own, None)
    return Started(_blast(model, own), already_running=False)


def start_returning_request(
    model: Model, customer: Customer | None, payment: Payment | None, mitra: Mitra | None
) -> Started | Failure:
    """ "Curhat lagi": one mitra is asked. If that mitra is not available, the failure is recorded at once."""
    own = own_payment(payment, customer)
    if own.running_search:
        return Started(own.running_search, already_running=True)
    _check_may_search(model, own)
    if own.target and own.target is not mitra:
        refuse("targeted_mitra_mismatch")
    if mitra is None:
        refuse("mitra_not_found")
    if not any(chat.customer is own.customer and chat.mitra is mitra for chat in model.chats):
        refuse("mitra_not_known")
    _check_one_at_a_time(model, own, mitra)
    search = _insert_search(model, own, mitra, "returning_chat_confirmation_timeout_seconds")
    if not model.could_be_asked(mitra, own.customer):
        return fail_search(model, search, "targeted_mitra_offline")
    _offer(model, search, mitra)
    return Started(search, already_running=False)


def fallback_to_blast(model: Model, customer: Customer | None, payment: Payment | None) -> Started:
    """ "Chat dengan bestie lain": the payment is confirmed again and its failure superseded. No new charge."""
    own = own_payment(payment, customer)
    if own.running_search and own.running_search.target is None:
        return Started(own.running_search, already_running=True)
    check_status(model, own, "failed_pairing")
    failure = own.open_failure
    assert failure is not None
    if failure.operator_action:
        refuse("failure_already_actioned")
    if not model.fallback_offered(failure):
        refuse("fallback_not_offered")
    check_trial(model, own)
    _check_one_at_a_time(model, own, None)
    failure.superseded_at = model.now
    confirm(model, own)
    return Started(_blast(model, own), already_running=False)


def cancel_request(model: Model, customer: Customer | None, payment: Payment | None) -> Payment:
    """The customer gives up the search, or a confirmed payment before any. Twice is once."""
    own = own_payment(payment, customer)
    search, failure = own.running_search, own.open_failure
    if own.status == "failed_pairing" and failure and failure.cause_tag == "customer_cancelled":
        return own
    _check_may_search(model, own)
    if search:
        _close_search(model, search, "cancelled", "withdrawn")
    fail(model, own, "customer_cancelled", search=search)
    return own


def mark_offer_seen(model: Model, search: Search | None, mitra: Mitra | None) -> Search:
    """The mitra's app has shown it. The first time counts."""
    offer = _own_offer(search, mitra)
    if offer.status == "offered":
        offer.seen_at = offer.seen_at or model.now
    return offer.search


def accept_request(model: Model, search: Search | None, mitra: Mitra | None) -> Chat:
    """A mitra accepts: the payment is consumed, the chat begins. Twice is once."""
    offer = _own_offer(search, mitra)
    search = offer.search
    if offer.status == "accepted":
        return search.payment.chats[0]
    _check_open(model, offer)
    if not offer.mitra.declared_online:
        refuse("mitra_offline")
    customer = search.payment.customer
    running = [chat for chat in model.active_chats_with(offer.mitra) if chat.customer is customer]
    if not running and not model.has_room(offer.mitra):
        refuse("mitra_at_capacity")

    _close_offer(model, offer, "accepted")
    _close_search(model, search, "matched", "withdrawn")
    consume(model, search.payment)
    return chats.start(model, search, offer.mitra, running)


def decline_request(model: Model, search: Search | None, mitra: Mitra | None) -> Search:
    """A mitra declines; when the last one does, the search fails. Twice is once."""
    offer = _own_offer(search, mitra)
    if offer.status != "declined":
        _check_open(model, offer)
        _close_offer(model, offer, "declined")
        _fail_if_hopeless(model, offer.search)
    return offer.search


def fail_search(model: Model, search: Search, cause_tag: str, note: str | None = None) -> Failure:
    """A search came to nothing. Offers that are open when its time is over were missed."""
    missed = cause_tag in {"no_mitra_available", "targeted_mitra_timeout"} and search.deadline_at <= model.now
    _close_search(model, search, "failed", "auto_rejected" if missed else "withdrawn")
    return fail(model, search.payment, cause_tag, search=search, note=note)


def reconcile_offers(model: Model, mitra: Mitra) -> None:
    """A mitra with room is offered every running blast that they have not declined; without, they keep none."""
    mitra.offers_due_at = None
    reachable = model.presence(mitra) == "online"
    if reachable and model.has_room(mitra):
        for search in sorted(model.running_searches(), key=lambda s: s.created_at):
            over = min(search.deadline_at, search.payment.expires_at) <= model.now
            had = {offer.status for offer in search.offers if offer.mitra is mitra}
            if search.target is None and not over and not had & {"offered", "declined"}:
                _offer(model, search, mitra)
        return
    for offer in [offer for offer in mitra.offers if offer.status == "offered"]:
        if offer.search.target is None or not reachable:
            _close_offer(model, offer, "withdrawn")
            _fail_if_hopeless(model, offer.search)


def set_presence(
    model: Model,
    mitra: Mitra,
    online: bool,
    lease: datetime | None,
    by_another: tuple[str, str | None] | None = None,
) -> None:
    """A lapsed lease that is renewed before its deadline fires was never broken, but blasts may have missed it."""
    was = "online" if mitra.reachable_until else model.presence(mitra)
    had_run_out = mitra.reachable_until is not None and mitra.reachable_until <= model.now
    mitra.declared_online = online
    mitra.reachable_until = lease
    mitra.app_closed = False
    if model.presence(mitra) != was:
        mitra.status_changed_at = model.now
        mitra.set_offline = by_another
        if model.presence(mitra) == "online":
            mitra.idle_since = model.now
        reconcile_offers(model, mitra)
    elif had_run_out:
        mitra.offers_due_at = model.now


def _check_may_search(model: Model, payment: Payment) -> None:
    if payment.is_extension:
        refuse("payment_is_for_extension")
    check_status(model, payment, "confirmed")


def _check_one_at_a_time(model: Model, payment: Payment, target: Mitra | None) -> None:
    """One search and one chat for each customer; a running chat continues only with its own mitra."""
    if model.running_search_of(payment.customer):
        refuse("search_already_running")
    chat = model.active_chat_of(payment.customer)
    if chat and chat.mitra is not target:
        refuse("chat_already_active")
    if chat and model.pending_extension(chat):
        refuse("extension_pending")


def _blast(model: Model, payment: Payment) -> Search:
    search = _insert_search(model, payment, None, "pairing_blast_timeout_seconds")
    for mitra in sorted(model.mitras, key=lambda m: (m.idle_since, m.id)):
        if model.presence(mitra) == "online" and model.has_room(mitra):
            _offer(model, search, mitra)
    return search


def _insert_search(model: Model, payment: Payment, target: Mitra | None, window: str) -> Search:
    search = Search(
        payment=payment,
        target=target,
        created_at=model.now,
        deadline_at=model.now + model.seconds(window),
    )
    payment.searches.append(search)
    return search


def _close_search(model: Model, search: Search, status: str, offers: str) -> None:
    """A search is over, and with it every offer that is still open."""
    closed = search.open_offers
    for offer in closed:
        _close_offer(model, offer, offers)
    search.status = status
    search.closed_at = model.now
    if offers == "auto_rejected":
        for offer in closed:
            _note_missed(model, offer.mitra)


def _fail_if_hopeless(model: Model, search: Search) -> None:
    """A search without open offers fails if somebody declined, or if the one mitra who was asked has left."""
    declined = any(offer.status == "declined" for offer in search.offers)
    if search.open_offers:
        return
    if search.target:
        fail_search(model, search, "targeted_mitra_rejected" if declined else "targeted_mitra_offline")
    elif declined:
        fail_search(model, search, "all_mitras_rejected")


def _own_offer(search: Search | None, mitra: Mitra | None) -> Offer:
    if search is None:
        refuse("request_not_found")
    offer = search.latest_offer(mitra)
    if offer is None:
        refuse("offer_not_yours")
    return offer


def _check_open(model: Model, offer: Offer) -> None:
    """Refuse a late answer with its reason: taken, cancelled, declined before, out of time, or withdrawn."""
    search = offer.search
    if search.status == "matched":
        refuse("request_already_taken")
    if search.status == "cancelled":
        refuse("request_cancelled")
    if offer.status == "declined":
        refuse("request_already_declined")
    if min(search.deadline_at, search.payment.expires_at) <= model.now:
        refuse("request_expired")
    if offer.status != "offered":
        refuse("request_withdrawn")


def _offer(model: Model, search: Search, mitra: Mitra) -> None:
    offer = Offer(search=search, mitra=mitra, sent_at=model.now)
    search.offers.append(offer)
    mitra.offers.append(offer)


def _close_offer(model: Model, offer: Offer, status: str) -> None:
    offer.status = status
    offer.closed_at = model.now


def _note_missed(model: Model, mitra: Mitra) -> None:
    """Too many missed in a row since they came online take a mitra offline."""
    limit = model.number("auto_offline_after_missed_offers")
    answered = [
        offer.status
        for offer in mitra.offers
        if offer.sent_at >= mitra.status_changed_at
        and offer.status in {"accepted", "declined", "auto_rejected"}
    ]
    if limit and answered[-limit:] == ["auto_rejected"] * limit and mitra.declared_online:
        set_presence(model, mitra, False, None, ("system", f"{limit} missed offers in a row"))
