"""Settings: typed, bounded, versioned, announced, and in force at once."""

import pytest

from tests.conftest import Connect
from tests.sql.world import World, refuses

DEFAULTS = {
    "payment_session_timeout_minutes": "20",
    "pairing_blast_timeout_seconds": "60",
    "returning_chat_confirmation_timeout_seconds": "20",
    "extension_timeout_seconds": "10",
    "extension_default_action_on_timeout": "auto_approve",
    "max_customers_per_mitra": "3",
    "presence_ttl_seconds": "45",
    "auto_offline_after_missed_offers": "0",
    "event_retention_days": "400",
    "message_retention_days": "180",
    "otp_ttl_seconds": "300",
    "otp_max_attempts": "5",
    "sign_in_lifetime_days": "30",
    "messages_per_minute": "60",
    "messages_per_chat": "2500",
    "payments_per_hour": "120",
    "idempotency_keys_per_day": "120",
    "otp_countries": "62",
    "otp_most_per_hour": "1000",
}


def current(world: World, key: str) -> str:
    (setting,) = world.screen("settings", "key = %s", key)
    value: str = setting["value"]
    return value


def test_a_new_database_has_the_defaults_of_the_plan(world: World) -> None:
    settings = world.rows("select * from control_center.settings order by position")
    assert {setting["key"]: setting["value"] for setting in settings} == DEFAULTS


def test_every_setting_has_a_label_and_an_explanation_in_indonesian(world: World) -> None:
    for setting in world.screen("settings"):
        assert setting["label"]
        assert setting["explanation"].endswith(".")


@pytest.mark.parametrize(
    "key", [key for key, value in DEFAULTS.items() if value.isdecimal() and key != "otp_countries"]
)
def test_a_number_stays_within_its_bounds(world: World, key: str) -> None:
    (setting,) = world.screen("settings", "key = %s", key)
    for value in (setting["minimum"] - 1, setting["maximum"] + 1):
        with refuses(400, "invalid_setting"):
            world.configure(key, value)
    for value in (setting["minimum"], setting["maximum"]):
        world.configure(key, value)
        assert current(world, key) == str(value)


@pytest.mark.parametrize("value", ["", " 5", "5.0", "five", "1e1", "007", "-0", "99999999999999999999", None])
def test_a_number_is_a_plain_whole_number(world: World, value: str | None) -> None:
    with refuses(400, "invalid_setting"):
        world.ops("set_config", "max_customers_per_mitra", value, "Ratna")


@pytest.mark.parametrize("value", ["", "AUTO_REJECT", "maybe", None])
def test_a_choice_is_one_of_its_options(world: World, value: str | None) -> None:
    with refuses(400, "invalid_setting"):
        world.ops("set_config", "extension_default_action_on_timeout", value, "Ratna")


def test_a_change_is_a_version_with_author_and_time(world: World) -> None:
    world.clock.advance(5)
    (changed,) = world.ops("set_config", "presence_ttl_seconds", "60", "Ratna")
    assert (changed["value"], changed["version"], changed["updated_by"]) == ("60", 2, "Ratna")
    history = world.screen("config_history", "key = 'presence_ttl_seconds' order by version")
    assert [(row["version"], row["old_value"], row["value"], row["changed_by"]) for row in history] == [
        (1, None, "45", "system"),
        (2, "45", "60", "Ratna"),
    ]
    assert history[1]["changed_at"] == changed["updated_at"]


def test_a_change_is_an_event_only_for_the_control_center(world: World) -> None:
    world.configure("presence_ttl_seconds", 60)
    (event,) = world.events("CONFIG_CHANGED")
    assert event["actor"] == "operator:Ratna"
    assert event["body"] == {"key": "presence_ttl_seconds", "value": "60", "old_value": "45", "version": 2}
    (envelope,) = world.drain()
    assert (envelope["customer_id"], envelope["mitra_ids"]) == (None, [])


def test_the_same_value_again_changes_nothing(world: World) -> None:
    (same,) = world.ops("set_config", "presence_ttl_seconds", "45", "Ratna")
    assert (same["version"], same["updated_by"]) == (1, "system")
    assert world.events("CONFIG_CHANGED") == []


def test_a_change_notifies_curhat_config_with_the_key(world: World, connect: Connect) -> None:
    listener = connect(role=None)
    listener.execute("listen curhat_config")
    world.configure("presence_ttl_seconds", 60)
    world.configure("presence_ttl_seconds", 60)
    world.owner.execute("notify curhat_config, 'the end'")
    payloads = []
    for notification in listener.notifies():
        payloads.append(notification.payload)
        if notification.payload == "the end":
            break
    assert payloads == ["presence_ttl_seconds", "the end"]


def test_a_search_started_after_a_change_has_the_new_timeout(world: World) -> None:
    one, other = world.customer(), world.customer()
    before = world.search(one)
    world.configure("pairing_blast_timeout_seconds", 5)
    after = world.search(other)
    assert (before["seconds_left"], after["seconds_left"]) == (60, 5)
    world.wait(5)
    assert world.row("pairing_requests", after["id"])["status"] == "failed"
    assert world.row("pairing_requests", before["id"])["status"] == "searching"


def test_the_table_itself_enforces_a_settings_type(world: World) -> None:
    with pytest.raises(Exception, match="value_fits_its_type"):
        world.owner.execute("update data.app_config set value = '9' where key = 'presence_ttl_seconds'")
