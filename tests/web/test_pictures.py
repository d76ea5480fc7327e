"""The README's screenshots. `make screenshots` copies them to docs/images."""

import pytest
from playwright.async_api import expect

from tests.web.conftest import OpenPhone
from tests.web.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_two_sides_of_a_chat(world: World, open_phone: OpenPhone) -> None:
    customer, mitra = world.customer(), await world.mitra()
    world.rename(customer, "Rara")
    world.rename(mitra, "Bestie Ayu")
    phones = await open_phone(customer), await open_phone(mitra, app="mitra")
    theirs, ours = phones
    await theirs.go("/")
    await expect(theirs.page.get_by_role("button", name="Mulai Curhat")).to_be_enabled()
    await theirs.picture("client-home")

    await world.searching(customer)
    await ours.go("/mitra/")
    await expect(ours.page.get_by_role("button", name="Terima permintaan Rara")).to_be_visible()
    await ours.picture("mitra-request")

    chat_id = await world.accept(mitra)
    for sender, body in [
        (customer, "Halo kak, boleh cerita? Hari ini berat sekali."),
        (mitra, "Tentu, aku dengarkan. Ada apa?"),
        (customer, "Aku gagal di wawancara yang kutunggu tiga bulan."),
        (mitra, "Aduh, pasti sedih ya setelah menunggu selama itu. Mau cerita bagian yang paling berat?"),
    ]:
        await world.say(sender, chat_id, body)
    await theirs.go(f"/chat/{chat_id}")
    await expect(theirs.page.get_by_text("bagian yang paling berat")).to_be_visible()
    await theirs.picture("client-chat")
