"""The views behind the control center's screens."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sql.world import FIRST_CHAT, Row, World


def noon(world: World, day: int = 10) -> datetime:
    """Set the clock to noon in Jakarta."""
    return world.clock.set(datetime(2031, 3, day, 5, tzinfo=UTC))


# Failed pairings


def give_up(world: World, minutes: int = 30) -> str:
    customer = world.customer()
    payment = world.pay(customer, minutes)
    world.api("cancel_request", customer, payment)
    return payment


def time_out(world: World) -> str:
    payment: str = world.search(world.customer())["payment_session_id"]
    world.wait(60)
    return payment


def test_a_failure_is_shown_with_its_people_and_money(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    (shown,) = world.screen("failed_pairings")
    people = world.row("users", customer), world.row("mitras", mitra)
    assert (shown["customer_name"], shown["customer_phone"]) == (
        people[0]["display_name"],
        people[0]["phone"],
    )
    assert (shown["targeted_mitra_id"], shown["targeted_mitra_name"]) == (mitra, people[1]["display_name"])
    assert (shown["payment_session_id"], shown["cause_tag"]) == (payment, "targeted_mitra_rejected")
    assert (shown["amount"], shown["refund_due"], shown["needs_action"]) == (FIRST_CHAT[30], True, True)


def test_failures_are_filtered_by_cause_date_and_needed_action(world: World) -> None:
    early = give_up(world)
    world.clock.advance(days=1)
    between = world.clock.now()
    world.clock.advance(hours=1)
    late, free = time_out(world), give_up(world, 15)

    def found(where: str, *arguments: object) -> set[str]:
        return {row["payment_session_id"] for row in world.screen("failed_pairings", where, *arguments)}

    assert found("true") == {early, late, free}
    assert found("cause_tag = any (%s)", ["customer_cancelled"]) == {early, free}
    assert found("created_at >= %s", between) == {late, free}
    assert found("created_at < %s", between) == {early}
    assert found("needs_action") == {early, late}
    world.ops("action_failure", world.failure(early)["id"], "refunded", "Ratna")
    assert found("needs_action") == {late}


def test_a_decision_is_shown(world: World) -> None:
    payment = give_up(world)
    world.ops("action_failure", world.failure(payment)["id"], "credited", "Ratna", "voucher")
    (shown,) = world.screen("failed_pairings")
    assert (shown["operator_action"], shown["actioned_by"], shown["action_note"]) == (
        "credited",
        "Ratna",
        "voucher",
    )


# Live


def test_a_running_search_is_shown_with_its_offers(world: World) -> None:
    one, other = world.mitra(), world.mitra()
    search = world.search(world.customer())
    world.api("mark_offer_seen", search["id"], one)
    world.decline(search, other)
    (shown,) = world.screen("live_searches")
    assert (shown["id"], shown["amount"], shown["duration_minutes"]) == (search["id"], FIRST_CHAT[30], 30)
    offers = {offer["mitra_id"]: offer for offer in shown["offers"]}
    assert offers[one]["status"] == "offered"
    assert offers[one]["seen_at"] is not None
    assert offers[other]["status"] == "declined"


def test_a_finished_search_is_not_shown(world: World) -> None:
    customer = world.customer()
    search = world.search(customer)
    assert len(world.screen("live_searches")) == 1
    world.api("cancel_request", customer, search["payment_session_id"])
    assert world.screen("live_searches") == []


def test_a_running_chat_is_shown_with_its_extension_and_without_its_text(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.say(chat, text="rahasia")
    extension = world.extend(chat)
    (shown,) = world.screen("live_chats")
    assert (shown["id"], shown["messages"], shown["mitra_presence"]) == (chat["id"], 1, "online")
    assert shown["extension_id"] == extension["id"]
    assert "rahasia" not in str(shown)
    world.end(chat)
    assert world.screen("live_chats") == []


def test_no_view_shows_a_messages_text(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.say(chat, text="rahasia")
    views = world.rows("select viewname from pg_views where schemaname = 'control_center'")
    for view in views:
        assert "rahasia" not in str(world.screen(view["viewname"]))


def test_the_board_shows_every_mitra_with_presence_and_load(world: World) -> None:
    busy, gone = world.mitra(), world.mitra(online=False)
    world.chat(world.customer(), busy)
    world.search(world.customer())
    board = {row["id"]: row for row in world.screen("mitra_board")}
    assert [board[busy][key] for key in ("presence", "active_chats", "capacity", "open_offers")] == [
        "online",
        1,
        3,
        1,
    ]
    assert (board[gone]["presence"], board[gone]["active_chats"]) == ("offline", 0)


def test_a_payment_is_shown_with_its_customer(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    (shown,) = world.screen("payments", "id = %s", payment)
    person = world.row("users", customer)
    assert (shown["customer_name"], shown["customer_phone"]) == (person["display_name"], person["phone"])
    assert (shown["status"], shown["amount"]) == ("confirmed", FIRST_CHAT[30])


def test_the_timeline_of_a_payment_is_its_trace(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    payment = chat["payment_session_id"]
    timeline = world.screen("payment_timeline", "payment_session_id = %s order by id", payment)
    assert [row["id"] for row in timeline] == [row["event_id"] for row in world.ops("trace", payment)]


# A mitra's day


def day_of(world: World, mitra: str, day: str) -> Row:
    (row,) = world.screen("mitra_days", "mitra_id = %s and day = %s", mitra, day)
    return row


def test_a_day_counts_the_seconds_online_unreachable_and_in_chats(world: World) -> None:
    noon(world)
    mitra = world.mitra()
    chat = world.chat(world.customer(), mitra)
    world.wait(100, connected=[mitra])
    world.end(chat)
    world.wait(45, connected=[])
    world.wait(20)
    world.api("set_mitra_status", mitra, False)
    world.clock.advance(1000)
    day = day_of(world, mitra, "2031-03-10")
    assert (day["online_seconds"], day["unreachable_seconds"], day["busy_seconds"]) == (145, 20, 100)
    assert day["chats"] == 1


def test_a_day_counts_the_outcomes_of_offers(world: World) -> None:
    noon(world)
    mitra, other = world.mitra(), world.mitra()
    world.end(world.chat(world.customer(), mitra))
    world.decline(world.search(world.customer()), mitra)
    world.search(world.customer())
    world.wait(60, connected=[mitra, other])
    day = day_of(world, mitra, "2031-03-10")
    assert [day[key] for key in ("offers", "accepted", "declined", "missed")] == [3, 1, 1, 1]


def test_a_night_is_split_at_midnight_in_jakarta(world: World) -> None:
    midnight = datetime(2031, 3, 10, 17, tzinfo=UTC)
    world.clock.set(midnight - timedelta(seconds=30))
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    world.wait(40, connected=[mitra])
    days = [day_of(world, mitra, day) for day in ("2031-03-10", "2031-03-11")]
    assert [(day["online_seconds"], day["busy_seconds"]) for day in days] == [(30, 30), (10, 10)]
    assert [day["chats"] for day in days] == [1, 0]


def test_a_day_before_the_mitras_first_is_empty(world: World) -> None:
    noon(world)
    mitra = world.mitra()
    day = day_of(world, mitra, "2031-03-09")
    assert (day["online_seconds"], day["busy_seconds"], day["offers"]) == (0, 0, 0)


# Figures


def refresh(world: World, days: int = 2) -> dict[str, Row]:
    world.owner.execute("select logic.refresh_daily_figures(%s)", [days])
    return {row["day"]: row for row in world.screen("daily_kpis")}


def test_a_days_figures_match_its_rows(world: World) -> None:
    noon(world)
    mitra = world.mitra()
    search = world.search(world.customer())
    world.clock.advance(4)
    chat = world.accept(search, mitra)
    world.api("approve_extension", world.extend(chat)["id"], mitra)
    world.api("reject_extension", world.extend(chat)["id"], mitra)
    world.choose(world.customer())
    payment = give_up(world)
    world.ops("action_failure", world.failure(payment)["id"], "refunded", "Ratna")
    day = refresh(world)["2031-03-10"]
    assert (day["payments_created"], day["payments_confirmed"]) == (5, 4)
    assert (day["searches_general"], day["searches_returning"], day["paired"]) == (1, 0, 1)
    assert day["failed"] == {"customer_cancelled": 1, "targeted_mitra_rejected": 1}
    assert (day["extensions_requested"], day["extensions_approved"]) == (2, 1)
    assert (day["seconds_to_pair_p50"], day["seconds_to_pair_p99"]) == (4, 4)
    assert day["charged"] == FIRST_CHAT[30] + FIRST_CHAT[30] + 12_000
    assert (day["refund_due"], day["refunded"]) == (FIRST_CHAT[30], FIRST_CHAT[30])


def test_a_day_is_a_day_in_jakarta(world: World) -> None:
    midnight = datetime(2031, 3, 10, 17, tzinfo=UTC)
    world.clock.set(midnight - timedelta(seconds=1))
    world.choose(world.customer())
    world.clock.set(midnight)
    world.choose(world.customer())
    figures = refresh(world)
    assert [figures[day]["payments_created"] for day in ("2031-03-10", "2031-03-11")] == [1, 1]


def test_an_empty_day_has_figures_too(world: World) -> None:
    noon(world)
    day = refresh(world)["2031-03-09"]
    assert (day["payments_created"], day["failed"], day["charged"]) == (0, {}, 0)
    assert day["seconds_to_pair_p50"] is None


def test_a_second_computation_replaces_the_first(world: World) -> None:
    noon(world)
    refresh(world)
    world.choose(world.customer())
    figures = refresh(world)
    assert figures["2031-03-10"]["payments_created"] == 1
    assert len(figures) == 2


def test_days_without_a_run_are_computed_later(world: World) -> None:
    """Recomputes the day of the last run, which was incomplete, and the day before, whose payments were still open."""
    noon(world)
    world.choose(world.customer())
    world.clock.set(datetime(2031, 3, 10, 16, 59, tzinfo=UTC))
    late = world.choose(customer := world.customer())["id"]
    world.clock.set(datetime(2031, 3, 10, 17, tzinfo=UTC))
    refresh(world)
    world.api("confirm_payment_session", late, customer)
    world.choose(world.customer())
    world.clock.set(datetime(2031, 3, 13, 5, tzinfo=UTC))
    world.pay(world.customer())
    world.clock.set(datetime(2031, 3, 16, 5, tzinfo=UTC))
    figures = refresh(world)
    assert sorted(figures) == [f"2031-03-{day:02}" for day in range(10, 17)]
    created = {day: row["payments_created"] for day, row in figures.items() if row["payments_created"]}
    assert created == {"2031-03-10": 2, "2031-03-11": 1, "2031-03-13": 1}
    assert figures["2031-03-10"]["payments_confirmed"] == 1
    assert figures["2031-03-13"]["charged"] == FIRST_CHAT[30]


def test_the_first_run_starts_at_the_first_payment(world: World) -> None:
    noon(world)
    world.choose(world.customer())
    world.clock.advance(days=9)
    assert len(refresh(world)) == 10


@pytest.mark.parametrize("days", [1, 5])
def test_the_requested_number_of_days_is_computed(world: World, days: int) -> None:
    noon(world)
    assert len(refresh(world, days)) == days


def test_the_funnel_adds_up(world: World) -> None:
    noon(world)
    mitra = world.mitra()
    world.end(world.chat(world.customer(), mitra))
    world.choose(world.customer())
    time_out(world)
    refresh(world)
    (day,) = world.screen("pairing_funnel", "day = '2031-03-10'")
    assert [
        day[key] for key in ("payments_created", "payments_confirmed", "searches", "paired", "failed")
    ] == [
        3,
        2,
        2,
        1,
        1,
    ]
