"""Charges: what is asked of a provider, what its answers come to, and where the money goes whatever happens.

The provider is played here by its answers alone; tests/provider plays it as a process.
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sql.world import FIRST_CHAT, Row, World, refuses, rows

PRICE = FIRST_CHAT[30]
QR = "00020101021226620014COM.GO-JEK.WWW"


@pytest.fixture
def midtrans(world: World) -> World:
    """A database whose money is taken by Midtrans."""
    world.owner.execute("update data.money_source set provider = 'midtrans'")
    return world


@pytest.fixture
def xendit(world: World) -> World:
    """A database whose money is taken by Xendit."""
    world.owner.execute("update data.money_source set provider = 'xendit'")
    return world


def calls(world: World) -> list[Row]:
    """The calls that are due now, as the listener takes them."""
    return rows(world.listener, "api.take_provider_calls(20)")


def answer(world: World, call: Row, status: int | None, body: object) -> str:
    """The provider's answer to a call."""
    text = body if isinstance(body, str) else json.dumps(body)
    told: str = world.api(
        "take_provider_reply", call["charge_id"], call["action"], call["lease"], status, text
    )
    return told


def says(call: Row, status: str, amount: int = PRICE, **more: object) -> dict[str, Any]:
    """Midtrans' word about a charge."""
    code = {"settlement": "200", "pending": "201"}.get(status, "202")
    return {
        "status_code": code,
        "order_id": str(call["charge_id"]),
        "transaction_id": "9aed5972-5b6a-401e-894b-a32c91ed1a3a",
        "transaction_status": status,
        "gross_amount": f"{amount}.00",
        "fraud_status": "accept",
        **more,
    }


def begin(world: World, customer: str, payment: str, method: str = "qris") -> Row:
    """A charge that the provider has accepted: its call, answered."""
    world.api("begin_charge", payment, customer, method)
    [call] = calls(world)
    assert answer(world, call, 201, says(call, "pending", qr_string=QR)) == "pending"
    return call


def pay(world: World, call: Row, amount: int = PRICE) -> str:
    """The provider has the money, and tells us by a notice; we ask."""
    world.api(
        "take_notice", "midtrans", f"notice {call['charge_id']} {amount}", str(call["charge_id"]), "{}", True
    )
    [asked] = calls(world)
    assert asked["action"] == "ask"
    return answer(world, asked, 200, says(call, "settlement", amount))


def credit(world: World, customer: str) -> int:
    balance: int = world.api("list_credit", customer)["balance"]
    return balance


def chosen(world: World) -> tuple[str, str]:
    """A customer, and a pending payment session of theirs."""
    customer = world.customer()
    return customer, world.choose(customer, 30)["id"]


