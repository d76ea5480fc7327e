"""Presence: the online switch, the lease that makes a mitra reachable, and who is notified."""

from datetime import datetime, timedelta

import pytest

from app.sockets.presence import RENEW_SECONDS
from tests.sql.world import Row, World, one


def presence(world: World, mitra: str) -> str:
    found: str = world.api("mitra_state", mitra)["presence"]
    return found


def lease(world: World, mitra: str) -> timedelta:
    until: datetime = world.value("select reachable_until from data.mitras where id = %s", mitra)
    return until - world.clock.now()


def changes(world: World, mitra: str) -> list[tuple[str, str, str]]:
    """A mitra's changes of presence: from, to, actor."""
    return [
        (event["from_status"], event["to_status"], event["actor"].split(":")[0])
        for event in world.events("MITRA_STATUS")
        if event["entity_id"] == mitra
    ]


def renew(world: World, *mitras: str) -> int:
    renewed: int = world.value("select api.renew_leases(%s::uuid[])->'renewed'", list(mitras))
    return renewed


# The switch and the lease


def test_going_online_grants_a_lease_of_the_configured_seconds(world: World) -> None:
    world.configure("presence_ttl_seconds", 30)
    mitra = world.mitra(online=False)
    reply = world.api("set_mitra_status", mitra, True)
    assert reply["online"]
    assert lease(world, mitra) == timedelta(seconds=30)
    assert datetime.fromisoformat(reply["reachable_until"]) == world.clock.now() + timedelta(seconds=30)
    assert changes(world, mitra) == [("offline", "online", "mitra")]


def test_going_offline_ends_the_lease(world: World) -> None:
    mitra = world.mitra()
    assert world.api("set_mitra_status", mitra, False) == {"online": False, "reachable_until": None}
    assert presence(world, mitra) == "offline"
    assert world.wait(60) == 0


@pytest.mark.parametrize("online", [True, False])
def test_repeating_the_switch_is_no_change(world: World, online: bool) -> None:
    mitra = world.mitra(online=online)
    before = changes(world, mitra)
    world.api("set_mitra_status", mitra, online)
    assert changes(world, mitra) == before


def test_a_renewal_prolongs_the_lease_without_an_event(world: World) -> None:
    mitra = world.mitra()
    world.clock.advance(40)
    assert renew(world, mitra) == 1
    assert lease(world, mitra) == timedelta(seconds=45)
    assert len(changes(world, mitra)) == 1


def test_a_renewal_never_shortens_a_lease(world: World) -> None:
    mitra = world.mitra()
    world.configure("presence_ttl_seconds", 30)
    renew(world, mitra)
    assert lease(world, mitra) == timedelta(seconds=45)


def test_a_renewal_does_not_bring_an_offline_mitra_online(world: World) -> None:
    mitra = world.mitra()
    world.api("set_mitra_status", mitra, False)
    assert renew(world, mitra) == 0
    assert presence(world, mitra) == "offline"


def test_a_batch_renews_only_the_leases_it_names(world: World) -> None:
    first, second, other = world.mitra(), world.mitra(), world.mitra()
    world.clock.advance(20)
    assert renew(world, first, second, world.uuid()) == 2
    assert [lease(world, mitra).total_seconds() for mitra in (first, second, other)] == [45, 45, 25]


def test_a_lease_lapses_at_its_deadline_once(world: World) -> None:
    mitra = world.mitra()
    assert world.wait(44) == 0
    assert world.wait(1) == 1
    assert presence(world, mitra) == "unreachable"
    assert world.wait(60) == 0
    assert changes(world, mitra)[1:] == [("online", "unreachable", "deadline")]


def test_a_renewal_brings_a_lapsed_mitra_back(world: World) -> None:
    mitra = world.mitra()
    world.wait(45)
    renew(world, mitra)
    assert presence(world, mitra) == "online"
    assert changes(world, mitra)[2:] == [("unreachable", "online", "mitra")]


def test_a_renewal_before_the_lapse_fires_continues_the_lease(world: World) -> None:
    mitra = world.mitra()
    world.clock.advance(50)
    renew(world, mitra)
    world.fire()
    assert changes(world, mitra) == [("offline", "online", "mitra")]


