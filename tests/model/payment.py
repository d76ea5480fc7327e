"""Payments: chosen, paid, consumed or failed; and what happens to the money."""

from dataclasses import dataclass
from datetime import timedelta

from tests.model.entities import Customer, Failure, Mitra, Payment, Search, Tier
from tests.model.model import Left, Model, refuse


@dataclass(frozen=True)
class Pricing:
    """Every tier with what it costs this customer and whether it is the free trial; whether there is one."""

    tiers: list[tuple[Tier, int, bool]]
    free_trial_eligible: bool


def get_pricing(model: Model, customer: Customer, is_extension: bool) -> Pricing:
    """What a customer may choose from."""
    tiers = sorted((t for t in model.tiers if t.for_extension == is_extension), key=lambda t: t.minutes)
    eligible = not is_extension and model.has_free_trial(customer)
    trial = tiers[0] if eligible else None
    return Pricing([(tier, 0 if tier is trial else tier.amount, tier is trial) for tier in tiers], eligible)


def create_payment_session(  # noqa: PLR0917 - as the SQL function
    model: Model,
    customer: Customer | None,
    minutes: int,
    tier_id: str | Left,
    target: Mitra | Left | None,
    is_extension: bool,
) -> Payment:
    """A customer chooses some minutes; an older choice that was not paid is given up."""
    if customer is None:
        refuse("customer_not_found")
    if target is not Left.OUT and is_extension:
        refuse("target_not_allowed")
    if target is None:
        refuse("mitra_not_found")
    chosen = [
        choice
        for choice in get_pricing(model, customer, is_extension).tiers
        if choice[0].minutes == minutes and tier_id in {Left.OUT, choice[0].id}
    ]
    if not chosen:
        refuse("unknown_tier")
    for older in model.payments:
        if (older.customer, older.is_extension, older.status) == (customer, is_extension, "pending"):
            older.status = "abandoned"
    ((tier, amount, is_free_trial),) = chosen
    payment = Payment(
        customer=customer,
        tier=tier,
        amount=amount,
        is_free_trial=is_free_trial,
        target=None if target is Left.OUT else target,
        created_at=model.now,
        expires_at=model.now + timedelta(minutes=model.number("payment_session_timeout_minutes")),
    )
    model.payments.append(payment)
    return payment


def confirm_payment_session(model: Model, payment: Payment | None, customer: Customer | None) -> Payment:
    """The customer has paid: a first chat is charged now. Twice is once."""
    own = own_payment(payment, customer)
    if own.status != "confirmed":
        check_status(model, own, "pending")
        confirm(model, own)
    return own


def cancel_payment_session(model: Model, payment: Payment | None, customer: Customer | None) -> Payment:
    """The customer leaves before paying. Twice is once."""
    own = own_payment(payment, customer)
    if own.status != "abandoned":
        check_status(model, own, "pending")
        own.status = "abandoned"
    return own


def get_payment_session(model: Model, payment: Payment | None, customer: Customer | None) -> Payment:
    """A customer's own payment."""
    return own_payment(payment, customer)


def see_decision(model: Model, payment: Payment | None, customer: Customer | None) -> Failure:
    """The customer has seen what an operator decided on the money. Twice is once."""
    failure = own_payment(payment, customer).open_failure
    if failure is None or not failure.refund_due or failure.operator_action is None:
        refuse("money_not_decided")
    failure.decision_seen_at = failure.decision_seen_at or model.now
    return failure


def own_payment(payment: Payment | None, customer: Customer | None) -> Payment:
    """The payment, if it is this customer's."""
    if payment is None or payment.customer is not customer:
        refuse("payment_session_not_found")
    return payment


def check_status(model: Model, payment: Payment, wanted: str) -> None:
    """Refuse unless the payment has the wanted status and time left."""
    time_is_over = payment.status in {"pending", wanted} and payment.expires_at <= model.now
    if payment.status == "expired" or time_is_over:
        refuse("payment_session_expired")
    if payment.status != wanted:
        refuse(
            {
                "pending": "payment_not_confirmed",
                "confirmed": "payment_already_confirmed",
                "consumed": "payment_session_consumed",
                "failed_pairing": "payment_session_failed",
                "abandoned": "payment_session_abandoned",
            }[payment.status]
        )


def check_trial(model: Model, payment: Payment) -> None:
    """Refuse a second free trial."""
    if payment.is_free_trial and not model.has_free_trial(payment.customer):
        refuse("free_trial_already_used")


def confirm(model: Model, payment: Payment) -> None:
    """A payment is confirmed, for the first time or again after a failure."""
    check_trial(model, payment)
    payment.status = "confirmed"
    payment.confirmed_at = payment.confirmed_at or model.now
    if payment.amount > 0 and not payment.is_extension:
        payment.charged_at = payment.charged_at or model.now


def consume(model: Model, payment: Payment) -> None:
    """A payment has bought what it was for: an extension is charged now."""
    payment.status = "consumed"
    payment.consumed_at = model.now
    if payment.amount > 0 and payment.is_extension:
        payment.charged_at = model.now


def fail(
    model: Model,
    payment: Payment,
    cause_tag: str,
    *,
    search: Search | None = None,
    note: str | None = None,
    asked_for_more: Mitra | None = None,
) -> Failure:
    """A confirmed payment came to nothing: a refund is due if it was charged."""
    payment.status = "failed_pairing"
    failure = Failure(
        payment=payment,
        search=search,
        target=(search.target if search else None) or payment.target or asked_for_more,
        cause_tag=cause_tag,
        refund_due=payment.charged_at is not None,
        note=note,
        created_at=model.now,
    )
    payment.failures.append(failure)
    return failure
