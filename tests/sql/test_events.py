"""Events: one for every change, delivered at least once. A message's text reaches only its two people."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from tests.conftest import Connect, Connection
from tests.sql.sign_ins import enter_code, login, new_phone, operator, request_code, signed_in
from tests.sql.world import Row, World
from workshop.reference.generate import read_event_types

THE_END = "the end"


def received(listener: Connection, ender: Connection, channel: str) -> list[str]:
    """The payloads received on a channel up to now."""
    ender.execute("select pg_notify(%s, %s)", [channel, THE_END])
    payloads: list[str] = []
    for notification in listener.notifies():
        if notification.channel == channel:
            if notification.payload == THE_END:
                return payloads
            payloads.append(notification.payload)
    raise AssertionError("the listener's connection is gone")


@pytest.fixture
def listener(connect: Connect) -> Connection:
    """A login without any of our roles that LISTENs on every channel."""
    listener = connect(role=None)
    for channel in ("curhat_bell", "curhat_events", "curhat_deadline"):
        listener.execute(f"listen {channel}")
    return listener


def links(world: World, entity: str) -> list[tuple[str | None, str | None]]:
    """The transitions in an entity's events."""
    return [
        (event["from_status"], event["to_status"])
        for event in world.events()
        if event["entity"] == entity and event["to_status"] is not None
    ]


# Appended


