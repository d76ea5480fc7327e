"""The mitra app: a pending request stays visible until answered, and every screen shows the service's state."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.rest.harness import Client
from tests.sockets.harness import signed_in
from tests.web.conftest import OpenPhone
from tests.web.harness import DESK, LOST, LOW, ON_ITS_SIDE, SMALL_PHONE, Phone
from tests.web.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOUR_NOTES = re.compile("[4-9]")  # two at each ring


async def at_home(open_phone: OpenPhone, mitra: Client, **options: object) -> Phone:
    phone = await open_phone(mitra, app="mitra", **options)
    await phone.go("/mitra/")
    await expect(phone.page.get_by_role("switch", name="Terima permintaan")).to_be_visible()
    return phone


async def in_chat(open_phone: OpenPhone, mitra: Client, chat_id: str, **options: object) -> Phone:
    phone = await open_phone(mitra, app="mitra", **options)
    await phone.go(f"/mitra/chat/{chat_id}")
    await expect(phone.page.get_by_label("Tulis pesan")).to_be_visible()
    return phone


async def test_from_the_switch_to_the_chat(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra(online=False)
    phone = await at_home(open_phone, mitra)
    page = phone.page
    await expect(page.get_by_text("Kamu offline")).to_be_visible()
    await page.get_by_role("switch", name="Terima permintaan").click()
    await expect(page.get_by_text("Pelanggan bisa menemukanmu sekarang.")).to_be_visible()
    await expect(page.get_by_role("switch")).to_be_checked()
    await world.until_available(customer)

    request = await world.searching(customer)
    card = page.get_by_role("article", name="Permintaan curhat baru")
    await expect(card).to_contain_text(f"{world.name(customer)} · 15 menit")
    await world.until_seen(request["id"])
    await card.get_by_role("button", name="Terima").click()
    await expect(page.get_by_role("heading", name=world.name(customer))).to_be_focused()
    await expect(card).to_have_count(0)

    chat_id = page.url.rsplit("/", 1)[1]
    await page.get_by_label("Tulis pesan").fill("Halo, aku di sini.")
    await page.get_by_role("button", name="Kirim").click()
    await expect(page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    await world.say(customer, chat_id, "Terima kasih.")
    await expect(page.get_by_text("Terima kasih.")).to_be_visible()
    async with signed_in(customer) as socket:
        await socket.send("read", chat_session_id=chat_id, seq=1)
        await expect(page.get_by_text("Dibaca")).to_have_count(1)
    assert world.stored_messages(chat_id) == ["Halo, aku di sini.", "Terima kasih."]


async def test_a_mitra_set_offline_sees_why(world: World, open_phone: OpenPhone) -> None:
    mitra = await world.mitra()
    phone = await at_home(open_phone, mitra)
    page = phone.page
    await expect(page.get_by_text("Kamu online")).to_be_visible()
    world.value("select presence from ops.force_mitra_offline(%s, 'Ratna', 'Istirahat dulu, ya.')", mitra.id)
    says = page.get_by_text("Tim kami mengubah statusmu menjadi offline.")
    for _ in range(2):
        await expect(says).to_be_visible()
        await expect(page.get_by_text("Istirahat dulu, ya.")).to_be_visible()
        await phone.reload()
    await expect(says).to_be_visible()
    await phone.look("forced-offline")
    await phone.fits("forced-offline")
    await page.get_by_role("switch", name="Terima permintaan").click()
    await expect(page.get_by_text("Kamu online")).to_be_visible()
    await expect(says).to_have_count(0)


async def test_a_returning_request_disappears_at_its_deadline(world: World, open_phone: OpenPhone) -> None:
    """Even offline, and with a wrong clock on the phone."""
    customer, mitra = world.customer(), await world.mitra()
    await world.acquaint(customer, mitra)
    phone = await at_home(open_phone, mitra, clock_off_by=3600)
    world.configure(returning_chat_confirmation_timeout_seconds=10)
    await world.ask_again(customer, mitra)
    card = phone.page.get_by_role("article", name="Ingin curhat lagi denganmu")
    await expect(card).to_contain_text(f"{world.name(customer)} · 30 menit")
    phone.network.cut()
    await expect(phone.page.get_by_text(LOST)).to_be_visible()
    await expect(phone.page.get_by_text("Sementara ini pelanggan mungkin belum bisa")).to_be_visible()
    await expect(card).to_have_count(0)


async def test_a_request_is_declined(world: World, open_phone: OpenPhone) -> None:
    customer, mitra, _ = world.customer(), await world.mitra(), await world.mitra()
    phone = await at_home(open_phone, mitra)
    request = await world.searching(customer)
    card = phone.page.get_by_role("article", name="Permintaan curhat baru")
    await card.get_by_role("button", name="Tolak").click()
    await expect(card).to_have_count(0)
    await expect(phone.page.get_by_role("heading", level=1)).to_be_focused()
    status = "select status from data.pairing_offers where request_id = %s and mitra_id = %s"
    assert world.value(status, request["id"], mitra.id) == "declined"


async def test_a_request_taken_by_another_mitra_disappears(world: World, open_phone: OpenPhone) -> None:
    customer, mitra, other = world.customer(), await world.mitra(), await world.mitra()
    phone = await at_home(open_phone, mitra)
    request = await world.searching(customer)
    card = phone.page.get_by_role("article", name="Permintaan curhat baru")
    await expect(card).to_be_visible()
    await other.post(f"/api/mitra/chat-requests/{request['id']}/accept")
    await expect(card).to_have_count(0)
    await expect(phone.page.get_by_text("Bestie lain sudah lebih dulu menerima")).to_be_visible()


async def test_it_rings_until_it_is_answered(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    phone = await open_phone(mitra, app="mitra")
    await phone.context.add_init_script(
        """
        let rung = 0;
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (...given) {
            document.documentElement.dataset.rung = ++rung;
            start.apply(this, given);
        };
        """
    )
    await phone.go("/mitra/")
    await phone.page.get_by_role("heading", level=1).click()
    await world.searching(customer)
    await expect(phone.page.locator("html")).to_have_attribute("data-rung", FOUR_NOTES)
    await phone.page.get_by_role("button", name="Tolak").click()
    await expect(phone.page.get_by_role("article")).to_have_count(0)


@pytest.mark.parametrize(("default", "says"), [("auto_approve", "disetujui"), ("auto_reject", "ditolak")])
async def test_an_extension_is_requested(
    world: World, open_phone: OpenPhone, default: str, says: str
) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    world.configure(extension_timeout_seconds=120, extension_default_action_on_timeout=default)
    phone = await in_chat(open_phone, mitra, chat_id)
    page = phone.page
    await world.extend(customer, chat_id)
    card = page.get_by_role("article", name="minta tambah waktu +15 menit")
    await expect(card).to_contain_text(f"Tidak menjawab dalam 120 detik = otomatis {says}")
    await phone.reload()
    await expect(card).to_contain_text(f"Tidak menjawab dalam 120 detik = otomatis {says}")
    await phone.look(f"extension-{default}")
    await phone.fits(f"extension-{default}")
    before = world.seconds_left(chat_id)
    if default == "auto_approve":
        await card.get_by_role("button", name="Setujui").click()
        await expect(page.get_by_text("Kamu setuju. Waktunya sudah bertambah.")).to_be_visible()
        assert world.seconds_left(chat_id) > before + 800
    else:
        await card.get_by_role("button", name="Tolak").click()
        await expect(page.get_by_text("Kamu belum bisa menambah waktu.")).to_be_visible()
        assert world.seconds_left(chat_id) <= before
    await expect(card).to_have_count(0)


@pytest.mark.parametrize("size", [LOW, ON_ITS_SIDE], ids=["keyboard", "on-its-side"])
async def test_a_low_screen_shows_messages_beside_a_pending_extension(
    world: World, open_phone: OpenPhone, size: ViewportSize
) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await in_chat(open_phone, mitra, chat_id)
    for number in range(10):
        await world.say(customer, chat_id, f"pesan {number}")
    await world.extend(customer, chat_id)
    await phone.page.set_viewport_size(size)
    for button in ("Setujui", "Tolak"):
        await expect(phone.page.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)
    await expect(phone.page.get_by_label("Tulis pesan")).to_be_in_viewport(ratio=1)
    await expect(phone.page.locator(".bubble").last).to_be_in_viewport(ratio=0.9)
    await phone.look(f"chat-extension-{size['width']}x{size['height']}")


async def test_pending_requests_leave_room_to_write(world: World, open_phone: OpenPhone) -> None:
    """Two requests above the chat and an extension in it, on the smallest phone."""
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await in_chat(open_phone, mitra, chat_id, viewport=SMALL_PHONE)
    await world.extend(customer, chat_id)
    for _ in range(2):
        await world.searching(world.customer())
    await expect(phone.page.get_by_role("button", name="Terima permintaan")).to_have_count(2)
    await expect(phone.page.get_by_role("button", name="Setujui")).to_be_visible()

    await expect(phone.page.get_by_label("Tulis pesan")).to_be_in_viewport(ratio=1)
    await phone.look("chat-extension-and-requests")


async def test_two_requests_leave_room_for_the_chat(world: World, open_phone: OpenPhone) -> None:
    mitra = await world.mitra()
    chat_id = await world.chat(world.customer(), mitra)
    phone = await in_chat(open_phone, mitra, chat_id)
    for _ in range(2):
        await world.searching(world.customer())
    await expect(phone.page.get_by_role("article", name="Permintaan curhat baru")).to_have_count(2)
    await phone.look("two-requests-over-a-chat")
    height = await phone.page.locator(".messages").evaluate("element => element.clientHeight")
    assert height >= 844 / 3
    await expect(phone.page.get_by_label("Tulis pesan")).to_be_in_viewport(ratio=1)
    for button in await phone.page.get_by_role("button", name="Terima permintaan").all():
        await expect(button).to_be_in_viewport(ratio=0.9)


async def test_several_chats_at_once(world: World, open_phone: OpenPhone) -> None:
    """A wide screen shows the chat beside the list, which marks unread chats."""
    one, other, mitra = world.customer(), world.customer(), await world.mitra()
    first, second = await world.chat(one, mitra), await world.chat(other, mitra)
    phone = await in_chat(open_phone, mitra, first, viewport=DESK)
    page = phone.page
    await world.say(one, first, "Halo dari yang pertama.")
    await world.say(other, second, "Halo dari yang kedua.")
    entry = page.get_by_role("link", name=world.name(other))
    await expect(entry).to_contain_text("1 pesan belum dibaca")
    unread = page.get_by_role("link").filter(has_text="belum dibaca")
    await expect(unread).to_have_count(1)
    await phone.look("two-chats-wide")
    await phone.reload()
    await expect(entry).to_contain_text("1 pesan belum dibaca")
    await entry.click()
    await expect(page.get_by_role("heading", level=1, name=world.name(other))).to_be_focused()
    await expect(unread).to_have_count(0)


async def test_the_longest_name_fits_everywhere(world: World, open_phone: OpenPhone) -> None:
    customer, searching, mitra = world.customer(), world.customer(), await world.mitra()
    for person in (customer, searching):
        world.rename(person, "W" * 60)
    await world.acquaint(customer, mitra)
    chat_id = await world.chat(customer, mitra)
    await world.extend(customer, chat_id)
    await world.searching(searching)
    phone = await at_home(open_phone, mitra)
    for name in ("Permintaan curhat baru", "minta tambah waktu"):
        await expect(phone.page.get_by_role("article", name=name)).to_be_visible()
    await expect(phone.page.get_by_text("1 curhat selesai")).to_be_visible()
    await phone.fits("long-name")
    await phone.go(f"/mitra/chat/{chat_id}")
    await expect(phone.page.get_by_role("article", name="minta tambah waktu")).to_be_visible()
    await phone.fits("long-name-chat")


async def test_the_mitra_ends_the_chat(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await in_chat(open_phone, mitra, chat_id)
    await phone.page.get_by_role("button", name="Akhiri").click()
    await phone.look("chat-end")
    await phone.page.get_by_role("button", name="Ya, akhiri").click()
    await expect(phone.page.get_by_text("Kamu sudah mengakhiri curhat ini.")).to_be_visible()
    await phone.page.get_by_role("link", name="Kembali ke beranda").click()
    await expect(phone.page.get_by_text("1 curhat selesai")).to_be_visible()


async def test_two_tabs_show_the_same(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    phone = await at_home(open_phone, mitra)
    other = await phone.new_tab("/mitra/")
    await world.searching(customer)
    cards = [page.get_by_role("article", name="Permintaan curhat baru") for page in (phone.page, other)]
    for card in cards:
        await expect(card).to_be_visible()

    await cards[1].get_by_role("button", name="Terima").click()

    await expect(cards[0]).to_have_count(0)
    await expect(phone.page.get_by_role("link", name=world.name(customer))).to_be_visible()
    await expect(other.get_by_role("heading", name=world.name(customer))).to_be_visible()
    await phone.page.get_by_role("switch").click()
    await other.get_by_role("link", name="Kembali").click()
    await expect(other.get_by_text("Kamu offline")).to_be_visible()


async def test_a_request_survives_a_dead_worker(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    await world.searching(customer)
    phone = await at_home(open_phone, mitra)
    card = phone.page.get_by_role("article", name="Permintaan curhat baru")
    await expect(card).to_be_visible()

    for name in ("public-1", "public-2"):
        assert world.service.kill(name)
    await expect(phone.page.get_by_text(LOST)).to_be_visible()
    await expect(phone.page.get_by_text(LOST)).to_have_count(0)

    await card.get_by_role("button", name="Terima").click()
    await expect(phone.page.get_by_role("heading", name=world.name(customer))).to_be_visible()


async def test_the_back_button_does_not_hide_a_request(world: World, open_phone: OpenPhone) -> None:
    talking, searching, mitra = world.customer(), world.customer(), await world.mitra()
    await world.chat(talking, mitra)
    phone = await at_home(open_phone, mitra)
    await phone.page.get_by_role("link", name=world.name(talking)).click()
    await expect(phone.page.get_by_label("Tulis pesan")).to_be_visible()
    await world.searching(searching)
    card = phone.page.get_by_role("article", name="Permintaan curhat baru")
    await expect(card).to_be_visible()

    await phone.page.go_back()

    await expect(phone.page.get_by_role("switch")).to_be_visible()
    await expect(card).to_be_visible()
    await phone.page.go_forward()
    await expect(phone.page.get_by_role("heading", name=world.name(talking))).to_be_visible()
    await expect(card).to_be_visible()


async def test_everything_can_be_done_by_keyboard(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra(online=False)
    phone = await at_home(open_phone, mitra)
    page = phone.page
    await phone.press("Space", "switch", "Terima permintaan")
    await expect(page.get_by_role("switch")).to_be_checked()
    await world.until_available(customer)
    await world.searching(customer)
    await expect(page.get_by_role("article")).to_be_visible()
    await phone.press("Enter", "button", f"Terima permintaan {world.name(customer)}")
    await expect(page.get_by_role("heading", name=world.name(customer))).to_be_focused()
    await phone.press("h", "textbox", "Tulis pesan")
    await page.keyboard.type("alo")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    await world.extend(customer, page.url.rsplit("/", 1)[1])
    await expect(page.get_by_role("article")).to_be_visible()
    await phone.press("Enter", "button", "Setujui")
    await expect(page.get_by_text("Kamu setuju. Waktunya sudah bertambah.")).to_be_visible()
    await phone.press("Enter", "button", "Akhiri")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Akhiri")).to_be_focused()
    await page.keyboard.press("Enter")
    await phone.press("Enter", "button", "Ya, akhiri")
    await expect(page.get_by_text("Kamu sudah mengakhiri curhat ini.")).to_be_visible()


async def test_nothing_polls(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await open_phone(mitra, app="mitra")
    await phone.page.clock.install()
    for path in (f"/mitra/chat/{chat_id}", "/mitra/"):
        await phone.go(path)
        await expect(phone.page.get_by_text(world.name(customer)).first).to_be_visible()
        await phone.pass_time(20)
        asked = phone.calls()
        await phone.pass_time(120)
        assert phone.calls() == asked, path


@pytest.mark.parametrize(("reachable", "says"), [(True, "Disetujui otomatis."), (False, "Ditolak otomatis.")])
async def test_an_unanswered_extension_is_answered_automatically(
    world: World, open_phone: OpenPhone, reachable: bool, says: str
) -> None:
    """Approved only for a reachable mitra, as the plan demands."""
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await in_chat(open_phone, mitra, chat_id)
    await world.extend(customer, chat_id)
    card = phone.page.get_by_role("article", name="minta tambah waktu +15 menit")
    await expect(card).to_be_visible()
    before = world.seconds_left(chat_id)
    if not reachable:
        await world.go_offline(mitra)

    world.expire_extension(chat_id)

    await expect(phone.page.get_by_text(says)).to_be_visible()
    await expect(card).to_have_count(0)
    assert (world.seconds_left(chat_id) > before + 800) is reachable


async def test_a_hidden_page_notifies_until_the_request_is_answered(
    world: World, open_phone: OpenPhone
) -> None:
    """Through the service worker, as Chrome on Android requires."""
    customer, mitra, other = world.customer(), await world.mitra(), await world.mitra()
    phone = await open_phone(mitra, app="mitra")
    await phone.context.grant_permissions(["notifications"], origin=phone.url(""))
    await phone.page.clock.install()
    await phone.go("/mitra/")
    await expect(phone.page.get_by_role("switch")).to_be_checked()
    request = await world.searching(customer)
    await expect(phone.page.get_by_role("article")).to_be_visible()
    assert await notices(phone) == []

    await phone.hide()
    text = f"Permintaan curhat baru: {world.name(customer)} · 15\u00a0menit"
    await until(phone, [text])
    first = await notices(phone, "timestamp")
    await phone.page.clock.run_for(10_000)
    async with asyncio.timeout(20):
        while await notices(phone, "timestamp") <= first:  # noqa: ASYNC110 - a browser has no asyncio.Event
            await asyncio.sleep(0.05)
    assert await notices(phone) == [text]

    await other.post(f"/api/mitra/chat-requests/{request['id']}/accept")
    await until(phone, [])


async def test_no_notification_is_shown_while_a_page_is_visible(world: World, open_phone: OpenPhone) -> None:
    """If any of the mitra's pages is visible, the hidden ones stay silent."""
    customer, mitra = world.customer(), await world.mitra()
    phone = await open_phone(mitra, app="mitra")
    await phone.context.grant_permissions(["notifications"], origin=phone.url(""))
    await phone.go("/mitra/")
    await world.searching(customer)
    await expect(phone.page.get_by_role("article")).to_be_visible()
    await phone.hide()
    text = f"Permintaan curhat baru: {world.name(customer)} · 15\u00a0menit"
    await until(phone, [text])

    await phone.hide(hidden=False)
    await until(phone, [])

    other = await phone.new_tab("/mitra/")
    await expect(other.get_by_role("article")).to_be_visible()
    await phone.hide()
    assert await notices(phone) == []
    beside = await phone.page.evaluate("Date.now()")
    await other.close()
    async with asyncio.timeout(20):
        while await notices(phone) != [text]:
            await phone.hide()
    assert await notices(phone, "timestamp") > [beside]


