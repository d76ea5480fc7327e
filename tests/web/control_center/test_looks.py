"""Every page with weeks of history and much going on: no accessibility violation in either theme, and a screenshot."""

import random
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.async_api import ViewportSize, expect

from tests.conftest import Connection
from tests.rest.harness import Client, go_online, pair, pay
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import Desk, Operator
from tests.web.harness import DESK

pytestmark = pytest.mark.asyncio(loop_scope="session")

NARROW = ViewportSize(width=390, height=844)


@pytest.fixture(scope="module", autouse=True)
def an_evening(owner: Connection) -> Iterator[None]:
    """Start searches and chats that stay as they are while the screenshots are taken."""
    chance = random.Random(3)
    owner.execute("select ops.set_config('pairing_blast_timeout_seconds', '600', 'oka@curhat.example')")
    for (mitra,) in owner.execute("select id from data.mitras where phone like '+62857%' limit 9").fetchall():
        owner.execute("select api.set_mitra_status(%s, true)", [mitra])
    owner.execute("update data.mitras set reachable_until = now() + interval '3 hours' where declared_online")
    idle = owner.execute(
        "select u.id from data.users u where u.phone like '+62813%' and not exists (select from data.chat_sessions c "
        "where c.customer_id = u.id and c.status = 'active') order by u.phone limit 14"
    ).fetchall()
    for number, (customer,) in enumerate(idle):
        _start(owner, chance, customer, accepted=number % 2 == 0)
    owner.execute(
        "update data.mitras set reachable_until = now() "
        "where id = (select id from data.mitras where declared_online limit 1)"
    )
    yield
    owner.execute("select ops.set_config('pairing_blast_timeout_seconds', '60', 'test')")
    owner.execute(
        "select ops.end_chat(id, 'test', 'selesai') from data.chat_sessions where status = 'active'"
    )
    owner.execute(
        "select api.cancel_request(customer_id, payment_session_id) from data.pairing_requests "
        "where status = 'searching'"
    )


def _start(owner: Connection, chance: random.Random, customer: uuid.UUID, *, accepted: bool) -> None:
    def call(function: str, *arguments: object) -> dict[str, str]:
        places = ", ".join(["%s"] * len(arguments))
        row = owner.execute(f"select {function}({places})".encode(), arguments).fetchone()
        assert row is not None
        found: dict[str, str] = row[0]
        return found

    payment = call("api.create_payment_session", customer, chance.choice((15, 30, 60)))["id"]
    call("api.confirm_payment_session", payment, customer)
    request = call("api.start_general_request", customer, payment)["id"]
    offers = [
        row[0]
        for row in owner.execute("select mitra_id from data.pairing_offers where request_id = %s", [request])
    ]
    chance.shuffle(offers)
    for mitra in offers[:4]:
        call("api.mark_offer_seen", request, mitra)
    if not accepted or not offers:
        for mitra in offers[:2]:
            call("api.decline_request", request, mitra)
        return
    chat = call("api.accept_request", request, offers[0])["chat_session"]["id"]  # type: ignore[index]
    for _ in range(chance.randrange(9)):
        call("api.send_message", chat, "customer", customer, uuid.uuid4(), "RAHASIA")


def ids(owner: Connection) -> dict[str, str]:
    """The ids with the most to show."""
    queries = {
        "failure": "select id from control_center.failed_pairings where needs_action and targeted_mitra_id is not null "
        "order by created_at desc limit 1",
        "mitra": "select mitra_id from data.chat_sessions group by 1 order by count(*) desc limit 1",
        "mitra_day": "select (started_at at time zone 'Asia/Jakarta')::date from data.chat_sessions where mitra_id = "
        "(select mitra_id from data.chat_sessions group by 1 order by count(*) desc limit 1) "
        "group by 1 order by count(*) desc limit 1",
        "customer": "select customer_id from data.payment_sessions where is_extension and status = 'consumed' "
        "order by created_at desc limit 1",
        "customer_day": "select (created_at at time zone 'Asia/Jakarta')::date from data.payment_sessions "
        "where is_extension and status = 'consumed' order by created_at desc limit 1",
        "request": "select request_id from data.pairing_offers o join data.pairing_requests r on r.id = o.request_id "
        "where r.status = 'searching' group by 1 order by count(*) desc limit 1",
        "request_mitra": "select id from data.mitras order by declared_online, id limit 1",
        "payment": "select payment_session_id from data.extensions where status = 'approved' limit 1",
    }
    found = {}
    for name, query in queries.items():
        row = owner.execute(query.encode()).fetchone()
        assert row is not None, name
        found[name] = str(row[0])
    return found


