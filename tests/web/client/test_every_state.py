"""Every screen of the client app is accessible, fits, and survives a reload and a reconnect."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from tests.rest.harness import pay
from tests.web.conftest import OpenPhone
from tests.web.harness import LOST
from tests.web.world import World, kept

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True)
class State:
    """The path to open, what the browser's storage holds, and the texts that must be visible."""

    sees: tuple[str, ...]
    path: str = "/"
    remembers: str = ""


Making = Callable[[World, "Visitor"], Awaitable[State]]


class Visitor:
    """The customer whose screen is tested."""

    def __init__(self, world: World) -> None:
        self.customer = world.customer()


async def home_unstaffed(world: World, visitor: Visitor) -> State:
    await world.until_available(visitor.customer, available=False)
    return State(("Mau cerita apa hari ini?", "Belum ada bestie tersedia", "Sesi pertama 15 menit, gratis"))


async def home(world: World, visitor: Visitor) -> State:
    await world.mitra()
    return State(("Mau cerita apa hari ini?", "1 bestie siap mendengarkan"))


async def home_while_chatting(world: World, visitor: Visitor) -> State:
    mitra = await world.mitra()
    chat_id = await world.chat(visitor.customer, mitra)
    sees = (f"Curhat dengan {world.name(mitra)} sedang berlangsung", "Lanjutkan curhat")
    return State(sees, remembers=kept("opened-chat", chat_id))


async def home_refund(world: World, visitor: Visitor) -> State:
    payment_id = await pay(visitor.customer, 30)
    await visitor.customer.post("/api/client/chat-requests/cancel", {"payment_session_id": payment_id})
    return State(("Pembayaran Rp 25.000 sedang kami tinjau",))


async def payment(world: World, visitor: Visitor) -> State:
    await world.mitra()
    return State(("Mau ngobrol berapa lama?", "Rp 25.000", "Gratis", "Mulai"), "/payment")


async def payment_again(world: World, visitor: Visitor) -> State:
    mitra = await world.mitra()
    await world.acquaint(visitor.customer, mitra)
    return State((f"Curhat lagi dengan {world.name(mitra)}", "Bayar"), f"/payment?targetedMitraId={mitra.id}")


async def searching(world: World, visitor: Visitor) -> State:
    await world.mitra()
    await world.searching(visitor.customer)
    return State(("Sedang mencari bestie untukmu", "Sisa waktu", "Batalkan pencarian"))


async def waiting(world: World, visitor: Visitor) -> State:
    mitra = await world.mitra()
    await world.acquaint(visitor.customer, mitra)
    assert (await world.ask_again(visitor.customer, mitra)).status_code == 201
    return State((f"Menunggu jawaban {world.name(mitra)}", "Batalkan"), "/history")


async def unavailable(world: World, visitor: Visitor) -> State:
    mitra = await world.mitra()
    await world.acquaint(visitor.customer, mitra)
    await world.go_offline(mitra)
    await world.until_available(visitor.customer, available=False)
    assert (await world.ask_again(visitor.customer, mitra)).json()["reason"] == "targeted_mitra_offline"
    return State(("Bestie sedang tidak online", "Kembali"))


async def unavailable_with_others(world: World, visitor: Visitor) -> State:
    state = await unavailable(world, visitor)
    await world.mitra()
    return State((*state.sees, "Chat dengan bestie lain"))


async def failed(world: World, visitor: Visitor) -> State:
    started = await world.searching(visitor.customer)
    world.fail(started["payment_session_id"])
    return State(("Maaf, kami tidak bisa menemukan bestie untukmu", "Kembali ke beranda"), "/payment")


async def chat(world: World, visitor: Visitor) -> State:
    mitra = await world.mitra()
    chat_id = await world.chat(visitor.customer, mitra)
    for who, body in TALK:
        await world.say(visitor.customer if who == "client" else mitra, chat_id, body)
    sees = (world.name(mitra), TALK[0][1], TALK[-1][1], "Tambah waktu", "Akhiri")
    return State(sees, f"/chat/{chat_id}", kept("opened-chat", chat_id))


async def chat_ending(world: World, visitor: Visitor) -> State:
    state = await chat(world, visitor)
    return State(("Waktumu tinggal kurang dari 5 menit.", *state.sees), state.path, state.remembers)


async def chat_last_minute(world: World, visitor: Visitor) -> State:
    state = await chat(world, visitor)
    return State(("Waktumu tinggal kurang dari 1 menit.", *state.sees), state.path, state.remembers)


async def chat_bestie_lost(world: World, visitor: Visitor) -> State:
    state = await chat(world, visitor)
    world.all_mitras_leave()
    return State(("Koneksinya terputus", *state.sees), state.path, state.remembers)


