"""The page of failed pairings: listed, filtered, decided and exported rows, compared with SQL."""

import asyncio
import csv
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.conftest import Connection
from tests.rest.harness import Client, pay, until
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import Desk, Operator
from tests.web.harness import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

JAKARTA = ZoneInfo("Asia/Jakarta")


def money(amount: int) -> str:
    return f"Rp\u00a0{amount:,}".replace(",", ".")


def count(owner: Connection, condition: str = "true", *arguments: object) -> tuple[int, int]:
    """The number of failures, and their total amount."""
    query = f"select count(*), coalesce(sum(amount), 0) from control_center.failed_pairings where {condition}"
    row = owner.execute(query.encode(), arguments).fetchone()
    assert row is not None
    return row[0], row[1]


async def shows(desk: Desk, owner: Connection, condition: str = "true", *arguments: object) -> None:
    """Check that the page shows the same number and amount as SQL."""
    many, amount = count(owner, condition, *arguments)
    summary = desk.page.locator(".summary")
    await expect(summary).to_contain_text(f"{many:,} baris".replace(",", "."))
    await expect(summary).to_contain_text(money(amount))
    await expect(desk.page.locator("tbody tr")).to_have_count(min(many, 50))


async def fail(customer: Client, owner: Connection) -> str:
    """A failure that needs action: a paid search, cancelled before it began."""
    await customer.post("/api/client/chat-requests/cancel", {"payment_session_id": await pay(customer, 30)})
    row = owner.execute(
        "select id from data.pairing_failures where customer_id = %s and needs_action", [customer.id]
    ).fetchone()
    assert row is not None
    return str(row[0])


def name_of(owner: Connection, person: Client) -> str:
    row = owner.execute("select display_name from data.users where id = %s", [person.id]).fetchone()
    assert row is not None
    return str(row[0])


async def act(page: Page, name: str, action: str, note: str = "") -> None:
    """Decide on a row through its menu."""
    await page.get_by_role("button", name=f"Tindakan untuk {name}").click()
    await page.get_by_role("menuitem", name=action).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Catatan").fill(note)
    await dialog.get_by_role("button", name=action).click()


