"""One-time codes, and the refresh tokens that come of them."""

import json

import pytest

from tests.conftest import Connection
from tests.sql.doors import CODE, Device, ask, hashed, new_phone, refusal, signed_in, tell
from tests.sql.world import Row, World, refuses

EVERYBODYS = 30


# Phone numbers


@pytest.mark.parametrize(
    "written",
    [
        "081234567890",
        "0812-3456-7890",
        "0812 3456 7890",
        "(0812) 3456.7890",
        "6281234567890",
        "+6281234567890",
        "+62 812 3456 7890",
        "+62 (0)812 3456 7890",
        "62 0812 3456 7890",
        "006281234567890",
        "81234567890",
    ],
)
def test_a_phone_number_is_one_however_it_is_written(world: World, written: str) -> None:
    assert world.value("select logic.normal_phone(%s)", written) == "+6281234567890"


@pytest.mark.parametrize(
    "written", ["+81 90 1234 5678", "+1 415 555 0100", "+44 7911 123456", "0065 8123 4567"]
)
def test_a_number_of_another_country_stays_one(world: World, written: str) -> None:
    normal = world.value("select logic.normal_phone(%s)", written)
    assert normal == "+" + "".join(filter(str.isdigit, written)).removeprefix("00")


@pytest.mark.parametrize(
    "written",
    ["", None, "0", "1234567", "+0812345678", "+62", "+6281234567890123", "08123x4567", "٠٨١٢٣٤٥٦٧٨٩"],
)
def test_what_is_no_phone_number_is_refused(world: World, written: str | None) -> None:
    with refuses(400, "invalid_phone"):
        world.api("request_otp", "customer", written, hashed(CODE))


# Codes


def attempt(world: World, phone: str, audience: str = "customer") -> Row:
    (row,) = world.rows(
        "select * from data.sign_in_attempts where audience = %s and name = %s", audience, phone
    )
    return row


def test_a_customer_who_signs_in_first_is_there_from_then_on(world: World) -> None:
    phone = new_phone()
    ask(world, phone)
    first = tell(world, phone, name="  Budi Santoso ")
    assert first["user"] == {"id": first["person_id"], "phone": phone, "display_name": "Budi Santoso"}
    (joined,) = world.events("CUSTOMER_JOINED")
    assert (joined["entity_id"], joined["actor"]) == (first["person_id"], f"customer:{first['person_id']}")
    ask(world, phone)
    again = tell(world, phone, name="Somebody else")
    assert again["user"] == first["user"]
    assert len(world.events("CUSTOMER_JOINED")) == 1


def test_the_number_is_the_same_person_however_it_is_written(world: World) -> None:
    ask(world, "0812-0000-1111")
    assert tell(world, "+62 812 0000 1111")["user"]["phone"] == "+6281200001111"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        (None, "display_name_required"),
        (" \n", "display_name_required"),
        ("x" * 61, "display_name_invalid"),
        ("Bu\ndi", "display_name_invalid"),
    ],
)
def test_a_name_that_is_missing_does_not_burn_the_code(world: World, name: str | None, slug: str) -> None:
    phone = new_phone()
    ask(world, phone)
    before = attempt(world, phone)
    with refuses(400, slug):
        tell(world, phone, name=name)
    assert attempt(world, phone) == before
    assert tell(world, phone)["user"]["display_name"] == "Budi"


def test_a_name_is_asked_for_only_once_the_code_is_right(world: World) -> None:
    phone = new_phone()
    ask(world, phone)
    assert refusal(tell(world, phone, "000000", None)) == (401, "otp_wrong")


def test_a_mitra_who_was_taken_on_signs_in(world: World) -> None:
    phone = new_phone()
    (mitra,) = world.ops("add_mitra", phone, "Bestie Sari", "Ratna")
    assert ask(world, phone, audience="mitra")["deliver"]
    told = tell(world, phone, audience="mitra", name=None)
    assert (told["audience"], told["person_id"]) == ("mitra", mitra["id"])
    assert told["user"]["display_name"] == "Bestie Sari"


def test_a_code_of_one_audience_is_none_of_the_other(world: World) -> None:
    phone = new_phone()
    world.ops("add_mitra", phone, "Sari", "Ratna")
    ask(world, phone, audience="mitra")
    with refuses(410, "otp_expired"):
        tell(world, phone, audience="customer")