def test_a_mitra_set_offline_by_an_operator_stays_offline(world: World) -> None:
    mitra = world.mitra()
    (shown,) = world.ops("force_mitra_offline", mitra, "Ratna", "tidak menjawab")
    assert (shown["presence"], shown["active_chats"]) == ("offline", 0)
    renew(world, mitra)
    assert presence(world, mitra) == "offline"
    event = world.events("MITRA_STATUS")[-1]
    assert event["actor"] == "operator:Ratna"
    assert event["body"]["note"] == "tidak menjawab"


def test_chats_go_on_when_their_mitra_is_set_offline(world: World) -> None:
    mitra = world.mitra()
    chat = world.chat(world.customer(), mitra)
    (shown,) = world.ops("force_mitra_offline", mitra, "Ratna")
    assert shown["active_chats"] == 1
    assert world.row("chat_sessions", chat["id"])["status"] == "active"


# The customer's side


def test_a_chats_customer_learns_when_the_mitra_is_lost_and_back(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    chat = world.chat(customer, mitra)
    world.wait(45)
    renew(world, mitra)
    events = world.events("MITRA_CONNECTION")
    assert [(event["customer_id"], event["body"]["connection"]) for event in events] == [
        (customer, "lost"),
        (customer, "back"),
    ]
    assert {event["body"]["chat_session_id"] for event in events} == {chat["id"]}


def test_a_lost_mitra_who_goes_offline_is_not_lost_again(world: World) -> None:
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    world.wait(45)
    world.api("set_mitra_status", mitra, False)
    assert [event["body"]["connection"] for event in world.events("MITRA_CONNECTION")] == ["lost"]


# Missed offers


def miss(world: World, *mitras: str) -> None:
    """Let an offer expire unanswered."""
    world.search(world.customer())
    world.wait(60, connected=mitras)


def test_missing_the_configured_number_in_a_row_takes_a_mitra_offline(world: World) -> None:
    world.configure("auto_offline_after_missed_offers", 2)
    mitra = world.mitra()
    miss(world, mitra)
    assert presence(world, mitra) == "online"
    miss(world, mitra)
    assert presence(world, mitra) == "offline"
    event = world.events("MITRA_STATUS")[-1]
    assert (event["actor"], event["body"]["note"]) == ("system", "2 missed offers in a row")


def test_zero_means_never(world: World) -> None:
    mitra = world.mitra()
    for _ in range(3):
        miss(world, mitra)
    assert presence(world, mitra) == "online"


def test_an_answer_resets_the_count(world: World) -> None:
    world.configure("auto_offline_after_missed_offers", 2)
    mitra, other = world.mitra(), world.mitra()
    miss(world, mitra)
    world.api("set_mitra_status", other, False)
    search: Row = world.search(world.customer())
    world.decline(search, mitra)
    miss(world, mitra)
    assert presence(world, mitra) == "online"


def test_an_offer_taken_by_another_mitra_is_not_missed(world: World) -> None:
    world.configure("auto_offline_after_missed_offers", 1)
    mitra, other = world.mitra(), world.mitra()
    world.chat(world.customer(), other)
    assert presence(world, mitra) == "online"


def test_coming_online_again_resets_the_count(world: World) -> None:
    world.configure("auto_offline_after_missed_offers", 2)
    mitra = world.mitra()
    miss(world, mitra)
    world.api("set_mitra_status", mitra, False)
    world.clock.advance(1)
    world.api("set_mitra_status", mitra, True)
    miss(world, mitra)
    assert presence(world, mitra) == "online"


def test_an_unanswered_returning_request_counts_as_missed(world: World) -> None:
    world.configure("auto_offline_after_missed_offers", 1)
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    world.ask_again(customer, mitra)
    world.wait(20, connected=[mitra])
    assert presence(world, mitra) == "offline"


def test_going_offline_by_missed_offers_withdraws_the_other_offers(world: World) -> None:
    world.configure("auto_offline_after_missed_offers", 1)
    mitra = world.mitra()
    world.search(world.customer())
    world.clock.advance(30)
    renew(world, mitra)
    later = world.search(world.customer())
    world.wait(30, connected=[mitra])
    assert world.offers(later) == [(mitra, "withdrawn")]


# The service as a whole


def staffing(world: World) -> list[str]:
    """The events about the service's staffing."""
    return [event["type"] for event in world.events("SERVICE_STAFFED", "SERVICE_UNSTAFFED")]


def test_the_first_to_come_and_the_last_to_go_are_each_announced_once(world: World) -> None:
    one, other = world.mitra(), world.mitra()
    world.fire()
    world.fire()
    assert staffing(world) == ["SERVICE_STAFFED"]
    world.api("set_mitra_status", one, False)
    world.fire()
    assert staffing(world) == ["SERVICE_STAFFED"]
    world.api("set_mitra_status", other, False)
    world.fire()
    world.fire()
    assert staffing(world) == ["SERVICE_STAFFED", "SERVICE_UNSTAFFED"]


def test_the_lapse_of_the_last_mitra_leaves_the_service_unstaffed(world: World) -> None:
    world.mitra()
    world.fire()
    world.wait(45)
    assert staffing(world) == ["SERVICE_STAFFED", "SERVICE_UNSTAFFED"]


def test_a_new_database_does_not_announce_that_it_is_unstaffed(world: World) -> None:
    world.fire()
    assert staffing(world) == []


# Availability


def available(world: World) -> tuple[bool, int]:
    """The reply to a poll for availability."""
    reply = world.api("get_availability")
    assert datetime.fromisoformat(reply["at"]) == world.clock.now()
    return reply["available"], reply["count"]


def test_a_reachable_mitra_with_room_is_available(world: World) -> None:
    assert available(world) == (False, 0)
    mitras = [world.mitra(), world.mitra()]
    assert available(world) == (True, 2)
    world.api("set_mitra_status", mitras[0], False)
    assert available(world) == (True, 1)


def test_a_mitra_with_a_lapsed_lease_is_unavailable_even_before_it_fires(world: World) -> None:
    world.configure("presence_ttl_seconds", 30)
    world.mitra()
    world.clock.advance(30)
    assert available(world) == (False, 0)
    world.fire()
    assert available(world) == (False, 0)


def test_a_full_mitra_is_unavailable_until_a_place_is_free(world: World) -> None:
    world.configure("max_customers_per_mitra", 2)
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    assert available(world) == (True, 1)
    last = world.chat(world.customer(), mitra)
    assert available(world) == (False, 0)
    world.end(last)
    assert available(world) == (True, 1)


def test_a_changed_capacity_takes_effect_at_once(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    world.chat(world.customer(), world.mitra())
    assert available(world) == (False, 0)
    world.configure("max_customers_per_mitra", 2)
    assert available(world) == (True, 1)


# The last socket is closed


def hold(world: World, worker: str, *mitras: str) -> None:
    """A worker with sockets of these mitras renews their leases."""
    world.value("select api.renew_leases(%s::uuid[], %s)", list(mitras), worker)


def test_a_closed_app_makes_its_mitra_unreachable_within_seconds(world: World) -> None:
    mitra, worker = world.mitra(), world.uuid()
    hold(world, worker, mitra)
    world.api("release_lease", mitra, worker)
    assert lease(world, mitra) == timedelta(seconds=5)
    assert presence(world, mitra) == "online"
    assert world.wait(5) == 1
    assert presence(world, mitra) == "unreachable"


def test_a_reloaded_page_keeps_its_mitra_reachable(world: World) -> None:
    mitra, worker = world.mitra(), world.uuid()
    search = world.search(world.customer())
    world.fire()
    before = world.events()
    hold(world, worker, mitra)
    world.api("release_lease", mitra, worker)
    world.clock.advance(4)
    hold(world, world.uuid(), mitra)
    world.fire()
    assert lease(world, mitra) == timedelta(seconds=45)
    assert world.events() == before
    assert world.offers(search) == [(mitra, "offered")]


def test_a_socket_on_another_worker_keeps_the_lease(world: World) -> None:
    mitra, one, other = world.mitra(), world.uuid(), world.uuid()
    hold(world, one, mitra)
    hold(world, other, mitra)
    world.api("release_lease", mitra, one)
    assert lease(world, mitra) == timedelta(seconds=45)
    world.api("release_lease", mitra, other)
    assert lease(world, mitra) == timedelta(seconds=5)


def test_a_dead_worker_counts_until_its_lease_lapses(world: World) -> None:
    mitra, dead, alive = world.mitra(), world.uuid(), world.uuid()
    hold(world, dead, mitra)
    world.clock.advance(30)
    hold(world, alive, mitra)
    world.api("release_lease", mitra, alive)
    assert lease(world, mitra) == timedelta(seconds=45)
    hold(world, alive, mitra)
    world.clock.advance(15)
    world.api("release_lease", mitra, alive)
    assert lease(world, mitra) == timedelta(seconds=5)


def test_a_socket_from_before_the_mitra_came_online_counts(world: World) -> None:
    mitra, one, other = world.mitra(online=False), world.uuid(), world.uuid()
    hold(world, one, mitra)
    world.api("set_mitra_status", mitra, True)
    world.api("release_lease", mitra, other)
    assert lease(world, mitra) == timedelta(seconds=45)


def test_closing_a_socket_grants_no_lease(world: World) -> None:
    offline, lapsed, worker = world.mitra(online=False), world.mitra(), world.uuid()
    world.wait(45)
    for mitra in (offline, lapsed):
        assert world.api("release_lease", mitra, worker) == {"reachable_until": None}


def test_an_extension_is_not_auto_approved_for_a_closed_app(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    mitra, worker = chat["mitra"]["id"], world.uuid()
    hold(world, worker, mitra)
    world.api("release_lease", mitra, worker)
    extension = world.extend(chat)
    world.wait(10)
    assert world.row("extensions", extension["id"])["status"] == "auto_rejected"


@pytest.mark.parametrize("back", [False, True])
def test_nothing_is_approved_by_itself_within_the_seconds_of_a_closed_app(world: World, back: bool) -> None:
    """The lease runs for a page that is being reloaded; the connection is what the money asks for."""
    chat = world.chat(world.customer(), world.mitra())
    mitra, worker = chat["mitra"]["id"], world.uuid()
    hold(world, worker, mitra)
    extension = world.extend(chat)
    world.clock.advance(8)
    world.api("release_lease", mitra, worker)
    world.clock.advance(1)
    if back:
        hold(world, world.uuid(), mitra)
    world.clock.advance(1)
    assert presence(world, mitra) == "online"
    world.fire()
    assert world.row("extensions", extension["id"])["status"] == (
        "auto_approved" if back else "auto_rejected"
    )
    charged = world.payment(extension["payment_session_id"])["charged_at"]
    assert (charged is not None) == back


def test_whoever_comes_online_without_a_socket_has_an_open_app(world: World) -> None:
    mitra, worker = world.mitra(), world.uuid()
    hold(world, worker, mitra)
    world.api("release_lease", mitra, worker)
    world.api("set_mitra_status", mitra, True)
    assert world.row("mitras", mitra)["app_closed_at"] is None


def test_a_locked_mitra_is_skipped_and_reported(world: World) -> None:
    mitra, other = world.mitra(), world.mitra()
    with world.owner.transaction():
        world.owner.execute("select from data.mitras where id = %s for update", [mitra])
        reply = one(world.app, "select api.renew_leases(%s::uuid[])", [[mitra, other]])
    assert reply == {"renewed": 1, "passed_over": [mitra]}


def test_a_lease_lasts_at_least_three_renewals(world: World) -> None:
    least = world.value("select minimum from data.app_config where key = 'presence_ttl_seconds'")
    assert least >= 3 * RENEW_SECONDS


# Why a mitra is offline


def test_a_mitra_set_offline_sees_why_until_they_are_online_again(world: World) -> None:
    mitra = world.mitra()
    assert world.api("mitra_state", mitra)["forced_offline"] is None
    world.ops("force_mitra_offline", mitra, "Ratna", "Istirahat dulu")
    (*_, event) = world.events("MITRA_STATUS")
    assert (event["body"]["by"], event["body"]["note"]) == ("operator", "Istirahat dulu")
    forced = world.api("mitra_state", mitra)["forced_offline"]
    assert (forced["by"], forced["note"]) == ("operator", "Istirahat dulu")
    assert "Ratna" not in str(event["body"]) + str(forced)
    world.api("set_mitra_status", mitra, True)
    assert world.api("mitra_state", mitra)["forced_offline"] is None
    world.api("set_mitra_status", mitra, False)
    assert world.api("mitra_state", mitra)["forced_offline"] is None
