"""A phone: an app in a browser, on a network that can be cut."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Page, Request, ViewportSize, WebSocket, expect

from app.auth import Audience
from app.http.static import BUILT
from tests.waits import until

Role = Literal["button", "radio", "switch", "textbox"]

ROOT = Path(__file__).parents[2]
SCREENS = BUILT.parent / "screens"
PICTURES = SCREENS / "readme"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = Path("/usr/bin/chromium")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES: Mapping[str, object] = {"type": "tag", "values": WCAG}
THEMES: Mapping[Literal["light", "dark"], Mapping[str, object]] = {
    "light": ALL_RULES,
    "dark": {"type": "rule", "values": ["color-contrast"]},
}

LOST = "Koneksi terputus. Kami sambungkan lagi…"
"""What both apps show while disconnected."""

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

STEP = 4
"""Seconds for which a faked clock runs at once. A socket waits eight for its pong."""

NO_REDIRECT = """
    const later = window.setTimeout;
    window.setTimeout = (run, ms, ...given) => (ms === 3_000 ? 0 : later(run, ms, ...given));
"""

OLDER = """
    for (const [of, names] of [
        [URLSearchParams.prototype, ["size"]],
        [Array.prototype, ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"]],
        [Object.getPrototypeOf(Uint8Array.prototype), ["at", "findLast", "findLastIndex", "toSorted", "with"]],
        [String.prototype, ["at", "isWellFormed", "toWellFormed"]],
        [Object, ["hasOwn", "groupBy"]],
        [Map, ["groupBy"]],
        [Array, ["fromAsync"]],
        [Promise, ["withResolvers", "try"]],
        [Set.prototype, ["union", "intersection", "difference", "isSubsetOf"]],
        [AbortSignal, ["any", "timeout"]],
        [AbortSignal.prototype, ["throwIfAborted"]],
        [Crypto.prototype, ["randomUUID"]],
        [Navigator.prototype, ["locks", "userActivation", "vibrate"]],
        [HTMLDialogElement.prototype, ["show", "showModal", "close", "open"]],
        [HTMLFormElement.prototype, ["requestSubmit"]],
        [HTMLElement.prototype, ["inert"]],
        [Element.prototype, ["checkVisibility"]],
        [URL, ["canParse"]],
        [window, ["structuredClone", "BroadcastChannel", "requestIdleCallback", "scheduler", "Iterator"]],
    ]) for (const name of names) delete of[name];
    const knows = CSS.supports;
    CSS.supports = (...asked) => !/dvh|:has|color-mix/.test(asked.join(" ")) && knows.call(CSS, ...asked);
"""
"""Removes what the oldest supported browsers (web/package.json) lack."""

NO_STORAGE = """
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
        Object.defineProperty(window, name, {
            get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
        });
    }
"""
"""Simulates a browser that blocks storage."""

FULL_STORAGE = """
    Storage.prototype.setItem = () => { throw new DOMException("It is full.", "QuotaExceededError"); };
"""

PHONE = ViewportSize(width=390, height=844)
SMALL_PHONE = ViewportSize(width=320, height=640)
LOW = ViewportSize(width=360, height=320)
"""A phone with its keyboard open."""
ON_ITS_SIDE = ViewportSize(width=640, height=320)
DESK = ViewportSize(width=1280, height=800)
OFFICE = ViewportSize(width=1440, height=900)


class Network:
    """One phone's connection to the service: a proxy on its own port that can be cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self._ways: set[asyncio.Task[None]] = set()
        self._up = asyncio.Event()
        self._up.set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*self._ways, return_exceptions=True)

    def cut(self) -> None:
        """Reset open connections and refuse new ones."""
        self._up.clear()
        for way in self._ways:
            way.cancel()

    def restore(self) -> None:
        self._up.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        way = asyncio.current_task()
        assert way is not None
        self._ways.add(way)
        try:
            if self._up.is_set():
                await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._ways.discard(way)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pipe(reader, back))
                both.create_task(_pipe(there, writer))
        finally:
            back.transport.abort()


async def _pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    with contextlib.suppress(OSError):  # the other side has left already
        target.write_eof()


class SignedIn(Protocol):
    """A person with a token."""

    @property
    def id(self) -> UUID: ...
    @property
    def audience(self) -> Audience: ...
    @property
    def token(self) -> str: ...


