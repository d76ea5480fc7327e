"""The live board: searches, chats and alarms as they happen, and an operator's actions."""

import asyncio
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.async_api import Route, expect

from tests.conftest import Connection
from tests.rest.harness import Client, go_online, pair, search
from tests.web.control_center.conftest import OpenDesk
from tests.web.control_center.desk import Operator

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module", autouse=True)
def nobody_else(owner: Connection) -> Iterator[None]:
    """Set the history's mitras offline, and make searches last longer than a test."""
    owner.execute(
        "select ops.force_mitra_offline(id, 'test', 'libur') from data.mitras where declared_online"
    )
    owner.execute("select ops.set_config('pairing_blast_timeout_seconds', '300', 'test')")
    yield
    owner.execute("select ops.set_config('pairing_blast_timeout_seconds', '60', 'test')")


def name_of(owner: Connection, table: str, person: Client) -> str:
    row = owner.execute(
        f"select display_name from data.{table} where id = %s".encode(), [person.id]
    ).fetchone()
    assert row is not None
    return str(row[0])


async def test_a_search_is_shown_with_its_offers_and_answers_live(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    desk, customer, mitras = await open_desk("viewer"), new_customer(), [new_mitra(), new_mitra()]
    for mitra in mitras:
        await go_online(mitra)
    await desk.go("/live", "Live")
    started = await search(customer)

    searches = desk.page.get_by_role("region", name="Pencarian")
    row = searches.get_by_role("article").filter(has_text=name_of(owner, "users", customer))
    await expect(row).to_contain_text("2 menimbang")
    await expect(row.get_by_role("timer")).to_be_visible()
    await mitras[0].post(f"/api/mitra/chat-requests/{started['id']}/seen")
    await expect(row).to_contain_text("1 melihat")
    await mitras[1].post(f"/api/mitra/chat-requests/{started['id']}/decline")
    await expect(row).to_contain_text("1 menolak")
    await mitras[0].post(f"/api/mitra/chat-requests/{started['id']}/accept")
    await expect(row).to_have_count(0)
    chats = desk.page.get_by_role("region", name="Percakapan")
    await expect(
        chats.get_by_role("article").filter(has_text=name_of(owner, "mitras", mitras[0]))
    ).to_be_visible()


async def test_a_message_sent_while_the_list_is_loading_is_counted(
    open_desk: OpenDesk, new_customer: Callable[[], Client], new_mitra: Callable[[], Client]
) -> None:
    desk, talker = await open_desk("viewer"), new_customer()
    chat = await pair(talker, new_mitra())
    requested, received = asyncio.Event(), asyncio.Event()

    def watch_frames(frame: str | bytes) -> None:
        if "CHAT_MESSAGE" in str(frame) and chat in str(frame):
            received.set()

    async def delay(route: Route) -> None:
        reply = await route.fetch()
        requested.set()
        await received.wait()
        await route.fulfill(response=reply)

    desk.page.on("websocket", lambda socket: socket.on("framereceived", watch_frames))
    await desk.page.route("**/internal/chat-sessions?*", delay)
    await desk.go("/live")
    await requested.wait()
    message = {"client_message_id": str(uuid.uuid4()), "body": "Halo"}
    await talker.post(f"/api/client/chat-sessions/{chat}/messages", message)

    theirs = desk.page.locator(f"a[href='/customers/{talker.id}']")
    await expect(desk.page.get_by_role("article").filter(has=theirs)).to_contain_text("1 pesan")


async def test_a_missing_offer_is_explained_beside_the_search(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    desk, customer, online, away = await open_desk("viewer"), new_customer(), new_mitra(), new_mitra()
    await go_online(online)
    started = await search(customer)
    await desk.go("/live")
    await desk.page.get_by_role("link", name=name_of(owner, "users", customer)).click()

    panel = desk.page.get_by_role("complementary")
    await panel.get_by_role("button", name=f"Kenapa {name_of(owner, 'mitras', online)}").click()
    await expect(panel.locator(".why")).to_contain_text("Pencarian ditawarkan kepadanya.")

    name = name_of(owner, "mitras", away)
    await panel.get_by_role("searchbox").fill(name)
    await panel.get_by_role("button", name=name).click()
    await expect(panel.locator(".why")).to_contain_text("Ia tidak terjangkau selama pencarian berjalan.")
    await expect(desk.page).to_have_url(desk.phone.url(f"/live/{started['id']}?why={away.id}"))
    await online.post(f"/api/mitra/chat-requests/{started['id']}/accept")
    await expect(panel).to_contain_text("Berhasil")


async def test_a_chat_is_ended_with_a_note_and_its_messages_are_counted(
    open_desk: OpenDesk,
    owner: Connection,
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    desk, customer, mitra = await open_desk(), new_customer(), new_mitra()
    chat = await pair(customer, mitra)
    await desk.go("/live")
    names = f"Akhiri percakapan {name_of(owner, 'users', customer)} dan {name_of(owner, 'mitras', mitra)}"
    row = desk.page.get_by_role("article").filter(has=desk.page.get_by_role("button", name=names))
    await expect(row).to_contain_text("0 pesan")
    for _ in range(3):
        message = {"client_message_id": str(uuid.uuid4()), "body": "rahasia"}
        await customer.post(f"/api/client/chat-sessions/{chat}/messages", message)
    await expect(row).to_contain_text("3 pesan")

    await desk.page.get_by_role("button", name=names).click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Akhiri").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Tulis alasannya; alasan ini ikut dicatat.")
    await dialog.get_by_label("Alasan").fill("laporan pelanggan")
    await dialog.get_by_role("button", name="Akhiri").click()

    await expect(desk.page.get_by_role("button", name=names)).to_have_count(0)
    stored = owner.execute(
        "select end_reason, end_note from data.chat_sessions where id = %s", [chat]
    ).fetchone()
    assert stored == ("ended_by_operator", "laporan pelanggan")


async def test_a_mitra_is_set_offline_with_a_note(
    open_desk: OpenDesk, owner: Connection, new_mitra: Callable[[], Client]
) -> None:
    desk, mitra = await open_desk(), new_mitra()
    await go_online(mitra)
    name = name_of(owner, "mitras", mitra)
    await desk.go("/live")

    await desk.page.get_by_role("button", name=f"Offline-kan {name}").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_label("Alasan").fill("tidak menjawab")
    await dialog.get_by_role("button", name="Offline-kan").click()

    await expect(desk.page.get_by_role("button", name=f"Offline-kan {name}")).to_have_count(0)
    row = owner.execute("select declared_online from data.mitras where id = %s", [mitra.id]).fetchone()
    assert row == (False,)
    await desk.go(f"/mitras/{mitra.id}")
    await expect(desk.page.get_by_role("region", name="Catatan operator")).to_contain_text("tidak menjawab")


async def test_a_viewer_cannot_end_chats_or_set_mitras_offline(
    open_desk: OpenDesk,
    new_operator: Callable[[str], Operator],
    new_customer: Callable[[], Client],
    new_mitra: Callable[[], Client],
) -> None:
    desk, customer, mitra = await open_desk("viewer"), new_customer(), new_mitra()
    chat = await pair(customer, mitra)
    await desk.go("/live")
    await expect(
        desk.page.get_by_role("region", name="Percakapan").get_by_role("article").first
    ).to_be_visible()

    await expect(desk.page.get_by_role("button", name="Akhiri")).to_have_count(0)
    await expect(desk.page.get_by_role("button", name="Offline-kan")).to_have_count(0)
    for path in (f"/internal/chat-sessions/{chat}/end", f"/internal/mitras/{mitra.id}/offline"):
        refused = await desk.operator.post(path, {"note": "coba"})
        assert (refused.status_code, refused.json()["error"]) == (403, "role_not_sufficient")


async def test_searching_customers_without_a_mitra_are_an_alarm_on_every_page(
    open_desk: OpenDesk, owner: Connection, new_customer: Callable[[], Client]
) -> None:
    owner.execute(
        "select ops.force_mitra_offline(id, 'test', 'libur') from data.mitras where declared_online"
    )
    desk, customer = await open_desk("viewer"), new_customer()
    await desk.go("/settings")
    alarm = desk.page.locator(".alarms").get_by_role("alert")
    await expect(alarm).to_be_empty()

    started = await search(customer)
    await expect(alarm).to_contain_text("Tidak ada bestie yang terjangkau")
    await alarm.get_by_role("link", name="Buka").click()
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text("Live")
    await customer.post(
        "/api/client/chat-requests/cancel", {"payment_session_id": started["payment_session_id"]}
    )
    await expect(alarm).to_be_empty()


async def test_a_finding_of_the_audit_is_an_alarm_with_a_link(open_desk: OpenDesk, owner: Connection) -> None:
    payment = owner.execute("select id from data.payment_sessions limit 1").fetchone()
    assert payment is not None
    owner.execute(
        "insert into data.audit_findings values ('a failed payment has one open failure', 'payment_session', %s, "
        "'failed_pairing with 0 open failures', now(), now())",
        [str(payment[0])],
    )
    desk = await open_desk("viewer")
    await desk.go("/dashboard")
    alarm = desk.page.locator(".alarms").get_by_role("alert")
    await expect(alarm).to_contain_text(
        "Audit: pembayaran gagal harus punya tepat satu catatan kegagalan terbuka"
    )
    await alarm.get_by_role("link", name="Buka").click()
    await expect(desk.page).to_have_url(desk.phone.url(f"/payments/{payment[0]}"))
    await expect(desk.page.locator(".timeline li").first).to_be_visible()

    owner.execute("delete from data.audit_findings")
    owner.execute("update data.heartbeats set at = now() - interval '1 hour' where process = 'pg_cron'")
    await desk.phone.reload()
    await expect(alarm).to_contain_text("pg_cron tidak bekerja")
    await desk.look("alarm")
    owner.execute("update data.heartbeats set at = 'infinity' where process = 'pg_cron'")