def test_nothing_tells_whether_a_mitra_has_a_number(world: World) -> None:
    """But deliver, which the app keeps to itself."""
    known, unknown = new_phone(), new_phone()
    world.ops("add_mitra", known, "Sari", "Ratna")
    world.configure("otp_max_attempts", 3)

    def course(phone: str) -> list[object]:
        asked = ask(world, phone, audience="mitra")
        told: list[object] = [{**asked, "phone": "", "deliver": ""}]
        told += [tell(world, phone, f"00000{n}", audience="mitra") for n in range(3)]
        for function in (ask, tell):
            with pytest.raises(Exception, match="sign_in_locked") as caught:
                function(world, phone, audience="mitra")
            told.append(str(caught.value))
        return told

    assert course(unknown) == course(known)
    assert attempt(world, unknown, "mitra").keys() == attempt(world, known, "mitra").keys()


def test_even_the_right_code_lets_nobody_in_with_a_number_that_no_mitra_has(world: World) -> None:
    phone = new_phone()
    assert not ask(world, phone, audience="mitra")["deliver"]
    assert refusal(tell(world, phone, audience="mitra")) == (401, "otp_wrong")


def test_a_code_is_good_once(world: World) -> None:
    phone = new_phone()
    ask(world, phone)
    tell(world, phone)
    with refuses(410, "otp_expired"):
        tell(world, phone)


def test_a_code_holds_for_as_long_as_the_setting_says(world: World) -> None:
    world.configure("otp_ttl_seconds", 60)
    one, other = new_phone(), new_phone()
    assert ask(world, one)["expires_in"] == 60
    ask(world, other)
    world.clock.advance(59)
    tell(world, one)
    world.clock.advance(1)
    with refuses(410, "otp_expired"):
        tell(world, other)


def test_a_new_code_replaces_the_old_one(world: World) -> None:
    phone = new_phone()
    ask(world, phone, "111111")
    world.clock.advance(EVERYBODYS)
    ask(world, phone, "222222")
    assert refusal(tell(world, phone, "111111")) == (401, "otp_wrong")
    tell(world, phone, "222222")


def test_without_a_code_there_is_nothing_to_guess(world: World) -> None:
    with refuses(410, "otp_expired"):
        tell(world, new_phone())
    assert world.value("select count(*) from data.sign_in_attempts") == 0


def test_what_is_stored_of_a_code_is_another_for_everybody(world: World) -> None:
    phones = [new_phone(), new_phone()]
    for phone in phones:
        ask(world, phone)
    stored = {attempt(world, phone)["code_hash"] for phone in phones}
    assert len(stored) == 2
    assert hashed(CODE) not in stored


def test_a_code_is_known_by_any_of_the_keys_that_may_have_made_it(world: World) -> None:
    phone = new_phone()
    ask(world, phone, "made with the old key")
    hashes = [hashed("made with the new key"), hashed("made with the old key")]
    assert "user" in world.api("verify_otp", "customer", phone, hashes, "Budi", world.uuid(), hashed("t"))


# Too many codes, too many tries


def test_codes_are_sent_ever_more_seldom(world: World) -> None:
    phone = new_phone()
    pauses = []
    for _ in range(8):
        pauses.append(ask(world, phone)["resend_in"])
        world.clock.advance(pauses[-1] - 1)
        with refuses(429, "otp_too_soon"):
            ask(world, phone)
        world.clock.advance(1)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]
    assert ask(world, new_phone())["resend_in"] == 30


def test_a_refusal_says_how_long_to_wait(world: World) -> None:
    phone = new_phone()
    ask(world, phone)
    world.clock.advance(10.5)
    with pytest.raises(Exception, match="otp_too_soon") as caught:
        ask(world, phone)
    assert json.loads(caught.value.diag.message_hint) == {"retry_after": 20, "phone": phone}  # type: ignore[attr-defined]


def test_a_code_that_was_not_sent_is_not_counted(world: World) -> None:
    phone = new_phone()
    for _ in range(3):
        assert ask(world, phone)["resend_in"] == 30
        world.api("take_back_otp", "customer", phone, hashed(CODE))
    tell(world, phone)


def test_another_code_is_not_taken_back(world: World) -> None:
    phone = new_phone()
    ask(world, phone)
    before = attempt(world, phone)
    world.api("take_back_otp", "customer", phone, hashed("654321"))
    assert attempt(world, phone) == before


