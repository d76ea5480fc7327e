"""The settings page: changes apply at once, invalid values are refused, and concurrent changes are not lost."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect

from tests.conftest import Connection
from tests.rest.harness import Client, pair, pay, until
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import Operator

pytestmark = pytest.mark.asyncio(loop_scope="session")

RETURNING = "returning_chat_confirmation_timeout_seconds"
MINUTES = "Batas waktu sesi pembayaran"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def restore_settings(owner: Connection) -> AsyncIterator[None]:
    """Restore all settings after each test."""
    before = owner.execute("select key, value from data.app_config").fetchall()
    yield
    for key, value in before:
        owner.execute(
            "select ops.set_config(key, %s, 'test') from data.app_config where key = %s and value <> %s",
            [value, key, value],
        )


def value_of(owner: Connection, key: str) -> str:
    row = owner.execute("select value from data.app_config where key = %s", [key]).fetchone()
    assert row is not None
    return str(row[0])


async def test_a_shorter_timeout_applies_to_the_next_returning_request(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    desk, customer, mitra = await open_desk("admin"), new_customer(), new_mitra()
    chat = await pair(customer, mitra)
    await customer.post(f"/api/client/chat-sessions/{chat}/end")
    await desk.go("/settings", "Settings")

    field = desk.page.get_by_role("textbox", name='Waktu jawab "Curhat lagi"')
    await field.fill("5")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_text('Waktu jawab "Curhat lagi" disimpan.')).to_be_visible()

    payment = await pay(customer, 30, targeted_mitra_id=str(mitra.id))
    asked = await customer.post(
        "/api/client/chat-requests/returning", {"payment_session_id": payment, "mitra_id": str(mitra.id)}
    )
    assert asked.status_code == 201, asked.text
    failure = owner.execute(
        "select extract(epoch from deadline_at - created_at) from data.pairing_requests where id = %s",
        [asked.json()["id"]],
    ).fetchone()
    assert failure == (5,)

    # The mitra does not answer, and the failure appears on the operators' page.
    await desk.go(f"/failed-pairings?customer_id={customer.id}")
    row = desk.page.get_by_role("row").filter(has_text="Bestie pilihan tidak menjawab")
    await expect(row).to_be_visible()
    waited = owner.execute(
        "select extract(epoch from f.created_at - r.created_at) from data.pairing_failures f "
        "join data.pairing_requests r on r.id = f.pairing_request_id where r.payment_session_id = %s",
        [payment],
    ).fetchone()
    assert waited is not None
    assert 5 <= waited[0] < 20


async def test_an_invalid_value_is_refused_beside_its_field(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("admin")
    await desk.go("/settings")
    field = desk.page.get_by_role("textbox", name=MINUTES)

    await field.fill("9999")
    await desk.page.keyboard.press("Enter")
    await expect(field).to_have_attribute("aria-invalid", "true")
    row = desk.page.locator("form.setting").filter(has=field)
    await expect(row.get_by_role("alert")).to_have_text("Isi bilangan bulat dari 1 sampai 1.440.")
    assert value_of(owner, "payment_session_timeout_minutes") == "20"

    await desk.page.keyboard.press("Escape")
    await expect(field).to_have_value("20")
    await expect(row.locator(".field-error")).to_be_empty()


async def test_enter_pressed_twice_saves_once(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("admin")
    await desk.go("/settings")
    field = desk.page.get_by_role("textbox", name=MINUTES)
    pressed = asyncio.Event()

    async def hold(route: Route) -> None:
        await pressed.wait()
        await route.continue_()

    await desk.page.route("**/internal/config/payment_session_timeout_minutes", hold)
    await field.fill("31")
    await desk.page.keyboard.press("Enter")
    await desk.page.keyboard.press("Enter")
    pressed.set()

    await expect(desk.page.get_by_text(f"{MINUTES} disimpan.")).to_be_visible()
    assert sum(request.startswith("PATCH") for request in desk.phone.requests) == 1
    assert value_of(owner, "payment_session_timeout_minutes") == "31"


async def test_a_choice_is_changed_and_undone(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("admin")
    await desk.go("/settings")
    row = desk.page.locator("form.setting").filter(has_text="extension_default_action_on_timeout")

    await row.get_by_role("radio", name="Auto-reject").check()
    await row.get_by_role("button", name="Simpan").click()
    await expect(row).to_contain_text(f"oleh {desk.operator.email}")
    assert value_of(owner, "extension_default_action_on_timeout") == "auto_reject"

    undo = desk.page.get_by_role("button", name="Urungkan: Tindakan otomatis perpanjangan, Auto-approve")
    await undo.click()
    await expect(row.get_by_role("radio", name="Auto-approve")).to_be_checked()
    await until(lambda: value_of(owner, "extension_default_action_on_timeout") == "auto_approve")


async def test_a_concurrent_change_is_not_overwritten_silently(
    open_desk: OpenDesk, owner: Connection, new_operator: Callable[[str], Operator]
) -> None:
    desk, other = await open_desk("admin"), new_operator("admin")
    await desk.go("/settings")
    field = desk.page.get_by_role("textbox", name=MINUTES)
    await field.fill("30")

    changed = await other.patch("/internal/config/payment_session_timeout_minutes", {"value": 25})
    assert changed.status_code == 200, changed.text
    await expect(desk.page.get_by_text(f"oleh {other.email}").first).to_be_visible()
    await field.press("Enter")

    row = desk.page.locator("form.setting").filter(has=field)
    await expect(row.get_by_role("alert")).to_contain_text(f"{other.email} mengubahnya menjadi 25 menit")
    assert value_of(owner, "payment_session_timeout_minutes") == "25"
    await row.get_by_role("button", name="Tetap simpan 30 menit").click()
    await until(lambda: value_of(owner, "payment_session_timeout_minutes") == "30")


async def test_the_history_of_a_setting_has_its_own_url(open_desk: OpenDesk, owner: Connection) -> None:
    owner.execute("select ops.set_config('max_customers_per_mitra', '4', 'ratna@curhat.example')")
    desk = await open_desk("viewer")
    await desk.go("/settings")
    await desk.page.get_by_role("button", name="Riwayat Pelanggan per bestie").click()

    history = desk.page.get_by_role("region", name="Riwayat Pelanggan per bestie")
    await expect(history).to_contain_text("3 pelanggan")
    await expect(history).to_contain_text("ratna@curhat.example")
    await desk.phone.reload()
    await expect(history).to_contain_text("ratna@curhat.example")


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_only_admins_change_settings(open_desk: OpenDesk, owner: Connection, role: str) -> None:
    desk = await open_desk(role)
    await desk.go("/settings")

    await expect(desk.page.get_by_text("Hanya admin yang dapat mengubah pengaturan.")).to_be_visible()
    await expect(desk.page.get_by_role("textbox", name=MINUTES)).not_to_be_editable()
    await expect(desk.page.get_by_role("radio", name="Auto-reject")).to_be_disabled()
    refused = await desk.operator.patch(f"/internal/config/{RETURNING}", {"value": 5})
    assert (refused.status_code, refused.json()["error"]) == (403, "role_not_sufficient")