async def notices(phone: Phone, what: str = "body") -> list[object]:
    """The phone's notifications: their texts, or when each was last shown."""
    found: list[object] = await phone.page.evaluate(
        """async what => {
            const registration = await navigator.serviceWorker.ready;
            return (await registration.getNotifications()).map(notice => notice[what]);
        }""",
        what,
    )
    return found


async def until(phone: Phone, shown: list[str]) -> None:
    """Wait until the phone shows these notifications."""
    async with asyncio.timeout(20):
        while await notices(phone) != shown:  # noqa: ASYNC110 - a browser has no asyncio.Event
            await asyncio.sleep(0.05)


Made = tuple[str, tuple[str, ...]]
Making = Callable[[World, Client, Client], Awaitable[Made]]


async def offline(world: World, customer: Client, mitra: Client) -> Made:
    await world.go_offline(mitra)
    return "/mitra/", ("Kamu offline", "Belum ada obrolan yang berjalan.", "Belum ada curhat yang selesai")


async def online(world: World, customer: Client, mitra: Client) -> Made:
    return "/mitra/", ("Kamu online", "Pelanggan bisa menemukanmu sekarang.")


async def requests(world: World, customer: Client, mitra: Client) -> Made:
    again = world.customer()
    await world.acquaint(again, mitra)
    await world.chat(world.customer(), mitra)
    await world.searching(customer)
    await world.ask_again(again, mitra)
    return "/mitra/", (
        "Permintaan curhat baru",
        "Ingin curhat lagi denganmu",
        "Obrolan berjalan",
        "1 curhat selesai",
    )


