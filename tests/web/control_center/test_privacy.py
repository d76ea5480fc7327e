"""Only operators get data, and even they never get the text of messages."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import Page, Route, WebSocket, expect

from app.internal.table import ROUTES
from tests.conftest import Connection
from tests.ports import free_port
from tests.rest.harness import Client, pair
from tests.simulate.conftest import Service
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import PAGES
from tests.web.control_center.history import SECRET
from tests.web.harness import DESK

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEY = "payment_session_timeout_minutes"
SOME_ID = "00000000-0000-4000-8000-000000000000"


async def test_no_reply_frame_or_page_contains_a_message(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    row = owner.execute(
        "select c.payment_session_id, c.customer_id, c.mitra_id, c.pairing_request_id from data.chat_sessions c "
        "join data.chat_messages m on m.chat_session_id = c.id where m.body like %s limit 1",
        [f"{SECRET}%"],
    ).fetchone()
    assert row is not None
    payment, customer, mitra, request = row
    desk = await open_desk("admin")
    frames: list[str] = []
    texts: list[str] = []

    async def pass_on(route: Route) -> None:
        reply = await route.fetch()
        texts.append(await reply.text())
        await route.fulfill(response=reply)

    await desk.page.route("**/internal/**", pass_on)
    desk.page.on("websocket", lambda socket: _record_frames(socket, frames))

    pages = [
        *PAGES.values(),
        f"/payments/{payment}",
        f"/customers/{customer}",
        f"/mitras/{mitra}",
        f"/live/{request}",
    ]
    for path in pages:
        await desk.go(path)
        await expect(desk.page.get_by_role("status").filter(has_text="Memuat")).to_have_count(0)
        assert SECRET not in await desk.page.content(), path

    talker = new_customer()
    chat = await pair(talker, new_mitra())
    await desk.go("/live")
    message = {"client_message_id": SOME_ID, "body": f"{SECRET} yang baru"}
    await talker.post(f"/api/client/chat-sessions/{chat}/messages", message)
    theirs = desk.page.locator(f"a[href='/customers/{talker.id}']")
    await expect(desk.page.get_by_role("article").filter(has=theirs)).to_contain_text("1 pesan")
    assert SECRET not in await desk.page.content()
    assert any("CHAT_MESSAGE" in frame for frame in frames)
    assert len(texts) > len(pages)
    assert [text for text in (*texts, *frames) if SECRET in text] == []


def _record_frames(socket: WebSocket, frames: list[str]) -> None:
    socket.on("framereceived", lambda frame: frames.append(str(frame)))


async def test_customers_and_mitras_tokens_are_refused(
    internal: httpx.AsyncClient, new_customer: Callable[[], Client], new_mitra: Callable[[], Client]
) -> None:
    for person in (new_customer(), new_mitra()):
        for route in ROUTES:
            if route.audience is None:
                continue
            path = re.sub(r"<\w+:\w+>", SOME_ID, route.path)
            response = await internal.request(route.method, path, headers=person.headers(), json={})
            assert (response.status_code, response.json()["error"]) == (403, "forbidden"), path


async def test_another_audiences_token_leads_to_the_sign_in(
    open_desk: OpenDesk, new_customer: Callable[[], Client]
) -> None:
    customer = new_customer()
    desk = await open_desk("viewer")
    desk.operator.token = customer.token
    await desk.phone.context.add_init_script(
        f"""
        const kept = JSON.parse(localStorage.getItem("curhat.session.operator") ?? "null");
        if (kept) localStorage.setItem(
            "curhat.session.operator", JSON.stringify({{ ...kept, access: "{customer.token}" }})
        );
        """
    )
    await desk.phone.go("/failed-pairings")
    await _shows_sign_in(desk.page)
    await expect(desk.page.get_by_text("Akun ini tidak punya akses ke control center.")).to_be_visible()


async def _shows_sign_in(page: Page) -> None:
    await expect(page.get_by_label("Kata sandi")).to_be_visible()


@pytest.mark.parametrize("named", [True, False])
async def test_another_origin_may_patch_only_if_allowed(
    open_desk: OpenDesk, service: Service, owner: Connection, *, named: bool
) -> None:
    desk = await open_desk("admin", viewport=DESK)
    (origin,) = service.settings.cors_origins
    async with _elsewhere(int(origin.rpartition(":")[2]) if named else free_port()) as elsewhere:
        await desk.page.goto(elsewhere)
        status = await desk.page.evaluate(
            """([url, token]) => fetch(url, {
                method: "PATCH",
                headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
                body: JSON.stringify({ value: 31 }),
            }).then((reply) => reply.status, (error) => error.name)""",
            [desk.phone.url(f"/internal/config/{KEY}"), desk.operator.token],
        )
    row = owner.execute("select value from data.app_config where key = %s", [KEY]).fetchone()
    assert (status, row) == ((200, ("31",)) if named else ("TypeError", ("20",)))
    if named:
        owner.execute("select ops.set_config(%s, '20', 'test')", [KEY])
    desk.phone.errors.clear()  # the browser logs the requests it blocks


@asynccontextmanager
async def _elsewhere(port: int) -> AsyncIterator[str]:
    """The URL of an empty page of another origin."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n"
        )
        writer.write(head + b"<!doctype html>")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}/"