def test_a_charge_is_sent_once_and_says_where_to_pay(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    begun = midtrans.api("begin_charge", payment, customer, "qris")
    assert (begun["status"], begun["amount"], begun["qr_string"]) == ("created", PRICE, None)
    [call] = calls(midtrans)
    assert call["call"]["path"] == "/v2/charge"
    assert call["call"]["body"] == {
        "payment_type": "qris",
        "transaction_details": {"order_id": begun["id"], "gross_amount": PRICE},
        "custom_expiry": {"expiry_duration": 20, "unit": "minute"},
        "qris": {"acquirer": "gopay"},
    }
    assert calls(midtrans) == []
    answer(midtrans, call, 201, says(call, "pending", qr_string=QR))
    assert midtrans.api("get_charge", payment, customer)["charge"]["qr_string"] == QR
    assert midtrans.api("client_state", customer)["charge"]["status"] == "pending"


@pytest.mark.parametrize(
    ("method", "channel"),
    [
        ("gopay", {"payment_type": "gopay"}),
        ("bca", {"payment_type": "bank_transfer", "bank_transfer": {"bank": "bca"}}),
        ("permata", {"payment_type": "bank_transfer", "bank_transfer": {"bank": "permata"}}),
    ],
)
def test_each_method_is_what_midtrans_calls_it(midtrans: World, method: str, channel: dict[str, Any]) -> None:
    customer, payment = chosen(midtrans)
    midtrans.api("begin_charge", payment, customer, method)
    [call] = calls(midtrans)
    assert {key: call["call"]["body"].get(key) for key in channel} == channel


def test_money_that_came_confirms_the_payment(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    assert pay(midtrans, begin(midtrans, customer, payment)) == "paid"
    assert midtrans.payment(payment)["status"] == "confirmed"
    assert credit(midtrans, customer) == 0
    assert midtrans.api("confirm_payment_session", payment, customer)["status"] == "confirmed"


def test_without_the_money_nothing_is_confirmed_and_the_provider_is_asked_at_once(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    begin(midtrans, customer, payment)
    assert calls(midtrans) == []
    refusal = midtrans.api("confirm_payment_session", payment, customer)["refusal"]
    assert (refusal["status"], refusal["slug"]) == (409, "payment_not_received")
    assert midtrans.payment(payment)["status"] == "pending"
    assert [call["action"] for call in calls(midtrans)] == ["ask"]


def test_a_notice_moves_no_money_whatever_it_says(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    midtrans.api(
        "take_notice", "midtrans", "k", str(call["charge_id"]), json.dumps(says(call, "settlement")), True
    )
    [asked] = calls(midtrans)
    assert answer(midtrans, asked, 200, says(call, "pending")) == "pending"
    assert midtrans.payment(payment)["status"] == "pending"
    assert credit(midtrans, customer) == 0


def test_an_unproven_notice_is_counted_and_asks_nothing(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    for _ in range(3):
        taken = midtrans.api("take_notice", "midtrans", "k", str(call["charge_id"]), "forged", False)
        assert taken == {"taken": False}
    assert midtrans.value("select times from data.refused_notices") == 3
    assert calls(midtrans) == []


def test_the_same_notice_twice_asks_once(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    for _ in range(2):
        midtrans.api("take_notice", "midtrans", "same", str(call["charge_id"]), "{}", True)
    assert len(calls(midtrans)) == 1
    assert midtrans.value("select count(*) from data.provider_notices") == 1


@pytest.mark.parametrize("about", ["", "no id", "00000000-0000-4000-8000-000000000000", "'; drop"])
def test_a_notice_about_nothing_of_ours_is_kept_and_harmless(midtrans: World, about: str) -> None:
    assert midtrans.api("take_notice", "midtrans", "k", about, "{}", True) == {"taken": True}
    assert calls(midtrans) == []


def test_answers_in_any_order_only_climb(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    assert pay(midtrans, call) == "paid"
    for late in ("pending", "expire", "deny", "cancel"):
        assert answer(midtrans, call, 200, says(call, late)) == "paid"
    assert midtrans.payment(payment)["status"] == "confirmed"


def test_the_same_money_told_twice_is_posted_once(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    for _ in range(3):
        answer(midtrans, call, 200, says(call, "settlement"))
    assert midtrans.value("select sum(amount) from data.transfers where kind = 'charged'") == PRICE


def test_late_money_is_the_customers_credit(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    midtrans.wait(21 * 60)
    assert midtrans.payment(payment)["status"] == "expired"
    answer(midtrans, call, 200, says(call, "settlement"))
    assert credit(midtrans, customer) == PRICE
    assert midtrans.payment(payment)["status"] == "expired"
    assert [event["body"]["kind"] for event in midtrans.events("CREDIT")] == ["charged"]


def test_credit_from_a_late_payment_pays_for_the_next(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    midtrans.wait(21 * 60)
    answer(midtrans, call, 200, says(call, "settlement"))
    again = midtrans.choose(customer, 30)["id"]
    assert midtrans.api("confirm_payment_session", again, customer)["status"] == "confirmed"
    assert credit(midtrans, customer) == 0


def test_two_charges_that_were_both_paid_leave_one_as_credit(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    first = begin(midtrans, customer, payment, "qris")
    midtrans.clock.advance(seconds=1)
    midtrans.api("begin_charge", payment, customer, "bca")
    by_action = {call["action"]: call for call in calls(midtrans)}
    assert set(by_action) == {"cancel", "create"}
    assert by_action["cancel"]["charge_id"] == first["charge_id"]
    second = by_action["create"]
    answer(
        midtrans, second, 201, says(second, "pending", va_numbers=[{"bank": "bca", "va_number": "91019021"}])
    )
    answer(midtrans, first, 200, says(first, "settlement"))
    answer(midtrans, second, 200, says(second, "settlement"))
    assert midtrans.payment(payment)["status"] == "confirmed"
    assert credit(midtrans, customer) == PRICE


@pytest.mark.parametrize(
    ("amount", "status", "left"), [(PRICE - 1000, "pending", PRICE - 1000), (PRICE + 700, "confirmed", 700)]
)
def test_another_amount_is_never_lost(midtrans: World, amount: int, status: str, left: int) -> None:
    customer, payment = chosen(midtrans)
    pay(midtrans, begin(midtrans, customer, payment, "bca"), amount)
    assert (midtrans.payment(payment)["status"], credit(midtrans, customer)) == (status, left)


def test_credit_lowers_what_is_charged(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    midtrans.ops("give_credit", customer, 10000, "maaf", "Ratna")
    charge = midtrans.api("begin_charge", payment, customer, "qris")
    assert charge["amount"] == PRICE - 10000
    [call] = calls(midtrans)
    answer(midtrans, call, 201, says(call, "pending", PRICE - 10000, qr_string=QR))
    answer(midtrans, call, 200, says(call, "settlement", PRICE - 10000))
    assert (midtrans.payment(payment)["status"], credit(midtrans, customer)) == ("confirmed", 0)
    [receipt] = midtrans.api("list_payments", customer)["rows"]
    assert receipt["from_credit"] == 10000


def test_a_free_trial_and_full_credit_need_no_charge(midtrans: World) -> None:
    customer = midtrans.customer()
    midtrans.pay(customer, 15)
    midtrans.ops("give_credit", customer, PRICE, "maaf", "Ratna")
    payment = midtrans.choose(customer, 30)["id"]
    with refuses(409, "nothing_to_pay"):
        midtrans.api("begin_charge", payment, customer, "qris")
    assert midtrans.api("confirm_payment_session", payment, customer)["status"] == "confirmed"


def test_an_uncertain_answer_changes_only_the_next_time(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    midtrans.api("begin_charge", payment, customer, "qris")
    [call] = calls(midtrans)
    for status, body in (
        (None, "ReadTimeout"),
        (500, "<html>"),
        (503, ""),
        (200, "[]"),
        (401, '{"status_code": "401"}'),
    ):
        assert answer(midtrans, call, status, body) == "created"
    assert midtrans.value("select word from data.provider_troubles where provider = 'midtrans'") is not None
    midtrans.clock.advance(minutes=10)
    [asked] = calls(midtrans)
    assert asked["action"] == "ask"
    assert (
        answer(midtrans, asked, 404, {"status_code": "404", "status_message": "Transaction doesn't exist."})
        == "created"
    )
    [again] = calls(midtrans)
    assert again["action"] == "create"


def test_charged_although_it_answered_500_is_found_by_asking(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    midtrans.api("begin_charge", payment, customer, "bca")
    [call] = calls(midtrans)
    answer(midtrans, call, 500, "oops")
    midtrans.clock.advance(seconds=20)
    [asked] = calls(midtrans)
    told = says(call, "pending", va_numbers=[{"bank": "bca", "va_number": "91019021"}])
    assert answer(midtrans, asked, 200, told) == "pending"
    assert midtrans.api("get_charge", payment, customer)["charge"]["account_number"] == "91019021"


def test_a_lost_qr_code_is_cancelled_and_made_anew(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    midtrans.api("begin_charge", payment, customer, "qris")
    [call] = calls(midtrans)
    answer(midtrans, call, 500, "oops")
    midtrans.clock.advance(seconds=20)
    [asked] = calls(midtrans)
    answer(midtrans, asked, 200, says(call, "pending"))
    [cancelled] = calls(midtrans)
    assert cancelled["action"] == "cancel"
    answer(midtrans, cancelled, 200, says(call, "cancel"))
    [anew] = calls(midtrans)
    assert (anew["action"], anew["charge_id"] != call["charge_id"]) == ("create", True)


def test_a_call_whose_taker_died_is_taken_again(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    midtrans.api("begin_charge", payment, customer, "qris")
    assert len(calls(midtrans)) == 1
    midtrans.clock.advance(seconds=31)
    assert len(calls(midtrans)) == 1


def test_a_notice_during_a_call_is_not_lost(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    midtrans.clock.advance(seconds=20)
    [asked] = calls(midtrans)
    midtrans.api("take_notice", "midtrans", "k", str(call["charge_id"]), "{}", True)
    midtrans.clock.advance(seconds=1)
    assert [other["action"] for other in calls(midtrans)] == ["ask"]
    answer(midtrans, asked, 200, says(call, "pending"))
    midtrans.clock.advance(seconds=31)
    assert len(calls(midtrans)) == 1


def test_with_all_notices_lost_it_is_asked_until_25_hours_after_its_end(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    began = midtrans.value("select created_at from data.payment_sessions where id = %s", payment)
    asked_at = []
    for _ in range(20):
        seconds = midtrans.api("seconds_to_next_call")
        if seconds is None:
            break
        midtrans.clock.advance(seconds=float(seconds))
        for due in calls(midtrans):
            asked_at.append(midtrans.value("select logic.now()") - began)
            answer(midtrans, due, 200, says(call, "expire" if len(asked_at) > 4 else "pending"))
    end = timedelta(minutes=20)
    assert [timedelta(seconds=round(at.total_seconds())) for at in asked_at] == [
        timedelta(seconds=20),
        timedelta(minutes=1),
        timedelta(minutes=3),
        timedelta(minutes=10),
        end,
        end + timedelta(hours=1),
        end + timedelta(hours=6),
        end + timedelta(hours=25),
    ]
    midtrans.fire()


def test_an_answer_about_another_order_counts_for_nothing(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    other = says(call, "settlement") | {"order_id": midtrans.uuid()}
    assert answer(midtrans, call, 200, other) == "pending"


def test_a_capture_under_suspicion_of_fraud_is_not_paid(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    assert answer(midtrans, call, 200, says(call, "capture", fraud_status="challenge")) == "pending"


def test_a_denied_charge_leaves_the_payment_to_be_tried_otherwise(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    midtrans.api("begin_charge", payment, customer, "gopay")
    [call] = calls(midtrans)
    denied = {"status_code": "402", "status_message": "Payment channel is not activated."}
    assert answer(midtrans, call, 200, denied) == "denied"
    assert midtrans.api("begin_charge", payment, customer, "qris")["status"] == "created"


def test_an_unwanted_charge_that_was_never_sent_is_dropped(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    charge = midtrans.api("begin_charge", payment, customer, "qris")
    midtrans.api("cancel_payment_session", payment, customer)
    assert calls(midtrans) == []
    assert midtrans.row("charges", charge["id"])["status"] == "cancelled"


def test_a_blocked_customers_money_is_theirs_and_buys_nothing(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    midtrans.ops("block_person", customer, "Ratna")
    answer(midtrans, call, 200, says(call, "settlement"))
    assert (midtrans.payment(payment)["status"], credit(midtrans, customer)) == ("pending", PRICE)


def test_an_extension_is_paid_into_credit_held_and_taken_at_approval(midtrans: World) -> None:
    customer, mitra = midtrans.customer(), midtrans.mitra()
    chat = midtrans.chat(customer, mitra, 15)
    payment = midtrans.choose(customer, 15, extension=True)
    call = begin(midtrans, customer, payment["id"])
    answer(midtrans, call, 200, says(call, "settlement", payment["amount"]))
    assert midtrans.payment(payment["id"])["status"] == "confirmed"
    assert credit(midtrans, customer) == 0
    extension = midtrans.extend(chat, payment=payment["id"])
    midtrans.api("approve_extension", extension["id"], mitra)
    kinds = midtrans.rows(
        "select kind from data.transfers where payment_session_id = %s order by event_id, kind", payment["id"]
    )
    assert [row["kind"] for row in kinds] == ["charged", "held", "taken"]


def test_a_refused_extensions_money_stays_the_customers(midtrans: World) -> None:
    customer, mitra = midtrans.customer(), midtrans.mitra()
    chat = midtrans.chat(customer, mitra, 15)
    payment = midtrans.choose(customer, 15, extension=True)
    call = begin(midtrans, customer, payment["id"])
    answer(midtrans, call, 200, says(call, "settlement", payment["amount"]))
    extension = midtrans.extend(chat, payment=payment["id"])
    midtrans.api("reject_extension", extension["id"], mitra)
    assert credit(midtrans, customer) == payment["amount"]


def test_xendit_is_asked_by_its_own_id(xendit: World) -> None:
    customer, payment = chosen(xendit)
    charge = xendit.api("begin_charge", payment, customer, "bri")
    [call] = calls(xendit)
    assert call["call"]["headers"] == {"api-version": "2024-11-11"}
    assert call["call"]["body"]["channel_code"] == "BRI_VIRTUAL_ACCOUNT"
    told = {
        "reference_id": charge["id"],
        "payment_request_id": "pr-1",
        "status": "REQUIRES_ACTION",
        "request_amount": PRICE,
        "actions": [
            {"type": "PRESENT_TO_CUSTOMER", "descriptor": "VIRTUAL_ACCOUNT_NUMBER", "value": "262156600"}
        ],
    }
    assert answer(xendit, call, 201, told) == "pending"
    assert xendit.api("get_charge", payment, customer)["charge"]["account_number"] == "262156600"
    xendit.clock.advance(seconds=20)
    [asked] = calls(xendit)
    assert asked["call"]["path"] == "/v3/payment_requests/pr-1"
    assert answer(xendit, asked, 200, told | {"status": "SUCCEEDED"}) == "paid"
    assert xendit.payment(payment)["status"] == "confirmed"


def test_another_provider_from_now_on_strands_no_charge(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    call = begin(midtrans, customer, payment)
    midtrans.owner.execute("update data.money_source set provider = 'xendit'")
    assert pay(midtrans, call) == "paid"
    assert midtrans.payment(payment)["status"] == "confirmed"


def test_pretended_money_has_no_charges(world: World) -> None:
    customer = world.customer()
    with refuses(409, "payments_are_pretended"):
        world.api("begin_charge", world.choose(customer, 30)["id"], customer, "qris")


def test_an_unknown_method_and_endless_tries_are_refused(midtrans: World) -> None:
    customer, payment = chosen(midtrans)
    with refuses(400, "unknown_method"):
        midtrans.api("begin_charge", payment, customer, "cash")
    for number in range(10):
        midtrans.api("begin_charge", payment, customer, ("qris", "bca")[number % 2])
        midtrans.clock.advance(seconds=1)
    with refuses(429, "too_many_charges"):
        midtrans.api("begin_charge", payment, customer, "qris")