async def chat(world: World, customer: Client, mitra: Client) -> Made:
    chat_id = await world.chat(customer, mitra)
    await world.say(customer, chat_id, "Belakangan ini rasanya capek terus.")
    await world.say(mitra, chat_id, "Aku dengarkan. Sejak kapan terasanya?")
    return f"/mitra/chat/{chat_id}", (world.name(customer), "Aku dengarkan. Sejak kapan terasanya?", "Akhiri")


async def chat_and_request(world: World, customer: Client, mitra: Client) -> Made:
    path, sees = await chat(world, customer, mitra)
    await world.searching(world.customer())
    return path, (*sees, "Permintaan curhat baru")


async def chat_ending(world: World, customer: Client, mitra: Client) -> Made:
    path, sees = await chat(world, customer, mitra)
    return path, (*sees, "Waktu curhat tinggal kurang dari 5 menit.")


async def chat_last_minute(world: World, customer: Client, mitra: Client) -> Made:
    path, sees = await chat(world, customer, mitra)
    return path, (*sees, "Waktu curhat tinggal kurang dari 1 menit.")


async def extension(world: World, customer: Client, mitra: Client) -> Made:
    await world.extend(customer, await world.chat(customer, mitra))
    unanswered = "Tidak menjawab dalam 300 detik = otomatis disetujui"
    return "/mitra/", (f"{world.name(customer)} minta tambah waktu", unanswered, "Buka obrolan", "Setujui")


