"""One-time codes, and the refresh tokens issued for them."""

import json

import pytest

from tests.conftest import Connection
from tests.sql.sign_ins import CODE, Device, enter_code, hashed, new_phone, refusal, request_code, signed_in
from tests.sql.world import Row, World, refuses

FIRST_PAUSE = 30


# Phone numbers


@pytest.mark.parametrize(
    "written", ["+81 90 1234 5678", "+1 415 555 0100", "+44 7911 123456", "0065 8123 4567"]
)
def test_a_foreign_number_is_kept(world: World, written: str) -> None:
    normal = world.value("select logic.normal_phone(%s)", written)
    assert normal == "+" + "".join(filter(str.isdigit, written)).removeprefix("00")


@pytest.mark.parametrize(
    "written",
    ["", None, "0", "1234567", "+0812345678", "+62", "+6281234567890123", "08123x4567", "٠٨١٢٣٤٥٦٧٨٩"],
)
def test_an_invalid_phone_number_is_refused(world: World, written: str | None) -> None:
    with refuses(400, "invalid_phone"):
        world.api("request_otp", "customer", written, hashed(CODE))


# Codes


def attempt(world: World, phone: str, audience: str = "customer") -> Row:
    (row,) = world.rows(
        "select * from data.sign_in_attempts where audience = %s and name = %s", audience, phone
    )
    return row


def test_the_first_sign_in_creates_the_customer(world: World) -> None:
    phone = new_phone()
    request_code(world, phone)
    first = enter_code(world, phone, name="  Budi Santoso ")
    assert first["user"] == {"id": first["person_id"], "phone": phone, "display_name": "Budi Santoso"}
    (joined,) = world.events("CUSTOMER_JOINED")
    assert (joined["entity_id"], joined["actor"]) == (first["person_id"], f"customer:{first['person_id']}")
    request_code(world, phone)
    again = enter_code(world, phone, name="Somebody else")
    assert again["user"] == first["user"]
    assert len(world.events("CUSTOMER_JOINED")) == 1


def test_every_spelling_signs_in_the_same_person(world: World) -> None:
    request_code(world, "0812-0000-1111")
    assert enter_code(world, "+62 812 0000 1111")["user"]["phone"] == "+6281200001111"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        (None, "display_name_required"),
        (" \n", "display_name_required"),
        ("x" * 61, "display_name_invalid"),
        ("Bu\ndi", "display_name_invalid"),
    ],
)
def test_a_refused_name_does_not_use_up_the_code(world: World, name: str | None, slug: str) -> None:
    phone = new_phone()
    request_code(world, phone)
    before = attempt(world, phone)
    with refuses(400, slug):
        enter_code(world, phone, name=name)
    assert attempt(world, phone) == before
    assert enter_code(world, phone)["user"]["display_name"] == "Budi"


def test_a_wrong_code_is_refused_before_a_missing_name(world: World) -> None:
    phone = new_phone()
    request_code(world, phone)
    assert refusal(enter_code(world, phone, "000000", None)) == (401, "otp_wrong")


def test_an_added_mitra_signs_in(world: World) -> None:
    phone = new_phone()
    (mitra,) = world.ops("add_mitra", phone, "Bestie Sari", "Ratna")
    assert request_code(world, phone, audience="mitra")["deliver"]
    reply = enter_code(world, phone, audience="mitra", name=None)
    assert (reply["audience"], reply["person_id"]) == ("mitra", mitra["id"])
    assert reply["user"]["display_name"] == "Bestie Sari"


def test_a_code_works_only_for_its_audience(world: World) -> None:
    phone = new_phone()
    world.ops("add_mitra", phone, "Sari", "Ratna")
    request_code(world, phone, audience="mitra")
    with refuses(410, "otp_expired"):
        enter_code(world, phone, audience="customer")


