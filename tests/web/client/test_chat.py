"""The chat screen: no message is lost, duplicated or out of order, and the service's clock counts."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.rest.harness import Client, until
from tests.sockets.harness import signed_in
from tests.web.conftest import OpenPhone
from tests.web.harness import FULL_STORAGE, LOST, LOW, OLDER, ON_ITS_SIDE, PATIENCE_MS, Phone
from tests.web.world import World, kept

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Talk:
    """A customer's chat on their phone, and its mitra."""

    def __init__(self, customer: Client, mitra: Client, chat_id: str, phone: Phone) -> None:
        self.customer = customer
        self.mitra = mitra
        self.chat_id = chat_id
        self.phone = phone

    @property
    def page(self) -> Page:
        return self.phone.page

    async def write(self, body: str) -> None:
        await self.page.get_by_label("Tulis pesan").fill(body)
        await self.page.get_by_role("button", name="Kirim").click()

    async def shown(self) -> list[str]:
        """The displayed messages, each with its sender."""
        return await self.page.locator(".bubble-text").all_text_contents()


@pytest_asyncio.fixture(loop_scope="session")
async def talk(world: World, open_phone: OpenPhone) -> AsyncIterator[Talk]:
    customer, mitra = world.customer(), await world.mitra()
    chat_id = await world.chat(customer, mitra)
    phone = await open_phone(customer, remembers=kept("opened-chat", chat_id))
    await phone.go(f"/chat/{chat_id}")
    await expect(phone.page.get_by_role("heading", name=world.name(mitra))).to_be_visible()
    await expect(phone.page.get_by_text("Kamu terhubung dengan")).to_be_visible()
    yield Talk(customer, mitra, chat_id, phone)


async def test_both_write_and_see_read_marks(world: World, talk: Talk) -> None:
    await talk.write("Halo, boleh cerita?")
    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    async with signed_in(talk.mitra) as socket:
        await socket.send("typing", chat_session_id=talk.chat_id)
        await expect(talk.page.get_by_text("sedang mengetik…")).to_be_visible()
        await talk.phone.look("chat-typing")
        await socket.send("read", chat_session_id=talk.chat_id, seq=1)
        await expect(talk.page.get_by_text("Dibaca")).to_have_count(1)

        await world.say(talk.mitra, talk.chat_id, "Tentu.")
        await expect(talk.page.get_by_text("Tentu.")).to_be_visible()
        await expect(talk.page.get_by_text("sedang mengetik…")).to_have_count(0)
        while (frame := await socket.frame_of("CHAT_READ"))["reader"] != "customer":
            pass
        assert frame["seq"] == 2

        await talk.page.get_by_label("Tulis pesan").press_sequentially("hm")
        typing = await socket.frame_of("CHAT_TYPING")
        assert typing["sender"] == "customer"


async def test_messages_written_offline_are_sent_once_and_in_order(world: World, talk: Talk) -> None:
    talk.phone.network.cut()
    await expect(talk.page.get_by_text(LOST)).to_be_visible()
    for body in ("satu", "dua", "tiga"):
        await talk.write(body)
    await expect(talk.page.get_by_text("Menunggu terkirim")).to_have_count(3)
    await talk.phone.look("chat-unsent")
    assert world.stored_messages(talk.chat_id) == []

    talk.phone.network.restore()

    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(3)
    assert world.stored_messages(talk.chat_id) == ["satu", "dua", "tiga"]


async def test_an_unsent_message_survives_a_reload(world: World, talk: Talk) -> None:
    await talk.page.get_by_label("Tulis pesan").fill("belum selesai")
    await talk.page.evaluate(
        """chat => localStorage.setItem("curhat.customer.unsent." + chat, JSON.stringify([{
            client_message_id: "7e0b7c1e-2f3f-4f8a-b0a2-3a4c5d6e7f80", body: "dari tadi", at: 0
        }]))""",
        talk.chat_id,
    )

    await talk.phone.reload()

    await expect(talk.page.get_by_text("dari tadi")).to_be_visible()
    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    await expect(talk.page.get_by_label("Tulis pesan")).to_have_value("belum selesai")
    assert world.stored_messages(talk.chat_id) == ["dari tadi"]


