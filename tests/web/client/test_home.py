"""The home screen: "Mulai Curhat" is enabled exactly while a mitra is available."""

import time

import pytest
from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.harness import Phone
from tests.web.world import World, kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLL = "/api/client/mitra-availability"


async def test_the_button_is_disabled_when_the_last_mitra_leaves(world: World, open_phone: OpenPhone) -> None:
    mitra = await world.mitra()
    phone = await open_phone(world.customer())
    await phone.go("/")
    button = phone.page.get_by_role("button", name="Mulai Curhat")
    await expect(button).to_be_enabled()

    await world.go_offline(mitra)

    await expect(button).to_be_disabled()
    await expect(button).to_have_accessible_description("Belum ada bestie tersedia")
    await button.click(force=True)
    await expect(phone.page.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()


async def test_the_button_is_disabled_when_the_poll_fails(world: World, open_phone: OpenPhone) -> None:
    await world.mitra()
    phone = await open_phone(world.customer())
    await phone.go("/")
    button = phone.page.get_by_role("button", name="Mulai Curhat")
    await expect(button).to_be_enabled()

    await phone.page.route(f"**{POLL}", lambda route: route.fulfill(status=503, body="{}"))

    await expect(button).to_be_disabled()
    await expect(phone.page.get_by_text("Belum ada bestie tersedia")).to_be_visible()


async def test_availability_is_polled_every_five_seconds_while_visible(
    world: World, open_phone: OpenPhone
) -> None:
    phone = await open_phone(world.customer())
    await phone.page.clock.install()
    await phone.go("/")
    await expect(phone.page.get_by_text("Belum ada bestie tersedia")).to_be_visible()
    await phone.page.wait_for_load_state("networkidle")

    before, since = polls(phone), time.monotonic()
    for _ in range(3):
        async with phone.page.expect_request_finished(lambda request: request.url.endswith(POLL)):
            await phone.page.clock.run_for(5_000)
    # The faked clock also runs by itself.
    assert before + 3 <= polls(phone) <= before + 3 + (time.monotonic() - since) // 5

    await phone.hide()
    before = polls(phone)
    await phone.page.clock.run_for(30_000)
    assert polls(phone) == before

    async with phone.page.expect_request(f"**{POLL}"):
        await phone.hide(hidden=False)


async def test_availability_is_polled_before_the_snapshot_arrives(
    world: World, open_phone: OpenPhone
) -> None:
    phone = await open_phone(world.customer())
    await phone.page.route_web_socket("**/api/client/ws", lambda socket: None)

    async with phone.page.expect_response(f"**{POLL}"):
        await phone.go("/")

    await expect(phone.page.get_by_text("Sebentar, ya…")).to_be_visible()


async def test_nothing_else_polls(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await open_phone(customer, remembers=kept("opened-chat", chat_id))
    await phone.page.clock.install()
    for path in (f"/chat/{chat_id}", "/history", "/"):
        await phone.go(path)
        await expect(phone.page.get_by_text(world.name(mitra)).first).to_be_visible()
        await phone.pass_time(20)
        asked = phone.calls()
        await phone.pass_time(120)
        assert phone.calls() == asked, path


def polls(phone: Phone) -> int:
    return sum(POLL in request for request in phone.requests)


async def test_everything_can_be_done_by_keyboard(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    phone = await open_phone(customer)
    page = phone.page
    await phone.stay_on_found_screen()
    await phone.go("/")
    await expect(page.get_by_role("button", name="Mulai Curhat")).to_be_enabled()

    await phone.press("Enter", "button", "Mulai Curhat")
    await expect(page.get_by_role("heading", name="Mau ngobrol berapa lama?")).to_be_focused()
    await expect(page.get_by_role("radio").first).to_be_checked()
    await phone.press("ArrowDown", "radio", "15 menit")
    await expect(page.get_by_role("radio", name="30 menit")).to_be_checked()
    await phone.press("Enter", "button", "Bayar")
    await expect(page.get_by_role("heading", name="Sedang mencari bestie untukmu")).to_be_focused()
    await phone.press("Enter", "button", "Batalkan pencarian")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Batalkan pencarian")).to_be_focused()
    await world.accept(mitra)
    await expect(page.get_by_role("heading", name="Bestie ditemukan")).to_be_focused()
    await phone.press("Enter", "button", "Mulai ngobrol")
    await expect(page.get_by_role("heading", name=world.name(mitra))).to_be_focused()
    await phone.press("h", "textbox", "Tulis pesan")
    await page.keyboard.type("alo")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    await phone.press("Enter", "button", "Akhiri")
    await phone.press("Enter", "button", "Ya, akhiri")
    await expect(page.get_by_text("Kamu sudah mengakhiri curhat ini.")).to_be_visible()


async def test_a_failure_to_load_more_history_is_shown_in_place(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    for _ in range(21):
        await world.acquaint(customer, mitra)
    phone = await open_phone(customer)
    await phone.go("/history")
    entries = phone.page.get_by_role("listitem")
    await expect(entries).to_have_count(20)
    await phone.page.route("**/chat-sessions?*cursor=*", lambda route: route.abort())
    await phone.page.get_by_role("button", name="Muat lebih banyak").click()
    await expect(phone.page.get_by_text("Riwayat belum bisa dimuat.")).to_be_in_viewport()
    await phone.look("history-failed")

    await phone.page.unroute("**/chat-sessions?*cursor=*")
    await phone.page.get_by_role("button", name="Coba lagi").click()
    await phone.page.get_by_role("button", name="Muat lebih banyak").click()
    await expect(entries).to_have_count(21)