def test_the_events_of_a_paid_chat_are_unbroken_chains(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.api("approve_extension", world.extend(chat)["id"], chat["mitra"]["id"])
    world.end(chat)
    assert links(world, "payment_session") == [
        (None, "pending"),
        ("pending", "confirmed"),
        ("confirmed", "consumed"),
        (None, "pending"),
        ("pending", "confirmed"),
        ("confirmed", "consumed"),
    ]
    assert links(world, "pairing_request") == [(None, "searching"), ("searching", "matched")]
    assert links(world, "chat_session") == [(None, "active"), ("active", "ended")]
    assert links(world, "extension") == [(None, "requested"), ("requested", "approved")]


def test_every_event_names_its_actor(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    chat = world.chat(customer, mitra)
    world.wait(30 * 60, connected=[mitra])
    actors = {event["type"]: event["actor"] for event in world.events()}
    assert actors["CHAT_REQUEST_STARTED"] == f"customer:{customer}"
    assert actors["PAIRED"] == f"mitra:{mitra}"
    assert actors["CHAT_ENDED"] == "deadline"
    assert chat


def test_an_event_records_its_http_request(world: World) -> None:
    world.app.execute("select set_config('curhat.request_id', 'r-1', false)")
    world.choose(world.customer())
    assert world.events("PAYMENT_SESSION")[0]["http_request_id"] == "r-1"


def test_the_events_of_a_request_are_found_by_an_index(world: World) -> None:
    world.owner.execute("set enable_seqscan to off")
    plan = world.owner.execute(
        "explain select type from data.events where http_request_id = 'r-1'"
    ).fetchall()
    partitions = "select from pg_inherits where inhparent = 'data.events'::regclass"
    assert str(plan).count("Index Cond: (http_request_id") == world.owner.execute(partitions).rowcount


def test_a_refused_call_leaves_no_event(world: World) -> None:
    customer = world.customer()
    before = world.events()
    with pytest.raises(Exception, match="unknown_tier"):
        world.choose(customer, 31)
    assert world.events() == before
    assert world.value("select count(*) from data.outbox") == len(before)


def bring_about_every_event(world: World) -> None:
    """Make every type of event happen at least once."""
    customer, mitra, other = world.customer(), world.mitra(), world.mitra()
    world.fire()
    search = world.search(customer)
    world.api("mark_offer_seen", search["id"], mitra)
    chat = world.accept(search, mitra)
    world.say(chat)
    world.api("mark_read", chat["id"], "mitra", mitra, 1)
    world.api("reject_extension", world.extend(chat)["id"], mitra)
    world.api("approve_extension", world.extend(chat)["id"], mitra)
    world.wait(40 * 60, connected=[mitra, other])
    world.wait(5 * 60)
    world.api("set_mitra_status", mitra, False)
    world.api("set_mitra_status", mitra, True)
    chat = world.chat(customer, mitra)
    world.ops("force_mitra_offline", mitra, "Ratna", "istirahat")
    world.api("set_mitra_status", mitra, True)
    world.end(chat)
    payment = world.pay(customer, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    world.api("fallback_to_blast", customer, payment)
    world.wait(60)
    world.ops("action_failure", world.failure(payment)["id"], "refunded", "Ratna")
    world.api("set_mitra_status", mitra, False)
    world.api("set_mitra_status", mitra, True)
    world.ask_again(customer, mitra)
    world.wait(20, connected=[mitra])
    world.api("set_mitra_status", mitra, False)
    world.fire()
    world.configure("presence_ttl_seconds", 60)
    sign_in_and_out(world)


def sign_in_and_out(world: World) -> None:
    """The events of signing in and out."""
    phone = new_phone()
    device = signed_in(world, phone=phone)
    device.refresh()
    device.refresh()
    device.refresh("t0")
    world.ops("block_person", signed_in(world, "mitra").row["person_id"], "Ratna", "kasar")
    world.ops("unblock_person", device.row["person_id"], "Ratna")
    world.ops("block_person", device.row["person_id"], "Ratna")
    world.ops("unblock_person", device.row["person_id"], "Ratna", "maaf")
    request_code(world, phone)
    for _ in range(5):
        enter_code(world, phone, "000000")
    login(world, world.row("cc_users", operator(world))["email"])
    world.configure("otp_most_per_hour", 1)
    request_code(world, new_phone())


def test_every_event_has_the_keys_of_its_type(world: World) -> None:
    bring_about_every_event(world)
    stated = {one.type: one.body for one in read_event_types(world.owner)}
    found: dict[str, list[set[str]]] = {}
    for event in world.events():
        found.setdefault(event["type"], []).append(set(event["body"]))
    assert set(found) == set(stated)
    for kind, keys in stated.items():
        always = {key for key in keys if not key.endswith("?")}
        assert set.intersection(*found[kind]) >= always, kind
        assert set.union(*found[kind]) == {key.removesuffix("?") for key in keys}, kind


# The bell


def test_a_change_from_psql_rings_on_commit(world: World, listener: Connection) -> None:
    with world.operator.transaction():
        world.operator.execute("select * from ops.set_config('presence_ttl_seconds', '60', 'Ratna')")
        assert received(listener, world.owner, "curhat_bell") == []
    assert received(listener, world.owner, "curhat_bell") == [""]


def test_a_change_from_the_app_does_not_ring(world: World, listener: Connection) -> None:
    world.choose(world.customer())
    assert received(listener, world.owner, "curhat_bell") == []


def test_ring_rings_the_bell(world: World, listener: Connection) -> None:
    world.api("ring")
    assert received(listener, world.owner, "curhat_bell") == [""]


def test_a_refused_change_rings_nothing(world: World, listener: Connection) -> None:
    with pytest.raises(Exception, match="unknown_setting"):
        world.operator.execute("select * from ops.set_config('ttl', '60', 'Ratna')")
    assert received(listener, world.owner, "curhat_bell") == []


# Draining


def types(envelopes: Sequence[Row]) -> list[str]:
    return [envelope["frame"]["type"] for envelope in envelopes]


def test_events_are_drained_in_order_and_once(world: World) -> None:
    world.search(world.customer())
    expected = ["PAYMENT_SESSION", "PAYMENT_SESSION", "CHAT_REQUEST_STARTED"]
    assert types(world.drain()) == expected
    assert world.drain() == []


def test_a_batch_takes_the_oldest(world: World) -> None:
    world.search(world.customer())
    assert types(world.drain(2)) == ["PAYMENT_SESSION", "PAYMENT_SESSION"]
    assert types(world.drain(2)) == ["CHAT_REQUEST_STARTED"]


def test_a_rolled_back_drain_is_repeated(world: World) -> None:
    world.choose(world.customer())
    world.listener.execute("begin")
    lost = world.drain()
    world.listener.execute("rollback")
    assert world.drain() == lost != []


def test_a_drain_skips_what_another_drain_has_locked(world: World, connect: Connect) -> None:
    world.choose(world.customer())
    relay = connect(role="curhat_listener")
    with relay.transaction():
        relay.execute("select * from api.drain_events(10)")
        world.choose(world.customer())
        (skipped,) = world.drain()
    assert skipped["id"] == world.events()[-1]["id"]
    assert world.drain() == []


def test_an_event_committed_late_is_not_missed(world: World, connect: Connect) -> None:
    slow = connect()
    customer, other = world.customer(), world.customer()
    with slow.transaction():
        slow.execute("select api.create_payment_session(%s, 30)", [customer])
        world.choose(other)
        assert [envelope["customer_id"] for envelope in world.drain()] == [other]
    assert [envelope["customer_id"] for envelope in world.drain()] == [customer]


def test_a_frame_has_type_id_time_and_the_body(world: World) -> None:
    world.choose(world.customer())
    (event,) = world.events()
    (envelope,) = world.drain()
    frame = envelope["frame"]
    assert envelope["id"] == frame["id"] == event["id"]
    assert datetime.fromisoformat(frame["at"]) == datetime.fromisoformat(event["at"])
    assert set(frame) == {"type", "id", "at", *event["body"]}


def test_the_control_center_receives_every_event(world: World) -> None:
    bring_about_every_event(world)
    internal = [envelope["internal"] for envelope in world.drain()]
    kept = (
        "type",
        "id",
        "entity",
        "entity_id",
        "from_status",
        "to_status",
        "customer_id",
        "mitra_ids",
        "actor",
        "body",
    )
    assert [{key: one[key] for key in kept} for one in internal] == [
        {key: event[key] for key in kept} for event in world.events()
    ]


def test_customers_and_mitras_receive_the_event_types_meant_for_them(world: World) -> None:
    bring_about_every_event(world)
    audience = {row["type"]: row for row in world.rows("select * from logic.event_types")}
    events = {event["id"]: event for event in world.events()}
    for envelope in world.drain():
        event = events[envelope["id"]]
        to = audience[event["type"]]
        assert envelope["customer_id"] == (event["customer_id"] if to["to_customer"] else None)
        assert envelope["mitra_ids"] == (event["mitra_ids"] if to["to_mitra"] else [])


# Audience

SECRET = "rahasia sekali"


def test_a_messages_text_reaches_only_the_two_people(world: World, listener: Connection) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.drain()
    received(listener, world.owner, "curhat_events")
    message = world.say(chat, text=SECRET)
    (envelope,) = world.drain()
    assert (envelope["customer_id"], envelope["mitra_ids"]) == (
        chat["customer"]["id"],
        [chat["mitra"]["id"]],
    )
    assert {key: envelope["frame"][key] for key in message} == message
    assert SECRET not in json.dumps(envelope["internal"])
    assert SECRET not in json.dumps(world.events())
    assert SECRET not in "".join(received(listener, world.owner, "curhat_events"))


def test_every_event_is_announced_once_without_its_body(world: World, listener: Connection) -> None:
    world.search(world.customer())
    world.drain()
    announced = [json.loads(payload) for payload in received(listener, world.owner, "curhat_events")]
    assert [one["id"] for one in announced] == [event["id"] for event in world.events()]
    assert [one["type"] for one in announced] == [
        "PAYMENT_SESSION",
        "PAYMENT_SESSION",
        "CHAT_REQUEST_STARTED",
    ]
    assert all(one.keys() == {"type", "id", "at"} for one in announced)


def test_notify_payloads_identify_nobody(world: World, listener: Connection) -> None:
    """Any login may LISTEN, so a payload names no person, payment or operator."""
    customer, mitra = world.customer(), world.mitra()
    chat = world.chat(customer, mitra)
    world.ops("end_chat", chat["id"], "ratna@example.com")
    world.configure("presence_ttl_seconds", 60)
    world.drain()
    announced = " ".join(received(listener, world.owner, "curhat_events"))
    assert "CHAT_ENDED" in announced
    for secret in (customer, mitra, chat["id"], "ratna"):
        assert secret.lower() not in announced.lower()


def test_a_rolled_back_drain_announces_nothing(world: World, listener: Connection) -> None:
    world.choose(world.customer())
    world.listener.execute("begin")
    world.drain()
    world.listener.execute("rollback")
    assert received(listener, world.owner, "curhat_events") == []


def test_a_long_body_does_not_prevent_the_announcement(world: World, listener: Connection) -> None:
    """A NOTIFY payload is limited to 8,000 bytes."""
    mitras = [world.mitra() for _ in range(3)]
    world.owner.execute(
        "select logic.append_event('MITRA_STATUS', 'mitra', null, null, null, null, "
        "array_fill(%(mitra)s::uuid, array[1000]), 'system', jsonb_build_object("
        "'mitra_id', %(mitra)s::uuid, 'online', true, 'presence', 'online', 'by', 'system', "
        "'note', repeat('x', 9000)))",
        {"mitra": mitras[0]},
    )
    drained = world.drain()
    assert len(drained[-1]["mitra_ids"]) == 1000
    assert json.loads(received(listener, world.owner, "curhat_events")[-1])["type"] == "MITRA_STATUS"


def test_the_nearest_new_deadline_is_announced_in_seconds(world: World, listener: Connection) -> None:
    world.search(world.customer())
    world.search(world.customer())
    deadline = world.value("select min(deadline_at) from data.pairing_requests")
    before = datetime.now(UTC)
    world.drain()
    after = datetime.now(UTC)
    (payload,) = received(listener, world.owner, "curhat_deadline")
    assert (deadline - after).total_seconds() <= float(payload) <= (deadline - before).total_seconds()


def test_no_deadline_is_announced_where_none_was_set(world: World, listener: Connection) -> None:
    chat = world.chat(world.customer(), world.mitra())
    world.drain()
    received(listener, world.owner, "curhat_deadline")
    world.say(chat)
    world.drain()
    assert received(listener, world.owner, "curhat_deadline") == []
