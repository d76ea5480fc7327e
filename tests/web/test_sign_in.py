"""Sign-in, refresh and sign-out, across all tabs."""

from pathlib import Path

import pytest
from playwright.async_api import Page, ViewportSize, expect

from app.identity.sender import OTP_FILE
from tests.auth.client import new_phone, wrong
from tests.web.conftest import OpenPhone
from tests.web.harness import DESK, LOST, NO_STORAGE, PHONE, Phone
from tests.web.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOME = "Mau cerita apa hari ini?"


def code_for(world: World, number: str) -> str:
    """The last code sent to a number."""
    sent: Path = world.settings.log_dir / OTP_FILE
    lines = sent.read_text(encoding="utf-8").splitlines()
    return next(line.split()[-1] for line in reversed(lines) if number in line.split())


async def ask_for_code(page: Page, number: str) -> None:
    await page.get_by_label("Nomor HP").fill(number)
    await page.get_by_role("button", name="Kirim kode").click()
    await expect(page.get_by_role("heading", name="Cek pesanmu, ya")).to_be_visible()


async def sign_in(world: World, phone: Phone, number: str) -> None:
    """Sign in as a new customer."""
    await phone.go("/")
    await ask_for_code(phone.page, number)
    await phone.page.get_by_label("Kode 6 angka").fill(code_for(world, number))
    await phone.page.get_by_role("button", name="Masuk").click()
    await phone.page.get_by_label("Nama panggilan").fill("Rani")
    await phone.page.get_by_role("button", name="Masuk").click()
    await expect(phone.page.get_by_text("Hai, Rani")).to_be_visible()


async def kept(page: Page, name: str) -> object:
    """A field of the session in the browser's storage."""
    return await page.evaluate(
        "name => JSON.parse(localStorage.getItem('curhat.session.customer'))?.[name] ?? null", name
    )


async def expire_access_token(page: Page) -> None:
    """Make the browser treat its access token as expired."""
    await page.evaluate(
        """() => {
            const place = "curhat.session.customer";
            localStorage.setItem(place, JSON.stringify({ ...JSON.parse(localStorage.getItem(place)), staleAt: 0 }));
        }"""
    )


@pytest.mark.parametrize(
    ("app", "path", "heading", "viewport"),
    [
        ("client", "/", "Hai, senang kamu di sini", PHONE),
        ("mitra", "/mitra/", "Halo, bestie", PHONE),
        ("control-center", "/", "Control Center", DESK),
    ],
)
async def test_the_first_screen_is_accessible(
    open_phone: OpenPhone, app: str, path: str, heading: str, viewport: ViewportSize
) -> None:
    phone = await open_phone(app=app, viewport=viewport)
    await phone.go(path)

    await expect(phone.page.get_by_role("heading", name=heading)).to_be_focused()
    await phone.look("sign-in")
    await phone.fits("sign-in")


@pytest.mark.parametrize(("app", "path"), [("client", "/"), ("mitra", "/mitra/"), ("control-center", "/")])
async def test_the_app_works_without_storage(open_phone: OpenPhone, app: str, path: str) -> None:
    phone = await open_phone(app=app)
    await phone.context.add_init_script(NO_STORAGE)
    await phone.go(path)
    await expect(phone.page.get_by_role("heading", level=1)).to_be_focused()


async def test_a_customer_signs_in_without_storage(world: World, open_phone: OpenPhone) -> None:
    phone, number = await open_phone(), new_phone()
    page = phone.page
    await phone.context.add_init_script(NO_STORAGE)
    await phone.go("/")
    await ask_for_code(page, number)
    await page.get_by_label("Kode 6 angka").fill(code_for(world, number))
    await page.get_by_role("button", name="Masuk").click()
    await page.get_by_label("Nama panggilan").fill("Rani")
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_text("Hai, Rani")).to_be_visible()


async def test_an_invalid_phone_number_is_named_beside_its_field(open_phone: OpenPhone) -> None:
    phone = await open_phone()
    await phone.go("/")
    await expect(phone.page.get_by_role("heading")).to_be_focused()

    await phone.page.keyboard.press("Tab")
    await expect(phone.page.get_by_label("Nomor HP")).to_be_focused()
    await phone.page.keyboard.type("0812")
    await phone.page.keyboard.press("Enter")

    await expect(phone.page.get_by_role("alert")).to_have_text(
        "Nomornya belum benar. Contoh: 0812 3456 7890."
    )
    await phone.look("sign-in-wrong-number")