async def test_each_tab_of_a_chat_has_its_own_draft(talk: Talk) -> None:
    field = talk.page.get_by_label("Tulis pesan")
    await field.fill("yang pertama")
    other = await talk.phone.new_tab(f"/chat/{talk.chat_id}")
    theirs = other.get_by_label("Tulis pesan")
    await expect(theirs).to_have_value("yang pertama")
    await theirs.fill("yang kedua")
    await field.fill("yang pertama, lebih panjang")
    await other.reload()
    await expect(theirs).to_have_value("yang kedua")
    await theirs.press("Enter")
    await expect(theirs).to_have_value("")
    await talk.phone.reload()
    await expect(field).to_have_value("yang pertama, lebih panjang")
    await other.reload()
    await expect(theirs).to_have_value("")


async def test_a_full_storage_loses_no_message(world: World, talk: Talk) -> None:
    await talk.phone.context.add_init_script(FULL_STORAGE)
    await talk.phone.reload()
    await expect(talk.page.get_by_text("Kamu terhubung dengan")).to_be_visible()
    await talk.write("Halo?")
    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    await talk.write("Masih di sana?")
    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(2)
    assert world.stored_messages(talk.chat_id) == ["Halo?", "Masih di sana?"]


async def test_messages_received_while_offline_are_shown_later(world: World, talk: Talk) -> None:
    await world.say(talk.mitra, talk.chat_id, "satu")
    await expect(talk.page.get_by_text("satu")).to_be_visible()
    talk.phone.network.cut()
    await expect(talk.page.get_by_text(LOST)).to_be_visible()
    for body in ("dua", "tiga"):
        await world.say(talk.mitra, talk.chat_id, body)
    talk.phone.network.restore()

    await expect(talk.page.get_by_text("tiga")).to_be_visible()
    name = world.name(talk.mitra)
    assert await talk.shown() == [f"{name}: satu", f"{name}: dua", f"{name}: tiga"]


async def test_two_tabs_show_the_same_messages(world: World, talk: Talk) -> None:
    other = await talk.phone.new_tab(f"/chat/{talk.chat_id}")
    await expect(other.get_by_label("Tulis pesan")).to_be_visible()
    talk.phone.network.cut()
    await expect(other.get_by_text(LOST)).to_be_visible()
    await talk.write("dari tab pertama")
    await expect(other.get_by_text("dari tab pertama")).to_be_visible()
    talk.phone.network.restore()

    for page in (talk.page, other):
        await expect(page.get_by_text("Terkirim", exact=True)).to_have_count(1)
        await expect(page.get_by_text("dari tab pertama")).to_have_count(1)
    assert world.stored_messages(talk.chat_id) == ["dari tab pertama"]


async def test_a_message_is_never_html(world: World, talk: Talk) -> None:
    evil = "<img src=x onerror=alert(1)> javascript:alert(1) https://contoh.example/\n<b>dua</b>"
    await world.say(talk.mitra, talk.chat_id, evil)

    await expect(talk.page.get_by_text("javascript:alert(1)")).to_be_visible()
    assert await talk.shown() == [f"{world.name(talk.mitra)}: {evil}"]
    assert await talk.page.locator(".messages a, .messages img, .messages b").count() == 0


async def test_a_message_sent_too_late_is_marked(world: World, talk: Talk) -> None:
    talk.phone.network.cut()
    await expect(talk.page.get_by_text(LOST)).to_be_visible()
    await talk.write("masih sempat?")
    await talk.mitra.post(f"/api/mitra/chat-sessions/{talk.chat_id}/end")
    talk.phone.network.restore()

    await expect(talk.page.get_by_text("Tidak terkirim")).to_be_visible()
    await expect(talk.page.get_by_text("sudah mengakhiri curhat ini.")).to_be_visible()
    await talk.phone.look("chat-refused")
    await talk.page.get_by_role("button", name="Hapus").click()
    await expect(talk.page.get_by_text("masih sempat?")).to_have_count(0)


