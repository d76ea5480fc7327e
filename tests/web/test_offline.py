"""A page opened offline says so, and loads the app once there is a network."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import OpenPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("app", "path", "heading"),
    [("client", "/history", "Hai, senang kamu di sini"), ("mitra", "/mitra/", "Halo, bestie")],
)
async def test_an_offline_page_says_so_and_recovers(
    open_phone: OpenPhone, app: str, path: str, heading: str
) -> None:
    phone = await open_phone(app=app)
    page = phone.page
    await phone.go(path)
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()
    await page.evaluate("navigator.serviceWorker.ready")
    await page.wait_for_function("navigator.serviceWorker.controller !== null")

    phone.network.cut()
    await phone.reload()
    await expect(page.get_by_role("heading", name="Tidak ada koneksi")).to_be_visible()
    await phone.look("offline")
    await phone.fits("offline")
    await page.get_by_role("button", name="Coba lagi").click()
    await expect(page.get_by_role("status")).to_have_text("Belum ada koneksi.")
    phone.network.restore()
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.parametrize(("app", "path"), [("client", "/"), ("mitra", "/mitra/")])
async def test_the_app_itself_is_not_cached(open_phone: OpenPhone, app: str, path: str) -> None:
    """Otherwise an outdated version might be shown."""
    phone = await open_phone(app=app)
    await phone.go(path)
    await phone.page.evaluate("navigator.serviceWorker.ready")
    await phone.page.wait_for_function("navigator.serviceWorker.controller !== null")
    await phone.reload()
    kept = await phone.page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys()) {
                for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
            }
            return found.sort();
        }"""
    )
    assert kept == [f"{path}{name}" for name in ("icon.svg", "offline.css", "offline.html", "offline.js")]