def test_replies_do_not_reveal_whether_a_number_is_a_mitras(world: World) -> None:
    """Except `deliver`, which the app does not pass on."""
    known, unknown = new_phone(), new_phone()
    world.ops("add_mitra", known, "Sari", "Ratna")
    world.configure("otp_max_attempts", 3)

    def course(phone: str) -> list[object]:
        asked = request_code(world, phone, audience="mitra")
        replies: list[object] = [{**asked, "phone": "", "deliver": ""}]
        replies += [enter_code(world, phone, f"00000{n}", audience="mitra") for n in range(3)]
        for function in (request_code, enter_code):
            with pytest.raises(Exception, match="sign_in_locked") as caught:
                function(world, phone, audience="mitra")
            replies.append(str(caught.value))
        return replies

    assert course(unknown) == course(known)
    assert attempt(world, unknown, "mitra").keys() == attempt(world, known, "mitra").keys()


def test_the_right_code_for_a_number_of_no_mitra_is_refused(world: World) -> None:
    phone = new_phone()
    assert not request_code(world, phone, audience="mitra")["deliver"]
    assert refusal(enter_code(world, phone, audience="mitra")) == (401, "otp_wrong")


def test_a_code_works_once(world: World) -> None:
    phone = new_phone()
    request_code(world, phone)
    enter_code(world, phone)
    with refuses(410, "otp_expired"):
        enter_code(world, phone)


def test_a_code_expires_after_the_configured_seconds(world: World) -> None:
    world.configure("otp_ttl_seconds", 60)
    one, other = new_phone(), new_phone()
    assert request_code(world, one)["expires_in"] == 60
    request_code(world, other)
    world.clock.advance(59)
    enter_code(world, one)
    world.clock.advance(1)
    with refuses(410, "otp_expired"):
        enter_code(world, other)


def test_a_new_code_replaces_the_old_one(world: World) -> None:
    phone = new_phone()
    request_code(world, phone, "111111")
    world.clock.advance(FIRST_PAUSE)
    request_code(world, phone, "222222")
    assert refusal(enter_code(world, phone, "111111")) == (401, "otp_wrong")
    enter_code(world, phone, "222222")


def test_a_guess_without_a_requested_code_is_refused(world: World) -> None:
    with refuses(410, "otp_expired"):
        enter_code(world, new_phone())
    assert world.value("select count(*) from data.sign_in_attempts") == 0


def test_the_stored_hash_of_a_code_is_salted(world: World) -> None:
    phones = [new_phone(), new_phone()]
    for phone in phones:
        request_code(world, phone)
    stored = {attempt(world, phone)["code_hash"] for phone in phones}
    assert len(stored) == 2
    assert hashed(CODE) not in stored


def test_a_code_made_with_the_old_key_is_accepted(world: World) -> None:
    phone = new_phone()
    request_code(world, phone, "made with the old key")
    hashes = [hashed("made with the new key"), hashed("made with the old key")]
    assert "user" in world.api("verify_otp", "customer", phone, hashes, "Budi", world.uuid(), hashed("t"))


# Rate limits and lock-outs


def test_codes_are_sent_with_exponential_backoff(world: World) -> None:
    phone = new_phone()
    pauses = []
    for _ in range(8):
        pauses.append(request_code(world, phone)["resend_in"])
        world.clock.advance(pauses[-1] - 1)
        with refuses(429, "otp_too_soon"):
            request_code(world, phone)
        world.clock.advance(1)
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]
    assert request_code(world, new_phone())["resend_in"] == 30


def test_a_refusal_says_how_long_to_wait(world: World) -> None:
    phone = new_phone()
    request_code(world, phone)
    world.clock.advance(10.5)
    with pytest.raises(Exception, match="otp_too_soon") as caught:
        request_code(world, phone)
    assert json.loads(caught.value.diag.message_hint) == {"retry_after": 20, "phone": phone}  # type: ignore[attr-defined]


def test_an_unsent_code_does_not_count(world: World) -> None:
    phone = new_phone()
    for _ in range(3):
        assert request_code(world, phone)["resend_in"] == 30
        world.api("take_back_otp", "customer", phone, hashed(CODE))
    enter_code(world, phone)


def test_only_the_named_code_is_taken_back(world: World) -> None:
    phone = new_phone()
    request_code(world, phone)
    before = attempt(world, phone)
    world.api("take_back_otp", "customer", phone, hashed("654321"))
    assert attempt(world, phone) == before


