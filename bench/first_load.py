"""From opening the customer's app to its being ready, in Chromium on a slow phone with a slow network.

The network is Lighthouse's slow 4G as Chromium emulates it: every request has the latency, all share the bandwidth.
The processor is slowed down four times. Each visit has a new browser context, so nothing is cached or compiled.
*Ready* means that the user can act: type a phone number (not signed in), or press "Mulai Curhat" (signed in, after
socket, snapshot and the first poll). The floor, measured in the same run: a page of a few bytes on the same network.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import click
import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from app.auth import issue_token
from app.running.probes import base_url
from bench.measure import Line, say, show
from bench.stack import Stack, stack
from tests.web.harness import PHONE, chromium_options, signed_in
from workshop.simulate.people import seed_people

TARGET_MILLISECONDS = 2_000
BYTES_PER_SECOND = 1_638_400 / 8
CPU_SLOWDOWN = 4

Ready = Callable[[Page], Awaitable[None]]


async def _slow(context: BrowserContext, page: Page, latency: float) -> None:
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND / 2,
        },
    )
    await session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})


async def _visit(browser: Browser, url: str, ready: Ready, latency: float, before: str = "") -> float:
    """Seconds until a first visit is ready."""
    context = await browser.new_context(viewport=PHONE, locale="id-ID")
    try:
        if before:
            await context.add_init_script(before)
        page = await context.new_page()
        await _slow(context, page, latency)
        began = time.perf_counter()
        await page.goto(url, wait_until="commit")
        await ready(page)
        return time.perf_counter() - began
    finally:
        await context.close()


async def _loaded(page: Page) -> None:
    await page.wait_for_load_state("load")


async def _can_type(page: Page) -> None:
    await page.get_by_label("Nomor HP").wait_for()


async def _can_start(page: Page) -> None:
    await page.locator("button:not([aria-disabled])", has_text="Mulai Curhat").wait_for()


async def _measure(visits: int, latency: float) -> None:
    async with stack(workers=1, listeners=("relay", "deadlines", "availability")) as ours:
        url = base_url(ours.settings.host, ours.settings.public_port)
        kinds = {
            "a page of a few bytes": (f"{url}/healthz", _loaded, ""),
            "the form to sign in": (f"{url}/", _can_type, ""),
            "home, signed in": (f"{url}/", _can_start, await _somebody_can_be_had(ours, url)),
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**chromium_options())
            say(f"{visits} first visits of each kind")
            for _ in range(visits):
                for name, (address, ready, before) in kinds.items():
                    times[name].append(await _visit(browser, address, ready, latency, before))
            await browser.close()
    floor, *rest = times
    show(
        f"first load: {latency:g} ms latency, 1.6 Mbit/s, the processor slowed down {CPU_SLOWDOWN} times",
        [Line(floor, times[floor]), *(Line(name, times[name], TARGET_MILLISECONDS) for name in rest)],
    )


async def _somebody_can_be_had(ours: Stack, url: str) -> str:
    """A mitra goes online and stays online. Gives the script that signs a customer in."""
    operator = await ours.as_role("curhat_operator")
    await operator.execute("select ops.set_config('presence_ttl_seconds', '600', 'bench')")
    await operator.close()
    customer, mitra = await seed_people(ours.settings.database_url, 1, 1)
    token = issue_token(ours.settings, "mitra", UUID(mitra.id))
    async with httpx.AsyncClient(base_url=url) as http:
        online = await http.post(
            "/api/mitra/status", json={"online": True}, headers={"Authorization": f"Bearer {token}"}
        )
    online.raise_for_status()
    return signed_in("customer", customer.id, issue_token(ours.settings, "customer", UUID(customer.id)))


@click.command
@click.option("--visits", default=10, show_default=True, help="Of each kind.")
@click.option("--latency", default=150.0, show_default=True, help="Of every request, in milliseconds.")
def bench(visits: int, latency: float) -> None:
    """From opening the customer's app to its being ready, on a slow phone."""
    asyncio.run(_measure(visits, latency))