async def chat_over(world: World, customer: Client, mitra: Client) -> Made:
    path, _ = await chat(world, customer, mitra)
    await customer.post(f"/api/client/chat-sessions/{path.rsplit('/', 1)[1]}/end")
    return path, (f"{world.name(customer)} sudah mengakhiri curhat ini.", "Kembali ke beranda")


async def not_found(world: World, customer: Client, mitra: Client) -> Made:
    return "/mitra/chat/7e0b7c1e-2f3f-4f8a-b0a2-3a4c5d6e7f80", ("Halaman ini tidak ada",)


EVERY = (
    offline,
    online,
    requests,
    chat,
    chat_and_request,
    chat_ending,
    chat_last_minute,
    extension,
    chat_over,
    not_found,
)

SECONDS_LEFT: dict[Making, int] = {chat_ending: 200, chat_last_minute: 59}


async def shows(page: Page, sees: tuple[str, ...]) -> None:
    for text in sees:
        await expect(
            page.get_by_text(text).and_(page.locator(":not(.visually-hidden)")).first
        ).to_be_visible()


@pytest.mark.parametrize("make", EVERY, ids=[make.__name__ for make in EVERY])
async def test_every_screen_survives_a_reload_and_a_reconnect(
    world: World, open_phone: OpenPhone, make: Making
) -> None:
    customer, mitra = world.customer(), await world.mitra()
    path, sees = await make(world, customer, mitra)

    def reset_time_left() -> None:
        """Give a chat as many seconds left as at the start of the test."""
        if make in SECONDS_LEFT:
            world.set_seconds_left(path.rsplit("/", 1)[1], SECONDS_LEFT[make])

    reset_time_left()
    phone = await open_phone(mitra, app="mitra")
    await phone.go(path)
    await shows(phone.page, sees)
    name = make.__name__.replace("_", "-")
    await phone.look(name)
    await phone.fits(name)

    reset_time_left()
    await phone.reload()
    await shows(phone.page, sees)

    phone.network.cut()
    await expect(phone.page.get_by_text(LOST)).to_be_visible()
    reset_time_left()
    phone.network.restore()
    await expect(phone.page.get_by_text(LOST)).to_have_count(0)
    await shows(phone.page, sees)