async def test_a_mitra_is_shown_as_lost_and_back(world: World, talk: Talk) -> None:
    status = talk.page.locator(".chat-who p")
    await expect(status).to_have_text("Mendengarkan")
    await world.go_offline(talk.mitra)
    await expect(status).to_have_text("Koneksinya terputus")
    await talk.mitra.post("/api/mitra/status", {"online": True})
    await expect(status).to_have_text("Mendengarkan")


async def test_a_chat_ends_when_its_time_is_up(world: World, talk: Talk) -> None:
    world.set_seconds_left(talk.chat_id, 2)
    await expect(talk.page.get_by_text("Waktu curhat sudah habis.")).to_be_visible()
    await expect(talk.page.get_by_label("Tulis pesan")).to_have_count(0)
    await talk.page.get_by_role("button", name="Curhat lagi dengan").click()
    await expect(talk.page.get_by_role("heading", name="Mau ngobrol berapa lama?")).to_be_visible()


async def test_a_warning_leads_to_an_extension(world: World, talk: Talk) -> None:
    world.set_seconds_left(talk.chat_id, 200)
    await talk.phone.reload()
    await expect(talk.page.get_by_text("Waktumu tinggal kurang dari 5 menit.")).to_be_visible()
    await talk.page.get_by_role("button", name="Tambah waktu").click()
    dialog = talk.page.get_by_role("dialog", name="Tambah waktu")
    await expect(dialog.get_by_role("radio", name="15 menit")).to_be_checked()
    await expect(dialog).not_to_contain_text("Gratis")
    await talk.phone.look("extend")
    await talk.phone.fits("extend")
    await dialog.get_by_role("button", name="Minta tambah waktu").click()

    await expect(talk.page.get_by_text("Menunggu persetujuan")).to_be_visible()
    extension_id = world.value("select id from data.extensions where chat_session_id = %s", talk.chat_id)
    await talk.mitra.post(f"/api/mitra/extensions/{extension_id}/approve")

    await expect(talk.page.get_by_text("setuju. Waktu curhatmu sudah bertambah.")).to_be_visible()
    await expect(talk.page.get_by_text("Waktumu tinggal kurang dari 5 menit.")).to_have_count(0)
    assert world.seconds_left(talk.chat_id) > 900
    await talk.phone.look("extended")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("reject", "belum bisa menambah waktu. Kamu tidak dikenai biaya."),
        ("timer", "Disetujui otomatis. Waktu curhatmu sudah bertambah."),
        ("timer, unreachable", "terputus, jadi waktunya tidak bertambah. Kamu tidak dikenai biaya."),
        ("timer, auto_reject", "belum sempat menjawab. Kamu tidak dikenai biaya."),
    ],
)
async def test_the_outcome_of_an_extension_is_shown(world: World, talk: Talk, answer: str, says: str) -> None:
    if answer == "timer, auto_reject":
        world.configure(extension_default_action_on_timeout="auto_reject")
    extension = await world.extend(talk.customer, talk.chat_id)
    await expect(talk.page.get_by_text("Menunggu persetujuan")).to_be_visible()
    if answer == "reject":
        await talk.mitra.post(f"/api/mitra/extensions/{extension['id']}/reject")
    else:
        if answer == "timer, unreachable":
            await world.go_offline(talk.mitra)
        world.expire_extension(talk.chat_id)

    await expect(talk.page.get_by_text(says)).to_be_visible()
    await expect(talk.page.get_by_text("Menunggu persetujuan")).to_have_count(0)
    await talk.phone.look(f"extension-{answer.replace(', ', '-').replace(' ', '-')}")