async def extension_waiting(world: World, visitor: Visitor) -> State:
    state = await chat(world, visitor)
    await world.extend(visitor.customer, state.path.removeprefix("/chat/"))
    sees = ("Menunggu persetujuan", "Tambah 15 menit. Kalau tidak dijawab, otomatis disetujui.")
    return State((*sees, *state.sees), state.path, state.remembers)


async def chat_over(world: World, visitor: Visitor) -> State:
    state = await chat(world, visitor)
    await visitor.customer.post(f"/api/client/chat-sessions/{state.path.removeprefix('/chat/')}/end")
    return State(("Kamu sudah mengakhiri curhat ini.", "Curhat lagi dengan", TALK[-1][1]), state.path)


async def history(world: World, visitor: Visitor) -> State:
    mitra, other = await world.mitra(), await world.mitra()
    await world.acquaint(visitor.customer, mitra)
    await world.go_offline(mitra)
    await world.acquaint(visitor.customer, other)
    sees = (world.name(mitra), world.name(other), "Curhat lagi", "Sedang tidak online", "15 menit")
    return State(sees, "/history")


async def history_empty(world: World, visitor: Visitor) -> State:
    return State(("Riwayat curhat", "Belum ada curhat di sini."), "/history")


async def not_found(world: World, visitor: Visitor) -> State:
    return State(
        ("Halaman ini tidak ada", "Kembali ke beranda"), "/chat/7e0b7c1e-2f3f-4f8a-b0a2-3a4c5d6e7f80"
    )


TALK = (
    ("client", "Halo, boleh cerita sebentar?"),
    ("mitra", "Tentu, aku dengarkan. Lagi ada apa?"),
    ("client", "Belakangan ini rasanya capek terus, padahal kerjaannya biasa saja."),
    ("client", "Kadang malam susah tidur juga."),
    (
        "mitra",
        "Capek yang begitu memang berat, apalagi kalau tidurnya ikut terganggu. Sejak kapan terasanya?",
    ),
)
EVERY = (
    home_unstaffed,
    home,
    home_while_chatting,
    home_refund,
    payment,
    payment_again,
    searching,
    waiting,
    unavailable,
    unavailable_with_others,
    failed,
    chat,
    chat_ending,
    chat_last_minute,
    chat_bestie_lost,
    extension_waiting,
    chat_over,
    history,
    history_empty,
    not_found,
)

SECONDS_LEFT: dict[Making, int] = {chat_ending: 200, chat_last_minute: 59}


async def shows(page: Page, state: State) -> None:
    for text in state.sees:
        await expect(page.get_by_text(text).first).to_be_visible()


@pytest.mark.parametrize("make", EVERY, ids=[make.__name__ for make in EVERY])
async def test_every_screen_survives_a_reload_and_a_reconnect(
    world: World, open_phone: OpenPhone, make: Making
) -> None:
    visitor = Visitor(world)
    state = await make(world, visitor)

    def reset_time_left() -> None:
        """Give a chat as many seconds left as at the start of the test."""
        if make in SECONDS_LEFT:
            world.set_seconds_left(state.path.removeprefix("/chat/"), SECONDS_LEFT[make])

    reset_time_left()
    phone = await open_phone(visitor.customer, remembers=state.remembers)
    await phone.go(state.path)
    await shows(phone.page, state)
    await phone.look(make.__name__.replace("_", "-"))
    await phone.fits(make.__name__.replace("_", "-"))

    reset_time_left()
    await phone.reload()
    await shows(phone.page, state)

    phone.network.cut()
    await expect(phone.page.get_by_text(LOST)).to_be_visible()
    reset_time_left()
    phone.network.restore()
    await expect(phone.page.get_by_text(LOST)).to_have_count(0)
    await shows(phone.page, state)


async def test_the_longest_name_fits_everywhere(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    for person in (customer, mitra):
        world.rename(person, "W" * 60)
    chat_id = await world.chat(customer, mitra)
    phone = await open_phone(customer, remembers=kept("opened-chat", chat_id))
    for path, sees in (
        ("/", "Lanjutkan curhat"),
        ("/history", "Sedang berlangsung"),
        (f"/payment?targetedMitraId={mitra.id}", "Curhat lagi dengan"),
        (f"/chat/{chat_id}", "Kamu terhubung dengan"),
    ):
        await phone.go(path)
        await expect(phone.page.get_by_text(sees).first).to_be_visible()
        await phone.fits("long-name")
    await customer.post(f"/api/client/chat-sessions/{chat_id}/end")
    await expect(phone.page.get_by_text("Kamu sudah mengakhiri curhat ini.")).to_be_visible()
    await phone.fits("long-name-over")
    await world.ask_again(customer, mitra)
    await expect(phone.page.get_by_role("dialog")).to_contain_text("Menunggu jawaban")
    await phone.fits("long-name-waiting")
