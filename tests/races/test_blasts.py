"""A blast sees only mitras who were available when it began, and nobody sees the blast until it commits.

No mitra may be missed in between. Each test holds a blast open while the presence or load of a mitra changes, and
fires what is due meanwhile.
"""

from collections.abc import Callable

from tests.conftest import Connect, Connection
from tests.races.conftest import InThread
from tests.sql.world import World

WaitForLock = Callable[[int], None]


def blast(blaster: Connection, customer: str, payment: str) -> str:
    """Begin a blast and return the id of its search."""
    row = blaster.execute("select api.start_general_request(%s, %s)", [customer, payment]).fetchone()
    assert row is not None
    search: str = row[0]["id"]
    return search


def come_online(world: World, mitra: str) -> None:
    """A mitra's own switch."""
    world.app.execute("select api.set_mitra_status(%s, true)", [mitra])


def let_it_settle(world: World) -> None:
    """Fire twice, a second apart, as the deadline listener does."""
    world.fire()
    world.clock.advance(1)
    world.fire()


def open_offers(world: World, search: str) -> set[str]:
    """The mitras who have an open offer of a search."""
    offers = world.rows(
        "select * from data.pairing_offers where request_id = %s and status = 'offered'", search
    )
    return {offer["mitra_id"] for offer in offers}


def test_a_mitra_who_comes_online_meanwhile_is_offered_it(world: World, blaster: Connection) -> None:
    mitra = world.mitra(online=False)
    customer = world.customer()
    search = blast(blaster, customer, world.pay(customer))

    come_online(world, mitra)
    world.fire()
    blaster.execute("commit")
    let_it_settle(world)

    assert open_offers(world, search) == {mitra}
    assert world.audit() == []


def test_a_mitra_whose_chat_ends_meanwhile_is_offered_it(world: World, blaster: Connection) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra, customer = world.mitra(), world.customer()
    chat = world.chat(world.customer(), mitra)
    world.fire()
    search = blast(blaster, customer, world.pay(customer))

    world.end(chat)
    world.fire()
    blaster.execute("commit")
    let_it_settle(world)

    assert open_offers(world, search) == {mitra}
    assert world.audit() == []


def test_a_mitra_who_returns_meanwhile_is_offered_it(world: World, blaster: Connection) -> None:
    mitra, customer = world.mitra(), world.customer()
    world.wait(3600)
    search = blast(blaster, customer, world.pay(customer))

    world.api("renew_leases", [mitra])
    world.fire()
    blaster.execute("commit")
    let_it_settle(world)

    assert open_offers(world, search) == {mitra}
    assert world.audit() == []


def test_a_mitra_who_is_full_meanwhile_does_not_keep_the_offer(world: World, blaster: Connection) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra, customer = world.mitra(), world.customer()
    other_search = world.search(world.customer())
    search = blast(blaster, customer, world.pay(customer))

    world.accept(other_search, mitra)
    world.fire()
    blaster.execute("commit")
    let_it_settle(world)

    assert open_offers(world, search) == set()
    assert world.audit() == []


def test_a_mitra_who_is_just_leaving_gets_no_offer(world: World, connect: Connect) -> None:
    leaving, staying, customer = world.mitra(), world.mitra(), world.customer()
    payment = world.pay(customer)
    leaver = connect()
    leaver.execute("begin")
    leaver.execute("select api.set_mitra_status(%s, false)", [leaving])

    search = world.search(customer, payment)
    world.fire()
    leaver.execute("commit")
    let_it_settle(world)

    assert world.offers(search) == [(staying, "offered")]


def test_a_mitra_whose_row_was_locked_is_offered_it_once_the_lock_is_gone(
    world: World, connect: Connect
) -> None:
    held, free = world.mitra(), world.mitra()
    holder = connect(role="curhat_owner")
    holder.execute("begin")
    holder.execute("select from data.mitras where id = %s for update", [held])

    search = world.search(world.customer())["id"]
    let_it_settle(world)
    assert open_offers(world, search) == {free}
    holder.execute("rollback")
    let_it_settle(world)

    assert open_offers(world, search) == {held, free}
    assert world.rows("select * from data.offers_owed") == []


def test_blasts_run_side_by_side(world: World, blaster: Connection) -> None:
    mitra, one, other = world.mitra(), world.customer(), world.customer()
    first = blast(blaster, one, world.pay(one))

    second = world.search(other)["id"]
    blaster.execute("commit")

    assert open_offers(world, first) == open_offers(world, second) == {mitra}