async def test_a_new_customer_gives_a_name(world: World, open_phone: OpenPhone) -> None:
    phone, number = await open_phone(), new_phone()
    page = phone.page
    await phone.go("/")
    await ask_for_code(page, number)
    await phone.look("sign-in-code")
    await phone.fits("sign-in-code")

    await page.get_by_label("Kode 6 angka").fill(wrong(code_for(world, number)))
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_role("alert")).to_have_text("Kodenya tidak cocok. Sisa 4 percobaan.")
    await phone.reload()  # a phone may unload the page while its user reads the message
    await page.get_by_label("Kode 6 angka").fill(code_for(world, number))
    await page.get_by_role("button", name="Masuk").click()

    await expect(page.get_by_role("heading", name="Kami panggil kamu siapa?")).to_be_focused()
    await phone.look("sign-in-name")
    await page.get_by_label("Nama panggilan").fill("Rani")
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_text("Hai, Rani")).to_be_visible()
    await phone.reload()
    await expect(page.get_by_text("Hai, Rani")).to_be_visible()


async def test_an_expired_access_token_is_refreshed_once_for_all_tabs(
    world: World, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    await sign_in(world, phone, new_phone())
    tabs = [phone.page, *[await phone.new_tab("/history") for _ in range(3)]]
    for tab in tabs[1:]:
        await expect(tab.get_by_role("heading", name="Riwayat curhat")).to_be_visible()
    before = await kept(phone.page, "refresh")
    await expire_access_token(phone.page)

    phone.network.cut()
    for tab in tabs:
        await expect(tab.get_by_text(LOST)).to_be_visible()
    phone.network.restore()
    for tab in tabs:
        await expect(tab.get_by_text(LOST)).to_have_count(0)

    assert await kept(phone.page, "refresh") != before
    assert [answer for answer in phone.answers if "/api/auth/refresh" in answer] == ["200 /api/auth/refresh"]


async def test_a_refused_token_is_refreshed_and_the_socket_reopened(
    world: World, open_phone: OpenPhone
) -> None:
    phone = await open_phone()
    await sign_in(world, phone, new_phone())
    await phone.page.evaluate(
        """() => {
            const place = "curhat.session.customer";
            const session = JSON.parse(localStorage.getItem(place));
            localStorage.setItem(place, JSON.stringify({ ...session, access: session.access + "x" }));
        }"""
    )

    await phone.reload()

    await expect(phone.page.get_by_text("Hai, Rani")).to_be_visible()
    assert not str(await kept(phone.page, "access")).endswith("x")


async def test_an_ended_session_leads_to_the_sign_in(world: World, open_phone: OpenPhone) -> None:
    phone, number = await open_phone(), new_phone()
    await sign_in(world, phone, number)
    refresh = await kept(phone.page, "refresh")
    ended = await world.api.post("/api/auth/logout", json={"refresh_token": refresh})
    assert ended.status_code == 200, ended.text

    await expect(
        phone.page.get_by_text("Sesimu sudah berakhir. Masuk lagi untuk melanjutkan.")
    ).to_be_visible()
    await phone.look("sign-in-expired")


async def test_a_mitras_token_does_not_work_in_the_client_app(world: World, open_phone: OpenPhone) -> None:
    mitra = await world.mitra(online=False)
    mitra.audience = "customer"  # changes where the browser stores the token, not the token
    phone = await open_phone(mitra)
    await phone.go("/")

    await expect(phone.page.get_by_text("Akun ini tidak bisa dipakai di sini.")).to_be_visible()


async def test_signing_out_applies_to_every_tab(world: World, open_phone: OpenPhone) -> None:
    phone, number = await open_phone(), new_phone()
    await sign_in(world, phone, number)
    other = await phone.new_tab("/history")
    await expect(other.get_by_role("heading", name="Riwayat curhat")).to_be_visible()
    refresh = await kept(phone.page, "refresh")
    await phone.page.get_by_role("button", name="Akun").click()
    await expect(phone.page.get_by_role("dialog")).to_contain_text("Rani")
    await phone.look("account")

    async with phone.page.expect_response("**/api/auth/logout"):
        await phone.page.get_by_role("button", name="Keluar").click()

    for page in (phone.page, other):
        await expect(page.get_by_role("heading", name="Hai, senang kamu di sini")).to_be_visible()
    refused = await world.api.post("/api/auth/refresh", json={"refresh_token": refresh})
    assert refused.status_code == 401
