"""A blast: who is offered it, when an offer closes, and who wins."""

from tests.sql.world import Row, World, refuses


def statuses(world: World, search: Row) -> dict[str, list[str]]:
    """The statuses of a search's offers, by mitra."""
    found: dict[str, list[str]] = {}
    for mitra, status in world.offers(search):
        found.setdefault(mitra, []).append(status)
    return found


def close_reasons(world: World, mitra: str) -> list[str]:
    """The reasons in a mitra's CHAT_REQUEST_CLOSED events."""
    return [
        event["body"]["reason"]
        for event in world.events("CHAT_REQUEST_CLOSED")
        if mitra in event["mitra_ids"]
    ]


# The first offers


def test_all_available_mitras_are_offered_it_longest_idle_first(world: World) -> None:
    mitras = sorted((world.mitra(online=False) for _ in range(3)), reverse=True)
    for mitra in mitras:
        world.api("set_mitra_status", mitra, True)
        world.clock.advance(1)
    longest, second, third = mitras
    world.end(world.chat(world.customer(), longest))
    search = world.search(world.customer())
    assert [mitra for mitra, _ in world.offers(search)] == [second, third, longest]
    assert world.events("CHAT_REQUEST")[-1]["mitra_ids"] == [second, third, longest]


def test_an_offline_mitra_is_not_offered_it(world: World) -> None:
    world.mitra(online=False)
    assert world.offers(world.search(world.customer())) == []


def test_a_mitra_with_a_lapsed_lease_is_not_offered_it_even_before_it_fires(world: World) -> None:
    world.mitra()
    world.clock.advance(45)
    assert world.offers(world.search(world.customer())) == []


def test_a_full_mitra_is_not_offered_it(world: World) -> None:
    full, free = world.mitra(), world.mitra()
    for _ in range(3):
        world.chat(world.customer(), full)
    assert [mitra for mitra, _ in world.offers(world.search(world.customer()))] == [free]


def test_with_no_mitra_online_it_stays_open_until_its_deadline(world: World) -> None:
    search = world.search(world.customer())
    assert world.wait(59) == 0
    assert world.row("pairing_requests", search["id"])["status"] == "searching"
    assert world.wait(1) == 1
    assert world.row("pairing_requests", search["id"])["status"] == "failed"