def test_wrong_tries_are_counted_and_lock_with_a_growing_pause(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    phone = new_phone()
    pauses = []
    for _ in range(8):
        ask(world, phone)
        for left in (2, 1):
            reply = tell(world, phone, "000000")
            assert refusal(reply) == (401, "otp_wrong")
            assert reply["refusal"]["facts"] == {"tries_left": left}
        reply = tell(world, phone, "000000")
        assert refusal(reply) == (429, "sign_in_locked")
        pauses.append(reply["refusal"]["facts"]["retry_after"])
        world.clock.advance(pauses[-1] - 1)
        for locked_out in (ask, tell):
            with refuses(429, "sign_in_locked"):
                locked_out(world, phone)
        world.clock.advance(1)
        with refuses(410, "otp_expired"):
            tell(world, phone)
        world.clock.advance(900)
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert [event["body"]["name"] for event in world.events("SIGN_IN_LOCKED")] == [phone] * 8


def test_another_code_does_not_forgive_what_was_tried(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    phone = new_phone()
    for slug in ("otp_wrong", "otp_wrong", "sign_in_locked"):
        ask(world, phone)
        assert refusal(tell(world, phone, "000000"))[1] == slug
        world.clock.advance(900)


def test_a_success_forgives_all_of_it(world: World) -> None:
    phone = new_phone()
    ask(world, phone)
    world.clock.advance(EVERYBODYS)
    ask(world, phone)
    tell(world, phone, "000000")
    tell(world, phone)
    assert ask(world, phone)["resend_in"] == 30
    assert tell(world, phone, "000000")["refusal"]["facts"] == {"tries_left": 4}


def test_a_quiet_day_forgives_all_of_it(world: World) -> None:
    phone = new_phone()
    for _ in range(2):
        ask(world, phone)
        tell(world, phone, "000000")
        world.clock.advance(hours=1)
    world.clock.advance(hours=23, seconds=-1)
    assert world.value("select (logic.lock_sign_in_attempt('customer', %s)).failures", phone) == 2
    world.clock.advance(1)
    assert ask(world, phone)["resend_in"] == 30
    assert tell(world, phone, "000000")["refusal"]["facts"] == {"tries_left": 4}


# Refresh tokens


@pytest.mark.parametrize("audience", ["customer", "mitra"])
def test_a_refresh_exchanges_the_token(world: World, audience: str) -> None:
    device = signed_in(world, audience)
    for number in range(3):
        reply = device.refresh(salt=f"salt {number}")
        assert reply["audience"] == audience
        assert reply["user"]["id"] == reply["person_id"]
        world.clock.advance(60)
    assert device.token == "t0 salt 0 salt 1 salt 2"


def test_two_tabs_at_the_same_moment_get_the_same_successor(world: World) -> None:
    device = signed_in(world)
    one = device.refresh("t0", "one's salt")
    world.clock.advance(29)
    other = device.refresh("t0", "other's salt")
    assert other == one
    assert "salt" in device.refresh()


def test_a_token_that_was_used_up_ends_the_whole_family_for_good(world: World) -> None:
    device = signed_in(world)
    device.refresh()
    world.clock.advance(30)
    assert refusal(device.refresh("t0")) == (401, "refresh_token_replayed")
    assert device.row["end_reason"] == "replayed"
    for token in (device.token, "t0"):
        with refuses(401, "refresh_token_invalid"):
            device.refresh(token)
    (event,) = world.events("SIGN_IN_REPLAYED")
    assert event["entity_id"] == device.id
    assert event["body"]["person_id"] == device.row["person_id"]


def test_a_token_whose_successor_was_used_is_a_replay_at_once(world: World) -> None:
    device = signed_in(world)
    device.refresh()
    device.refresh()
    assert refusal(device.refresh("t0")) == (401, "refresh_token_replayed")


def test_a_replay_ends_one_device_and_not_the_others(world: World) -> None:
    phone = new_phone()
    one, other = signed_in(world, phone=phone), signed_in(world, phone=phone)
    one.refresh()
    one.refresh()
    one.refresh("t0")
    assert "salt" in other.refresh()


@pytest.mark.parametrize(("audience", "days"), [("customer", 7), ("mitra", 7)])
def test_a_sign_in_lasts_as_long_as_the_setting_says_since_the_last_refresh(
    world: World, audience: str, days: int
) -> None:
    world.configure("sign_in_lifetime_days", days)
    device = signed_in(world, audience)
    world.clock.advance(days=days, seconds=-1)
    assert "salt" in device.refresh()
    world.clock.advance(days=days)
    with refuses(401, "refresh_token_invalid"):
        device.refresh()


def test_whoever_signed_out_is_out_on_that_device(world: World) -> None:
    phone = new_phone()
    one, other = signed_in(world, phone=phone), signed_in(world, phone=phone)
    for _ in range(2):
        assert one.sign_out() == {"status": "signed_out"}
    assert one.row["end_reason"] == "signed_out"
    with refuses(401, "refresh_token_invalid"):
        one.refresh()
    assert "salt" in other.refresh()


def test_a_sign_out_that_crosses_a_refresh_holds(world: World) -> None:
    device = signed_in(world)
    device.refresh()
    device.sign_out("t0")
    with refuses(401, "refresh_token_invalid"):
        device.refresh()


def test_a_sign_out_with_a_token_of_nobodys_does_nothing(world: World) -> None:
    device = signed_in(world)
    assert device.sign_out("made up") == {"status": "signed_out"}
    assert Device(world).sign_out() == {"status": "signed_out"}
    assert "salt" in device.refresh()


def test_no_token_stands_anywhere(world: World) -> None:
    device = signed_in(world)
    device.refresh()
    row = device.row
    assert {row["token_hash"], row["previous_hash"]} == {hashed(device.token), hashed("t0")}


def test_the_device_that_was_used_least_recently_is_signed_out_beyond_twenty(world: World) -> None:
    phone = new_phone()
    devices = []
    for _ in range(20):
        devices.append(signed_in(world, phone=phone))
        world.clock.advance(minutes=16)
    devices[0].refresh()
    newest = signed_in(world, phone=phone)

    assert [device.row["end_reason"] for device in (*devices, newest)] == [
        None,
        "too_many",
        *[None] * 19,
    ]
    (event,) = world.events("SIGN_IN_ENDED")
    assert (event["entity_id"], event["body"]["reason"]) == (devices[1].id, "too_many")
    with refuses(401, "refresh_token_invalid"):
        devices[1].refresh()
    newest.refresh()


# Blocked, deleted, forgotten


@pytest.mark.parametrize("audience", ["customer", "mitra"])
def test_whoever_is_blocked_is_out_and_stays_out(world: World, audience: str) -> None:
    phone = new_phone()
    device = signed_in(world, audience, phone)
    person = device.row["person_id"]
    (blocked,) = world.ops("block_person", person, "Ratna", "kasar")
    assert (blocked["audience"], blocked["blocked_at"] is None) == (audience, False)
    assert device.row["end_reason"] == "barred"
    with refuses(401, "refresh_token_invalid"):
        device.refresh()
    ask(world, phone, audience=audience)
    assert refusal(tell(world, phone, "000000", audience=audience)) == (401, "otp_wrong")
    with refuses(403, "account_blocked"):
        tell(world, phone, audience=audience)
    (event,) = world.events("PERSON_BLOCKED")
    assert (event["actor"], event["body"]["note"]) == ("operator:Ratna", "kasar")

    world.ops("unblock_person", person, "Ratna")
    assert tell(world, phone, audience=audience)["person_id"] == person


def test_a_row_that_was_blocked_by_hand_is_not_refreshed(world: World) -> None:
    device = signed_in(world)
    world.sound = False
    world.owner.execute(
        "update data.users set blocked_at = logic.now() where id = %s", [device.row["person_id"]]
    )
    with refuses(403, "account_blocked"):
        device.refresh()


def test_a_blocked_mitra_goes_offline_and_stays_so_with_the_token_that_is_out(world: World) -> None:
    mitra, staying = world.mitra(), world.mitra()
    world.ops("block_person", mitra, "Ratna")
    assert not world.row("mitras", mitra)["declared_online"]
    with refuses(403, "account_blocked"):
        world.api("set_mitra_status", mitra, True)
    assert world.api("set_mitra_status", mitra, False)["online"] is False
    assert world.offers(world.search(world.customer())) == [(staying, "offered")]

    world.ops("unblock_person", mitra, "Ratna")
    assert world.api("set_mitra_status", mitra, True)["online"]


@pytest.mark.parametrize("blocked", ["customer", "mitra"])
def test_a_block_ends_what_runs_for_both(world: World, blocked: str) -> None:
    """Nobody is left with somebody who cannot answer; an extension that was asked for is never charged."""
    mitra = world.mitra()
    chats = [world.chat(world.customer(), mitra) for _ in range(2)]
    extension = world.extend(chats[0])
    payment = extension["payment_session_id"]
    world.fire()
    world.ops("block_person", chats[0][blocked]["id"], "Ratna", "kasar")

    ended = [world.row("chat_sessions", chat["id"]) for chat in chats]
    by_operator = ("ended", "ended_by_operator", "kasar")
    assert (ended[0]["status"], ended[0]["end_reason"], ended[0]["end_note"]) == by_operator
    assert ended[1]["status"] == ("active" if blocked == "customer" else "ended")
    told = world.events("CHAT_ENDED")
    assert [event["actor"] for event in told] == ["operator:Ratna"] * (1 if blocked == "customer" else 2)
    assert world.row("extensions", extension["id"])["status"] == "withdrawn"
    assert world.payment(payment)["charged_at"] is None
    assert not world.failure(payment)["refund_due"]
    with refuses(409, "chat_ended"):
        world.say(chats[0], "mitra")
    with refuses(409, "extension_withdrawn"):
        world.api("approve_extension", extension["id"], mitra)


def test_blocking_twice_is_one_block(world: World) -> None:
    customer = world.customer()
    first, again = (world.ops("block_person", customer, "Ratna") for _ in range(2))
    assert first == again
    assert len(world.events("PERSON_BLOCKED")) == 1


def test_whoever_is_deleted_is_out(world: World) -> None:
    device = signed_in(world)
    world.owner.execute("delete from data.users where id = %s", [device.row["person_id"]])
    with refuses(401, "refresh_token_invalid"):
        device.refresh()


def test_a_mitra_is_taken_on_by_the_house(world: World) -> None:
    (made,) = world.ops("add_mitra", "0813 1111 2222", " Bestie Ayu ", "Ratna")
    assert (made["phone"], made["display_name"]) == ("+6281311112222", "Bestie Ayu")
    (event,) = world.events("MITRA_JOINED")
    assert (event["actor"], event["mitra_ids"]) == ("operator:Ratna", [made["id"]])
    world.api("set_mitra_status", made["id"], True)


def test_what_is_over_is_purged_and_what_holds_is_not(world: World, db: Connection) -> None:
    old, phone = signed_in(world), new_phone()
    ask(world, phone)
    world.clock.advance(1)
    young = signed_in(world)
    world.clock.advance(days=30, seconds=-1)
    asked = new_phone()
    ask(world, asked)
    db.execute("select logic.purge_sign_ins()")
    assert [row["id"] for row in world.rows("select * from data.sign_ins")] == [young.id]
    assert [row["name"] for row in world.rows("select * from data.sign_in_attempts")] == [asked]
    assert old.id != young.id


# Strangers who ask and guess, and a device that is known


SECRET, OTHER_SECRET = "the owner's device", "a stranger's device"


def known(world: World, phone: str, secret: str = SECRET) -> None:
    """A device signs in with a number, and is known from then on."""
    ask(world, phone, secret=secret)
    tell(world, phone, secret=secret)


def attack(world: World, phone: str) -> None:
    """A stranger asks for codes and guesses until the number is locked."""
    while True:
        ask(world, phone, "999999", secret=OTHER_SECRET)
        for _ in range(5):
            if refusal(tell(world, phone, "000000", secret=OTHER_SECRET))[1] == "sign_in_locked":
                return


def test_strangers_lock_a_number_for_strangers_and_not_for_a_known_device(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    attack(world, phone)
    for secret in (None, OTHER_SECRET):
        with refuses(429, "sign_in_locked"):
            ask(world, phone, secret=secret)
    ask(world, phone, secret=SECRET)
    assert tell(world, phone, secret=SECRET)["user"]["phone"] == phone
    with refuses(429, "sign_in_locked"):
        ask(world, phone, secret=OTHER_SECRET)


def test_a_strangers_code_does_not_take_the_place_of_a_known_devices(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    ask(world, phone, "111111", secret=SECRET)
    ask(world, phone, "222222")
    assert refusal(tell(world, phone, "111111")) == (401, "otp_wrong")
    assert "user" in tell(world, phone, "111111", secret=SECRET)


def test_a_known_device_is_bounded_like_anybody(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    ask(world, phone, secret=SECRET)
    with refuses(429, "otp_too_soon"):
        ask(world, phone, secret=SECRET)
    for left in (4, 3, 2, 1):
        assert tell(world, phone, "000000", secret=SECRET)["refusal"]["facts"] == {"tries_left": left}
    assert refusal(tell(world, phone, "000000", secret=SECRET)) == (429, "sign_in_locked")
    with refuses(429, "sign_in_locked"):
        tell(world, phone, secret=SECRET)


def test_a_device_is_known_for_the_number_and_audience_that_it_signed_in_with(world: World) -> None:
    phone, other = new_phone(), new_phone()
    known(world, phone)

    def is_known(audience: str, number: str, secret: str | None = SECRET) -> object:
        return world.api("get_sign_in_phone", audience, number, secret and hashed(secret))["known_device"]

    assert is_known("customer", phone) is True
    for unknown in (
        is_known("customer", other),
        is_known("mitra", phone),
        is_known("customer", phone, None),
        is_known("customer", phone, OTHER_SECRET),
    ):
        assert unknown is False


def test_a_device_that_only_asked_or_guessed_is_not_known(world: World) -> None:
    phone = new_phone()
    ask(world, phone, secret=SECRET)
    tell(world, phone, "000000", secret=SECRET)
    assert world.rows("select * from data.known_devices") == []


def test_the_newest_five_devices_of_a_number_are_known(world: World) -> None:
    phone = new_phone()
    for number in range(7):
        known(world, phone, f"device {number}")
        world.clock.advance(60)
    known(world, phone, "device 2")
    kept = {
        row["secret_hash"] for row in world.rows("select * from data.known_devices where phone = %s", phone)
    }
    expected = {
        world.value("select logic.device_hash('customer', %s, %s)", phone, hashed(f"device {number}"))
        for number in (2, 3, 4, 5, 6)
    } - {world.value("select logic.device_hash('customer', %s, %s)", phone, hashed("device 2"))}
    assert len(kept) == 5
    assert expected <= kept


def test_no_secret_of_a_device_stands_anywhere_nor_the_same_for_two_numbers(world: World) -> None:
    for phone in (new_phone(), new_phone()):
        known(world, phone)
    kept = {row["secret_hash"] for row in world.rows("select * from data.known_devices")}
    assert len(kept) == 2
    assert hashed(SECRET) not in kept


def test_a_device_that_was_not_used_for_a_year_is_forgotten(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    world.clock.advance(days=365, seconds=-1)
    world.owner.execute("select logic.purge_sign_ins()")
    assert len(world.rows("select * from data.known_devices")) == 1
    world.clock.advance(days=2)
    world.owner.execute("select logic.purge_sign_ins()")
    assert world.rows("select * from data.known_devices") == []


# All codes together


def test_an_hour_has_so_many_codes_and_a_known_device_gets_one_all_the_same(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    world.clock.advance(hours=2)
    world.configure("otp_most_per_hour", 3)
    for _ in range(3):
        ask(world, new_phone())
    world.clock.advance(600)
    refused = [ask(world, new_phone()) for _ in range(2)]
    assert {refusal(reply) for reply in refused} == {(503, "codes_ran_out")}
    assert 2940 <= refused[0]["refusal"]["facts"]["retry_after"] <= 3000
    assert ask(world, phone, secret=SECRET)["deliver"] is True
    (event,) = world.events("CODES_RAN_OUT")
    assert event["body"] == {"sent": 3, "most": 3}
    world.clock.advance(3000)
    assert ask(world, new_phone())["deliver"] is True


def test_what_is_refused_takes_no_code_of_the_hour(world: World) -> None:
    world.configure("otp_most_per_hour", 2)
    phone = new_phone()
    ask(world, phone)
    for _ in range(3):
        with refuses(429, "otp_too_soon"):
            ask(world, phone)
        with refuses(400, "invalid_phone"):
            ask(world, "0812")
        with refuses(403, "phone_country_not_served"):
            ask(world, "+65 8123 4567")
    assert ask(world, new_phone())["deliver"] is True


def test_health_tells_of_codes_that_run_out(world: World) -> None:
    def is_well() -> bool:
        (item,) = (row for row in world.ops("health") if row["item"] == "codes are left")
        return bool(item["ok"])

    world.configure("otp_most_per_hour", 10)
    for _ in range(7):
        ask(world, new_phone())
    assert is_well()
    ask(world, new_phone())
    assert not is_well()
    world.clock.advance(hours=1, seconds=60)
    assert is_well()


def test_counts_of_codes_are_forgotten(world: World) -> None:
    ask(world, new_phone())
    world.clock.advance(hours=2, seconds=60)
    world.owner.execute("select logic.purge_sign_ins()")
    assert world.rows("select * from data.code_tallies") == []
