"""Each kind of race fails when a lock or a guard is taken out.

The fault is planted in the test's own database: a piece of a function, and what stands there instead.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest

from tests.conftest import Connection
from tests.races import scenarios as s
from tests.races.arena import Arena, Call
from tests.races.conftest import Deadlocks, OpenArena
from tests.races.crowd import Crowd
from tests.races.scenarios import SCENARIOS
from tests.races.storm import Storm
from tests.races.test_blasts import test_a_mitra_who_comes_online_meanwhile_is_offered_it as late_comer
from tests.races.test_blasts import test_a_mitra_whose_chat_ends_meanwhile_is_offered_it as freed_mitra
from tests.races.test_every_pair import faults
from tests.races.test_lock_order import meetings
from tests.races.test_same_moment import (
    test_a_mitra_with_one_place_who_accepts_twenty_requests_at_once_gets_one as one_place,
)
from tests.races.test_same_moment import test_twenty_mitras_accept_one_request_and_one_wins as one_winner
from tests.races.test_storm import test_a_storm_leaves_a_sound_house as sound_house
from tests.sql.world import World

RED = (AssertionError, psycopg.Error)


@dataclass(frozen=True)
class Fault:
    """A piece of a function, and its replacement."""

    function: str
    piece: str
    instead: str = ""

    def plant(self, db: Connection, scene: Arena | None = None) -> None:
        """Put it into this database. Its arena must not share results with others then."""
        if scene is not None:
            scene.orders = dict(scene.orders)
        row = db.execute("select pg_get_functiondef(%s::regprocedure)", [self.function]).fetchone()
        assert row is not None
        assert self.piece in row[0], "the function has changed: the fault no longer fits"
        db.execute(row[0].replace(self.piece, self.instead))

    def __str__(self) -> str:
        return f"{self.function} without {self.piece.strip()}"


PAYMENT_UNLOCKED = Fault("logic.lock_payment_session(uuid, uuid)", "for update")
REQUEST_UNLOCKED = Fault("logic.lock_search(uuid)", "for update")
OFFER_UNLOCKED = Fault("logic.lock_offer(uuid, uuid)", "for update")
MITRA_UNLOCKED = Fault("logic.check_may_accept(data.pairing_requests, uuid)", "for no key update")
CHAT_UNLOCKED = Fault("api.send_message(uuid, text, uuid, uuid, text)", "for update")
LEAVERS_NOT_AWAITED = Fault("logic.start_blast(data.payment_sessions)", "for key share of m skip locked")
CAPACITY_UNGUARDED = Fault(
    "logic.check_may_accept(data.pairing_requests, uuid)",
    ">= logic.setting_integer('max_customers_per_mitra')",
    ">= 99",
)
SEARCH_UNGUARDED = Fault(
    "logic.check_may_extend(data.payment_sessions, data.chat_sessions)", "status = 'searching'", "false"
)
CONFIRM_UNGUARDED = Fault(
    "api.confirm_payment_session(uuid, uuid, text)",
    "perform logic.check_payment_status(v_payment, 'pending');",
)
PRICED_TOO_EARLY = Fault(
    "api.create_payment_session(uuid, integer, uuid, uuid, boolean, text)",
    "perform logic.abandon_pending_payment(p_customer_id, p_is_extension);",
)
KEY_FORGOTTEN = Fault("logic.recall_reply(uuid, text, text, jsonb)", "return v_kept.reply", "return null")


@dataclass(frozen=True)
class RedPair:
    """Two calls whose race fails with these faults."""

    faults: tuple[Fault, ...]
    scenario: str
    first: Call
    second: Call

    def __str__(self) -> str:
        return f"{self.first} × {self.second}, {' and '.join(map(str, self.faults))}"


RED_PAIRS = [
    RedPair((REQUEST_UNLOCKED, OFFER_UNLOCKED), "searching", s.ACCEPT, s.ACCEPT_YOGA),
    RedPair((REQUEST_UNLOCKED, OFFER_UNLOCKED), "searching", s.CANCEL, s.ACCEPT),
    RedPair((PAYMENT_UNLOCKED,), "paid", s.CANCEL, s.START),
    RedPair((PAYMENT_UNLOCKED,), "chosen", s.CONFIRM, s.CANCEL_PAYMENT),
    RedPair((CAPACITY_UNGUARDED,), "searching", s.ACCEPT, s.ACCEPT_RANI),
    RedPair((MITRA_UNLOCKED,), "searching", s.ACCEPT, s.ACCEPT_RANI),
    RedPair((CHAT_UNLOCKED,), "chatting", s.END, s.SAY),
    RedPair((SEARCH_UNGUARDED,), "chatting", s.ASK_AGAIN, s.EXTEND),
    RedPair((LEAVERS_NOT_AWAITED,), "paid", s.SARI_OFFLINE, s.START),
    RedPair((CONFIRM_UNGUARDED,), "chosen", s.CANCEL_PAYMENT, s.CONFIRM),
    RedPair((PRICED_TOO_EARLY,), "chosen", s.CONFIRM, s.CREATE),
    RedPair((KEY_FORGOTTEN,), "chosen", s.CREATE_KEY, s.CREATE_KEY),
]


@pytest.mark.parametrize("pair", RED_PAIRS, ids=str)
def test_a_pair_goes_red(arena: OpenArena, db: Connection, pair: RedPair) -> None:
    scene = arena(pair.scenario)
    scene.in_order(pair.second, pair.first)
    assert faults(scene, pair.first, pair.second, scene.race(pair.first, pair.second)) == []

    for fault in pair.faults:
        fault.plant(db, scene)

    with pytest.raises(RED):
        assert faults(scene, pair.first, pair.second, scene.race(pair.first, pair.second)) == []


def test_a_death_that_leaves_something_behind_goes_red(arena: OpenArena) -> None:
    scene = arena("searching")

    race = scene.race(s.ACCEPT, s.CANCEL)

    assert race.result.differences(scene.alone(s.CANCEL)) != []


@pytest.mark.parametrize(
    ("fault", "scenario", "call"),
    [
        (Fault("logic.try_lock_search(uuid)", "skip locked"), "searching", s.WINDOW),
        (Fault("logic.try_share_people(uuid, uuid)", "skip locked"), "asking again", s.WINDOW),
        (Fault("logic.fire_chat(uuid)", "skip locked"), "chatting", s.CHAT_END),
        (Fault("logic.try_lock_extension(uuid)", "skip locked"), "extending", s.TIMER),
        (Fault("logic.lapse_lease(uuid)", "skip locked"), "lapsing", s.LAPSE),
        (Fault("api.renew_leases(uuid[], uuid)", "skip locked"), "lapsing", s.RENEW),
    ],
    ids=str,
)
def test_a_listener_that_waits_goes_red(
    arena: OpenArena, db: Connection, fault: Fault, scenario: str, call: Call
) -> None:
    scene = arena(scenario)
    assert scene.stops(call) == []

    fault.plant(db, scene)

    assert scene.stops(call) != []


CHAT_FIRST = Fault(
    "logic.lock_extension(uuid, uuid)",
    "perform from data.payment_sessions where id = v_extension.payment_session_id for update;",
    "perform from data.chat_sessions where id = v_extension.chat_session_id for update;"
    "perform from data.payment_sessions where id = v_extension.payment_session_id for update;",
)


def test_another_order_of_locks_goes_red(arena: OpenArena, db: Connection) -> None:
    scene = arena("extending")

    CHAT_FIRST.plant(db, scene)

    stops = [stop for stop in scene.stops(s.APPROVE) if stop.wanted.table == "payment_sessions"]
    assert {row.table for stop in stops for row in stop.held} == {"chat_sessions"}


def meet(scene: Arena, calls: tuple[Call, ...]) -> None:
    """Let every two that may meet in their middle do so."""
    for first, stop, second in meetings(scene, calls):
        scene.race_in_the_middle(first, stop, second)


def test_a_deadlock_goes_red(arena: OpenArena, db: Connection, deadlocks: Deadlocks) -> None:
    scene = arena("extending")
    scene.sound = False

    CHAT_FIRST.plant(db, scene)

    with pytest.raises(psycopg.errors.DeadlockDetected):
        meet(scene, SCENARIOS["extending"].calls)
    assert deadlocks(*scene.close()) > 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(
            "logic.begin_blast()",
            "perform pg_advisory_xact_lock_shared('data.pairing_requests'::regclass::oid::bigint);",
        ),
        Fault("logic.reconcile_offers(uuid, boolean)", "v_settled := v_settled and p_alone;"),
    ],
    ids=str,
)
@pytest.mark.parametrize("test", [late_comer, freed_mitra])
def test_a_missed_mitra_goes_red(
    world: World, blaster: Connection, db: Connection, fault: Fault, test: Callable[[World, Connection], None]
) -> None:
    fault.plant(db)

    with pytest.raises(RED):
        test(world, blaster)


def test_two_winners_go_red(world: World, crowd: Crowd, db: Connection) -> None:
    crowd.sound = False
    REQUEST_UNLOCKED.plant(db)

    with pytest.raises(RED):
        one_winner(world, crowd)


def test_two_in_one_place_go_red(world: World, crowd: Crowd, db: Connection) -> None:
    MITRA_UNLOCKED.plant(db)

    with pytest.raises(RED):
        one_place(world, crowd)


OFFERS_LEFT_OPEN = Fault(
    "logic.close_search(data.pairing_requests, text, text, text, text)",
    "and status = 'offered'",
    "and false",
)


@pytest.mark.parametrize("fault", [OFFERS_LEFT_OPEN, CONFIRM_UNGUARDED], ids=str)
def test_a_storm_goes_red(storm: Storm, db: Connection, deadlocks: Deadlocks, fault: Fault) -> None:
    storm.acts = 60

    fault.plant(db)

    with pytest.raises(RED):
        sound_house(storm, deadlocks)