async def test_an_extension_retried_after_a_lost_reply_is_one_extension(world: World, talk: Talk) -> None:
    """The network is lost during the request; the retry uses the same payment."""
    await talk.page.get_by_role("button", name="Tambah waktu").click()
    dialog = talk.page.get_by_role("dialog", name="Tambah waktu")
    await expect(dialog.get_by_role("radio", name="15 menit")).to_be_checked()
    lost = 0

    async def lose(route: object) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # type: ignore[attr-defined]
        await route.abort()  # type: ignore[attr-defined]

    await talk.page.route("**/payment-sessions/*/confirm", lose)
    await dialog.get_by_role("button", name="Minta tambah waktu").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Koneksi terputus.")
    assert lost == 3
    await talk.page.unroute("**/payment-sessions/*/confirm")
    await dialog.get_by_role("button", name="Minta tambah waktu").click()

    await expect(talk.page.get_by_text("Menunggu persetujuan")).to_be_visible()
    assert world.payments(talk.customer)[1:] == ["confirmed"]


async def test_the_customer_ends_the_chat(world: World, talk: Talk) -> None:
    await talk.page.get_by_role("button", name="Akhiri").click()
    await talk.phone.look("chat-end")
    await talk.page.get_by_role("button", name="Ya, akhiri").click()
    await expect(talk.page.get_by_text("Kamu sudah mengakhiri curhat ini.")).to_be_visible()
    await talk.page.get_by_role("link", name="Kembali ke beranda").click()
    await expect(talk.page.get_by_role("heading", name="Mau cerita apa hari ini?")).to_be_visible()


async def test_a_chat_is_continued_in_a_new_session(world: World, talk: Talk) -> None:
    """ "Curhat lagi" during a chat: the running chat ends as continued."""
    await world.ask_again(talk.customer, talk.mitra)
    await expect(talk.page.get_by_role("dialog")).to_contain_text("Menunggu jawaban")
    new_id = await world.accept(talk.mitra)
    await expect(talk.page).to_have_url(talk.phone.url(f"/chat/{new_id}"))  # it opens by itself
    await expect(talk.page.get_by_label("Tulis pesan")).to_be_visible()
    await talk.phone.go(f"/chat/{talk.chat_id}")
    await expect(talk.page.get_by_text("Curhat ini berlanjut di sesi yang baru.")).to_be_visible()


@pytest.mark.parametrize("lacks", ["null", OLDER], ids=["new", "older"])
async def test_the_list_follows_new_messages(world: World, talk: Talk, lacks: str) -> None:
    await talk.phone.context.add_init_script(lacks)
    await asyncio.gather(*(world.say(talk.mitra, talk.chat_id, f"pesan {number}") for number in range(120)))
    await expect(talk.page.locator(".bubble")).to_have_count(120)
    last = talk.page.locator(".bubble").last
    await expect(last).to_contain_text(world.stored_messages(talk.chat_id)[-1])
    await expect(last).to_be_in_viewport()
    await talk.phone.reload()
    await expect(talk.page.locator(".bubble")).to_have_count(120)
    await expect(last).to_be_in_viewport()
    await talk.page.locator(".messages-scroll").evaluate("element => element.scrollTo(0, 0)")
    await talk.page.get_by_role("button", name="Ke pesan terbaru").click()
    await expect(last).to_be_in_viewport()


async def test_a_message_received_while_scrolled_up_is_not_marked_as_read(world: World, talk: Talk) -> None:
    await asyncio.gather(*(world.say(talk.mitra, talk.chat_id, f"pesan {number}") for number in range(60)))
    await expect(talk.page.locator(".bubble")).to_have_count(60)
    await until_read(world, talk, 60)
    await talk.page.locator(".messages-scroll").evaluate("element => element.scrollTo(0, 0)")
    newest = talk.page.get_by_role("button", name="Ke pesan terbaru")
    await expect(newest).to_be_visible()
    await world.say(talk.mitra, talk.chat_id, "yang baru")
    await expect(talk.page.get_by_text("yang baru")).to_have_count(1)
    await talk.write("aku balas dulu")  # writing scrolls to the end
    await until_read(world, talk, 61)
    await talk.page.locator(".messages-scroll").evaluate("element => element.scrollTo(0, 0)")
    await expect(newest).to_be_visible()
    await world.say(talk.mitra, talk.chat_id, "yang terakhir")
    await expect(talk.page.get_by_text("yang terakhir")).to_have_count(1)
    async with signed_in(talk.customer) as socket:  # this frame arrives after any `read` that the page sent
        await socket.send("typing", chat_session_id=talk.chat_id)
        assert read_by_customer(world, talk) == 61
    await newest.click()
    await until_read(world, talk, 63)


