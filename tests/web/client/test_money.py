"""A customer's money on the home screen: updated live, kept across reloads, and shown until read."""

import pytest
from playwright.async_api import expect

from tests.rest.harness import Client, pay
from tests.web.conftest import OpenPhone
from tests.web.world import World, kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

REVIEW = "Pembayaran Rp 25.000 sedang kami tinjau"
WAITS = "Pembayaran Rp 45.000 masih bisa kamu pakai"


async def cancelled_payment(customer: Client, minutes: int = 30) -> str:
    """A payment whose search was cancelled. Its money is under review."""
    payment_id = await pay(customer, minutes)
    await customer.post("/api/client/chat-requests/cancel", {"payment_session_id": payment_id})
    return payment_id


def decide(world: World, payment_id: str, action: str) -> None:
    world.value(
        "select count(*) from data.pairing_failures f, ops.action_failure(f.id, %s, 'Ratna', 'rahasia') "
        "where f.payment_session_id = %s",
        action,
        payment_id,
    )


@pytest.mark.parametrize(
    ("action", "title"),
    [
        ("refunded", "Pembayaran Rp 25.000 dikembalikan"),
        ("credited", "Pembayaran Rp 25.000 menjadi saldomu"),
        ("no_action", "Pembayaran Rp 25.000 tidak dikembalikan"),
    ],
)
async def test_a_decision_is_shown_live_and_until_read(
    world: World, open_phone: OpenPhone, action: str, title: str
) -> None:
    customer = world.customer()
    payment_id = await cancelled_payment(customer)
    phone = await open_phone(customer)
    page = phone.page
    await phone.go("/")
    await expect(page.get_by_role("heading", name=REVIEW)).to_be_visible()

    decide(world, payment_id, action)
    decided = page.get_by_role("heading", name=title)
    await expect(decided).to_be_visible()
    await expect(page.get_by_text("Diputuskan hari ini, pukul")).to_be_visible()
    await expect(page.get_by_text(REVIEW)).to_have_count(0)
    await expect(page.get_by_text("rahasia")).to_have_count(0)
    await phone.look(f"home-{action}")
    await phone.fits(f"home-{action}")

    await phone.reload()
    await expect(decided).to_be_visible()
    tab = await phone.new_tab()
    await expect(tab.get_by_role("heading", name=title)).to_be_visible()
    await page.get_by_role("button", name="Oke, mengerti").click()
    await expect(decided).to_have_count(0)
    await expect(tab.get_by_role("heading", name=title)).to_have_count(0)
    await phone.reload()
    await expect(page.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()
    await expect(page.get_by_text(title)).to_have_count(0)


async def test_viewing_prices_does_not_hide_money(world: World, open_phone: OpenPhone) -> None:
    await world.mitra()
    customer = world.customer()
    await cancelled_payment(customer)
    second = await cancelled_payment(customer, 60)
    decide(world, second, "refunded")
    phone = await open_phone(customer)
    page = phone.page
    await phone.go("/payment")
    await expect(page.get_by_role("radio").first).to_be_checked()
    await expect(page.get_by_text("Rp 25.000").first).to_be_visible()
    await phone.go("/")
    for _ in range(2):
        await expect(page.get_by_role("heading", name=REVIEW)).to_be_visible()
        await expect(page.get_by_role("heading", name="Pembayaran Rp 45.000 dikembalikan")).to_be_visible()
        await phone.reload()


async def test_the_payment_screen_offers_an_earlier_payment(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    earlier = await pay(customer, 60)
    phone = await open_phone(customer, remembers=kept("opened-chat", chat_id))
    page = phone.page
    # A newer payment is pending, so the earlier one is not the latest.
    await customer.post(
        "/api/client/payment-sessions", {"duration_minutes": 30, "targeted_mitra_id": str(mitra.id)}
    )
    await phone.go("/")
    await expect(page.get_by_role("heading", name=WAITS)).to_be_visible()
    await expect(page.get_by_text("Bisa dipakai setelah curhat ini selesai.")).to_be_visible()
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    await expect(page.get_by_role("button", name="Mulai Curhat")).to_be_enabled()

    await page.get_by_role("button", name="Mulai Curhat").click()
    await expect(page.get_by_role("radio").first).to_be_visible()
    await expect(page.get_by_role("heading", name=WAITS)).to_be_visible()
    await phone.look("payment-earlier")
    await phone.fits("payment-earlier")
    await page.get_by_role("button", name="Cari bestie dengan pembayaran ini").click()
    await expect(page.get_by_role("heading", name="Sedang mencari bestie untukmu")).to_be_visible()
    await world.accept(mitra)
    await expect(page.get_by_role("heading", name="Bestie ditemukan")).to_be_visible()
    assert world.value("select status from data.payment_sessions where id = %s", earlier) == "consumed"