def test_wrong_tries_lock_with_exponential_backoff(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    phone = new_phone()
    pauses = []
    for _ in range(8):
        request_code(world, phone)
        for left in (2, 1):
            reply = enter_code(world, phone, "000000")
            assert refusal(reply) == (401, "otp_wrong")
            assert reply["refusal"]["facts"] == {"tries_left": left}
        reply = enter_code(world, phone, "000000")
        assert refusal(reply) == (429, "sign_in_locked")
        pauses.append(reply["refusal"]["facts"]["retry_after"])
        world.clock.advance(pauses[-1] - 1)
        for locked_out in (request_code, enter_code):
            with refuses(429, "sign_in_locked"):
                locked_out(world, phone)
        world.clock.advance(1)
        with refuses(410, "otp_expired"):
            enter_code(world, phone)
        world.clock.advance(900)
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert [event["body"]["name"] for event in world.events("SIGN_IN_LOCKED")] == [phone] * 8


def test_a_new_code_does_not_reset_the_wrong_tries(world: World) -> None:
    world.configure("otp_max_attempts", 3)
    phone = new_phone()
    for slug in ("otp_wrong", "otp_wrong", "sign_in_locked"):
        request_code(world, phone)
        assert refusal(enter_code(world, phone, "000000"))[1] == slug
        world.clock.advance(900)


def test_a_success_resets_the_limits(world: World) -> None:
    phone = new_phone()
    request_code(world, phone)
    world.clock.advance(FIRST_PAUSE)
    request_code(world, phone)
    enter_code(world, phone, "000000")
    enter_code(world, phone)
    assert request_code(world, phone)["resend_in"] == 30
    assert enter_code(world, phone, "000000")["refusal"]["facts"] == {"tries_left": 4}


def test_a_day_without_tries_resets_the_limits(world: World) -> None:
    phone = new_phone()
    for _ in range(2):
        request_code(world, phone)
        enter_code(world, phone, "000000")
        world.clock.advance(hours=1)
    world.clock.advance(hours=23, seconds=-1)
    assert world.value("select (logic.lock_sign_in_attempt('customer', %s)).failures", phone) == 2
    world.clock.advance(1)
    assert request_code(world, phone)["resend_in"] == 30
    assert enter_code(world, phone, "000000")["refusal"]["facts"] == {"tries_left": 4}


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


def test_two_concurrent_refreshes_get_the_same_successor(world: World) -> None:
    device = signed_in(world)
    one = device.refresh("t0", "one's salt")
    world.clock.advance(29)
    other = device.refresh("t0", "other's salt")
    assert other == one
    assert "salt" in device.refresh()


def test_a_replayed_token_ends_the_sign_in(world: World) -> None:
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


def test_reusing_a_token_after_its_successor_is_a_replay(world: World) -> None:
    device = signed_in(world)
    device.refresh()
    device.refresh()
    assert refusal(device.refresh("t0")) == (401, "refresh_token_replayed")


def test_a_replay_ends_only_that_device(world: World) -> None:
    phone = new_phone()
    one, other = signed_in(world, phone=phone), signed_in(world, phone=phone)
    one.refresh()
    one.refresh()
    one.refresh("t0")
    assert "salt" in other.refresh()


@pytest.mark.parametrize(("audience", "days"), [("customer", 7), ("mitra", 7)])
def test_a_sign_in_expires_the_configured_days_after_the_last_refresh(
    world: World, audience: str, days: int
) -> None:
    world.configure("sign_in_lifetime_days", days)
    device = signed_in(world, audience)
    world.clock.advance(days=days, seconds=-1)
    assert "salt" in device.refresh()
    world.clock.advance(days=days)
    with refuses(401, "refresh_token_invalid"):
        device.refresh()


def test_a_sign_out_ends_only_that_device(world: World) -> None:
    phone = new_phone()
    one, other = signed_in(world, phone=phone), signed_in(world, phone=phone)
    for _ in range(2):
        assert one.sign_out() == {"status": "signed_out"}
    assert one.row["end_reason"] == "signed_out"
    with refuses(401, "refresh_token_invalid"):
        one.refresh()
    assert "salt" in other.refresh()


def test_a_sign_out_with_the_previous_token_works(world: World) -> None:
    device = signed_in(world)
    device.refresh()
    device.sign_out("t0")
    with refuses(401, "refresh_token_invalid"):
        device.refresh()


def test_a_sign_out_with_an_unknown_token_does_nothing(world: World) -> None:
    device = signed_in(world)
    assert device.sign_out("made up") == {"status": "signed_out"}
    assert Device(world).sign_out() == {"status": "signed_out"}
    assert "salt" in device.refresh()


def test_tokens_are_stored_hashed(world: World) -> None:
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


# Blocked, deleted, purged


@pytest.mark.parametrize("audience", ["customer", "mitra"])
def test_a_blocked_person_is_signed_out_and_cannot_sign_in(world: World, audience: str) -> None:
    phone = new_phone()
    device = signed_in(world, audience, phone)
    person = device.row["person_id"]
    (blocked,) = world.ops("block_person", person, "Ratna", "kasar")
    assert (blocked["audience"], blocked["blocked_at"] is None) == (audience, False)
    assert device.row["end_reason"] == "barred"
    with refuses(401, "refresh_token_invalid"):
        device.refresh()
    request_code(world, phone, audience=audience)
    assert refusal(enter_code(world, phone, "000000", audience=audience)) == (401, "otp_wrong")
    with refuses(403, "account_blocked"):
        enter_code(world, phone, audience=audience)
    (event,) = world.events("PERSON_BLOCKED")
    assert (event["actor"], event["body"]["note"]) == ("operator:Ratna", "kasar")

    world.ops("unblock_person", person, "Ratna")
    assert enter_code(world, phone, audience=audience)["person_id"] == person


def test_a_person_blocked_by_hand_cannot_refresh(world: World) -> None:
    device = signed_in(world)
    world.sound = False
    world.owner.execute(
        "update data.users set blocked_at = logic.now() where id = %s", [device.row["person_id"]]
    )
    with refuses(403, "account_blocked"):
        device.refresh()


def test_a_blocked_mitra_goes_offline_and_cannot_come_back(world: World) -> None:
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


def test_a_deleted_person_cannot_refresh(world: World) -> None:
    device = signed_in(world)
    world.owner.execute("delete from data.users where id = %s", [device.row["person_id"]])
    with refuses(401, "refresh_token_invalid"):
        device.refresh()


def test_an_operator_adds_a_mitra(world: World) -> None:
    (made,) = world.ops("add_mitra", "0813 1111 2222", " Bestie Ayu ", "Ratna")
    assert (made["phone"], made["display_name"]) == ("+6281311112222", "Bestie Ayu")
    (event,) = world.events("MITRA_JOINED")
    assert (event["actor"], event["mitra_ids"]) == ("operator:Ratna", [made["id"]])
    world.api("set_mitra_status", made["id"], True)


def test_only_expired_sign_ins_are_purged(world: World, db: Connection) -> None:
    old, phone = signed_in(world), new_phone()
    request_code(world, phone)
    world.clock.advance(1)
    young = signed_in(world)
    world.clock.advance(days=30, seconds=-1)
    asked = new_phone()
    request_code(world, asked)
    db.execute("select logic.purge_sign_ins()")
    assert [row["id"] for row in world.rows("select * from data.sign_ins")] == [young.id]
    assert [row["name"] for row in world.rows("select * from data.sign_in_attempts")] == [asked]
    assert old.id != young.id


# Known devices, and strangers who request codes and guess


SECRET, OTHER_SECRET = "the owner's device", "a stranger's device"


def known(world: World, phone: str, secret: str = SECRET) -> None:
    """Sign in on a device, which is known from then on."""
    request_code(world, phone, secret=secret)
    enter_code(world, phone, secret=secret)


def attack(world: World, phone: str) -> None:
    """Request codes and guess, as a stranger, until the number is locked."""
    while True:
        request_code(world, phone, "999999", secret=OTHER_SECRET)
        for _ in range(5):
            if refusal(enter_code(world, phone, "000000", secret=OTHER_SECRET))[1] == "sign_in_locked":
                return


def test_a_stranger_does_not_lock_out_a_known_device(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    attack(world, phone)
    for secret in (None, OTHER_SECRET):
        with refuses(429, "sign_in_locked"):
            request_code(world, phone, secret=secret)
    request_code(world, phone, secret=SECRET)
    assert enter_code(world, phone, secret=SECRET)["user"]["phone"] == phone
    with refuses(429, "sign_in_locked"):
        request_code(world, phone, secret=OTHER_SECRET)


def test_a_strangers_code_does_not_replace_a_known_devices(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    request_code(world, phone, "111111", secret=SECRET)
    request_code(world, phone, "222222")
    assert refusal(enter_code(world, phone, "111111")) == (401, "otp_wrong")
    assert "user" in enter_code(world, phone, "111111", secret=SECRET)


def test_a_known_device_has_the_same_limits(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    request_code(world, phone, secret=SECRET)
    with refuses(429, "otp_too_soon"):
        request_code(world, phone, secret=SECRET)
    for left in (4, 3, 2, 1):
        assert enter_code(world, phone, "000000", secret=SECRET)["refusal"]["facts"] == {"tries_left": left}
    assert refusal(enter_code(world, phone, "000000", secret=SECRET)) == (429, "sign_in_locked")
    with refuses(429, "sign_in_locked"):
        enter_code(world, phone, secret=SECRET)


def test_a_device_is_known_only_for_its_number_and_audience(world: World) -> None:
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


def test_a_device_without_a_sign_in_is_not_known(world: World) -> None:
    phone = new_phone()
    request_code(world, phone, secret=SECRET)
    enter_code(world, phone, "000000", secret=SECRET)
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


def test_device_secrets_are_stored_hashed_and_salted(world: World) -> None:
    for phone in (new_phone(), new_phone()):
        known(world, phone)
    kept = {row["secret_hash"] for row in world.rows("select * from data.known_devices")}
    assert len(kept) == 2
    assert hashed(SECRET) not in kept


def test_a_device_unused_for_a_year_is_purged(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    world.clock.advance(days=365, seconds=-1)
    world.owner.execute("select logic.purge_sign_ins()")
    assert len(world.rows("select * from data.known_devices")) == 1
    world.clock.advance(days=2)
    world.owner.execute("select logic.purge_sign_ins()")
    assert world.rows("select * from data.known_devices") == []


# The global limit


def test_codes_per_hour_are_limited_except_for_known_devices(world: World) -> None:
    phone = new_phone()
    known(world, phone)
    world.clock.advance(hours=2)
    world.configure("otp_most_per_hour", 3)
    for _ in range(3):
        request_code(world, new_phone())
    world.clock.advance(600)
    refused = [request_code(world, new_phone()) for _ in range(2)]
    assert {refusal(reply) for reply in refused} == {(503, "codes_ran_out")}
    assert 2940 <= refused[0]["refusal"]["facts"]["retry_after"] <= 3000
    assert request_code(world, phone, secret=SECRET)["deliver"] is True
    (event,) = world.events("CODES_RAN_OUT")
    assert event["body"] == {"sent": 3, "most": 3}
    world.clock.advance(3000)
    assert request_code(world, new_phone())["deliver"] is True


def test_refused_requests_do_not_count_towards_the_hour(world: World) -> None:
    world.configure("otp_most_per_hour", 2)
    phone = new_phone()
    request_code(world, phone)
    for _ in range(3):
        with refuses(429, "otp_too_soon"):
            request_code(world, phone)
        with refuses(400, "invalid_phone"):
            request_code(world, "0812")
        with refuses(403, "phone_country_not_served"):
            request_code(world, "+65 8123 4567")
    assert request_code(world, new_phone())["deliver"] is True


def test_health_warns_before_codes_run_out(world: World) -> None:
    def is_well() -> bool:
        (item,) = (row for row in world.ops("health") if row["item"] == "codes are left")
        return bool(item["ok"])

    world.configure("otp_most_per_hour", 10)
    for _ in range(7):
        request_code(world, new_phone())
    assert is_well()
    request_code(world, new_phone())
    assert not is_well()
    world.clock.advance(hours=1, seconds=60)
    assert is_well()


def test_counts_of_codes_are_purged(world: World) -> None:
    request_code(world, new_phone())
    world.clock.advance(hours=2, seconds=60)
    world.owner.execute("select logic.purge_sign_ins()")
    assert world.rows("select * from data.code_tallies") == []
