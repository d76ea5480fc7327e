"""The walks find bugs: each of these is planted in a clone, and must lead to a disagreement."""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import Phase

from tests.model.machine import walk
from tests.model.twins import Disagreement
from tests.sql.world import World

ROUNDS = 8


@dataclass(frozen=True)
class Bug:
    """A bug in one function: `right` occurs in it once, and is replaced."""

    name: str
    function: str
    right: str
    wrong: str
    held_by: str = ""
    """The constraint that would refuse it, as `table constraint`; it is dropped."""
    salt: int = 0
    """The round that is known to find it soonest; tried first."""

    def plant(self, world: World) -> None:
        """Put it in."""
        definition: str = world.value("select pg_get_functiondef(%s::regproc)", self.function)
        assert definition.count(self.right) == 1
        world.owner.execute(definition.replace(self.right, self.wrong))
        if self.held_by:
            table, constraint = self.held_by.split()
            world.owner.execute(f"alter table data.{table} drop constraint {constraint}")


BUGS = (
    Bug(
        "an accept does not look at the mitra's capacity",
        "logic.check_may_accept",
        "logic.setting_integer('max_customers_per_mitra')",
        "1000",
        salt=4,
    ),
    Bug(
        "a failure never says that money is due back",
        "logic.fail_payment_session",
        "v_payment.charged_at is not null",
        "false",
    ),
    Bug(
        "an extension is charged when it is asked for",
        "logic.insert_extension",
        "begin\n",
        "begin\n    update data.payment_sessions set charged_at = logic.now() where id = p_payment.id;\n",
        held_by="payment_sessions extension_is_charged_when_consumed",
        salt=3,
    ),
    Bug(
        "a first chat is not charged when it is confirmed",
        "logic.set_confirmed",
        "not is_extension and amount > 0",
        "false",
        held_by="payment_sessions first_chat_is_charged_at_confirm",
    ),
    Bug(
        "the end of a search leaves its offers open",
        "logic.close_search",
        "where request_id = p_search.id and status = 'offered'",
        "where request_id = p_search.id and status = 'offered' and p_status <> 'failed'",
        salt=6,
    ),
    Bug(
        "a fallback leaves the failure open",
        "logic.reopen_payment_session",
        "update data.pairing_failures set superseded_at = logic.now() where id = v_failure.id;",
        "",
    ),
    Bug(
        "a chat ends although an extension is pending",
        "logic.insert_extension",
        "update data.chat_sessions set deadline_at = null where id = p_chat.id;",
        "",
        salt=3,
    ),
    Bug(
        "an extension is approved by itself for a mitra who is gone",
        "logic.fire_extension",
        "logic.presence_of(v_mitra) = 'online'",
        "true",
    ),
    Bug(
        "an expired payment goes on until somebody fires its deadline",
        "logic.check_payment_status",
        "p_payment.expires_at <= logic.now()",
        "false",
        salt=4,
    ),
    Bug(
        "a mitra who comes late is not offered what runs",
        "logic.reconcile_offers",
        "logic.offer_running_searches(p_mitra_id)",
        "true",
    ),
    Bug(
        "the last no does not fail the search",
        "api.decline_request",
        "perform logic.fail_search_if_hopeless(v_search, v_payment, 'mitra:' || p_mitra_id);",
        "",
    ),
    Bug(
        "a chat that goes on loses its minutes left",
        "logic.start_chat",
        "v_ends_at := v_ends_at + greatest(p_running.ends_at - logic.now(), interval '0');",
        "",
    ),
    Bug(
        "a chat ended by hand leaves its extension pending",
        "logic.finish_chat",
        "if found then",
        "if false then",
        salt=8,
    ),
    Bug(
        "an operator's decision can be made twice",
        "logic.check_failure_open",
        "p_failure.operator_action is not null",
        "false",
        salt=4,
    ),
    Bug(
        "the same idempotency key does not give the same reply",
        "logic.recall_reply",
        "return v_kept.reply;",
        "return null;",
        salt=3,
    ),
    Bug(
        "a customer confirms somebody else's payment",
        "logic.lock_payment_session",
        "id = p_payment_session_id and customer_id = p_customer_id",
        "id = p_payment_session_id",
    ),
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(world: World, bug: Bug) -> None:
    bug.plant(world)
    with pytest.raises(Disagreement):
        _walk_on(world, bug.salt)


def _walk_on(world: World, first: int) -> None:
    for salt in (first, *range(ROUNDS)):
        walk(world, salt, Counter(), phases=[Phase.generate])