def test_an_offer_shows_what_a_mitra_needs_to_decide(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    search = world.search(customer)
    (offer,) = world.api("list_offers", mitra)["rows"]
    assert offer["request_id"] == search["id"]
    assert offer["request_type"] == "general"
    assert offer["duration_minutes"] == 30
    assert offer["deadline_at"] == search["deadline_at"]
    assert offer["customer"] == {
        "id": customer,
        "display_name": world.row("users", customer)["display_name"],
    }


# Later offers


def test_a_mitra_who_comes_online_is_offered_it(world: World) -> None:
    search = world.search(world.customer())
    mitra = world.mitra()
    assert world.offers(search) == [(mitra, "offered")]
    assert world.events("CHAT_REQUEST")[-1]["mitra_ids"] == [mitra]


def test_a_mitra_back_after_a_lapse_is_offered_it(world: World) -> None:
    mitra = world.mitra()
    world.wait(45)
    search = world.search(world.customer())
    world.wait(1, connected=[mitra])
    assert world.offers(search) == [(mitra, "offered")]


def test_a_mitra_whose_chat_is_ended_is_offered_it(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    chat = world.chat(world.customer(), mitra)
    world.fire()
    search = world.search(world.customer())
    world.end(chat)
    world.fire()
    assert world.offers(search) == [(mitra, "offered")]


def test_a_mitra_whose_chats_time_is_up_is_offered_it(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    world.wait(29.5 * 60, connected=[mitra])
    search = world.search(world.customer())
    world.wait(30, connected=[mitra])
    assert world.offers(search) == [(mitra, "offered")]


def test_a_mitra_with_room_under_a_raised_limit_is_offered_it(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    world.fire()
    search = world.search(world.customer())
    assert world.offers(search) == []
    world.configure("max_customers_per_mitra", 2)
    world.fire()
    assert world.offers(search) == [(mitra, "offered")]


def test_a_mitra_who_declined_is_not_offered_it_again(world: World) -> None:
    mitra, _ = world.mitra(), world.mitra()
    search = world.search(world.customer())
    world.decline(search, mitra)
    world.api("set_mitra_status", mitra, False)
    world.api("set_mitra_status", mitra, True)
    assert statuses(world, search)[mitra] == ["declined"]


def test_a_mitra_who_left_and_came_back_is_offered_it_again(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.api("set_mitra_status", mitra, False)
    world.api("set_mitra_status", mitra, True)
    assert world.offers(search) == [(mitra, "withdrawn"), (mitra, "offered")]


def test_an_expired_search_is_not_offered(world: World) -> None:
    world.search(world.customer())
    world.clock.advance(60)
    mitra = world.mitra()
    assert world.api("list_offers", mitra) == {"rows": [], "total": 0}


# Closed offers


def test_going_offline_withdraws_the_open_offers(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.api("set_mitra_status", mitra, False)
    assert world.offers(search) == [(mitra, "withdrawn")]
    assert close_reasons(world, mitra) == ["withdrawn"]
    assert world.row("pairing_requests", search["id"])["status"] == "searching"


def test_a_lapsed_lease_withdraws_the_open_offers(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.wait(45)
    assert world.offers(search) == [(mitra, "withdrawn")]


def test_being_set_offline_by_an_operator_withdraws_the_open_offers(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.ops("force_mitra_offline", mitra, "Ratna")
    assert world.offers(search) == [(mitra, "withdrawn")]


def test_taking_the_last_place_withdraws_the_other_offers(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    one, other = world.search(world.customer()), world.search(world.customer())
    world.accept(one, mitra)
    world.fire()
    assert world.offers(other) == [(mitra, "withdrawn")]
    assert close_reasons(world, mitra) == ["withdrawn"]


def test_a_lowered_limit_withdraws_the_offers_of_full_mitras(world: World) -> None:
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    search = world.search(world.customer())
    world.configure("max_customers_per_mitra", 1)
    world.fire()
    assert world.offers(search) == [(mitra, "withdrawn")]


def test_a_full_mitra_keeps_the_offer_of_a_returning_request(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra, customer = world.mitra(), world.customer()
    world.acquaint(customer, mitra)
    asked = world.ask_again(customer, mitra)
    world.chat(world.customer(), mitra)
    world.fire()
    assert world.offers(asked) == [(mitra, "offered")]


def test_an_unanswered_offer_is_auto_rejected_at_the_deadline(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.wait(60, connected=[mitra])
    assert world.offers(search) == [(mitra, "auto_rejected")]
    assert close_reasons(world, mitra) == ["expired"]


def test_an_offer_past_its_deadline_is_not_listed(world: World) -> None:
    mitra = world.mitra()
    world.search(world.customer())
    world.clock.advance(60)
    assert world.api("list_offers", mitra)["rows"] == []
    assert world.api("mitra_state", mitra)["offers"] == []


def test_the_last_decline_fails_the_search(world: World) -> None:
    one, other = world.mitra(), world.mitra()
    payment = world.pay(customer := world.customer())
    search = world.search(customer, payment)
    world.decline(search, one)
    assert world.row("pairing_requests", search["id"])["status"] == "searching"
    world.decline(search, other)
    assert world.failure(payment)["cause_tag"] == "all_mitras_rejected"
    assert close_reasons(world, other) == ["declined"]


def test_a_decline_and_a_lapse_fail_the_search_as_rejected(world: World) -> None:
    one, other = world.mitra(), world.mitra()
    payment = world.pay(customer := world.customer())
    world.decline(world.search(customer, payment), one)
    world.wait(45, connected=[one])
    assert world.failure(payment)["cause_tag"] == "all_mitras_rejected"
    assert other not in world.events("PAIRING_FAILED")[-1]["mitra_ids"]


def test_without_a_decline_it_stays_open_when_all_go_offline(world: World) -> None:
    mitras = [world.mitra(), world.mitra()]
    search = world.search(world.customer())
    for mitra in mitras:
        world.api("set_mitra_status", mitra, False)
    assert world.row("pairing_requests", search["id"])["status"] == "searching"


def test_declining_twice_is_one_decline(world: World) -> None:
    mitra, _ = world.mitra(), world.mitra()
    search = world.search(world.customer())
    for _ in range(2):
        world.decline(search, mitra)
    assert close_reasons(world, mitra) == ["declined"]


# Accepting


def test_an_accept_starts_the_chat_and_consumes_the_payment(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    payment = world.pay(customer)
    search = world.search(customer, payment)
    chat = world.accept(search, mitra)
    assert (chat["customer"]["id"], chat["mitra"]["id"]) == (customer, mitra)
    assert (chat["payment_session_id"], chat["request_id"]) == (payment, search["id"])
    assert world.payment(payment)["status"] == "consumed"
    assert world.row("pairing_requests", search["id"])["status"] == "matched"
    (paired,) = world.events("PAIRED")
    assert (paired["customer_id"], paired["mitra_ids"]) == (customer, [mitra])


def test_the_other_mitras_learn_that_it_was_taken(world: World) -> None:
    one, other = world.mitra(), world.mitra()
    search = world.search(world.customer())
    world.accept(search, one)
    assert statuses(world, search) == {one: ["accepted"], other: ["withdrawn"]}
    assert close_reasons(world, other) == ["taken"]
    with refuses(409, "request_already_taken"):
        world.accept(search, other)


def test_accepting_twice_is_one_chat(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    chats = [world.accept(search, mitra) for _ in range(2)]
    assert chats[0] == chats[1]
    assert len(world.events("PAIRED")) == 1


def test_a_mitra_whose_lapse_has_not_fired_may_still_accept(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.clock.advance(50)
    assert world.accept(search, mitra)["status"] == "active"


def test_the_last_place_is_taken_once(world: World) -> None:
    mitra = world.mitra()
    searches = [world.search(world.customer()) for _ in range(4)]
    for search in searches[:3]:
        world.accept(search, mitra)
    with refuses(409, "mitra_at_capacity"):
        world.accept(searches[3], mitra)


def test_a_chat_that_ends_frees_its_place(world: World) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    chat = world.chat(world.customer(), mitra)
    search = world.search(world.customer())
    world.end(chat)
    world.fire()
    assert world.accept(search, mitra)["status"] == "active"


def test_a_search_cannot_be_accepted_once_its_payment_has_expired(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    payment = world.pay(customer)
    world.wait(20 * 60 - 10, connected=[mitra])
    search = world.search(customer, payment)
    world.clock.advance(10)
    with refuses(410, "request_expired"):
        world.accept(search, mitra)


# The customer


def test_starting_again_returns_the_running_search(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    first = world.search(customer, payment)
    world.clock.advance(10)
    again = world.search(customer, payment)
    assert (first["already_running"], again["already_running"]) == (False, True)
    assert (again["id"], again["deadline_at"]) == (first["id"], first["deadline_at"])
    assert (first["seconds_left"], again["seconds_left"]) == (60, 50)


def test_cancelling_closes_the_search_and_its_offers(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    payment = world.pay(customer)
    search = world.search(customer, payment)
    reply = world.api("cancel_request", customer, payment)
    assert reply == {"status": "cancelled", "payment_session_id": payment}
    assert world.row("pairing_requests", search["id"])["status"] == "cancelled"
    assert close_reasons(world, mitra) == ["cancelled"]


def test_cancelling_twice_is_one_cancellation(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    world.search(customer, payment)
    for _ in range(2):
        assert world.api("cancel_request", customer, payment)["status"] == "cancelled"
    assert world.failures() == 1


def test_after_a_cancel_the_customer_may_search_on_a_new_payment(world: World) -> None:
    customer = world.customer()
    payment = world.pay(customer)
    world.search(customer, payment)
    world.api("cancel_request", customer, payment)
    assert world.search(customer)["status"] == "searching"


# Seen


def test_only_the_first_time_an_offer_is_seen_counts(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    world.clock.advance(2)
    world.api("mark_offer_seen", search["id"], mitra)
    seen = world.clock.now()
    world.clock.advance(2)
    assert world.api("mark_offer_seen", search["id"], mitra) == {"request_id": search["id"], "seen": True}
    assert world.value("select seen_at from data.pairing_offers") == seen
    assert len(world.events("CHAT_REQUEST_SEEN")) == 1


def test_an_offer_that_is_over_is_not_marked_as_seen(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    search = world.search(customer)
    world.api("cancel_request", customer, search["payment_session_id"])
    world.api("mark_offer_seen", search["id"], mitra)
    assert world.value("select seen_at from data.pairing_offers") is None
    assert world.events("CHAT_REQUEST_SEEN") == []


def test_an_offer_records_when_it_was_sent_seen_and_answered(world: World) -> None:
    mitra = world.mitra()
    search = world.search(world.customer())
    sent = world.clock.now()
    seen = world.clock.advance(3)
    world.api("mark_offer_seen", search["id"], mitra)
    answered = world.clock.advance(4)
    world.decline(search, mitra)
    row = world.owner.execute("select sent_at, seen_at, closed_at from data.pairing_offers").fetchone()
    assert row == (sent, seen, answered)
