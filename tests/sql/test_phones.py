"""Phone numbers: one rule for every spelling and every source."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Connection
from tests.sql.sign_ins import CODE, hashed, request_code
from tests.sql.world import World, refuses

MINE = "+62811123456"
BETWEEN = [
    " ",
    "-",
    ".",
    "\u00a0",
    "\u2011",
    "\u2013",
    "\u202f",
    "\u200b",
    "\u2060",
    "\u00ad",
    "\u202a",
    "\u202c",
    "",
    "/",
]
MANY_EXAMPLES = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def normal(db: Connection, written: str) -> str:
    row = db.execute("select logic.normal_phone(%s)", [written]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    "written",
    [
        "0811123456",
        "0811 123 456",
        "0811-123-456",
        "(0811) 123.456",
        "+62811123456",
        "+62 811 123 456",
        "0062811123456",
        "62 0811 123 456",
        "0062 811 123 456",
        "00 62 811 123 456",
        "+62 (811) 123-456",
        "+62 (0)811 123 456",
        "+62 0811 123 456",
        "0062 (0) 811-123-456",
        "62811123456",
        "811123456",
        "(0811) 123 456",
        "+62.811.123.456",
        "tel:+62-811-123-456",
        "\u202a+62\u00a0811\u2011123\u2011456\u202c",
        "\u2068\uff10\uff18\uff11\uff11 \uff11\uff12\uff13 \uff14\uff15\uff16\u2069",
        "\uff0b62 811 123 456",
        "\ufeff0811\u2013123\u2212456\u200b",
        "+62811123456\n",
        " \t0811/123/456 ",
    ],
)
def test_every_spelling_is_the_same_number(db: Connection, written: str) -> None:
    assert normal(db, written) == MINE


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("+65 8123 4567", "+6581234567"),
        ("00 65 8123 4567", "+6581234567"),
        ("006581234567", "+6581234567"),
        ("+44 (0)7911 123456", "+447911123456"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("+81 90 1234 5678", "+819012345678"),
        ("021 555 1234", "+62215551234"),
        ("+62 021 555 1234", "+62215551234"),
    ],
)
def test_a_foreign_or_landline_number_is_kept(db: Connection, written: str, meant: str) -> None:
    assert normal(db, written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "+",
        "0",
        "00",
        "62",
        "+62",
        "0812",
        "6581234567",
        "+0812345678",
        "+62 812 3456 7890 1234",
        "+62+811123456",
        "08123x4567",
        "0811 123 456 ext 7",
        "٠٨١١١٢٣٤٥٦",
        "0811123456; 0811123457",
        "²811123456x",
        "\u200b",
    ],
)
def test_an_invalid_number_is_refused(world: World, written: str) -> None:
    with refuses(400, "invalid_phone"):
        world.value("select logic.normal_phone(%s)", written)


DIGITS = st.from_regex(r"8[1-9][0-9]{7,10}", fullmatch=True)


@MANY_EXAMPLES
@given(
    national=DIGITS,
    head=st.sampled_from(["0", "62", "+62", "0062", "00 62 ", "+62 0", "+62 (0)", "tel:+62", ""]),
    data=st.data(),
)
def test_separators_and_prefixes_do_not_change_a_number(
    db: Connection, national: str, head: str, data: st.DataObject
) -> None:
    between = data.draw(st.lists(st.sampled_from(BETWEEN), min_size=len(national), max_size=len(national)))
    written = head + "".join(gap + digit for gap, digit in zip(between, national, strict=True))
    assert normal(db, written) == f"+62{national}"
    wide = written.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789+"})
    assert normal(db, wide) == f"+62{national}"


@MANY_EXAMPLES
@given(st.text(st.sampled_from("+0012345678 -()\u202a\uff10.x62"), max_size=20))
def test_normalizing_is_idempotent(db: Connection, written: str) -> None:
    row = db.execute(
        "select logic.international_phone(logic.phone_text(%s)) ~ '^\\+[1-9][0-9]{6,14}$'", [written]
    ).fetchone()
    if row is not None and row[0]:
        once = normal(db, written)
        assert once.isascii()
        assert normal(db, once) == once


@pytest.mark.parametrize(
    "written", ["0062 811 777 888", "+62 (811) 777-888", "\u202a0811\u2011777\u2011888\u202c", "811777888"]
)
def test_every_function_normalizes_a_number(world: World, written: str) -> None:
    """Sign-in, psql, and the operators' search."""
    found = world.rows("select * from data.mitras where phone = '+62811777888'")
    if not found:
        world.ops("add_mitra", written, "Sari", "Ratna")
    assert world.api("get_sign_in_phone", "mitra", written)["phone"] == "+62811777888"
    assert [row["phone"] for row in world.ops("find_person", written)] == ["+62811777888"]
    (mitra_id,) = (row["id"] for row in world.ops("find_person", written))
    assert str(mitra_id) in map(str, world.value("select logic.mitras_like(%s, 10)", written))


# Numbers that may receive codes

PREMIUM = [
    "+62 809 123 4567",
    "+62 800 123 4567",
    "+62 804 123 4567",
    "0807 123 4567",
    "+62 21 555 1234",
    "+62 1500 1234",
    "+62 900 123 4567",
    "+65 1900 123 4567",
    "+1 900 555 0100",
    "+1 876 555 0100",
    "+44 909 123 4567",
    "+44 70 1234 5678",
    "+61 190 012 3456",
    "+81 990 123 456",
    "+33 899 123 456",
    "+49 900 123 4567",
    "+31 900 123 4567",
    "+979 123 456 789",
    "+882 16 123 4567",
    "+881 6 1234 5678",
    "+870 123 456 789",
    "+883 5100 123 456",
]


@pytest.mark.parametrize("written", PREMIUM)
def test_a_premium_number_never_receives_a_code(world: World, written: str) -> None:
    world.configure("otp_countries", "62,65,1,44,61,81,33,49,31,979,882,881,870,883")
    with refuses(403, "phone_not_mobile"):
        request_code(world, written)
    with refuses(403, "phone_not_mobile"):
        world.ops("add_mitra", written, "Sari", "Ratna")
    assert world.value("select count(*) from data.sign_in_attempts") == 0


@pytest.mark.parametrize(
    "written", ["+65 8123 4567", "+1 415 555 0100", "+882 16 123 4567", "0065 8123 4567"]
)
def test_a_number_of_a_country_not_allowed_receives_no_code(world: World, written: str) -> None:
    with refuses(403, "phone_country_not_served"):
        request_code(world, written)
    with refuses(403, "phone_country_not_served"):
        world.ops("add_mitra", written, "Sari", "Ratna")


def test_an_operator_may_allow_another_country(world: World) -> None:
    world.ops("set_config", "otp_countries", "62,65", "Ratna")
    assert request_code(world, "+65 8123 4567")["phone"] == "+6581234567"
    assert request_code(world, "0811 000 999")["phone"] == "+62811000999"


@pytest.mark.parametrize("value", ["", "+62", "62, 65", "062", "62,", "ID", "62\n", "62,65\n", "12345678"])
def test_an_invalid_list_of_countries_is_refused(world: World, value: str) -> None:
    with refuses(400, "invalid_setting"):
        world.ops("set_config", "otp_countries", value, "Ratna")


@pytest.mark.parametrize(
    "phone", ["+62811123456", "+6281234567890", "+62895123456789", "+628881234567", "+6283112345678"]
)
def test_a_mobile_number_receives_a_code(world: World, phone: str) -> None:
    assert world.api("request_otp", "customer", phone, hashed(CODE))["phone"] == phone
