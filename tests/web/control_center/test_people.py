"""The pages of mitras and customers: search by name or phone, a chart of a day, and the history."""

import pytest
from playwright.async_api import expect

from tests.conftest import Connection
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUSIEST_DAY = """
select c.mitra_id, m.display_name, m.phone, (c.started_at at time zone 'Asia/Jakarta')::date::text, count(*)
from data.chat_sessions c join data.mitras m on m.id = c.mitra_id
where (c.started_at at time zone 'Asia/Jakarta')::date < (now() at time zone 'Asia/Jakarta')::date
    and (c.ended_at at time zone 'Asia/Jakarta')::date = (c.started_at at time zone 'Asia/Jakarta')::date
    and m.phone like '+62857%'
group by 1, 2, 3, 4
order by count(*) desc, 4 desc
limit 1
"""
CUSTOMER = """
select u.id, u.display_name, u.phone, (c.started_at at time zone 'Asia/Jakarta')::date::text,
    (select count(*) from data.payment_sessions o where o.customer_id = u.id)
from data.users u
join data.chat_sessions c on c.customer_id = u.id
where u.phone like '+62813%'
    and (c.started_at at time zone 'Asia/Jakarta')::date < (now() at time zone 'Asia/Jakarta')::date
order by 5 desc, c.started_at desc
limit 1
"""


async def test_a_mitra_is_found_with_a_chart_of_their_day(open_desk: OpenDesk, owner: Connection) -> None:
    row = owner.execute(BUSIEST_DAY.encode()).fetchone()
    assert row is not None
    mitra, name, phone, day, _ = row
    desk = await open_desk("viewer")
    await desk.go("/mitras", "Bestie")
    await desk.page.get_by_role("searchbox").fill(phone[-8:])
    await desk.row(shown(phone)).click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text(name)

    await desk.page.get_by_label("Hari Jakarta (WIB)").fill(day)
    await expect(desk.page).to_have_url(desk.phone.url(f"/mitras/{mitra}?day={day}"))
    overlapping = owner.execute(
        "select count(*) from data.chat_sessions where mitra_id = %s "
        "and started_at < (%s::date + 1)::timestamp at time zone 'Asia/Jakarta' "
        "and coalesce(ended_at, now()) > %s::timestamp at time zone 'Asia/Jakarta'",
        [mitra, day, day],
    ).fetchone()
    picture = desk.page.get_by_role("group", name=f"Hari kerja {name}")
    await expect(picture.locator(".lane-item.lane-chat")).to_have_count(overlapping[0] if overlapping else 0)
    first = picture.locator(".lane-item").first
    await first.focus()
    await desk.page.keyboard.press("ArrowRight")
    await expect(picture.locator(".lane-item").nth(1)).to_be_focused()
    await expect(picture.locator(".lanes-told")).to_contain_text("WIB")

    total = owner.execute("select count(*) from data.chat_sessions where mitra_id = %s", [mitra]).fetchone()
    assert total is not None
    history = desk.page.get_by_role("region", name="Riwayat")
    for _ in range((total[0] - 1) // 20):
        await history.get_by_role("button", name="Muat lagi").click()
    await expect(history.locator("tbody tr")).to_have_count(total[0])


async def test_a_customer_is_found_with_their_day_and_payments(
    open_desk: OpenDesk, owner: Connection
) -> None:
    row = owner.execute(CUSTOMER.encode()).fetchone()
    assert row is not None
    customer, name, phone, day, payments = row
    desk = await open_desk("viewer")
    await desk.go("/customers", "Pelanggan")
    await desk.page.get_by_role("searchbox").fill(name)
    await desk.row(shown(phone)).click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text(name)

    await desk.page.get_by_label("Hari Jakarta (WIB)").fill(day)
    picture = desk.page.get_by_role("group", name=f"Aktivitas {name}")
    await expect(picture.locator(".lane-item.lane-chat").first).to_be_visible()
    history = desk.page.get_by_role("region", name="Riwayat")
    await expect(history.locator("tbody tr")).to_have_count(min(payments, 20))

    await picture.locator(".lane-item.lane-chat").first.click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text(f"Pembayaran {name}")
    await expect(desk.page.locator(".timeline li").first).to_be_visible()
    await desk.page.go_back()
    await expect(desk.page).to_have_url(desk.phone.url(f"/customers/{customer}?day={day}"))


async def test_an_unknown_name_or_id_finds_nobody(open_desk: OpenDesk) -> None:
    desk = await open_desk("viewer")
    for path in ("/mitras?search=tidakadayangini", "/customers?search=tidakadayangini"):
        await desk.go(path)
        await expect(desk.page.get_by_text("Tidak ada yang cocok.")).to_be_visible()
    await desk.go("/customers/00000000-0000-4000-8000-000000000000")
    await expect(
        desk.page.get_by_role("alert").filter(has_text="Pelanggan ini tidak ditemukan.")
    ).to_be_visible()
