"""From "Mulai Curhat" to a chat, and every way in which the search fails."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.rest.harness import Client, pay, until
from tests.web.conftest import OpenPhone
from tests.web.harness import LOST, SCREENS
from tests.web.world import World, kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEARCHING = "Sedang mencari bestie untukmu"
FAILED = "Maaf, kami tidak bisa menemukan bestie untukmu"
UNAVAILABLE = "Bestie sedang tidak online"


async def test_from_home_to_the_chat(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    phone = await open_phone(customer)
    page = phone.page
    await phone.stay_on_found_screen()
    await phone.go("/")
    await page.get_by_role("button", name="Mulai Curhat").click()

    await expect(page.get_by_role("radio", name="15 menit")).to_be_checked()
    await page.get_by_text("30 menit").click()
    await expect(page.locator(".total strong")).to_have_text("Rp 25.000")
    await page.get_by_role("button", name="Bayar").click()

    await expect(page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    await world.accept(mitra)

    found = page.get_by_role("heading", name="Bestie ditemukan")
    await expect(found).to_be_visible()
    await phone.look("found")
    await phone.fits("found")
    await phone.reload()
    await expect(found).to_be_visible()
    phone.network.cut()
    await expect(page.get_by_text(LOST)).to_be_visible()
    phone.network.restore()
    await expect(page.get_by_text(LOST)).to_have_count(0)
    await expect(found).to_be_visible()
    await page.get_by_role("button", name="Mulai ngobrol").click()
    await expect(page.get_by_role("heading", name=world.name(mitra))).to_be_visible()
    assert world.payments(customer)[-1] == "consumed"


async def test_the_chosen_price_is_visible_in_forced_colours(world: World, open_phone: OpenPhone) -> None:
    customer, _ = world.customer(), await world.mitra()
    phone = await open_phone(customer)
    page = phone.page
    await page.emulate_media(forced_colors="active")
    await phone.go("/")
    await page.get_by_role("button", name="Mulai Curhat").click()
    await expect(page.get_by_role("radio", name="15 menit")).to_be_checked()
    looks = await page.locator(".tier").evaluate_all(
        """all => all.map(one => {
            const marked = getComputedStyle(one.querySelector(".tier-check svg")).visibility === "visible";
            const framed = getComputedStyle(one).outlineStyle !== "none";
            return [one.querySelector("input").checked, marked, framed];
        })"""
    )
    assert len(looks) > 1
    assert all(checked == marked == framed for checked, marked, framed in looks), looks
    await phone.page.screenshot(path=SCREENS / "client" / "payment-forced-colours.png")


async def test_the_chat_opens_by_itself(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.searching(customer)
    phone = await open_phone(customer)
    await phone.go("/payment")
    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    chat_id = await world.accept(mitra)

    await expect(phone.page.get_by_role("heading", name=world.name(mitra))).to_be_visible()
    assert phone.page.url.endswith(f"/chat/{chat_id}")


async def test_the_first_session_is_free(world: World, open_phone: OpenPhone) -> None:
    customer = world.customer()
    await world.mitra()
    phone = await open_phone(customer)
    await phone.go("/payment")
    await expect(phone.page.locator(".total strong")).to_have_text("Gratis")

    await phone.page.get_by_role("button", name="Mulai").click()

    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    await phone.page.get_by_role("button", name="Batalkan pencarian").click()
    await expect(phone.page.get_by_text("Tidak ada biaya yang terpakai.")).to_be_visible()


async def test_leaving_the_payment_screen_abandons_the_pending_payment(
    world: World, open_phone: OpenPhone
) -> None:
    customer = world.customer()
    phone = await open_phone(customer)
    await phone.go("/")
    await phone.page.evaluate("history.pushState(null, '', '/payment')")
    await phone.page.get_by_text("60 menit").click()
    await until(lambda: world.pending(customer) == 60)

    await phone.page.go_back()

    await expect(phone.page.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()
    await until(lambda: world.pending(customer) is None)
    assert set(world.payments(customer)) == {"abandoned"}


async def test_a_changed_price_is_shown_before_payment(world: World, open_phone: OpenPhone) -> None:
    customer = world.customer()
    phone = await open_phone(customer)
    await phone.go("/payment")
    await expect(phone.page.get_by_role("radio").first).to_be_checked()
    with world.price(30, 27_000):
        await phone.page.get_by_text("30 menit").click()
        await phone.page.get_by_role("button", name="Bayar").click()

        await expect(phone.page.get_by_role("alert")).to_contain_text("Harganya baru saja berubah.")
        await expect(phone.page.locator(".total strong")).to_have_text("Rp 27.000")
        assert "confirmed" not in world.payments(customer)
        await phone.page.get_by_role("button", name="Bayar").click()
        await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()


async def test_an_abandoned_payment_is_created_again(world: World, open_phone: OpenPhone) -> None:
    """A lost reply is repeated after another choice, so the kept reply names a payment that is abandoned."""
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    phone = await open_phone(customer)
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        await route.fetch()
        await route.abort()
        lost += 1

    await phone.page.route("**/payment-sessions", lose)
    await phone.go("/payment")
    await until(lambda: lost == 3)
    await phone.page.unroute("**/payment-sessions")
    await phone.page.get_by_text("30 menit").click()
    await until(lambda: world.pending(customer) == 30)

    await phone.page.get_by_text("15 menit").click()
    await phone.page.get_by_role("button", name="Bayar").click()
    await expect(phone.page.get_by_role("alert")).to_contain_text("Pembayaran ini sudah dibatalkan.")
    await phone.page.get_by_role("button", name="Bayar").click()

    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()


async def test_a_cancelled_search_is_recorded(world: World, open_phone: OpenPhone) -> None:
    customer = world.customer()
    await world.mitra()
    payment_id = await pay(customer, 30)
    await customer.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    phone = await open_phone(customer)
    await phone.go("/")

    await phone.page.get_by_role("button", name="Batalkan pencarian").click()
    await expect(phone.page.get_by_role("alertdialog")).to_contain_text("Pembayaran Rp 25.000 akan ditinjau")
    await phone.look("searching-cancel")
    await phone.page.get_by_role("button", name="Ya, batalkan").click()

    await expect(phone.page.get_by_text("Pembayaran Rp 25.000 sedang kami tinjau")).to_be_visible()
    assert world.cause_of_last_failure(customer) == "customer_cancelled"


async def test_a_paid_search_never_claims_that_nothing_was_paid(world: World, open_phone: OpenPhone) -> None:
    """The amount cannot be loaded here."""
    customer = world.customer()
    await world.mitra()
    payment_id = await pay(customer, 30)
    await customer.post("/api/client/chat-requests", {"payment_session_id": payment_id})
    phone = await open_phone(customer)
    await phone.page.route("**/payment-sessions/*", lambda route: route.abort())
    await phone.go("/")

    await phone.page.get_by_role("button", name="Batalkan pencarian").click()
    dialog = phone.page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("Yang sudah kamu bayar akan ditinjau")
    await expect(dialog).not_to_contain_text("Tidak ada biaya")


async def test_a_cancelled_search_leads_home_in_every_tab(world: World, open_phone: OpenPhone) -> None:
    """The home screen shows the money under review; the payment screen would start another payment."""
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    phone = await open_phone(customer)
    other = await phone.new_tab("/payment")
    await phone.go("/payment")
    await phone.page.get_by_text("30 menit").click()
    await phone.page.get_by_role("button", name="Bayar").click()
    await expect(other.get_by_role("heading", name=SEARCHING)).to_be_visible()

    await phone.page.get_by_role("button", name="Batalkan pencarian").click()
    await phone.page.get_by_role("button", name="Ya, batalkan").click()

    for page in (phone.page, other):
        await expect(page.get_by_text("Pembayaran Rp 25.000 sedang kami tinjau")).to_be_visible()
        await expect(page).to_have_url(phone.url("/"))
    assert world.pending(customer) is None


@pytest.mark.parametrize("cause", ["no_mitra_available", "all_mitras_rejected"])
async def test_a_search_without_a_mitra_fails(world: World, open_phone: OpenPhone, cause: str) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.searching(customer)
    phone = await open_phone(customer)
    await phone.go("/")
    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()

    if cause == "all_mitras_rejected":
        await world.decline(mitra)
    else:
        world.expire_search(customer)

    await expect(phone.page.get_by_role("heading", name=FAILED)).to_be_visible()
    assert world.cause_of_last_failure(customer) == cause
    await phone.page.get_by_role("button", name="Kembali ke beranda").click()
    await expect(phone.page.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()
    await phone.reload()
    await expect(phone.page.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()


async def test_a_confirmed_payment_starts_its_search(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await pay(customer, 30)  # the app was closed after paying
    phone = await open_phone(customer)
    await phone.go("/")

    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    assert await world.offer(mitra)


async def test_a_search_that_cannot_start_can_be_cancelled(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.chat(customer, mitra)
    await pay(customer, 30)
    phone = await open_phone(customer)
    await phone.stay_on_found_screen()
    await phone.go("/")

    await expect(phone.page.get_by_role("alert")).to_contain_text("Masih ada curhat yang berlangsung.")
    await phone.look("starting-refused")
    await phone.page.get_by_role("button", name="Batalkan").click()

    await expect(phone.page.get_by_role("heading", name="Bestie ditemukan")).to_be_visible()
    assert world.cause_of_last_failure(customer) == "customer_cancelled"


async def ask_again(world: World, page: Page, mitra: Client) -> None:
    """Choose "Curhat lagi" in the history, and pay."""
    await page.get_by_role("button", name=f"Curhat lagi dengan {world.name(mitra)}").click()
    await expect(page.get_by_text(f"Curhat lagi dengan {world.name(mitra)}")).to_be_visible()
    await page.get_by_role("button", name="Bayar").click()


async def test_a_customer_in_a_chat_cannot_pay_for_another_mitra(world: World, open_phone: OpenPhone) -> None:
    customer, mitra, other = world.customer(), await world.mitra(), await world.mitra()
    await world.acquaint(customer, other)
    chat_id = await world.chat(customer, mitra)
    phone = await open_phone(customer, remembers=kept("opened-chat", chat_id))
    await phone.go("/history")
    await phone.page.get_by_role("button", name=f"Curhat lagi dengan {world.name(other)}").click()

    await expect(phone.page.get_by_text("Masih ada curhat yang berlangsung.")).to_be_visible()
    await phone.look("payment-while-chatting")
    await phone.fits("payment-while-chatting")
    assert world.pending(customer) is None

    # Once the chat has ended, paying is possible.
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    await expect(phone.page.get_by_role("button", name="Bayar")).to_be_enabled()


async def test_a_returning_request_is_accepted(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    phone = await open_phone(customer)
    await phone.stay_on_found_screen()
    await phone.go("/history")
    await ask_again(world, phone.page, mitra)

    await expect(phone.page.get_by_role("dialog")).to_contain_text(f"Menunggu jawaban {world.name(mitra)}")
    await expect(phone.page.get_by_role("dialog").get_by_role("timer")).to_be_visible()
    await world.accept(mitra)

    await expect(phone.page.get_by_role("heading", name="Bestie ditemukan")).to_be_visible()


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        ("targeted_mitra_rejected", "sedang tidak bisa menemanimu"),
        ("targeted_mitra_timeout", "belum sempat menjawab"),
        ("targeted_mitra_offline", "sedang tidak bisa dihubungi"),
    ],
)
async def test_a_fallback_uses_the_same_payment(
    world: World, open_phone: OpenPhone, cause: str, says: str
) -> None:
    customer, mitra, other = world.customer(), await world.mitra(), await world.mitra()
    await world.acquaint(customer, mitra)
    if cause == "targeted_mitra_offline":
        await world.go_offline(mitra)
    phone = await open_phone(customer)
    await phone.stay_on_found_screen()
    await phone.go("/history")
    await ask_again(world, phone.page, mitra)
    if cause == "targeted_mitra_rejected":
        await world.decline(mitra)
    elif cause == "targeted_mitra_timeout":
        await world.offer(mitra)
        world.expire_search(customer)

    dialog = phone.page.get_by_role("alertdialog", name=UNAVAILABLE)
    await expect(dialog).to_contain_text(f"{world.name(mitra)} {says}")
    assert world.cause_of_last_failure(customer) == cause
    await dialog.get_by_role("button", name="Chat dengan bestie lain").click()

    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    await world.accept(other)
    await expect(phone.page.get_by_role("heading", name="Bestie ditemukan")).to_be_visible()
    assert world.payments(customer)[-1] == "consumed"


async def test_the_fallback_is_offered_on_the_home_screen(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    await world.go_offline(mitra)
    await world.ask_again(customer, mitra)
    phone = await open_phone(customer)
    await phone.go("/")
    dialog = phone.page.get_by_role("alertdialog", name=UNAVAILABLE)
    await expect(dialog.get_by_role("button", name="Kembali")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Chat dengan bestie lain")).to_have_count(0)

    await phone.page.keyboard.press("Escape")

    await expect(dialog).to_have_count(0)
    await expect(phone.page.get_by_text("Pembayaranmu masih berlaku untuk bestie lain.")).to_be_visible()
    await phone.look("home-fallback")
    other = await world.mitra()
    await phone.page.get_by_role("button", name="Chat dengan bestie lain").click()
    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    assert await world.offer(other)


async def test_leaving_a_declined_returning_request_leads_home(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    phone = await open_phone(customer)
    await phone.go("/history")
    await ask_again(world, phone.page, mitra)
    await world.decline(mitra)

    dialog = phone.page.get_by_role("alertdialog", name=UNAVAILABLE)
    await dialog.get_by_role("button", name="Kembali").click()

    await expect(phone.page.get_by_text("Pembayaranmu masih berlaku untuk bestie lain.")).to_be_visible()
    await expect(phone.page).to_have_url(phone.url("/"))
    assert world.pending(customer) is None


async def test_a_returning_request_can_be_cancelled(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    await world.ask_again(customer, mitra)
    phone = await open_phone(customer)
    await phone.go("/")
    dialog = phone.page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    for _ in range(3):  # Escape does nothing: a mitra has been asked
        await phone.page.keyboard.press("Escape")

    await dialog.get_by_role("button", name="Batalkan").click()

    await expect(phone.page.get_by_text("Pembayaran Rp 25.000 sedang kami tinjau")).to_be_visible()
    assert world.cause_of_last_failure(customer) == "customer_cancelled"


async def test_the_back_button_does_not_leave_a_search(world: World, open_phone: OpenPhone) -> None:
    customer = world.customer()
    await world.mitra()
    await world.searching(customer)
    phone = await open_phone(customer)
    await phone.go("/")
    await phone.page.evaluate("history.pushState(null, '', '/history')")
    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()

    await phone.page.go_back()

    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()


async def test_a_search_survives_a_dead_worker(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.searching(customer)
    phone = await open_phone(customer)
    await phone.stay_on_found_screen()
    await phone.go("/")
    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()

    for name in ("public-1", "public-2"):
        assert world.service.kill(name)
    await expect(phone.page.get_by_text(LOST)).to_be_visible()
    await expect(phone.page.get_by_text(LOST)).to_have_count(0)

    await expect(phone.page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    await world.accept(mitra)
    await expect(phone.page.get_by_role("heading", name="Bestie ditemukan")).to_be_visible()


async def test_two_tabs_show_the_same(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    phone = await open_phone(customer)
    await phone.stay_on_found_screen()
    await phone.go("/payment")
    await expect(phone.page.get_by_role("radio").first).to_be_checked()
    other = await phone.new_tab("/")
    await expect(other.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()

    await phone.page.get_by_role("button", name="Mulai").click()
    for page in (phone.page, other):
        await expect(page.get_by_role("heading", name=SEARCHING)).to_be_visible()
    await world.accept(mitra)
    for page in (phone.page, other):
        await expect(page.get_by_role("heading", name="Bestie ditemukan")).to_be_visible()
    await other.get_by_role("button", name="Mulai ngobrol").click()
    await expect(other.get_by_role("heading", name=world.name(mitra))).to_be_visible()
    # The first tab learns what the other opened, and stays where it was.
    await expect(phone.page.get_by_role("heading", name="Bestie ditemukan")).to_have_count(0)


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_wrong_clock_does_not_change_a_countdown(
    world: World, open_phone: OpenPhone, hours: int
) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    world.set_seconds_left(chat_id, 570)
    phone = await open_phone(customer, remembers=kept("opened-chat", chat_id), clock_off_by=3600 * hours)
    await phone.go(f"/chat/{chat_id}")
    shown = phone.page.get_by_role("timer")
    minutes, seconds = (await shown.inner_text()).split(":")
    assert abs(int(minutes) * 60 + int(seconds) - world.seconds_left(chat_id)) < 5