@dataclass
class Phone:
    """A browser with one person's app. Further tabs share its storage.

    `errors` collects exceptions, refused content and console errors, `requests` all requests, and `answers` their
    responses, as "200 /path". `waits_for` holds the requests and pings without an answer.
    """

    context: BrowserContext
    page: Page
    network: Network
    app: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    waits_for: set[Request | WebSocket] = field(default_factory=set)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.network.port}{path}"

    async def go(self, path: str) -> None:
        await self.page.goto(self.url(path))

    async def reload(self) -> None:
        await self.page.reload()

    async def stay_on_found_screen(self) -> None:
        """ "Bestie ditemukan" leads to the chat after three seconds. Pages opened from now on stay there instead."""
        await self.context.add_init_script(NO_REDIRECT)

    async def hide(self, *, hidden: bool = True) -> None:
        """Hide the page, or show it again."""
        await self.page.evaluate(
            """hidden => {
                const state = hidden ? "hidden" : "visible";
                Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
                Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
                document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
            }""",
            hidden,
        )

    async def press(self, key: str, role: Role, name: str) -> None:
        """Press Tab until this control has the focus, then press `key`."""
        thing = self.page.get_by_role(role, name=name)
        for _ in range(20):
            if await thing.evaluate("element => element === document.activeElement"):
                break
            await self.page.keyboard.press("Tab")
        await expect(thing).to_be_focused()
        await self.page.keyboard.press(key)

    async def new_tab(self, path: str = "/") -> Page:
        page = await self.context.new_page()
        self.watch(page)
        await page.goto(self.url(path))
        return page

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.errors.append(message.text)
                # The tests themselves make requests fail: a cut network, a refusal.
                if message.type == "error"
                and "Failed to load resource" not in message.text
                and "WebSocket connection" not in message.text
                else None
            ),
        )
        page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))
        page.on(
            "response",
            lambda response: self.answers.append(f"{response.status} {urlsplit(response.url).path}"),
        )
        page.on("request", self._asked)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)
        page.on("websocket", self._watch_pings)

    def _asked(self, what: Request | WebSocket) -> None:
        self.waits_for.add(what)

    def _answered(self, what: Request | WebSocket) -> None:
        self.waits_for.discard(what)

    def _watch_pings(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self._asked(socket) if _is(frame, "ping") else None)
        socket.on("framereceived", lambda frame: self._answered(socket) if _is(frame, "pong") else None)
        socket.on("close", self._answered)

    def calls(self) -> list[str]:
        """All requests to the API over HTTP."""
        return [request for request in self.requests if "/api/" in request]

    async def pass_time(self, seconds: int) -> None:
        """Advance a page's faked clock, in steps that leave time for pings and requests to be answered."""
        for _ in range(0, seconds, STEP):
            await self.page.clock.run_for(STEP * 1000)
            await until(lambda: not self.waits_for)

    async def look(self, name: str, page: Page | None = None) -> None:
        """Check the screen for accessibility and save a screenshot, in both themes.

        Themes differ only in colours, so the second one is checked only for contrast.
        """
        page = page or self.page
        for theme, rules in THEMES.items():
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found = await violations(page, rules)
            assert found == [], f"{name}, {theme}: {found}"
            folder = SCREENS / self.app
            folder.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=folder / f"{name}-{theme}.png")
        await page.emulate_media(color_scheme=None)

    async def picture(self, name: str) -> None:
        """Save a small screenshot for the README."""
        await self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=70)

    async def fits(self, name: str, page: Page | None = None) -> None:
        """Check that the screen needs no horizontal scrolling on the smallest phone."""
        page = page or self.page
        before = page.viewport_size
        await page.set_viewport_size(SMALL_PHONE)
        width = await page.evaluate(
            """Math.max(...[document.scrollingElement, ...document.querySelectorAll("dialog[open]")].map(
                ({ scrollWidth }) => scrollWidth
            ))"""
        )
        folder = SCREENS / self.app
        folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=folder / f"{name}-320.png")
        assert before is not None
        await page.set_viewport_size(before)
        assert width <= SMALL_PHONE["width"], name


def _is(frame: str | bytes, kind: str) -> bool:
    message: dict[str, object] = json.loads(frame)
    return message["type"] == kind


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


async def violations(page: Page, rules: Mapping[str, object] = ALL_RULES) -> list[str]:
    """The violations that axe finds by these rules, one line each."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(axe())
    found = await page.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", rules
    )
    return [
        f"{one['id']}: {node['html'][:120]} ({node['failureSummary'][:300]})"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@contextlib.asynccontextmanager
async def phone(
    browser: Browser,
    port: int,
    app: str,
    *,
    person: SignedIn | None = None,
    viewport: ViewportSize = PHONE,
    clock_off_by: float = 0,
    remembers: str = "",
    **options: Any,  # noqa: ANN401 - Playwright's
) -> AsyncIterator[Phone]:
    """A phone with an empty page. `person` is signed in on it, and its clock is off by `clock_off_by` seconds.

    `remembers` is a script that fills its storage, as earlier visits would.
    """
    network = Network(port)
    await network.open()
    context = await browser.new_context(
        viewport=viewport,
        locale="id-ID",
        timezone_id="Asia/Jakarta",
        **options,
    )
    try:
        if person is not None:
            await context.add_init_script(
                _once(signed_in(person.audience, person.id, person.token) + remembers)
            )
        if clock_off_by:
            await context.add_init_script(_wrong_clock(clock_off_by))
        made = Phone(context, await context.new_page(), network, app)
        made.watch(made.page)
        yield made
        assert made.errors == []
    finally:
        await context.close()
        await network.close()


def _once(script: str) -> str:
    """Run a script before the app is first opened, and never again."""
    return f"""
        if (!localStorage.getItem("test.before")) {{
            localStorage.setItem("test.before", "yes");
            {script}
        }}
    """


def signed_in(audience: Audience, person_id: UUID | str, token: str) -> str:
    """A script that signs this person in."""
    kept = {
        "access": token,
        "refresh": "none",
        "staleAt": 9_000_000_000_000,
        "user": {"id": str(person_id), "display_name": "Budi", "phone": "+6281200000000"},
    }
    places = {
        f"curhat.session.{audience}": json.dumps(kept),
        f"curhat.{audience}.owner": str(person_id),
    }
    return f"Object.assign(localStorage, {json.dumps(places)});"


def _wrong_clock(seconds: float) -> str:
    return f"""
        const RealDate = Date;
        Date = class extends RealDate {{
            constructor(...given) {{
                given.length === 0 ? super(RealDate.now() + {seconds * 1000}) : super(...given);
            }}
            static now() {{ return RealDate.now() + {seconds * 1000}; }}
        }};
    """


def chromium_options() -> dict[str, Any]:
    """Debian's Chromium if installed, else Playwright's. It makes no requests of its own."""
    return {
        "executable_path": CHROMIUM if CHROMIUM.exists() else None,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
