"""The page of failed pairings in Chromium, with a million of them: filters, pages and scrolling.

A filter's time runs from the change of the address to the first frame with its rows and totals. The floor, measured
in the same run, is a filter without matches. Frames are counted while two hundred rows, the most that a page shows,
scroll from end to end; Chromium draws at most sixty a second. Listener, browser and measuring share the machine.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import click
from playwright.async_api import Page, async_playwright

from app.auth import issue_token
from app.server import bind, create_internal_app, serving
from app.settings import Settings
from bench.failures import house
from bench.measure import Line, console, say, show
from tests.web.harness import OFFICE, chromium_options, signed_in

TARGET_MILLISECONDS = 250
TARGET_FRAME_MILLISECONDS = 34  # two frames of sixty a second
PAGE = "/failed-pairings"

FILTERS = {
    "floor: a cause that never was": "?needs_action=any&cause_tags=payment_session_expired",
    "needs action": "",
    "everything": "?needs_action=any",
    "two causes": "?needs_action=any&cause_tags=no_mitra_available&cause_tags=customer_cancelled",
    "decided": "?needs_action=false",
    "200 rows": "?needs_action=any&size=200",
    "the thousandth page": "?needs_action=any&page=1000",
}

# Seconds until the rows of an address are on the screen.
SHOWN = """
async (path) => {
    const frame = () => new Promise(requestAnimationFrame);
    const before = document.querySelector(".summary").textContent + document.querySelector("tbody")?.textContent;
    const began = performance.now();
    history.pushState(null, "", path);
    for (;;) {
        await frame();
        const now = document.querySelector(".summary").textContent + document.querySelector("tbody")?.textContent;
        if (now !== before && !document.querySelector(".is-old, .summary .spinner")) break;
    }
    await frame();
    return (performance.now() - began) / 1000;
}
"""
# The seconds between frames while all rows scroll by.
SCROLLED = """
async () => {
    const frames = [];
    const most = document.scrollingElement.scrollHeight - innerHeight;
    let last = await new Promise(requestAnimationFrame);
    for (let at = 0; at < most; at += 60) {
        scrollTo(0, at);
        const now = await new Promise(requestAnimationFrame);
        frames.push((now - last) / 1000);
        last = now;
    }
    scrollTo(0, 0);
    return frames;
}
"""


@dataclass(frozen=True)
class Measured:
    """Measured times, in seconds."""

    filters: dict[str, list[float]]
    pages: list[float]
    frames: list[float]
    nodes: int


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Failures.")
@click.option("--rounds", default=15, show_default=True, help="Of each filter, and pages that are turned.")
def bench(rows: int, rounds: int) -> None:
    """The control center's page of failed pairings: filters, pages and scrolling."""
    with house(rows) as (settings, operator, _):
        figures = asyncio.run(_measure(settings, operator, rounds))
    floor, *rest = figures.filters
    show(
        f"failed pairings in the browser, of {rows:,}",
        [
            Line(floor, figures.filters[floor]),
            *(Line(name, figures.filters[name], TARGET_MILLISECONDS) for name in rest),
            Line("the next page", figures.pages, TARGET_MILLISECONDS),
            Line("a frame while 200 rows scroll", figures.frames, TARGET_FRAME_MILLISECONDS),
        ],
    )
    console.print(f"elements in the page of 200 rows: {figures.nodes:,}")


async def _measure(settings: Settings, operator: UUID, rounds: int) -> Measured:
    with bind("127.0.0.1", 0) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        async with serving(create_internal_app(settings), sock), async_playwright() as playwright:
            browser = await playwright.chromium.launch(**chromium_options())
            context = await browser.new_context(viewport=OFFICE, locale="id-ID")
            token = issue_token(settings, "operator", operator)
            await context.add_init_script(signed_in("operator", operator, token))
            page = await context.new_page()
            await page.goto(f"{url}{PAGE}?needs_action=any&page=2")
            await page.locator("tbody tr").first.wait_for()
            say(f"{rounds} rounds of {len(FILTERS)} filters")
            figures = await _use(page, rounds)
            await browser.close()
    return figures


async def _use(page: Page, rounds: int) -> Measured:
    filters: dict[str, list[float]] = {name: [] for name in FILTERS}
    for number in range(rounds):
        for name, query in FILTERS.items():
            # Each time until another day in the future: the same rows, but a query that no cache has answered.
            path = f"{PAGE}{query}{'&' if query else '?'}date_to={2100 + number}-01-01"
            filters[name].append(await page.evaluate(SHOWN, path))
    turned = [
        await page.evaluate(SHOWN, f"{PAGE}?needs_action=any&page={number + 10}") for number in range(rounds)
    ]
    await page.evaluate(SHOWN, f"{PAGE}?needs_action=any&size=200&page=3")
    return Measured(
        filters,
        turned,
        await page.evaluate(SCROLLED),
        await page.evaluate("document.querySelectorAll('*').length"),
    )
