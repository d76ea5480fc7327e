"""Settings over REST."""

from collections.abc import Callable

import pytest

from tests.internal.harness import Desk, got, refusal
from tests.sql.world import World

KEY = "returning_chat_confirmation_timeout_seconds"
PATH = f"/internal/config/{KEY}"


@pytest.mark.parametrize("value", [5, "5"])
async def test_a_change_takes_effect_at_once(
    new_desk: Callable[..., Desk], world: World, value: int | str
) -> None:
    admin = new_desk("admin", "sri@example.com")
    changed = got(await admin.patch(PATH, {"value": value}))
    assert (changed["value"], changed["version"], changed["updated_by"]) == ("5", 2, "sri@example.com")
    listed = {row["key"]: row for row in got(await admin.get("/internal/config"))["rows"]}
    assert listed[KEY] == changed
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    search = world.ask_again(customer, mitra)
    assert search["seconds_left"] == 5


async def test_the_refusal_of_an_invalid_value_states_the_bounds(
    new_desk: Callable[..., Desk], world: World
) -> None:
    admin = new_desk("admin")
    for value in (4, 301, "soon", "", -1, "5.5"):
        response = await admin.patch(PATH, {"value": value})
        assert refusal(response, 400, "invalid_setting") == {
            "value_type": "integer",
            "minimum": 5,
            "maximum": 300,
            "options": None,
        }
    response = await admin.patch("/internal/config/extension_default_action_on_timeout", {"value": "maybe"})
    assert refusal(response, 400, "invalid_setting")["options"] == ["auto_approve", "auto_reject"]
    for body in ({}, {"value": None}, {"value": True}, {"value": 5, "version": 0}):
        refusal(await admin.patch(PATH, body), 400, "invalid_body")
    refusal(await admin.patch("/internal/config/colour", {"value": 5}), 404, "unknown_setting")
    assert world.events("CONFIG_CHANGED") == []


async def test_the_refusal_of_an_outdated_change_states_the_newer_value(
    new_desk: Callable[..., Desk],
) -> None:
    first, second = new_desk("admin", "first@example.com"), new_desk("admin")
    changed = got(await first.patch(PATH, {"value": 30, "version": 1}))
    facts = refusal(await second.patch(PATH, {"value": 40, "version": 1}), 409, "setting_changed_meanwhile")
    assert facts == {name: changed[name] for name in ("value", "version", "updated_by", "updated_at")}


async def test_a_change_can_be_found_in_the_history_and_reverted(new_desk: Callable[..., Desk]) -> None:
    admin = new_desk("admin")
    got(await admin.patch(PATH, {"value": 30}))
    (last, *_) = got(await admin.get("/internal/config/history", key=KEY))["rows"]
    assert (last["old_value"], last["value"]) == ("20", "30")
    assert got(await admin.patch(PATH, {"value": last["old_value"]}))["value"] == "20"
    page = got(await admin.get("/internal/config/history", limit=1))
    assert page["rows"][0]["value"] == "20"
    rest = got(await admin.get("/internal/config/history", cursor=page["next"], limit=1))
    assert rest["rows"] == [last]
    refusal(await admin.get("/internal/config/history", cursor="first"), 400, "invalid_cursor")
