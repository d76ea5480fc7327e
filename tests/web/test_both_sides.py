"""Customer and mitra, each in their own browser, from the online switch to the end of the chat."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.harness import OLDER
from tests.web.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("lacks", ["", OLDER], ids=["new", "older"])
async def test_a_whole_visit_on_two_phones(world: World, open_phone: OpenPhone, lacks: str) -> None:
    customer, mitra = world.customer(), await world.mitra(online=False)
    phones = await open_phone(customer), await open_phone(mitra, app="mitra")
    theirs, ours = (phone.page for phone in phones)
    for phone in phones:
        await phone.context.add_init_script(lacks or "null")
    await phones[0].go("/")
    await phones[1].go("/mitra/")
    start = theirs.get_by_role("button", name="Mulai Curhat")
    await expect(start).to_be_disabled()
    await ours.get_by_role("switch", name="Terima permintaan").click()

    await expect(start).to_be_enabled()
    await start.click()
    await theirs.get_by_text("30 menit").click()
    await theirs.get_by_role("button", name="Bayar").click()
    await expect(theirs.get_by_role("heading", name="Sedang mencari bestie untukmu")).to_be_visible()
    await ours.get_by_role("button", name=f"Terima permintaan {world.name(customer)}").click()
    await expect(theirs.get_by_role("heading", name=world.name(mitra))).to_be_visible()  # it opens by itself

    await theirs.get_by_label("Tulis pesan").fill("Boleh cerita?")
    await expect(ours.get_by_text("sedang mengetik…").first).to_be_visible()
    await theirs.keyboard.press("Enter")
    await expect(ours.get_by_text("Boleh cerita?")).to_be_visible()
    await expect(theirs.get_by_text("Dibaca")).to_have_count(1)
    await ours.get_by_label("Tulis pesan").fill("Tentu, aku dengarkan.")
    await ours.keyboard.press("Enter")
    await expect(theirs.get_by_text("Tentu, aku dengarkan.")).to_be_visible()

    await theirs.get_by_role("button", name="Tambah waktu").click()
    await theirs.get_by_role("button", name="Minta tambah waktu").click()
    await expect(theirs.get_by_text("Menunggu persetujuan")).to_be_visible()
    await ours.get_by_role("button", name="Setujui").click()
    await expect(theirs.get_by_text("setuju. Waktu curhatmu sudah bertambah.")).to_be_visible()
    chat_id = theirs.url.rsplit("/", 1)[1]
    assert world.seconds_left(chat_id) > 40 * 60

    await theirs.get_by_role("button", name="Akhiri").click()
    await theirs.get_by_role("button", name="Ya, akhiri").click()
    await expect(ours.get_by_text("sudah mengakhiri curhat ini.")).to_be_visible()
    await theirs.get_by_role("link", name="Kembali ke beranda").click()
    await theirs.get_by_role("link", name="Riwayat curhat").click()
    await theirs.get_by_role("button", name="Curhat lagi").click()
    await theirs.get_by_role("button", name="Mulai", exact=True).click()  # the free trial is still unused
    await expect(theirs.get_by_role("dialog")).to_contain_text(f"Menunggu jawaban {world.name(mitra)}")
    await expect(ours.get_by_role("article", name="Ingin curhat lagi denganmu")).to_be_visible()
    await ours.get_by_role("button", name=f"Tolak permintaan {world.name(customer)}").click()
    await expect(theirs.get_by_role("alertdialog", name="Bestie sedang tidak online")).to_be_visible()
    assert world.cause_of_last_failure(customer) == "targeted_mitra_rejected"
    assert world.stored_messages(chat_id) == ["Boleh cerita?", "Tentu, aku dengarkan."]
