"""The races that people notice, each with the loser's reply, in both orders.

What the winner and the rows look like then is the business of test_every_pair, which runs these as well.
"""

from dataclasses import dataclass

import pytest

from tests.races import scenarios as s
from tests.races.arena import Arena, Call, Outcome, Race
from tests.races.conftest import OpenArena

DONE = None
"""Not refused."""


@dataclass(frozen=True)
class Pair:
    """Two calls, and the reply to each when the other comes first."""

    name: str
    scenario: str
    one: Call
    other: Call
    other_is_told: str | None
    one_is_told: str | None

    def __str__(self) -> str:
        return self.name


PAIRS = [
    Pair("accept × cancel", "searching", s.ACCEPT, s.CANCEL, "payment_session_consumed", "request_cancelled"),
    Pair("accept × payment expiry", "expiring", s.ACCEPT, s.EXPIRY, DONE, "request_expired"),
    Pair("accept × window end", "searching", s.ACCEPT, s.WINDOW, DONE, "request_expired"),
    Pair("accept × lease lapse", "lapsing", s.ACCEPT, s.LAPSE, DONE, "request_withdrawn"),
    Pair(
        "accept × decline",
        "searching",
        s.ACCEPT,
        s.DECLINE,
        "request_already_taken",
        "request_already_declined",
    ),
    Pair("accept × decline by another", "searching", s.ACCEPT, s.DECLINE_YOGA, "request_already_taken", DONE),
    Pair(
        "accept × accept",
        "searching",
        s.ACCEPT,
        s.ACCEPT_YOGA,
        "request_already_taken",
        "request_already_taken",
    ),
    Pair("accept × accept by the same", "searching", s.ACCEPT, s.ACCEPT, DONE, DONE),
    Pair(
        "accept × accept of another request, room for one",
        "searching",
        s.ACCEPT,
        s.ACCEPT_RANI,
        "mitra_at_capacity",
        "mitra_at_capacity",
    ),
    Pair("accept × set offline", "searching", s.ACCEPT, s.SARI_OFFLINE, DONE, "request_withdrawn"),
    Pair("accept × force offline", "searching", s.ACCEPT, s.FORCE_OFFLINE, DONE, "request_withdrawn"),
    Pair(
        "accept × ops.fail_payment",
        "searching",
        s.ACCEPT,
        s.FAIL_PAYMENT,
        "payment_session_consumed",
        "request_withdrawn",
    ),
    Pair(
        "accept × start of another search", "searching", s.ACCEPT, s.START_OTHER, "chat_already_active", DONE
    ),
    Pair("returning accept × end of the chat", "asking again", s.ACCEPT, s.END, DONE, DONE),
    Pair("returning accept × chat's time up", "asking again", s.ACCEPT, s.CHAT_END, DONE, DONE),
    Pair(
        "returning accept × set offline", "asking again", s.ACCEPT, s.SARI_OFFLINE, DONE, "request_withdrawn"
    ),
    Pair("confirm × payment expiry", "chosen", s.CONFIRM, s.EXPIRY, DONE, "payment_session_expired"),
    Pair("confirm × confirm", "chosen", s.CONFIRM, s.CONFIRM, DONE, DONE),
    Pair(
        "confirm × cancel_payment",
        "chosen",
        s.CONFIRM,
        s.CANCEL_PAYMENT,
        "payment_already_confirmed",
        "payment_session_abandoned",
    ),
    Pair("confirm × create", "chosen", s.CONFIRM, s.CREATE, DONE, "payment_session_abandoned"),
    Pair("create × create", "chosen", s.CREATE, s.CREATE, DONE, DONE),
    Pair("create × cancel_payment", "chosen", s.CREATE, s.CANCEL_PAYMENT, DONE, DONE),
    Pair("start × start", "paid", s.START, s.START, DONE, DONE),
    Pair(
        "start × start of another payment",
        "paid",
        s.START,
        s.START_OTHER,
        "search_already_running",
        "search_already_running",
    ),
    Pair("start × cancel", "paid", s.START, s.CANCEL, DONE, "payment_session_failed"),
    Pair("start × payment expiry", "paid", s.START, s.EXPIRY, DONE, "payment_session_failed"),
    Pair("start × set offline", "paid", s.START, s.SARI_OFFLINE, DONE, DONE),
    Pair("start × set online", "paid", s.START, s.DEWI_ONLINE, DONE, DONE),
    Pair("cancel × window end", "searching", s.CANCEL, s.WINDOW, DONE, "payment_session_failed"),
    Pair("cancel × cancel", "searching", s.CANCEL, s.CANCEL, DONE, DONE),
    Pair("cancel × decline", "searching", s.CANCEL, s.DECLINE, "request_cancelled", DONE),
    Pair("lease lapse × renewal", "lapsing", s.LAPSE, s.RENEW, DONE, DONE),
    Pair(
        "fallback × operator's action",
        "turned down, paid",
        s.FALLBACK,
        s.REFUND,
        "failure_superseded",
        "failure_already_actioned",
    ),
    Pair("fallback × fallback", "turned down, paid", s.FALLBACK, s.FALLBACK, DONE, DONE),
    Pair(
        "operator's action × operator's action",
        "turned down, paid",
        s.REFUND,
        s.ACTION,
        "failure_already_actioned",
        "failure_already_actioned",
    ),
    Pair(
        "fallback of a failed trial × confirm of a new one",
        "turned down, trial",
        s.FALLBACK,
        s.CONFIRM_TRIAL,
        "free_trial_already_used",
        "free_trial_already_used",
    ),
    Pair(
        "fallback × start of another search",
        "turned down, paid",
        s.FALLBACK,
        s.START_OTHER,
        "search_already_running",
        "search_already_running",
    ),
    Pair("approve × timer", "extending", s.APPROVE, s.TIMER, DONE, "extension_expired"),
    Pair("approve × end_chat", "extending", s.APPROVE, s.END, DONE, "extension_withdrawn"),
    Pair("approve × ops.end_chat", "extending", s.APPROVE, s.END_OPS, DONE, "extension_withdrawn"),
    Pair("approve × chat's time up", "extending", s.APPROVE, s.CHAT_END, DONE, DONE),
    Pair(
        "approve × reject",
        "extending",
        s.APPROVE,
        s.REJECT,
        "extension_already_answered",
        "extension_already_answered",
    ),
    Pair(
        "approve × ops.fail_payment",
        "extending",
        s.APPROVE,
        s.FAIL_EXTENSION,
        "payment_session_consumed",
        "extension_withdrawn",
    ),
    Pair("timer × end_chat", "extending", s.TIMER, s.END, DONE, DONE),
    Pair("timer × chat's time up", "extending", s.TIMER, s.CHAT_END, DONE, DONE),
    Pair("timer × set offline", "extending", s.TIMER, s.SARI_OFFLINE, DONE, DONE),
    Pair("reject × end_chat", "extending", s.REJECT, s.END, DONE, "extension_withdrawn"),
    Pair(
        "extension × another extension",
        "chatting",
        s.EXTEND,
        s.EXTEND_OTHER,
        "extension_already_pending",
        "extension_already_pending",
    ),
    Pair("extension × the same extension", "chatting", s.EXTEND, s.EXTEND, DONE, DONE),
    Pair(
        "extension × returning request",
        "chatting",
        s.EXTEND,
        s.ASK_AGAIN,
        "extension_pending",
        "search_already_running",
    ),
    Pair("extension × end_chat", "chatting", s.EXTEND, s.END, DONE, "chat_ended"),
    Pair("extension × chat's time up", "chatting", s.EXTEND, s.CHAT_END, DONE, "chat_ended"),
    Pair("end_chat × end_chat by the mitra", "chatting", s.END, s.END_MITRA, DONE, DONE),
    Pair("end_chat × send_message", "chatting", s.END, s.SAY_MITRA, "chat_ended", DONE),
    Pair("end_chat × chat's time up", "chatting", s.END, s.CHAT_END, DONE, DONE),
]


