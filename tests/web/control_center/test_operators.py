"""Sign-in with a password, and the admins' page of operators."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Route, expect

from app.identity.passwords import hash_password
from tests.conftest import Connection
from tests.rest.harness import until
from tests.web.conftest import OpenPhone
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import Operator
from tests.web.harness import OFFICE

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "kopi susu tanpa gula"
HASH = hash_password(PASSWORD)


async def test_signing_in_leads_to_the_requested_page(
    open_phone: OpenPhone, owner: Connection, new_operator: Callable[[str], Operator]
) -> None:
    operator = new_operator("viewer")
    owner.execute("update data.cc_users set password_hash = %s where id = %s", [HASH, operator.id])
    phone = await open_phone(app="control-center", viewport=OFFICE)
    await phone.go("/failed-pairings?needs_action=any")

    await phone.page.get_by_label("E-mail").fill(operator.email)
    await phone.page.get_by_label("Kata sandi").fill("salah sama sekali")
    await phone.page.keyboard.press("Enter")
    await expect(phone.page.get_by_role("alert").filter(has_text="tidak cocok")).to_be_visible()
    await phone.page.get_by_label("Kata sandi").fill(PASSWORD)
    await phone.page.keyboard.press("Enter")

    await expect(phone.page.get_by_role("heading", level=1)).to_have_text("Failed Pairings")
    await expect(phone.page.locator(".side-me")).to_contain_text("Viewer")
    await expect(phone.page.get_by_role("link", name="Tim")).to_have_count(0)
    await expect(phone.page).to_have_url(phone.url("/failed-pairings?needs_action=any"))

    await phone.page.get_by_role("button", name="Keluar").click()
    await expect(phone.page.get_by_label("Kata sandi")).to_be_visible()


async def test_changing_the_password_requires_the_old_one(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    owner.execute("update data.cc_users set password_hash = %s where id = %s", [HASH, desk.operator.id])
    await desk.go("/dashboard")
    await desk.page.get_by_role("button", name="Ganti kata sandi").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("Kata sandi sekarang").fill("bukan ini")
    await dialog.get_by_label("Kata sandi baru").fill("teh tawar hangat")
    await dialog.get_by_role("button", name="Ganti", exact=True).click()
    await expect(dialog.get_by_role("alert").filter(has_text="tidak cocok")).to_be_visible()
    await desk.look("password")

    await dialog.get_by_label("Kata sandi sekarang").fill(PASSWORD)
    await dialog.get_by_role("button", name="Ganti", exact=True).click()
    await expect(desk.page.get_by_text("Kata sandi diganti.")).to_be_visible()
    row = owner.execute(
        "select password_hash from data.cc_users where id = %s", [desk.operator.id]
    ).fetchone()
    assert row is not None
    assert row[0] != HASH


async def test_a_refusal_is_shown_even_after_its_dialog_was_closed(open_desk: OpenDesk) -> None:
    desk = await open_desk("admin")
    page = desk.page
    asked: asyncio.Future[Route] = asyncio.get_running_loop().create_future()

    async def hold(route: Route) -> None:
        asked.set_result(route)

    await page.route("**/internal/auth/password", hold)
    await desk.go("/dashboard")
    await page.get_by_role("button", name="Ganti kata sandi").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Kata sandi sekarang").fill("bukan ini, sungguh")
    await dialog.get_by_label("Kata sandi baru").fill("yang baru dan panjang")
    await dialog.get_by_role("button", name="Ganti", exact=True).click()
    route = await asked
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await route.continue_()
    await expect(page.locator(".toast-danger")).to_be_visible()


async def test_an_admin_adds_and_changes_an_operator(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("admin")
    await desk.go("/operators", "Tim")
    await desk.page.get_by_role("button", name="Tambah orang").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("Nama").fill("Rahma")
    await dialog.get_by_label("E-mail").fill(desk.operator.email)
    await dialog.get_by_label("Kata sandi pertama").fill("pendek")
    await dialog.get_by_role("button", name="Tambah orang").click()
    await expect(dialog.get_by_role("alert").filter(has_text="sedikitnya 12 karakter")).to_be_visible()
    await dialog.get_by_label("Kata sandi pertama").fill(PASSWORD)
    await dialog.get_by_role("button", name="Tambah orang").click()
    await expect(dialog.get_by_role("alert").filter(has_text="sudah dipakai")).to_be_visible()
    await desk.look("operators-add")
    await dialog.get_by_label("E-mail").fill("rahma@curhat.example")
    await dialog.get_by_role("button", name="Tambah orang").click()

    await expect(desk.row("rahma@curhat.example")).to_contain_text("Aktif")
    await desk.look("operators")

    def of_rahma() -> object:
        query = "select role, active from data.cc_users where email = 'rahma@curhat.example'"
        return owner.execute(query.encode()).fetchone()

    await desk.page.get_by_label("Peran Rahma").select_option("viewer")
    await until(lambda: of_rahma() == ("viewer", True))
    await desk.page.get_by_role("button", name="Nonaktifkan: Rahma").click()
    await expect(desk.row("rahma@curhat.example").get_by_text("Nonaktif", exact=True)).to_be_visible()
    assert of_rahma() == ("viewer", False)
