"""The database and a plain Python model of the product take thousands of random steps together, and always agree.

A round is ten reproducible walks. `CURHAT_MODEL_ROUNDS=500` takes 500 different rounds instead of CI's few. A failing
walk is shrunk and printed as calls.
"""

import os
from collections import Counter

from tests.model.machine import walk
from tests.model.ops import CAUSE_TAGS
from tests.sql.world import World

ROUNDS = int(os.environ.get("CURHAT_MODEL_ROUNDS", "3"))
MOST = max(ROUNDS, 10)
"""Rounds to wait for rare outcomes. Hypothesis also draws constants of the loaded modules, so a round repeats itself
only in the same selection of tests."""

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
"""All outcomes, by the product's state machines."""


def test_the_database_agrees_with_the_model_in_every_outcome(world: World) -> None:
    reached: Counter[str] = Counter()
    everywhere = FUNCTIONS | {f"{kind} {end}" for kind, ends in ENDS.items() for end in ends}
    for salt in range(MOST):
        if salt >= ROUNDS and everywhere <= set(reached):
            break
        walk(world, salt, reached)
    assert everywhere - set(reached) == set()