async def test_every_page_is_accessible(
    open_desk: OpenDesk, owner: Connection, new_operator: Callable[[str], Operator]
) -> None:
    at = ids(owner)
    other = new_operator("admin")
    await other.patch("/internal/config/max_customers_per_mitra", {"value": 4})
    await other.patch("/internal/config/max_customers_per_mitra", {"value": 3})
    desk = await open_desk("admin")
    screens = {
        "dashboard": "/dashboard",
        "dashboard-tables": "/dashboard?days=7&table=failures&table=money&table=supply&table=pairing&table=funnel",
        "live": "/live",
        "live-search": f"/live/{at['request']}?why={at['request_mitra']}",
        "failed-pairings": "/failed-pairings",
        "failed-pairings-all": "/failed-pairings?needs_action=any",
        "failed-pairings-open": f"/failed-pairings/{at['failure']}?needs_action=any",
        "mitras": "/mitras",
        "mitra": f"/mitras/{at['mitra']}?day={at['mitra_day']}",
        "customers": "/customers",
        "customer": f"/customers/{at['customer']}?day={at['customer_day']}",
        "payment": f"/payments/{at['payment']}",
        "settings": "/settings?history=max_customers_per_mitra",
        "nowhere": "/tidak-ada",
    }
    for name, path in screens.items():
        await desk.go(path)
        await expect(desk.page.locator(".spinner")).to_have_count(0)
        await desk.look(name)


async def test_every_overlay_is_accessible(open_desk: OpenDesk) -> None:
    desk = await open_desk("admin")
    await desk.go("/failed-pairings")
    await desk.page.get_by_role("button", name="Sebab").click()
    await desk.look("failed-pairings-causes")
    await desk.page.keyboard.press("Escape")
    await desk.page.get_by_role("button", name="Rentang tanggal").click()
    await desk.look("failed-pairings-dates")
    await desk.page.keyboard.press("Escape")
    await desk.page.get_by_role("button", name="Tindakan untuk").first.click()
    await desk.look("failed-pairings-menu")
    await desk.page.keyboard.press("Escape")
    for box in (await desk.page.get_by_role("checkbox").all())[1:4]:
        await box.check()
    await desk.look("failed-pairings-selected")
    await desk.page.locator(".bulk").get_by_role("button", name="Mark as credited").click()
    await desk.look("failed-pairings-dialog")
    await desk.page.keyboard.press("Escape")

    await desk.go("/settings")
    await desk.page.get_by_role("textbox", name="Batas waktu sesi pembayaran").fill("0")
    await desk.page.keyboard.press("Enter")
    await desk.look("settings-refused")
    await desk.go("/dashboard")
    await desk.page.get_by_role("figure", name="Kegagalan menurut sebab").get_by_role("slider").focus()
    await desk.look("dashboard-explored")


async def test_the_longest_name_leaves_room_for_actions(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    """A name may have sixty letters in one word."""
    customer, mitra = new_customer(), new_mitra()
    for table, person in (("users", customer), ("mitras", mitra)):
        owner.execute(
            f"update data.{table} set display_name = %s where id = %s".encode(), ["W" * 60, person.id]
        )
    await go_online(mitra)
    chat_id = await pair(customer, mitra)
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    owner.execute("select ops.set_config('returning_chat_confirmation_timeout_seconds', '300', 'test')")
    payment_id = await pay(customer, 30, targeted_mitra_id=str(mitra.id))
    await customer.post(
        "/api/client/chat-requests/returning", {"payment_session_id": payment_id, "mitra_id": str(mitra.id)}
    )
    desk = await open_desk(viewport=DESK)
    await desk.go("/live")
    await expect(desk.page.get_by_text("W" * 60)).not_to_have_count(0)
    assert await width_of(desk) == DESK["width"]
    await customer.post("/api/client/chat-requests/cancel", {"payment_session_id": payment_id})
    owner.execute("select ops.set_config('returning_chat_confirmation_timeout_seconds', '20', 'test')")
    for path in (f"/customers/{customer.id}", f"/mitras/{mitra.id}", "/customers", "/mitras"):
        await desk.go(path)
        await expect(desk.page.get_by_text("W" * 60).first).to_be_visible()
        assert await width_of(desk) == DESK["width"], path

    await desk.go("/failed-pairings")
    action = desk.page.get_by_role("button", name=f"Tindakan untuk {'W' * 60}")
    await expect(action).to_be_in_viewport(ratio=1)
    assert await width_of(desk) == DESK["width"]
    await desk.page.locator("tbody tr").first.click()
    panel = desk.page.get_by_role("complementary")
    await expect(panel.get_by_text("W" * 60).first).to_be_visible()
    assert await panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    await desk.look("longest-name")


async def width_of(desk: Desk) -> int:
    """The width of the whole page."""
    width: int = await desk.page.evaluate("document.documentElement.scrollWidth")
    return width


async def test_every_page_fits_a_narrow_screen(open_desk: OpenDesk, owner: Connection) -> None:
    at = ids(owner)
    desk = await open_desk("admin", viewport=NARROW)
    screens = {
        "dashboard": "/dashboard",
        "live": "/live",
        "failed-pairings": "/failed-pairings",
        "failed-pairings-open": f"/failed-pairings/{at['failure']}",
        "mitra": f"/mitras/{at['mitra']}?day={at['mitra_day']}",
        "settings": "/settings",
    }
    for name, path in screens.items():
        await desk.phone.go(path)
        await expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(desk.page.locator(".spinner")).to_have_count(0)
        await desk.look(f"narrow-{name}")
        await desk.phone.fits(f"narrow-{name}")
    await desk.page.get_by_role("button", name="Buka menu").click()
    await desk.look("narrow-menu")
