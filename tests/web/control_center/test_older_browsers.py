"""The control center in the oldest supported browsers."""

import re

import pytest
from playwright.async_api import expect

from tests.conftest import Connection
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import PAGES
from tests.web.control_center.test_failed_pairings import shows
from tests.web.harness import OLDER

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_filters_work(open_desk: OpenDesk, owner: Connection) -> None:
    desk = await open_desk()
    await desk.phone.context.add_init_script(OLDER)
    await desk.go("/failed-pairings?needs_action=any")
    await shows(desk, owner)
    await desk.go("/failed-pairings?needs_action=any&cause_tags=customer_cancelled")
    await shows(desk, owner, "cause_tag = 'customer_cancelled'")
    await desk.go("/failed-pairings?needs_action=any&cause_tags=customer_cancelled&size=1")
    await desk.page.get_by_role("textbox", name="Halaman").fill("2")
    await desk.page.keyboard.press("Tab")
    await expect(desk.page).to_have_url(
        re.compile("needs_action=any&cause_tags=customer_cancelled&size=1&page=2")
    )


async def test_every_page_loads(open_desk: OpenDesk) -> None:
    desk = await open_desk("admin")
    await desk.phone.context.add_init_script(OLDER)
    for path in PAGES.values():
        await desk.go(path)
        await expect(desk.page.locator(".spinner")).to_have_count(0)
