"""Texts written by people: one rule for names, notes, messages and search texts."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Connection
from tests.sql.sign_ins import enter_code, new_phone, request_code
from tests.sql.world import World, refuses

MANY_EXAMPLES = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
INVISIBLE = [
    "\u200b",
    "\u200e",
    "\u200f",
    "\u061c",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u034f",
    "\u115f",
    "\u3164",
    "\uffa0",
    "\u2800",
    "\u180e",
    "\u0007",
    "\u001b",
    "\u0085",
    "\u009f",
    "\u206a",
    "\U000e0041",
]
TRICKY = st.text(
    st.one_of(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
        st.sampled_from(
            [
                *INVISIBLE,
                "\u0301",
                "\u0335",
                "e",
                "\u200d",
                "\ufe0f",
                "\u1100",
                "\u1161",
                "\r",
                "\n",
                "\u2028",
            ]
        ),
    ),
    max_size=40,
)


def value(db: Connection, query: str, *arguments: object) -> object:
    row = db.execute(query, arguments).fetchone()
    assert row is not None
    return row[0]


def name_of(world: World, name: str | None) -> str:
    """The stored name of somebody who signs in for the first time with this name."""
    phone = new_phone()
    request_code(world, phone)
    shown: str = enter_code(world, phone, name=name)["user"]["display_name"]
    return shown


@MANY_EXAMPLES
@given(text=TRICKY)
def test_cleaning_is_idempotent(db: Connection, text: str) -> None:
    for function in ("clean_text", "clean_line"):
        once = str(value(db, f"select logic.{function}(%s)", text))
        assert value(db, f"select logic.{function}(%s)", once) == once
        assert not set(once) & set(INVISIBLE)
        assert unicodedata.is_normalized("NFC", once)
        assert not {"\r", "\u2028", "\u2029"} & set(once)


@MANY_EXAMPLES
@given(
    words=st.lists(
        st.sampled_from(["Budi", "👩\u200d👩\u200d👧", "🇮🇩", "é", "日本", "می\u200cخواهم", "n\u0303"]),
        min_size=1,
        max_size=8,
    )
)
def test_ordinary_text_is_kept(db: Connection, words: list[str]) -> None:
    text = " ".join(words)
    assert value(db, "select logic.clean_text(%s)", text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("invisible", INVISIBLE)
def test_an_invisible_name_is_refused(world: World, invisible: str) -> None:
    for name in (invisible, f" {invisible * 3} ", f"{invisible}\u0301\u200d\ufe0f"):
        with refuses(400, "display_name_required"):
            name_of(world, name)
        with refuses(400, "display_name_required"):
            world.ops("add_mitra", new_phone(), name, "Ratna")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("\u202eidu\u202cB\u200b udi", "iduB udi"),
        ("Bu\u0301di", "Búdi"),
        ("\uff22\uff55\uff44\uff49", "Budi"),
        ("𝓑𝓾𝓭𝓲", "Budi"),
        ("Budi\u00a0\u3000 Santoso", "Budi Santoso"),
        ("Z" + "\u0335\u0321\u0353" * 20, None),
    ],
)
def test_a_name_is_stored_as_it_is_displayed(world: World, given: str, kept: str | None) -> None:
    name = name_of(world, given)
    assert name == kept if kept is not None else len(name) <= 5


@pytest.mark.parametrize("letter", ["x", "é", "e\u0301\u0323", "👍🏽", "🇮🇩", "字"])
def test_the_length_of_a_name_counts_graphemes(world: World, letter: str) -> None:
    name_of(world, letter * 60)
    with refuses(400, "display_name_invalid"):
        name_of(world, letter * 61)


@pytest.mark.parametrize(
    "name",
    [
        "Curhat Admin",
        "curhat",
        "CURHAT",
        "C u r h a t",
        "Cur.hat Support",
        "Curhat",
        "Сurhat",
        "Сurhаt Аdmin",
        "ϹURHAT ADMIN",
        "Cur\u200bhat",
        "Ｃurhat",
        "𝐂𝐮𝐫𝐡𝐚𝐭",
        "Çürhât",
        "Curh@t",
        "Admin",
        "Αdmіn",
        "ΑDΜΙΝ",
        "4dm1n",
        "Adrnin",
        "A d m i n",
        "Admin Sari",
        "Administrator",
        "Moderator",
        "Оperаtor",
        "Customer Service",
        "CustornerService",
        "Official Bestie",
        "Staff",
        "Ѕtaff",
        "C\u0336u\u0336r\u0336h\u0336a\u0336t",
        "Layanan Pelanggan",
        "curhаt‐official",
        "Ꮯurhat",
        "ꓚurhat",
        "cυrhat",
    ],
)
def test_nobody_can_impersonate_staff(world: World, name: str) -> None:
    with refuses(400, "display_name_reserved"):
        name_of(world, name)
    with refuses(400, "display_name_reserved"):
        world.ops("add_mitra", new_phone(), name, "Ratna")


@pytest.mark.parametrize(
    "name",
    [
        "Budi",
        "Resmi",
        "Stafford",
        "Badminton Fan",
        "Сергей",
        "Μαρία",
        "اميرة",
        "さくら",
        "Rosstaf",
        "Adam",
        "Sistematis",
        "Bestie Sari",
        "🌸",
        "O'Neil",
        "1",
    ],
)
def test_an_ordinary_name_is_accepted(world: World, name: str) -> None:
    assert name_of(world, name) == name


def test_an_operator_may_be_called_admin(world: World) -> None:
    (made,) = world.rows(
        "select * from logic.insert_operator('a@example.com', 'Curhat Admin', 'admin', '$argon2id$x', 'dba')"
    )
    assert made["display_name"] == "Curhat Admin"


def test_an_operators_name_follows_the_rule(world: World) -> None:
    with refuses(400, "display_name_required"):
        world.value(
            "select logic.insert_operator('a@example.com', E'\\u200b', 'admin', '$argon2id$x', 'dba')"
        )


@pytest.mark.parametrize(
    "who", ["\u200b", "Rat\u200bna", "\u202eantar", "Ratna\n", " Ratna", "Rat\u00a0na", "x" * 201]
)
def test_the_name_of_an_actor_must_be_visible(world: World, who: str) -> None:
    with refuses(400, "who_is_missing"):
        world.ops("set_config", "presence_ttl_seconds", "60", who)


def test_a_message_is_cleaned_of_control_characters(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    sent = world.say(chat, text="Halo\u202e dunia\u2066\r\n👩\u200d👧 e\u0301" + "\u0335" * 50 + "\x07\ttab")
    assert sent["body"] == "Halo dunia\n👩\u200d👧 é" + "\u0335" * 4 + "\ttab"
    row = world.rows("select body from data.chat_messages")[0]
    assert row["body"] == sent["body"]


@pytest.mark.parametrize("invisible", [*INVISIBLE, " \n", "\u200d\ufe0f"])
def test_an_invisible_message_is_refused(world: World, invisible: str) -> None:
    chat = world.chat(world.customer(), world.mitra())
    with refuses(400, "invalid_message"):
        world.say(chat, text=invisible * 2)


def test_notes_follow_the_rule(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    mitra, other = chat["mitra"]["id"], world.customer()
    dirty, clean = "kasar\u202e\x1b sekali\u200b", "kasar sekali"
    world.ops("end_chat", chat["id"], "Ratna", dirty)
    world.ops("force_mitra_offline", mitra, "Ratna", dirty)
    world.ops("block_person", other, "Ratna", dirty)
    assert world.row("chat_sessions", chat["id"])["end_note"] == clean
    notes = {
        event["body"]["note"]
        for event in world.events("PERSON_BLOCKED", "MITRA_STATUS")
        if event["body"].get("note")
    }
    assert notes == {clean}


@pytest.mark.parametrize("search", ["Mar\u200bía", "\u202aMari\u0301a\u202c", "Ｍａｒí", " maría  l"])
def test_a_search_finds_every_spelling_of_a_name(world: World, search: str) -> None:
    phone = new_phone()
    request_code(world, phone)
    enter_code(world, phone, name="María López")
    assert [row["display_name"] for row in world.ops("find_person", search)] == ["María López"]


@pytest.mark.parametrize("search", ["", None, "ab", "a\u200b\u200bb", "e\u0301e", " a  "])
def test_a_search_of_less_than_three_characters_is_refused(world: World, search: str | None) -> None:
    with refuses(400, "search_too_short"):
        world.ops("find_person", search)