def test_a_blast_waits_for_the_commit_of_a_mitra_who_comes_online(
    world: World, connect: Connect, wait_for_lock: WaitForLock, in_thread: InThread
) -> None:
    mitra, customer = world.mitra(online=False), world.customer()
    payment = world.pay(customer)
    comer, starter = connect(), connect(lock_timeout="0")
    comer.execute("begin")
    comer.execute("select api.set_mitra_status(%s, true)", [mitra])

    started = in_thread(starter.execute, "select api.start_general_request(%s, %s)", [customer, payment])
    wait_for_lock(starter.info.backend_pid)
    comer.execute("commit")
    started()

    (search,) = world.rows("select * from data.pairing_requests")
    assert world.offers(search) == [(mitra, "offered")]


def test_a_mitra_who_comes_online_while_capacity_grows_is_offered_what_runs(
    world: World, connect: Connect
) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    world.api("set_mitra_status", mitra, False)
    search = world.search(world.customer())["id"]
    configurer = connect(role="curhat_operator")
    configurer.execute("begin")
    configurer.execute("select ops.set_config('max_customers_per_mitra', '2', 'Ratna')")

    come_online(world, mitra)
    world.fire()
    configurer.execute("commit")
    let_it_settle(world)

    assert open_offers(world, search) == {mitra}
    assert world.audit() == []


def test_a_mitra_whose_capacity_grows_while_a_blast_waits_is_offered_it(
    world: World, connect: Connect, wait_for_lock: WaitForLock, in_thread: InThread
) -> None:
    world.configure("max_customers_per_mitra", 1)
    mitra, customer = world.mitra(), world.customer()
    world.chat(world.customer(), mitra)
    world.fire()
    payment, other = world.pay(customer), world.pay(customer, 60)
    holder, starter = connect(role="curhat_owner"), connect(lock_timeout="0")
    holder.execute("begin")
    holder.execute(
        "insert into data.pairing_requests "
        "(payment_session_id, customer_id, request_type, created_at, deadline_at) "
        "values (%s, %s, 'general', logic.now(), logic.now())",
        [other, customer],
    )

    started = in_thread(starter.execute, "select api.start_general_request(%s, %s)", [customer, payment])
    wait_for_lock(starter.info.backend_pid)
    world.configure("max_customers_per_mitra", 2)
    world.fire()
    holder.execute("rollback")
    started()
    let_it_settle(world)

    (search,) = world.rows("select * from data.pairing_requests where status = 'searching'")
    assert open_offers(world, search["id"]) == {mitra}
    assert world.audit() == []


def test_an_offer_that_is_declined_while_its_mitra_leaves_is_closed_once(
    world: World, connect: Connect, wait_for_lock: WaitForLock, in_thread: InThread
) -> None:
    leaving, _ = world.mitra(), world.mitra()
    search = world.search(world.customer())
    pause, leaver = connect(role="curhat_owner"), connect(lock_timeout="0")
    stop_in(pause, "logic.try_lock_search(uuid)")

    left = in_thread(leaver.execute, "select api.set_mitra_status(%s, false)", [leaving])
    wait_for_lock(leaver.info.backend_pid)
    world.decline(search, leaving)
    pause.execute("select pg_advisory_unlock(1)")
    left()

    closed = [event["mitra_ids"] for event in world.events("CHAT_REQUEST_CLOSED")]
    assert closed == [[leaving]]
    assert world.audit() == []


def stop_in(connection: Connection, function: str) -> None:
    """Make a function wait at its beginning until this connection unlocks it."""
    row = connection.execute("select pg_get_functiondef(%s::regprocedure)", [function]).fetchone()
    assert row is not None
    connection.execute(
        row[0].replace("\nbegin\n", "\nbegin\n    perform pg_advisory_xact_lock_shared(1);\n", 1)
    )
    connection.execute("select pg_advisory_lock(1)")


def test_an_accept_while_capacity_shrinks_is_sound(world: World, connect: Connect) -> None:
    """The old capacity holds until the new one is committed."""
    mitra = world.mitra()
    world.chat(world.customer(), mitra)
    search = world.search(world.customer())
    configurer = connect(role="curhat_operator")
    configurer.execute("begin")
    configurer.execute("select ops.set_config('max_customers_per_mitra', '1', 'Ratna')")

    world.clock.advance(20)
    world.accept(search, mitra)
    configurer.execute("commit")
    let_it_settle(world)

    assert world.audit() == []
