"""The dashboard: charts that match SQL, usable by mouse, by keyboard and as tables."""

import re

import pytest
from playwright.async_api import expect

from tests.conftest import Connection
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.test_failed_pairings import shows

pytestmark = pytest.mark.asyncio(loop_scope="session")

DAYS = "day > (now() at time zone 'Asia/Jakarta')::date - 30"


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


async def test_the_figures_match_the_database(open_desk: OpenDesk, owner: Connection) -> None:
    row = owner.execute(
        f"select sum(payments_created), sum(payments_confirmed), sum(searches_general + searches_returning), "
        f"sum(paired), sum(charged) from data.daily_figures where {DAYS}".encode()
    ).fetchone()
    assert row is not None
    *steps, charged = row
    desk = await open_desk("viewer")
    await desk.go("/dashboard", "Dashboard")

    funnel = desk.page.get_by_role("figure", name="Dari pembayaran sampai berpasangan")
    await expect(funnel.locator(".funnel-value")).to_have_text([thousands(step) for step in steps])
    money = desk.page.get_by_role("figure", name="Pendapatan dan uang kembali")
    await expect(money.locator(".figure-lead")).to_contain_text(f"Rp\u00a0{thousands(charged)}")


async def test_an_idle_dashboard_reloads_its_figures(open_desk: OpenDesk) -> None:
    """The figures are computed every five minutes, and a new day starts at midnight."""
    desk = await open_desk("viewer")
    await desk.page.clock.install()
    await desk.go("/dashboard", "Dashboard")
    await expect(desk.page.get_by_role("figure").first).to_be_visible()
    async with desk.page.expect_response("**/internal/dashboard?*"):
        await desk.page.clock.fast_forward("05:00")


async def test_a_chart_is_read_by_keyboard_and_leads_to_its_failures(
    open_desk: OpenDesk, owner: Connection
) -> None:
    """Both use days in Jakarta, even if times are shown in another zone."""
    desk = await open_desk(
        "viewer", remembers='localStorage["curhat.control-center.zone"] = "Asia/Jayapura";'
    )
    await desk.go("/dashboard")
    explorer = desk.page.get_by_role("figure", name="Kegagalan menurut sebab").get_by_role("slider")
    await explorer.focus()
    await expect(explorer).to_have_attribute("aria-valuenow", "30")
    await desk.page.keyboard.press("ArrowLeft")
    await expect(explorer).to_have_attribute("aria-valuenow", "29")

    row = owner.execute(
        "select failed ->> 'no_mitra_available', day::text from data.daily_figures "
        "where day = (now() at time zone 'Asia/Jakarta')::date - 1"
    ).fetchone()
    assert row is not None
    value_text = re.compile(rf"Tidak ada bestie {row[0] or 0}\b")
    await expect(explorer).to_have_attribute("aria-valuetext", value_text)
    await desk.page.keyboard.press("Enter")
    await expect(desk.page).to_have_url(
        desk.phone.url(f"/failed-pairings?needs_action=any&date_from={row[1]}&date_to={row[1]}&days=wib")
    )
    await shows(desk, owner, "(created_at at time zone 'Asia/Jakarta')::date = %s::date", row[1])
    await expect(desk.page.get_by_role("button", name="Rentang tanggal")).to_contain_text("(WIB)")


async def test_a_chart_shows_its_figures_on_hover_and_as_a_table(
    open_desk: OpenDesk, owner: Connection
) -> None:
    desk = await open_desk("viewer")
    await desk.go("/dashboard?days=7")
    figure = desk.page.get_by_role("figure", name="Pendapatan dan uang kembali")
    await figure.get_by_role("slider").hover()
    await expect(figure.locator(".chart-tip")).to_contain_text("Ditagih")

    await figure.get_by_role("button", name="Tabel: Pendapatan dan uang kembali").click()
    rows = owner.execute(
        "select coalesce(k.charged, 0) from generate_series(0, 6) n left join data.daily_figures k "
        "on k.day = (now() at time zone 'Asia/Jakarta')::date - n order by n"
    ).fetchall()
    await expect(figure.locator("tbody tr td:nth-child(2)")).to_have_text(
        [f"Rp\u00a0{thousands(charged)}" for (charged,) in rows]
    )
    await expect(desk.page).to_have_url(desk.phone.url("/dashboard?days=7&table=money"))


async def test_the_hourly_figures_match_the_database(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk("viewer")
    await desk.go("/dashboard?table=supply")
    figure = desk.page.get_by_role("figure", name="Bestie online dan pencarian per jam")
    rows = owner.execute(
        "select searches from data.hourly_figures where hour >= now() - interval '49 hours' order by hour desc"
    ).fetchall()
    await expect(figure.locator("tbody tr td:nth-child(2)")).to_have_text([str(many) for (many,) in rows])

    await figure.get_by_role("radio", name="Rata-rata harian").check()
    await expect(figure.locator("tbody tr")).to_have_count(24)
