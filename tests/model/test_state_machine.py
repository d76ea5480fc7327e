"""The database and a plain Python model of the product take thousands of random steps together, and always agree.

A round is ten walks, drawn without luck. `CURHAT_MODEL_ROUNDS=500` takes so many rounds instead of the few that CI
takes, each different from the others. What fails is shrunk, and printed as the calls that it takes.
"""

import os
from collections import Counter

from tests.model.machine import walk
from tests.model.ops import CAUSE_TAGS
from tests.sql.world import World

ROUNDS = int(os.environ.get("CURHAT_MODEL_ROUNDS", "3"))
MOST = max(ROUNDS, 10)
"""Rounds for which a rare end may let itself be waited for: Hypothesis mixes constants of the modules that happen to be
loaded into what it draws, so that a round is the same only in the same selection of tests."""

FUNCTIONS = {
    "accept_request",
    "action_failure",
    "approve_extension",
    "cancel_payment_session",
    "cancel_request",
    "client_state",
    "confirm_payment_session",
    "create_payment_session",
    "decline_request",
    "end_chat",
    "fail_payment",
    "fallback_to_blast",
    "fire_due",
    "force_mitra_offline",
    "get_chat_session",
    "get_payment_session",
    "get_pricing",
    "list_chat_sessions",
    "list_messages",
    "list_offers",
    "mark_offer_seen",
    "mark_read",
    "mitra_state",
    "reject_extension",
    "release_lease",
    "renew_leases",
    "request_extension",
    "see_decision",
    "send_message",
    "set_config",
    "set_mitra_status",
    "start_general_request",
    "start_returning_request",
}
ENDS = {
    "payment": {"pending", "confirmed", "consumed", "failed_pairing", "abandoned", "expired"},
    "failure": set(CAUSE_TAGS),
    "search": {"matched", "failed", "cancelled"},
    "offer": {"accepted", "declined", "auto_rejected", "withdrawn"},
    "chat": {"time_up", "ended_by_customer", "ended_by_mitra", "ended_by_operator", "continued"},
    "extension": {"approved", "auto_approved", "rejected", "auto_rejected", "withdrawn"},
}
"""What everything can come to, by the state machines of the product."""


def test_the_database_does_what_the_model_does_wherever_it_can_be_led(world: World) -> None:
    reached: Counter[str] = Counter()
    everywhere = FUNCTIONS | {f"{kind} {end}" for kind, ends in ENDS.items() for end in ends}
    for salt in range(MOST):
        if salt >= ROUNDS and everywhere <= set(reached):
            break
        walk(world, salt, reached)
    assert everywhere - set(reached) == set()