def read_by_customer(world: World, talk: Talk) -> object:
    return world.value("select customer_read_seq from data.chat_sessions where id = %s", talk.chat_id)


async def until_read(world: World, talk: Talk, seq: int) -> None:
    await until(lambda: read_by_customer(world, talk) == seq)


@pytest.mark.parametrize(("size", "zoom"), [((390, 844), "200%"), ((320, 200), "100%")], ids=["text", "zoom"])
async def test_the_header_stays_readable_with_large_text(
    world: World, talk: Talk, size: tuple[int, int], zoom: str
) -> None:
    """Text at 200 %, and a page 1280 pixels wide at a zoom of 400 %."""
    await talk.page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
    await talk.page.evaluate("size => { document.documentElement.style.fontSize = size; }", zoom)
    await talk.phone.look(f"chat-large-{zoom.strip('%')}")
    head = talk.page.locator(".top-bar")
    wide = await head.evaluate("element => [element.scrollWidth, element.clientWidth]")
    assert wide[0] <= wide[1]
    name = talk.page.get_by_role("heading", name=world.name(talk.mitra))
    cut = await name.evaluate("element => element.scrollWidth - element.clientWidth")
    assert cut <= 1
    for thing in (name, talk.page.locator(".chat-time"), talk.page.get_by_label("Tulis pesan")):
        await expect(thing).to_be_in_viewport(ratio=0.9)


async def test_a_message_written_while_scrolled_up_is_shown(world: World, talk: Talk) -> None:
    for number in range(30):
        await world.say(talk.mitra, talk.chat_id, f"pesan {number}")
    last = talk.page.locator(".bubble").last
    await expect(last).to_contain_text("pesan 29")
    await talk.page.locator(".messages-scroll").evaluate("element => element.scrollTo(0, 0)")
    await expect(talk.page.get_by_role("button", name="Ke pesan terbaru")).to_be_visible()

    await talk.write("punyaku")

    await expect(last).to_contain_text("punyaku")
    await expect(last).to_be_in_viewport()
    await expect(talk.page.get_by_role("button", name="Ke pesan terbaru")).to_have_count(0)


async def test_a_delayed_message_is_not_overtaken_by_the_next(world: World, talk: Talk) -> None:
    """The service is busy for the first message and free for the second."""
    refused = asyncio.Event()

    def watch_errors(frame: str | bytes) -> None:
        message = json.loads(frame)
        if message["type"] == "error":
            assert message["error"] == "busy"
            refused.set()

    talk.page.on("websocket", lambda socket: socket.on("framereceived", watch_errors))
    await talk.phone.reload()
    await expect(talk.page.get_by_text("Kamu terhubung dengan")).to_be_visible()
    with world.chat_is_locked(talk.chat_id):
        await talk.write("satu")
        await talk.write("dua")
        await asyncio.wait_for(refused.wait(), PATIENCE_MS / 1000)

    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(2)
    assert world.stored_messages(talk.chat_id) == ["satu", "dua"]


