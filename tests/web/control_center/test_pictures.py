"""The README's screenshots of the control center. `make screenshots` copies them to docs/images."""

import pytest
from playwright.async_api import expect

from tests.web.control_center.conftest import OpenDesk
from tests.web.harness import DESK

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_dashboard_and_the_failed_pairings(open_desk: OpenDesk) -> None:
    desk = await open_desk("operator", viewport=DESK)
    await desk.go("/", "Dashboard")
    await expect(desk.page.get_by_role("progressbar")).to_have_count(0)
    await desk.phone.picture("control-center-dashboard")
    await desk.go("/failed-pairings", "Failed Pairings")
    await expect(desk.page.get_by_role("row").nth(3)).to_be_visible()
    await desk.phone.picture("control-center-failures")
