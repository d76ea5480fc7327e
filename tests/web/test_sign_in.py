"""The first screen of each app."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.web.conftest import OpenPhone
from tests.web.harness import DESK, PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("app", "path", "heading", "viewport"),
    [
        ("client", "/", "Hai, senang kamu di sini", PHONE),
        ("mitra", "/mitra/", "Halo, bestie", PHONE),
        ("control-center", "/", "Control Center", DESK),
    ],
)
async def test_the_first_screen_is_for_everybody(
    open_phone: OpenPhone, app: str, path: str, heading: str, viewport: ViewportSize
) -> None:
    phone = await open_phone(app=app, viewport=viewport)
    await phone.go(path)

    await expect(phone.page.get_by_role("heading", name=heading)).to_be_focused()
    await phone.look("sign-in")
    await phone.fits("sign-in")


async def test_what_is_no_phone_number_is_said_beside_it(open_phone: OpenPhone) -> None:
    phone = await open_phone()
    await phone.go("/")
    await expect(phone.page.get_by_role("heading")).to_be_focused()

    await phone.page.keyboard.press("Tab")
    await expect(phone.page.get_by_label("Nomor HP")).to_be_focused()
    await phone.page.keyboard.type("0812")
    await phone.page.keyboard.press("Enter")

    await expect(phone.page.get_by_role("alert")).to_have_text(
        "Nomornya belum lengkap. Contoh: 0812 3456 7890."
    )
    await phone.look("sign-in-wrong-number")