def told(outcome: Outcome) -> str | None:
    """The slug of a refusal."""
    return outcome if Arena.refused(outcome) else DONE


def problems(race: Race, second: Call, is_told: str | None) -> list[object]:
    """What is wrong with a race, judged by the second call's reply."""
    waited_in_vain: list[object] = ["it waited"] if second.repeated and race.waited else []
    unexpected = [] if told(race.result.second) == is_told else [told(race.result.second)]
    return [*waited_in_vain, *unexpected, *race.audit]


def remains(arena: Arena, dead: Call, second: Call) -> list[object]:
    """What remains of a call whose backend died before its commit."""
    race = arena.race(dead, second, killed=True)
    return [*race.result.differences(arena.alone(second, instead_of=dead)), *race.audit]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_one_wins_and_the_loser_is_told_why(arena: OpenArena, pair: Pair) -> None:
    scene = arena(pair.scenario)

    assert problems(scene.race(pair.one, pair.other), pair.other, pair.other_is_told) == []
    assert problems(scene.race(pair.other, pair.one), pair.one, pair.one_is_told) == []


@pytest.mark.parametrize("scenario", sorted({pair.scenario for pair in PAIRS}))
def test_a_call_that_dies_before_its_commit_leaves_nothing(arena: OpenArena, scenario: str) -> None:
    scene = arena(scenario)
    pairs = [(pair.one, pair.other) for pair in PAIRS if pair.scenario == scenario]

    found = [
        f"{first}, which died, × {second}: {fault}"
        for first, second in [*pairs, *((other, one) for one, other in pairs)]
        for fault in remains(scene, first, second)
    ]

    assert not found, "\n".join(found)


ONCE = [
    pytest.param("chosen", s.CREATE_KEY, "payments", id="create"),
    pytest.param("chosen", s.CONFIRM_KEY, "payments", id="confirm"),
    pytest.param("paid", s.START_KEY, "searches", id="start"),
    pytest.param("turned down, paid", s.FALLBACK_KEY, "searches", id="fallback"),
    pytest.param("chatting", s.EXTEND_KEY, "extensions", id="request_extension"),
]


@pytest.mark.parametrize(("scenario", "call", "made"), ONCE)
def test_an_idempotency_key_used_twice_at_once_does_it_once_and_replies_the_same(
    arena: OpenArena, scenario: str, call: Call, made: str
) -> None:
    scene = arena(scenario)

    race = scene.race(call, call)

    assert race.waited
    assert race.result.second == race.result.first
    assert scene.replies[0] == scene.replies[1]
    assert race.result.picture[made] == scene.alone(call).picture[made]
    assert race.audit == []


@pytest.mark.parametrize(("scenario", "call", "made"), ONCE)
def test_an_idempotency_key_whose_first_use_dies_is_free_for_the_second(
    arena: OpenArena, scenario: str, call: Call, made: str
) -> None:
    scene = arena(scenario)

    race = scene.race(call, call, killed=True)

    assert race.waited
    assert race.result.differences(scene.alone(call)) == []
