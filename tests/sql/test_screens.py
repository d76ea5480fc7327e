"""The functions behind the operators' screens: settings, the live board, people, figures, and the roles they need."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.sql.faults import FAULTS
from tests.sql.world import FIRST_CHAT, Row, World, one, refuses

ROOT = Path(__file__).parents[2]


@pytest.fixture
def viewer(world: World) -> str:
    return world.staff("viewer")


# Settings


def test_settings_are_listed_in_order_with_all_that_a_form_needs(world: World, viewer: str) -> None:
    rows = world.control("list_settings", viewer)["rows"]
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)
    first = rows[0]
    assert (first["key"], first["value"], first["value_type"]) == (
        "payment_session_timeout_minutes",
        "20",
        "integer",
    )
    assert (first["minimum"], first["maximum"], first["unit"]) == (1, 1440, "menit")
    assert first["label"]
    assert first["explanation"]


def test_an_admin_changes_a_setting(world: World) -> None:
    admin = world.staff("admin", "sri@example.com")
    changed = world.control("set_config", admin, "presence_ttl_seconds", "60")
    assert (changed["value"], changed["version"], changed["updated_by"]) == ("60", 2, "sri@example.com")
    assert world.value("select logic.setting_integer('presence_ttl_seconds')") == 60
    (event,) = world.events("CONFIG_CHANGED")
    assert event["actor"] == "operator:sri@example.com"


def test_a_change_of_an_outdated_version_is_refused(world: World) -> None:
    first, second = world.staff("admin", "first@example.com"), world.staff("admin")
    world.control("set_config", first, "presence_ttl_seconds", "60", 1)
    with refuses(409, "setting_changed_meanwhile"):
        world.control("set_config", second, "presence_ttl_seconds", "90", 1)
    assert world.control("set_config", second, "presence_ttl_seconds", "90", 2)["version"] == 3


def test_the_history_of_settings_is_paged_newest_first(world: World) -> None:
    admin = world.staff("admin")
    for value in ("60", "70", "80"):
        world.clock.advance(1)
        world.control("set_config", admin, "presence_ttl_seconds", value)
    world.control("set_config", admin, "extension_timeout_seconds", "20")
    page = world.control("list_config_history", admin, None, None, 2)
    assert [(row["key"], row["old_value"], row["value"]) for row in page["rows"]] == [
        ("extension_timeout_seconds", "10", "20"),
        ("presence_ttl_seconds", "70", "80"),
    ]
    rest = world.control("list_config_history", admin, None, page["next"], 100)
    assert [row["value"] for row in rest["rows"][:2]] == ["70", "60"]
    assert (rest["rows"][-1]["old_value"], rest["next"]) == (None, None)
    of_one = world.control("list_config_history", admin, "presence_ttl_seconds", None, 100)
    assert [row["version"] for row in of_one["rows"]] == [4, 3, 2, 1]
    assert {row["label"] for row in of_one["rows"]} == {"Masa berlaku kehadiran"}


# The live board


def test_a_search_is_shown_with_countdown_and_offers(world: World, viewer: str) -> None:
    one_, other = world.mitra(), world.mitra()
    late = world.search(world.customer())
    world.clock.advance(1)
    search = world.search(world.customer())
    world.api("mark_offer_seen", search["id"], one_)
    world.decline(search, other)
    listed = world.control("list_searches", viewer, 50, 0)
    assert [row["id"] for row in listed["rows"]] == [late["id"], search["id"]]
    assert listed["total"] == 2
    shown = listed["rows"][1]
    assert (shown["deadline_at"], shown["amount"]) == (search["deadline_at"], FIRST_CHAT[30])
    assert shown["offer_counts"] == {
        "offered": 1,
        "seen": 1,
        "accepted": 0,
        "declined": 1,
        "auto_rejected": 0,
        "withdrawn": 0,
    }
    assert {offer["mitra_id"]: offer["status"] for offer in shown["offers"]} == {
        one_: "offered",
        other: "declined",
    }
    assert world.control("get_search", viewer, search["id"]) == shown
    assert world.control("list_searches", viewer, 1, 1)["rows"] == [shown]


def test_a_finished_search_is_shown_only_by_its_id(world: World, viewer: str) -> None:
    customer = world.customer()
    search = world.search(customer)
    world.api("cancel_request", customer, search["payment_session_id"])
    assert world.control("list_searches", viewer, 50, 0)["rows"] == []
    shown = world.control("get_search", viewer, search["id"])
    assert shown["status"] == "cancelled"
    assert shown["closed_at"] is not None


def test_a_list_shows_fifty_offers_of_a_search_and_its_page_all(world: World, viewer: str) -> None:
    world.configure("presence_ttl_seconds", 600)
    for _ in range(51):
        world.mitra()
    search = world.search(world.customer())
    (listed,) = world.control("list_searches", viewer, 50, 0)["rows"]
    assert (len(listed["offers"]), listed["offer_counts"]["offered"]) == (50, 51)
    assert len(world.control("get_search", viewer, search["id"])["offers"]) == 51
    (in_state,) = world.control("operator_state", viewer)["searches"]
    assert len(in_state["offers"]) == 20


def codes(world: World, viewer: str, search: Row, mitra: str) -> list[tuple[str, str | None]]:
    explained = world.control("get_offer_explanation", viewer, search["id"], mitra)
    assert explained["mitra_name"] == world.row("mitras", mitra)["display_name"]
    assert all(fact["fact"] for fact in explained["facts"])
    return [(fact["code"], fact["detail"]) for fact in explained["facts"]]


def test_an_explanation_is_given_in_codes(world: World, viewer: str) -> None:
    world.configure("max_customers_per_mitra", 1)
    full, away = world.mitra(), world.mitra(online=False)
    world.chat(world.customer(), full)
    asked = world.mitra()
    world.clock.advance(1)
    search = world.search(world.customer())
    world.api("mark_offer_seen", search["id"], asked)
    world.clock.advance(1)
    world.decline(search, asked)
    assert ("had_chats", "1") in codes(world, viewer, search, full)
    assert ("not_in_reach", None) in codes(world, viewer, search, away)
    explained = dict(codes(world, viewer, search, asked))
    assert explained["search_began"] == "general"
    assert explained["offer_closed"] == "declined"
    assert {"offered", "offer_seen", "mitra_was", "search_closed"} <= explained.keys()


def test_an_explanation_says_that_a_returning_request_was_for_another_mitra(
    world: World, viewer: str
) -> None:
    customer, known, other = world.customer(), world.mitra(), world.mitra()
    world.acquaint(customer, known)
    search = world.ask_again(customer, known)
    assert ("for_another_mitra", None) in codes(world, viewer, search, other)


def test_chats_are_listed_by_their_end_and_ended_with_a_note(world: World, viewer: str) -> None:
    long, short = (world.chat(world.customer(), world.mitra(), minutes) for minutes in (60, 30))
    listed = world.control("list_chat_sessions", viewer, 50, 0)
    assert ([row["id"] for row in listed["rows"]], listed["total"]) == ([short["id"], long["id"]], 2)
    assert [row["id"] for row in world.control("list_chat_sessions", viewer, 1, 1)["rows"]] == [long["id"]]
    operator = world.staff("operator", "ratna@example.com")
    ended = world.control("end_chat", operator, short["id"], "reported")
    assert (ended["status"], ended["end_reason"]) == ("ended", "ended_by_operator")
    assert world.row("chat_sessions", short["id"])["end_note"] == "reported"
    assert world.events("CHAT_ENDED")[-1]["actor"] == "operator:ratna@example.com"
    assert world.control("end_chat", operator, short["id"], "again") == ended
    assert len(world.events("CHAT_ENDED")) == 1


def test_a_mitra_is_forced_offline_with_a_note_while_their_chats_go_on(world: World) -> None:
    mitra = world.mitra()
    chat = world.chat(world.customer(), mitra)
    reply = world.control(
        "force_mitra_offline", world.staff("operator", "ratna@example.com"), mitra, "phone lost"
    )
    assert reply == {"id": mitra, "presence": "offline", "active_chats": 1}
    assert world.row("chat_sessions", chat["id"])["status"] == "active"
    event = world.events("MITRA_STATUS")[-1]
    assert (event["actor"], event["body"]["note"]) == ("operator:ratna@example.com", "phone lost")


def named_mitra(world: World, name: str, *, online: bool = True) -> str:
    mitra = world.mitra(online=online)
    world.owner.execute("update data.mitras set display_name = %s where id = %s", [name, mitra])
    return mitra


def test_the_board_lists_online_mitras_first_then_by_name(world: World, viewer: str) -> None:
    gone = named_mitra(world, "Ani", online=False)
    lost = named_mitra(world, "Beni")
    world.wait(46)
    zora, dewi = named_mitra(world, "Zora"), named_mitra(world, "Dewi")
    world.chat(world.customer(), zora)
    board = world.control("list_mitras", viewer, None, None, 50, 0)
    assert [row["id"] for row in board["rows"]] == [dewi, zora, lost, gone]
    assert [row["presence"] for row in board["rows"]] == ["online", "online", "unreachable", "offline"]
    assert (board["rows"][1]["active_chats"], board["rows"][1]["capacity"]) == (1, 3)
    assert (board["total"], board["counts"]) == (4, {"online": 2, "unreachable": 1, "offline": 1})
    rest = world.control("list_mitras", viewer, None, None, 2, 2)
    assert [row["id"] for row in rest["rows"]] == [lost, gone]
    online = world.control("list_mitras", viewer, None, "online", 50, 0)
    assert ([row["id"] for row in online["rows"]], online["total"]) == ([dewi, zora], 2)


def test_a_mitra_is_found_by_part_of_the_name_or_phone(world: World, viewer: str) -> None:
    mitra = named_mitra(world, "Dewi Lestari", online=False)
    named_mitra(world, "Zora")
    phone = world.row("mitras", mitra)["phone"]
    for search in ("lesta", "DEWI", phone, f"0{phone[3:]}", phone[-6:]):
        found = world.control("list_mitras", viewer, search, None, 50, 0)
        assert ([row["id"] for row in found["rows"]], found["total"]) == ([mitra], 1)
    none = world.control("list_mitras", viewer, "lesta", "online", 50, 0)
    assert (none["rows"], none["total"], none["counts"]["online"]) == ([], 0, 1)
    beyond = world.control("list_mitras", viewer, None, None, 50, 50)
    assert (beyond["rows"], beyond["total"]) == ([], 2)


# The state


def test_the_state_holds_everything_live(world: World) -> None:
    operator = world.staff("operator", "ratna@example.com")
    mitra = world.mitra()
    world.mitra(online=False)
    chat = world.chat(world.customer(), mitra)
    world.extend(chat)
    search = world.search(world.customer())
    cancelling = world.customer()
    world.api("cancel_request", cancelling, world.pay(cancelling))
    state = world.control("operator_state", operator)
    assert state["operator"] == {
        "id": operator,
        "email": "ratna@example.com",
        "display_name": "Ratna",
        "role": "operator",
    }
    assert state["counters"] == {
        "searching": 1,
        "chats": 1,
        "extensions_pending": 1,
        "mitras_online": 1,
        "mitras_unreachable": 0,
        "needs_action": 1,
        "due_back": FIRST_CHAT[30],
    }
    alone = world.control("get_counters", operator)
    assert (alone["counters"], alone["alarms"]) == (state["counters"], state["alarms"])
    assert [row["id"] for row in state["searches"]] == [search["id"]]
    assert [row["id"] for row in state["chats"]] == [chat["id"]]
    assert [row["id"] for row in state["mitras"]] == [mitra]


def alarms(world: World, viewer: str) -> list[tuple[str, str | None]]:
    return [(alarm["kind"], alarm["item"]) for alarm in world.control("operator_state", viewer)["alarms"]]


def test_an_alarm_is_raised_when_nobody_is_online_while_people_search(world: World, viewer: str) -> None:
    assert ("nobody_online", None) not in alarms(world, viewer)
    search = world.search(world.customer())
    (alarm,) = (
        alarm
        for alarm in world.control("operator_state", viewer)["alarms"]
        if alarm["kind"] == "nobody_online"
    )
    assert datetime.fromisoformat(alarm["since"]) == world.clock.now()
    assert search["status"] == "searching"
    world.mitra()
    assert ("nobody_online", None) not in alarms(world, viewer)


def test_an_unhealthy_item_is_an_alarm(world: World, viewer: str) -> None:
    assert ("health", "relay") in alarms(world, viewer)
    world.drain()
    assert ("health", "relay") not in alarms(world, viewer)


def test_every_alarm_has_copy_in_the_control_center(world: World) -> None:
    copy = (ROOT / "web" / "control-center" / "src" / "copy.ts").read_text(encoding="utf-8")
    alarms = copy.split("\n  alarms: {", 1)[1].split("\n  },", 1)[0]
    health, invariants = (
        {quoted or plain for quoted, plain in re.findall(r'^      (?:"([^"]+)"|(\w+)):', part, re.MULTILINE)}
        for part in alarms.split("\n    health: {", 1)[1].split("\n    invariants: {", 1)
    )
    assert health == {row["item"] for row in world.ops("health")}
    assert invariants == {fault.says for fault in FAULTS}


def test_findings_of_the_audit_job_are_alarms_until_resolved(world: World, viewer: str) -> None:
    world.search(world.customer())
    world.sound = False
    assert ("health", "audit") not in alarms(world, viewer)
    world.clock.advance(minutes=31)
    assert ("health", "audit") in alarms(world, viewer)
    world.owner.execute("select logic.refresh_audit_findings()")
    assert "audit" not in {kind for kind, _ in alarms(world, viewer)}, (
        "a deadline may wait while nothing fires it"
    )
    world.owner.execute(
        "insert into data.heartbeats (process, at, since) values ('pg_cron', 'infinity', '-infinity')"
    )
    world.owner.execute("select logic.refresh_audit_findings()")
    found = alarms(world, viewer)
    assert ("audit", "no deadline is overdue by more than five seconds") in found
    assert ("health", "audit") not in found
    first = world.clock.now()
    world.clock.advance(minutes=5)
    world.owner.execute("select logic.refresh_audit_findings()")
    since = {
        datetime.fromisoformat(alarm["since"])
        for alarm in world.control("operator_state", viewer)["alarms"]
        if alarm["item"] == "no deadline is overdue by more than five seconds"
    }
    assert since == {first}
    world.fire()
    world.drain()
    world.owner.execute("select logic.refresh_audit_findings()")
    assert "audit" not in {kind for kind, _ in alarms(world, viewer)}


# People


def test_a_mitras_page_holds_the_present_a_day_and_the_history(world: World, viewer: str) -> None:
    world.clock.set(datetime(2031, 3, 10, 5, tzinfo=UTC))
    mitra = world.mitra()
    past = world.chat(world.customer(), mitra)
    world.say(past, "mitra", "rahasia")
    world.wait(100, connected=[mitra])
    world.end(past)
    world.wait(10, connected=[mitra])
    world.decline(world.search(world.customer()), mitra)
    chat = world.chat(world.customer(), mitra)
    world.control("force_mitra_offline", world.staff("operator", "ratna@example.com"), mitra, "phone lost")
    world.clock.advance(30)
    page = world.control("get_mitra", viewer, mitra, None)
    assert (page["mitra"]["id"], page["mitra"]["active_chats"]) == (mitra, 1)
    assert [row["id"] for row in page["chats"]] == [chat["id"]]
    assert [row["id"] for row in page["history"]["rows"]] == [chat["id"], past["id"]]
    assert page["history"]["rows"][1]["messages"] == 1
    day = page["day"]
    assert day["day"] == "2031-03-10"
    assert datetime.fromisoformat(day["until"]) - datetime.fromisoformat(day["since"]) == timedelta(days=1)
    assert [span["presence"] for span in day["presence"]] == ["online", "offline"]
    assert (day["figures"]["online_seconds"], day["figures"]["busy_seconds"]) == (110, 130)
    assert [row["id"] for row in day["chats"]] == [chat["id"], past["id"]]
    assert [offer["status"] for offer in day["offers"]] == ["accepted", "declined", "accepted"]
    assert [(span["note"], span["actor"]) for span in day["presence"]] == [
        (None, f"mitra:{mitra}"),
        ("phone lost", "operator:ratna@example.com"),
    ]
    assert world.control("get_mitra_day", viewer, mitra, "2031-03-10") == day
    before = world.control("get_mitra", viewer, mitra, "2031-03-09")["day"]
    assert (before["presence"], before["chats"], before["offers"]) == ([], [], [])
    assert "rahasia" not in str(page)


def test_a_mitras_history_is_paged(world: World, viewer: str) -> None:
    mitra = world.mitra()
    chats: list[str] = []
    for _ in range(3):
        chat = world.chat(world.customer(), mitra)
        world.end(chat)
        chats.insert(0, chat["id"])
        world.wait(1, connected=[mitra])
    first = world.control("list_mitra_chat_sessions", viewer, mitra, None, 2)
    rest = world.control("list_mitra_chat_sessions", viewer, mitra, first["next"], 2)
    assert [row["id"] for row in first["rows"] + rest["rows"]] == chats
    assert rest["next"] is None


def test_a_customers_page_holds_the_present_a_day_and_the_history(world: World, viewer: str) -> None:
    world.clock.set(datetime(2031, 3, 9, 16, 30, tzinfo=UTC))
    customer, mitra = world.customer(), world.mitra()
    bought = world.chat(customer, mitra)
    world.clock.advance(1)
    world.api("reject_extension", world.extend(bought)["id"], mitra)
    world.clock.set(datetime(2031, 3, 9, 17, 10, tzinfo=UTC))
    world.fire()
    world.api("set_mitra_status", mitra, True)
    failed = world.pay(customer)
    world.api("cancel_request", customer, failed)
    world.clock.advance(1)
    search = world.search(customer)
    page = world.control("get_user", viewer, customer, None)
    assert page["customer"]["id"] == customer
    assert page["totals"] == {"payments": 4, "charged": 3 * FIRST_CHAT[30], "chats": 1, "failures": 2}
    assert (page["search"]["id"], page["chat"]) == (search["id"], None)
    history = page["history"]["rows"]
    assert [row["status"] for row in history] == ["confirmed", "failed_pairing", "failed_pairing", "consumed"]
    assert [row["cause_tag"] for row in history] == [
        None,
        "customer_cancelled",
        "targeted_mitra_rejected",
        None,
    ]
    assert [row["mitra_id"] for row in history] == [None, None, mitra, mitra]
    assert [row["needs_action"] for row in history] == [None, True, False, None]
    day = page["day"]
    assert day["day"] == "2031-03-10"
    assert {"CHAT_ENDED", "PAIRING_FAILED"} <= {event["type"] for event in day["events"]}
    assert day["people"] == {mitra: world.row("mitras", mitra)["display_name"]}
    before = world.control("get_user_day", viewer, customer, "2031-03-09")
    assert "PAIRED" in {event["type"] for event in before["events"]}
    assert not {event["id"] for event in before["events"]} & {event["id"] for event in day["events"]}


def test_a_customers_page_shows_their_running_chat(world: World, viewer: str) -> None:
    chat = world.chat(world.customer(), world.mitra())
    page = world.control("get_user", viewer, chat["customer"]["id"], None)
    assert (page["chat"]["id"], page["search"]) == (chat["id"], None)


def test_a_customers_history_is_paged(world: World, viewer: str) -> None:
    customer = world.customer()
    payments: list[str] = []
    for _ in range(3):
        payments.insert(0, world.pay(customer))
        world.api("cancel_request", customer, payments[0])
        world.clock.advance(1)
    first = world.control("list_user_payments", viewer, customer, None, 2)
    rest = world.control("list_user_payments", viewer, customer, first["next"], 2)
    assert [row["payment_session_id"] for row in first["rows"] + rest["rows"]] == payments
    assert rest["next"] is None


def named_customer(world: World, name: str) -> str:
    customer = world.customer()
    world.owner.execute("update data.users set display_name = %s where id = %s", [name, customer])
    world.clock.advance(1)
    return customer


def test_customers_are_listed_newest_first_or_best_match_first(world: World, viewer: str) -> None:
    ayu, bima, rahayu = (named_customer(world, name) for name in ("Ayu", "Bima", "Rahayu"))

    def listed(search: str | None, cursor: str | None = None, limit: int = 50) -> Row:
        reply: Row = world.control("list_users", viewer, search, cursor, limit)
        return reply

    def ids(page: Row) -> list[str]:
        return [row["id"] for row in page["rows"]]

    first = listed(None, limit=2)
    assert (ids(first), first["more"]) == ([rahayu, bima], True)
    rest = listed(None, first["next"])
    assert (ids(rest), rest["next"], rest["more"]) == ([ayu], None, False)
    assert ids(listed("ayu")) == [ayu, rahayu]
    one_of_two = listed("ayu", limit=1)
    assert (ids(one_of_two), one_of_two["next"], one_of_two["more"]) == ([ayu], None, True)
    assert ids(listed(world.row("users", bima)["phone"])) == [bima]
    assert ids(listed(bima)) == [bima]
    assert ids(listed(world.uuid())) == []


# Figures


def hours(world: World) -> dict[str, Row]:
    world.owner.execute("select logic.refresh_hourly_figures(3)")
    return {row["hour"]: row for row in world.rows("select * from data.hourly_figures")}


def test_an_hour_counts_searches_and_the_average_of_reachable_mitras(world: World) -> None:
    world.configure("presence_ttl_seconds", 600)
    world.clock.set(datetime(2031, 3, 10, 5, tzinfo=UTC))
    stays = world.mitra()
    world.clock.set(datetime(2031, 3, 10, 6, 15, tzinfo=UTC))
    world.app.execute("select api.renew_leases(%s::uuid[])", [[stays]])
    goes = world.mitra()
    world.accept(world.search(world.customer()), goes)
    world.search(world.customer())
    world.clock.set(datetime(2031, 3, 10, 6, 45, tzinfo=UTC))
    world.app.execute("select api.renew_leases(%s::uuid[])", [[stays, goes]])
    world.api("set_mitra_status", goes, False)
    world.clock.set(datetime(2031, 3, 10, 7, 30, tzinfo=UTC))
    world.app.execute("select api.renew_leases(%s::uuid[])", [[stays]])
    found = hours(world)
    figures = {
        hour[11:16]: (row["searches"], row["paired"], row["mitras_online"], row["mitras_online_most"])
        for hour, row in found.items()
    }
    assert figures == {
        "04:00": (0, 0, 0, 0),
        "05:00": (0, 0, 1, 1),
        "06:00": (2, 1, 1.5, 2),
        "07:00": (0, 0, 1, 1),
    }
    world.clock.advance(minutes=40)
    assert len(hours(world)) == 5


def test_hours_without_a_run_are_computed_later(world: World) -> None:
    world.configure("presence_ttl_seconds", 600)
    world.clock.set(datetime(2031, 3, 10, 5, 30, tzinfo=UTC))
    world.search(world.customer())
    hours(world)
    world.search(world.customer())
    world.clock.set(datetime(2031, 3, 10, 8, 0, tzinfo=UTC))
    mitra = world.mitra()
    world.clock.set(datetime(2031, 3, 10, 8, 30, tzinfo=UTC))
    world.api("set_mitra_status", mitra, False)
    world.clock.set(datetime(2031, 3, 14, 5, 30, tzinfo=UTC))
    found = hours(world)
    assert len(found) == 3 + 4 * 24 + 1
    assert found["2031-03-10T05:00:00+00:00"]["searches"] == 2
    assert found["2031-03-10T08:00:00+00:00"]["mitras_online"] == 0.5


def test_the_dashboard_adds_up(world: World, viewer: str) -> None:
    world.clock.set(datetime(2031, 3, 9, 5, tzinfo=UTC))
    early = world.customer()
    world.api("cancel_request", early, world.pay(early))
    world.clock.set(datetime(2031, 3, 10, 5, tzinfo=UTC))
    mitra = world.mitra()
    world.end(world.chat(world.customer(), mitra))
    world.choose(world.customer())
    for _ in range(2):
        customer = world.customer()
        payment = world.pay(customer)
        world.api("cancel_request", customer, payment)
    world.ops("action_failure", world.failure(payment)["id"], "refunded", "Ratna")
    empty = world.control("get_dashboard", viewer, 7)
    assert empty["computed_at"] is None
    assert empty["days"][-1]["failed"] == {"customer_cancelled": 2}, "exact before any roll-up"
    world.owner.execute("select logic.refresh_daily_figures(), logic.refresh_hourly_figures()")
    dashboard = world.control("get_dashboard", viewer, 7)
    assert datetime.fromisoformat(dashboard["computed_at"]) == world.clock.now()
    days = dashboard["days"]
    assert [day["day"] for day in days] == [f"2031-03-{day:02}" for day in range(4, 11)]
    today, yesterday, before = days[-1], days[-2], days[0]
    assert (today["payments_created"], today["payments_confirmed"], today["paired"]) == (4, 3, 1)
    assert (today["charged"], today["due_back"]) == (3 * FIRST_CHAT[30], FIRST_CHAT[30])
    assert (yesterday["failed"], yesterday["due_back"]) == ({"customer_cancelled": 1}, FIRST_CHAT[30])
    assert (before["failed"], before["charged"], before["seconds_to_pair_p50"]) == ({}, 0, None)
    assert dashboard["totals"] == {
        "payments_created": 5,
        "payments_confirmed": 4,
        "searches": 1,
        "paired": 1,
        "failures": 3,
        "extensions_requested": 0,
        "extensions_approved": 0,
        "charged": 4 * FIRST_CHAT[30],
        "refund_due": 3 * FIRST_CHAT[30],
        "due_back": 2 * FIRST_CHAT[30],
    }
    assert dashboard["counters"]["needs_action"] == 2
    assert dashboard["hours"][-1]["searches"] == 1
    assert len(dashboard["hours"]) == 49
    assert [hour["hour"] for hour in dashboard["hours_of_day"]] == list(range(24))
    assert dashboard["hours_of_day"][12]["searches"] == pytest.approx(1 / 3)  # noon of three days in Jakarta


@pytest.mark.parametrize(("days", "shown"), [(None, 30), (1, 1), (366, 366), (1000, 366), (-1, 1)])
def test_the_dashboard_shows_the_requested_number_of_days(
    world: World, viewer: str, days: int | None, shown: int
) -> None:
    assert len(world.control("get_dashboard", viewer, days)["days"]) == shown


# Roles

NEEDED = {
    "set_config": "admin",
    "action_failure": "operator",
    "action_failures": "operator",
    "end_chat": "operator",
    "force_mitra_offline": "operator",
    "add_operator": "admin",
    "change_operator": "admin",
    "finish_password_change": "viewer",
    "finish_login": None,
    "refresh_login": None,
    "end_login": None,
    "ring": None,
}
"""The role that each changing function needs. None: nobody is signed in yet, or the app itself calls."""

READS = {
    "list_operators": "admin",
    "begin_add_operator": "admin",
    "begin_login": None,
    "ready": None,
    "get_standing": None,
}
"""The reading functions that need another role than viewer."""


def test_every_function_checks_the_role_it_needs(world: World) -> None:
    functions = world.rows(
        "select proname as name, provolatile as volatility, prosrc as source "
        "from pg_proc where pronamespace = 'control_center'::regnamespace"
    )
    assert {row["name"] for row in functions if row["volatility"] == "v"} == NEEDED.keys()
    needed = {**{row["name"]: "viewer" for row in functions}, **NEEDED, **READS}
    for row in functions:
        asked = one(
            world.owner,
            r"select (regexp_match(%s, 'logic\.check_operator\(p_operator_id, ''(\w+)''\)'))[1]",
            [row["source"]],
        )
        assert asked == needed[row["name"]], row["name"]