async def test_a_lone_surrogate_does_not_close_the_socket(world: World, talk: Talk) -> None:
    """Half of an emoji is not valid text, so the service would close the socket at every retry."""
    await talk.page.get_by_label("Tulis pesan").evaluate(
        """field => {
            Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, "senang\\ud83d");
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
    )
    await talk.page.get_by_role("button", name="Kirim").click()

    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    assert world.stored_messages(talk.chat_id) == ["senang\ufffd"]


async def test_a_refused_extension_is_shown_even_after_its_dialog_was_closed(
    world: World, talk: Talk
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await talk.page.route("**/chat-sessions/*/extensions", hold)
    await talk.page.get_by_role("button", name="Tambah waktu").click()
    await talk.page.get_by_role("button", name="Minta tambah waktu").click()
    await asyncio.wait_for(asked.wait(), PATIENCE_MS / 1000)
    await talk.page.get_by_role("button", name="Kembali").click()
    await expect(talk.page.get_by_role("dialog")).to_have_count(0)
    await talk.mitra.post(f"/api/mitra/chat-sessions/{talk.chat_id}/end")
    answer.set()

    await expect(talk.page.get_by_text("Curhat ini sudah selesai.")).to_be_visible()


@pytest.mark.parametrize("size", [LOW, ON_ITS_SIDE], ids=["keyboard", "on-its-side"])
async def test_a_low_screen_shows_messages_beside_a_pending_extension(
    world: World, talk: Talk, size: ViewportSize
) -> None:
    for number in range(10):
        await world.say(talk.mitra, talk.chat_id, f"pesan {number}")
    await world.extend(talk.customer, talk.chat_id)
    await talk.page.set_viewport_size(size)
    await expect(talk.page.get_by_text("Menunggu persetujuan")).to_be_in_viewport(ratio=1)
    await expect(talk.page.get_by_label("Tulis pesan")).to_be_in_viewport(ratio=1)
    await expect(talk.page.locator(".bubble").last).to_be_in_viewport(ratio=1)
    await talk.phone.look(f"chat-pending-{size['width']}x{size['height']}")


async def test_the_newest_message_stays_visible_when_the_list_shrinks(world: World, talk: Talk) -> None:
    """A keyboard, a warning or an extension shrinks the list while it still scrolls to its end."""
    for number in range(30):
        await world.say(talk.mitra, talk.chat_id, f"pesan {number}")
    last = talk.page.locator(".bubble").last
    await expect(last).to_contain_text("pesan 29")
    await talk.page.locator(".messages-scroll").evaluate(
        """list => {
            list.scrollTop -= 1;
            list.style.maxHeight = "200px";
        }"""
    )

    await expect(last).to_be_in_viewport(ratio=1)
    await expect(talk.page.get_by_role("button", name="Ke pesan terbaru")).to_have_count(0)


async def test_an_overlong_text_is_not_cut_off_silently(world: World, talk: Talk) -> None:
    """An emoji counts as one character, here and on the server."""
    long = "😀" * 4001
    field = talk.page.get_by_label("Tulis pesan")
    await field.focus()
    await talk.page.keyboard.insert_text(long)

    await expect(field).to_have_value(long)
    await expect(
        talk.page.get_by_role("alert").filter(has_text="4.001 dari paling banyak 4.000")
    ).to_be_visible()
    await talk.page.get_by_role("button", name="Kirim").click()
    await talk.phone.look("chat-too-long")
    await talk.phone.fits("chat-too-long")
    await expect(talk.page.locator(".bubble")).to_have_count(0)

    await field.press("Backspace")
    await talk.page.get_by_role("button", name="Kirim").click()
    await expect(talk.page.get_by_text("Terkirim", exact=True)).to_have_count(1)
    assert world.stored_messages(talk.chat_id) == [long[:4000]]


async def test_an_ended_chat_stays_visible_through_an_interruption(world: World, talk: Talk) -> None:
    """It stays even if it cannot be loaded again."""
    await world.say(talk.mitra, talk.chat_id, "sampai jumpa")
    await talk.mitra.post(f"/api/mitra/chat-sessions/{talk.chat_id}/end")
    await expect(talk.page.get_by_text("sudah mengakhiri curhat ini.")).to_be_visible()
    await talk.page.get_by_role("link", name="Kembali ke beranda").focus()
    talk.phone.network.cut()
    await expect(talk.page.get_by_text(LOST)).to_be_visible()
    await talk.page.route("**/chat-sessions/*", lambda route: route.abort())
    talk.phone.network.restore()
    await expect(talk.page.get_by_text(LOST)).to_have_count(0)

    await expect(talk.page.get_by_text("sampai jumpa")).to_be_visible()
    await expect(talk.page.get_by_role("link", name="Kembali ke beranda")).to_be_focused()
