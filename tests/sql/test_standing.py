"""Standing: ended sign-ins and barred people, which workers check on each request."""

from typing import Any

from tests.sql.sign_ins import Device, new_phone, signed_in
from tests.sql.world import World, refuses

TOKEN_SECONDS = 1200


def standing(world: World) -> Any:  # noqa: ANN401
    return world.api("get_standing", TOKEN_SECONDS)


def person_of(world: World, device: Device) -> str:
    return str(world.value("select person_id from data.sign_ins where id = %s", device.id))


def ended(world: World) -> list[tuple[str, str]]:
    return [(event["body"]["sign_in_id"], event["body"]["reason"]) for event in world.events("SIGN_IN_ENDED")]


def test_an_ended_sign_in_is_listed_for_the_lifetime_of_a_token(world: World) -> None:
    device = signed_in(world)
    assert standing(world)["ended"] == []
    device.sign_out("t0")
    assert standing(world)["ended"] == [device.id]
    assert ended(world) == [(device.id, "signed_out")]
    device.sign_out("t0")
    assert len(ended(world)) == 1
    world.clock.advance(TOKEN_SECONDS)
    assert standing(world)["ended"] == []


def test_a_sign_out_with_a_wrong_token_does_nothing(world: World) -> None:
    device = signed_in(world)
    device.sign_out("made up")
    assert (standing(world)["ended"], ended(world)) == ([], [])


def test_an_operator_signs_somebody_out_everywhere(world: World) -> None:
    phone = new_phone()
    one, two = signed_in(world, phone=phone), signed_in(world, phone=phone)
    other = signed_in(world)
    person = person_of(world, one)
    (done,) = world.ops("sign_out_person", person, "Ratna")
    assert (done["id"], done["audience"], done["devices"]) == (person, "customer", 2)
    assert sorted(standing(world)["ended"]) == sorted([one.id, two.id])
    assert {reason for _, reason in ended(world)} == {"signed_out_by_operator"}
    assert standing(world)["barred"] == []
    (again,) = world.ops("sign_out_person", person, "Ratna")
    assert again["devices"] == 0
    assert other.id not in standing(world)["ended"]


def test_a_blocked_person_is_barred_until_unblocked(world: World) -> None:
    device = signed_in(world)
    person = person_of(world, device)
    world.ops("block_person", person, "Ratna")
    assert (standing(world)["ended"], standing(world)["barred"]) == ([device.id], [person])
    world.ops("unblock_person", person, "Ratna")
    assert (standing(world)["ended"], standing(world)["barred"]) == ([device.id], [])


def test_a_disabled_operator_is_barred(world: World) -> None:
    admin, clerk = world.staff(), world.staff("operator")
    world.control("change_operator", admin, clerk, None, False)
    for listed in (standing(world), world.control("get_standing", TOKEN_SECONDS)):
        assert listed["barred"] == [clerk]


def test_a_block_ends_the_customers_search_with_a_failure(world: World) -> None:
    mitra, customer = world.mitra(), world.customer()
    payment = world.pay(customer)
    search = world.search(customer, payment)
    world.ops("block_person", customer, "Ratna", "mengganggu")
    assert world.payment(payment)["status"] == "failed_pairing"
    assert world.offers(search) == [(mitra, "withdrawn")]
    assert world.failure(payment)["note"] == "mengganggu"
    with refuses(403, "account_blocked"):
        world.choose(customer)


def test_workers_receive_changes_of_standing(world: World) -> None:
    device = signed_in(world)
    person = person_of(world, device)
    world.drain()
    world.ops("block_person", person, "Ratna")
    changes = [(one["ended"], one["standing_of"]) for one in world.drain()]
    assert (None, person) in changes
    assert (device.id, None) in changes