async def test_needs_action_is_on_by_default_and_everything_is_listed_on_demand(
    open_desk: OpenDesk, owner: Connection
) -> None:
    desk = await open_desk()
    await desk.go("/failed-pairings", "Failed Pairings")

    await shows(desk, owner, "needs_action")
    await expect(desk.page.get_by_role("radio", name="Perlu tindakan", exact=True)).to_be_checked()

    await desk.page.get_by_role("radio", name="Semua", exact=True).check()
    await shows(desk, owner)
    await expect(desk.page).to_have_url(desk.phone.url("/failed-pairings?needs_action=any"))

    # The pages together list every row once.
    seen: list[str] = []
    pages = -(-count(owner)[0] // 50)
    for number in range(1, pages + 1):
        await expect(desk.page.get_by_role("textbox", name="Halaman", exact=True)).to_have_value(str(number))
        await expect(desk.page.locator(".is-old")).to_have_count(0)
        links = desk.page.locator("tbody .row-time")
        seen += [str(await link.get_attribute("href")).split("?")[0] for link in await links.all()]
        if number < pages:
            await desk.page.get_by_role("button", name="Halaman berikutnya").click()
    listed = owner.execute("select '/failed-pairings/' || id from control_center.failed_pairings")
    assert sorted(seen) == sorted(href for (href,) in listed)


async def test_every_filter_shows_what_sql_counts(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    await desk.go("/failed-pairings?needs_action=any")
    await shows(desk, owner)

    await desk.page.get_by_role("button", name="Sebab").click()
    await desk.page.get_by_role("checkbox", name="Tidak ada bestie").check()
    await shows(desk, owner, "cause_tag = 'no_mitra_available'")
    await desk.page.get_by_role("checkbox", name="Bestie pilihan menolak").check()
    causes = "cause_tag in ('no_mitra_available', 'targeted_mitra_rejected')"
    await shows(desk, owner, causes)
    await desk.page.keyboard.press("Escape")

    today = datetime.now(JAKARTA).date()
    await desk.page.get_by_role("button", name="Rentang tanggal").click()
    await desk.page.get_by_role("button", name="7 hari terakhir").click()
    week = "created_at >= (%s::date - 6)::timestamp at time zone 'Asia/Jakarta'"
    await shows(desk, owner, f"{causes} and {week}", today)
    await desk.page.get_by_label("Sampai tanggal").fill(str(today.replace(day=1)))
    await desk.page.get_by_label("Dari tanggal").fill("")
    month = "created_at < (%s::date + 1)::timestamp at time zone 'Asia/Jakarta'"
    await shows(desk, owner, f"{causes} and {month}", today.replace(day=1))
    await desk.page.keyboard.press("Escape")

    await desk.page.get_by_role("radio", name="Tidak perlu tindakan", exact=True).check()
    await shows(desk, owner, f"{causes} and {month} and not needs_action", today.replace(day=1))

    # The filter is in the URL, so a reload shows the same rows.
    await desk.phone.reload()
    await shows(desk, owner, f"{causes} and {month} and not needs_action", today.replace(day=1))
    await desk.page.get_by_role("button", name="Atur ulang").click()
    await shows(desk, owner, "needs_action")


async def test_a_search_finds_by_name_and_phone(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    row = owner.execute(
        "select customer_name, customer_phone, customer_id from control_center.failed_pairings limit 1"
    ).fetchone()
    assert row is not None
    name, phone, customer_id = row
    await desk.go("/failed-pairings?needs_action=any")

    await desk.page.keyboard.press("/")
    await desk.page.keyboard.type(name)
    await shows(desk, owner, "customer_name = %s", name)
    await desk.page.get_by_role("searchbox").fill(phone[-7:])
    await shows(desk, owner, "customer_phone = %s", phone)
    await desk.go(f"/failed-pairings?needs_action=any&customer_id={customer_id}")
    await shows(desk, owner, "customer_id = %s", customer_id)
    await expect(desk.page.get_by_text(f"Pelanggan: {name}")).to_be_visible()

    await desk.page.get_by_role("searchbox").fill("ab")
    await expect(desk.page.get_by_text("Ketik sedikitnya tiga huruf atau angka.")).to_be_visible()


async def test_a_filter_chosen_during_the_search_debounce_is_kept(open_desk: OpenDesk) -> None:
    desk = await open_desk("viewer")
    await desk.page.clock.install()
    await desk.go("/failed-pairings")
    await expect(desk.page.get_by_role("radio", name="Semua")).to_be_visible()
    await desk.page.clock.pause_at(await desk.page.evaluate("Date.now() / 1000 + 1"))
    await desk.page.keyboard.press("/")
    await desk.page.keyboard.type("budi")
    await desk.page.evaluate("document.querySelector('input[value=any]').click()")
    await desk.page.clock.resume()
    await expect(desk.page).to_have_url(re.compile("search=budi"))
    assert "needs_action=any" in desk.page.url


async def test_an_empty_filter_does_not_claim_that_all_money_is_decided(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    await fail(new_customer(), owner)
    desk = await open_desk("viewer")
    await desk.go(f"/failed-pairings?customer_id={new_customer().id}")
    await expect(desk.page.get_by_text("Tidak ada yang cocok dengan saringan ini.")).to_be_visible()
    await expect(desk.page.get_by_text("Semua uang yang harus kembali")).to_have_count(0)


async def test_days_follow_the_chosen_time_zone(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    await desk.go("/failed-pairings?needs_action=any")
    await expect(desk.page.get_by_role("columnheader", name="Waktu (WIB)")).to_be_visible()

    await desk.page.get_by_label("Zona waktu").select_option("Asia/Jayapura")
    await expect(desk.page.get_by_role("columnheader", name="Waktu (WIT)")).to_be_visible()
    await desk.page.get_by_role("button", name="Rentang tanggal").click()
    await desk.page.get_by_role("button", name="Kemarin").click()
    yesterday = (
        "(created_at at time zone 'Asia/Jayapura')::date = (now() at time zone 'Asia/Jayapura')::date - 1"
    )
    await shows(desk, owner, yesterday)

    # The choice is kept, here and in other tabs.
    await desk.phone.reload()
    await expect(desk.page.get_by_role("columnheader", name="Waktu (WIT)")).to_be_visible()


async def test_today_changes_at_midnight(open_desk: OpenDesk) -> None:
    """Even on an idle page."""
    desk = await open_desk("viewer")
    await desk.page.clock.install()
    await desk.go("/failed-pairings")
    range_ = desk.page.get_by_role("button", name="Rentang tanggal")

    async def choose_today() -> date:
        await range_.click()
        await desk.page.get_by_role("button", name="Hari ini", exact=True).click()
        await expect(range_).to_contain_text("Hari ini")
        return date.fromisoformat(parse_qs(urlsplit(desk.page.url).query)["date_from"][0])

    before = await choose_today()
    await desk.page.keyboard.press("Escape")
    desk.phone.network.cut()
    await expect(desk.page.get_by_text("Terputus")).to_be_visible()
    await desk.page.clock.fast_forward("24:00:00")

    await expect(range_).to_contain_text("Kemarin")
    assert await choose_today() == before + timedelta(days=1)


async def test_a_row_opens_the_timeline_of_its_payment(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    row = owner.execute(
        "select id, payment_session_id, customer_name from control_center.failed_pairings "
        "where superseded_at is not null and targeted_mitra_id is not null order by created_at desc limit 1"
    ).fetchone()
    assert row is not None
    failure, payment, name = row
    events = owner.execute(
        "select count(*) from control_center.payment_timeline where payment_session_id = %s "
        "and type not in ('CHAT_MESSAGE', 'CHAT_READ') "
        "and not (type = 'CHAT_REQUEST_CLOSED' and mitra_ids = '{}')",  # no mitra had an offer
        [payment],
    ).fetchone()
    assert events is not None
    await desk.go(f"/failed-pairings?needs_action=any&search={failure}")
    await desk.row(name).click()

    panel = desk.page.get_by_role("complementary", name="Rincian failed pairing")
    await expect(panel.get_by_role("heading", name="Rincian failed pairing")).to_be_focused()
    await expect(panel.locator(".timeline li")).to_have_count(events[0])
    await expect(panel).to_contain_text("Pembayaran dibuka lagi untuk bestie lain")
    await expect(desk.page).to_have_url(
        desk.phone.url(f"/failed-pairings/{failure}?needs_action=any&search={failure}")
    )
    await desk.page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)


async def test_a_decision_is_recorded_with_note_and_name(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    desk, customer = await open_desk(), new_customer()
    failure, name = await fail(customer, owner), name_of(owner, customer)
    await desk.go("/failed-pairings")
    before, _ = count(owner, "needs_action")

    await act(desk.page, name, "Mark as refunded", "TRX-1")

    row = desk.row(name)
    await expect(row).to_contain_text("Refunded")
    await expect(row).to_contain_text(desk.operator.email)
    await expect(desk.page.locator(".summary")).to_contain_text(f"{before - 1} baris")
    stored = owner.execute(
        "select operator_action, action_note, actioned_by from control_center.failed_pairings where id = %s",
        [failure],
    ).fetchone()
    assert stored == ("refunded", "TRX-1", desk.operator.email)


async def test_the_second_operator_learns_who_decided(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    first, second, customer = await open_desk(), await open_desk(), new_customer()
    await fail(customer, owner)
    name = name_of(owner, customer)
    for desk in (first, second):
        await desk.go("/failed-pairings")
    await second.page.get_by_role("button", name=f"Tindakan untuk {name}").click()
    await second.page.get_by_role("menuitem", name="Mark as credited").click()

    await act(first.page, name, "Mark as refunded")
    await expect(first.row(name)).to_contain_text("Refunded")
    # The second operator's row changes at once, even under an open dialog.
    await expect(second.row(name)).to_contain_text(first.operator.email)

    dialog = second.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Mark as credited").click()
    await expect(dialog.get_by_role("alert")).to_contain_text(f"{first.operator.email} lebih dulu: Refunded")
    await expect(dialog.get_by_role("alert")).to_contain_text("WIB")


async def test_a_refused_decision_is_shown_even_after_its_dialog_was_closed(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_operator: Callable[[str], Operator],
) -> None:
    desk, other, customer = await open_desk(), new_operator("operator"), new_customer()
    failure, name = await fail(customer, owner), name_of(owner, customer)
    asked, answer = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        asked.set()
        await answer.wait()
        await route.continue_()

    await desk.go("/failed-pairings")
    await desk.page.route("**/action", hold)
    await act(desk.page, name, "Mark as credited")
    await asyncio.wait_for(asked.wait(), PATIENCE_MS / 1000)
    await desk.page.get_by_role("button", name="Batal").click()
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    decided = await other.post(f"/internal/failed-pairings/{failure}/action", {"action": "refunded"})
    assert decided.status_code == 200, decided.text
    answer.set()

    await expect(desk.page.get_by_text(f"{other.email} lebih dulu: Refunded")).to_be_visible()


async def test_a_page_beyond_the_last_leads_to_the_last(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    """For example after all rows of the last page were decided."""
    await fail(new_customer(), owner)
    desk = await open_desk()
    many = count(owner, "needs_action")[0]
    await desk.go(f"/failed-pairings?size=25&page={many // 25 + 2}")
    await expect(desk.page.locator("tbody tr")).to_have_count((many - 1) % 25 + 1)
    await expect(desk.page.get_by_text("Tidak ada yang perlu tindakan.")).to_have_count(0)
    await expect(desk.page.get_by_role("textbox", name="Halaman")).to_have_value(str((many - 1) // 25 + 1))


async def test_each_decision_of_a_batch_is_reported(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_operator: Callable[[str], Operator],
) -> None:
    desk, other = await open_desk(), new_operator("operator")
    customers = [new_customer() for _ in range(3)]
    failures = [await fail(customer, owner) for customer in customers]
    names = [name_of(owner, customer) for customer in customers]
    await desk.go("/failed-pairings")
    for name in names:
        await desk.row(name).get_by_role("checkbox").check()
    await expect(desk.page.locator(".bulk")).to_contain_text("3 dipilih")
    decided = await other.post(f"/internal/failed-pairings/{failures[1]}/action", {"action": "no_action"})
    assert decided.status_code == 200, decided.text

    await desk.page.locator(".bulk").get_by_role("button", name="Mark as credited").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("Catatan").fill("gangguan jaringan")
    await dialog.get_by_role("button", name="Mark as credited").click()

    await expect(dialog.get_by_role("heading")).to_have_text("2 berhasil, 1 tidak")
    for name, outcome in zip(names, ("Berhasil", f"{other.email} lebih dulu", "Berhasil"), strict=True):
        await expect(dialog.get_by_role("row").filter(has_text=name)).to_contain_text(outcome)
    stored = owner.execute(
        "select operator_action, action_note from data.pairing_failures where id = any (%s) order by created_at",
        [failures],
    ).fetchall()
    assert stored == [
        ("credited", "gangguan jaringan"),
        ("no_action", None),
        ("credited", "gangguan jaringan"),
    ]


async def test_a_new_failure_appears_live_but_moves_no_row_under_the_pointer(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    desk, early, late = await open_desk(), new_customer(), new_customer()
    await desk.go("/failed-pairings")
    await expect(desk.page.locator("tbody tr").first).to_be_visible()
    await desk.page.mouse.move(700, 20)

    await fail(early, owner)
    first = desk.page.locator("tbody tr").first
    await expect(first).to_contain_text(name_of(owner, early))

    await first.hover()
    await fail(late, owner)
    await expect(desk.page.get_by_text("1 perubahan baru")).to_be_visible()
    await expect(first).to_contain_text(name_of(owner, early))
    await shows_total(desk, owner)
    await desk.page.get_by_role("button", name="Tampilkan").click()
    await expect(first).to_contain_text(name_of(owner, late))


async def shows_total(desk: Desk, owner: Connection) -> None:
    await expect(desk.page.locator(".summary")).to_contain_text(f"{count(owner, 'needs_action')[0]} baris")


async def test_the_file_holds_exactly_the_filtered_rows(
    open_desk: OpenDesk, owner: Connection, tmp_path: Path
) -> None:
    desk = await open_desk("viewer", clock_off_by=-48 * 3600)
    await desk.go(
        "/failed-pairings?needs_action=any&cause_tags=no_mitra_available&cause_tags=all_mitras_rejected"
    )

    async with desk.page.expect_download() as caught:
        await desk.page.get_by_role("button", name="Ekspor CSV").click()
    path = tmp_path / "failures.csv"
    file = await caught.value
    await file.save_as(path)
    # The date is the service's, even if the browser's clock is wrong.
    assert file.suggested_filename == f"failed-pairings-{datetime.now(JAKARTA):%Y-%m-%d}.csv"

    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    expected = owner.execute(
        "select id::text, amount::text from control_center.failed_pairings "
        "where cause_tag in ('no_mitra_available', 'all_mitras_rejected') order by created_at desc, id desc"
    ).fetchall()
    assert [(row["id"], row["jumlah_rp"]) for row in rows] == expected


async def test_a_viewer_may_only_read(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    row = owner.execute("select id from data.pairing_failures where needs_action limit 1").fetchone()
    assert row is not None
    await desk.go(f"/failed-pairings/{row[0]}")
    await expect(desk.page.locator(".timeline li").first).to_be_visible()

    await expect(desk.page.get_by_role("button", name="Mark as")).to_have_count(0)
    await expect(desk.page.get_by_role("button", name="Tindakan")).to_have_count(0)
    await expect(desk.page.get_by_role("checkbox")).to_have_count(0)
    refused = await desk.operator.post(f"/internal/failed-pairings/{row[0]}/action", {"action": "refunded"})
    assert (refused.status_code, refused.json()["error"]) == (403, "role_not_sufficient")


async def test_escape_in_the_panel_leads_back_to_the_row(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.go("/failed-pairings")
    link = desk.page.locator("tbody .row-time").nth(3)
    await link.focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator(".panel h2")).to_be_focused()
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.locator(".panel")).to_have_count(0)
    await expect(link).to_be_focused()


@pytest.mark.parametrize("width", [390, 768, 1024, 1280])
async def test_the_table_fits_its_card_and_its_actions_the_screen(open_desk: OpenDesk, width: int) -> None:
    desk = await open_desk(viewport=ViewportSize(width=width, height=800))
    await desk.phone.go("/failed-pairings")
    act = desk.page.get_by_role("button", name=re.compile("Tindakan untuk")).first
    await expect(act).to_be_visible()
    for _ in range(2):
        box = await desk.page.locator(".table-box").bounding_box()
        button = await act.bounding_box()
        assert box is not None
        assert button is not None
        assert button["x"] + button["width"] <= min(width, box["x"] + box["width"])
        inside = await desk.page.locator(".table-scroll").evaluate("one => one.getBoundingClientRect().right")
        assert inside <= box["x"] + box["width"] + 1
        await desk.look(f"failures-{width}{'-open' if width >= 1024 and _ else ''}")
        if width < 1024:
            break  # there the panel covers the screen
        await desk.page.locator("tbody .row-time").first.click()
        await expect(desk.page.locator(".panel")).to_be_visible()


async def test_a_row_is_found_and_decided_by_keyboard(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    desk, customer = await open_desk(), new_customer()
    failure, name = await fail(customer, owner), name_of(owner, customer)
    await desk.go("/failed-pairings")
    press = desk.page.keyboard.press

    await press("/")
    await desk.page.keyboard.type(name)
    await expect(desk.page.locator("tbody tr")).to_have_count(1)
    button = desk.page.get_by_role("button", name=f"Tindakan untuk {name}")
    for _ in range(30):
        await press("Tab")
        if await button.evaluate("one => one === document.activeElement"):
            break
    await press("Enter")
    await expect(desk.page.get_by_role("menuitem", name="Mark as refunded")).to_be_focused()
    await press("ArrowDown")
    await press("Enter")
    await expect(desk.page.get_by_label("Catatan")).to_be_focused()
    await desk.page.keyboard.type("lewat papan ketik")
    await press("Tab")
    await press("Tab")
    await press("Enter")
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)

    def decided() -> Any:  # noqa: ANN401
        query = "select operator_action, action_note from data.pairing_failures where id = %s"
        return owner.execute(query, [failure]).fetchone() == ("credited", "lewat papan ketik")

    await until(decided)
