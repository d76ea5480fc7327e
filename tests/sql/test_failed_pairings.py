"""The list of failures: every filter, page and CSV file, compared with the rows themselves."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.cluster import TestCluster
from tests.conftest import APP_OPTIONS, Clock, Connection
from tests.sql.world import Row, World, one, refuses, rows

PAST = Path(__file__).with_name("failures.sql")
DATABASE = f"curhat_failures_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
JAKARTA = ZoneInfo("Asia/Jakarta")
FIRST_DAY = datetime(2031, 3, 1, tzinfo=JAKARTA)
DAYS = 20


class Shared(NamedTuple):
    """The database that most tests of this file share, and a viewer."""

    world: World
    viewer: str


@pytest.fixture(scope="module")
def shared(cluster: TestCluster, template: str) -> Iterator[Shared]:
    cluster.create(DATABASE, template)
    with ExitStack() as stack:

        def connect(role: str | None = "curhat_app", **settings: str) -> Connection:
            options = {**APP_OPTIONS, **settings, "role": role or "none"}
            given = " ".join(f"-c {name}={value}" for name, value in options.items())
            return stack.enter_context(psycopg.connect(cluster.url(DATABASE), autocommit=True, options=given))

        world = World(connect, Clock(connect(role=None)))
        world.owner.execute("alter table data.payment_sessions disable trigger user")
        world.owner.execute(PAST.read_text(encoding="utf-8").encode())
        yield Shared(world, world.staff("viewer"))
    cluster.drop(DATABASE)


class Filter(NamedTuple):
    """A filter's arguments, and the same condition in SQL. A name after `:` stands for that person's id."""

    where: str
    causes: Sequence[str] | None = None
    since: str | None = None
    until: str | None = None
    needs: bool | None = None
    search: str | None = None
    customer: str | None = None
    mitra: str | None = None


TWO = ["no_mitra_available", "targeted_mitra_rejected"]
FILTERS: dict[str, Filter] = {
    "everything": Filter("true"),
    "needs action": Filter("needs_action", needs=True),
    "needs none": Filter("not needs_action", needs=False),
    "one cause": Filter("cause_tag = 'all_mitras_rejected'", ["all_mitras_rejected"]),
    "two causes": Filter("cause_tag in ('no_mitra_available', 'targeted_mitra_rejected')", TWO),
    "a cause without rows": Filter("false", ["customer_cancelled"]),
    "an empty list of causes": Filter("true", []),
    "the same cause twice": Filter("cause_tag = 'all_mitras_rejected'", ["all_mitras_rejected"] * 2),
    "since a day": Filter("created_at >= '2031-03-11 00:00+07'", since="2031-03-11"),
    "until the end of a day": Filter("created_at < '2031-03-12 00:00+07'", until="2031-03-11"),
    "one day": Filter(
        "created_at >= '2031-03-11 00:00+07' and created_at < '2031-03-12 00:00+07'",
        since="2031-03-11",
        until="2031-03-11",
    ),
    "between two times": Filter(
        "created_at >= '2031-03-05 09:00+07' and created_at < '2031-03-15 17:00+07'",
        since="2031-03-05T02:00:00Z",
        until="2031-03-15T19:00:00+09:00",
    ),
    "between two times of a day": Filter(
        "created_at >= '2031-03-05 08:00+07' and created_at < '2031-03-05 17:00+07'",
        since="2031-03-05T08:00:00+07:00",
        until="2031-03-05T17:00:00+07:00",
    ),
    "since a time": Filter("created_at > '2031-03-05 09:00+07'", since="2031-03-05T09:00:00.000001+07:00"),
    "until a time": Filter("created_at < '2031-03-05 17:00+07'", until="2031-03-05 17:00+07:00"),
    "until midnight": Filter("created_at < '2031-03-05 00:00+07'", until="2031-03-05T00:00:00+07:00"),
    "before everything": Filter("false", until="2031-02-01"),
    "after everything": Filter("false", since="2032-01-01"),
    "since after until": Filter("false", since="2031-03-11", until="2031-03-09"),
    "all filters at once": Filter(
        "cause_tag in ('no_mitra_available', 'targeted_mitra_rejected') and needs_action "
        "and created_at >= '2031-03-05 09:00+07' and created_at < '2031-03-16 00:00+07'",
        TWO,
        "2031-03-05T02:00:00Z",
        "2031-03-15",
        needs=True,
    ),
    "a customer": Filter("customer_name = 'Budi 3'", customer=":Budi 3"),
    "a mitra": Filter("targeted_mitra_name = 'Bestie 2'", mitra=":Bestie 2"),
    "a customer and a mitra": Filter(
        "customer_name = 'Budi 12' and targeted_mitra_name = 'Bestie 2'",
        customer=":Budi 12",
        mitra=":Bestie 2",
    ),
    "a customer, needing action, since a day": Filter(
        "customer_name = 'Budi 3' and needs_action and created_at >= '2031-03-05 00:00+07'",
        needs=True,
        customer=":Budi 3",
        since="2031-03-05",
    ),
    "part of a name": Filter("customer_name like 'Budi 1%%'", search="udi 1"),
    "part of a mitra's name, in capitals": Filter("targeted_mitra_name like 'Bestie%%'", search="BESTIE"),
    "a name with a per cent": Filter("customer_name = 'Sari 100%%'", search="i 100%"),
    "a name with an underscore": Filter("customer_name = 'Sari_Ayu'", search="Sari_A"),
    "a name with a backslash": Filter(r"customer_name = 'Sari\Ayu'", search="Sari\\A"),
    "a name with an umlaut": Filter("customer_name = 'Ünal'", search="ünal"),
    "a phone number with separators": Filter("customer_phone = '+628120000012'", search="0812-0000 012"),
    "an international phone number": Filter("customer_phone = '+628120000012'", search="+62 812 0000012"),
    "part of a mitra's phone number": Filter("targeted_mitra_name = 'Bestie 6'", search="81300 00006"),
    "a customer's id": Filter("customer_name = 'Budi 3'", search=":Budi 3"),
    "a mitra's id": Filter("targeted_mitra_name = 'Bestie 2'", search=":Bestie 2"),
    "a name that nobody has": Filter("false", search="Zzyzx"),
}
each_filter = pytest.mark.parametrize("name", FILTERS)


def person(world: World, text: str | None) -> str | None:
    """The id of the person named after `:`; any other text unchanged."""
    if text is None or not text.startswith(":"):
        return text
    found = world.rows(
        "select id from (select id, display_name from data.users union all select id, display_name from data.mitras) p "
        "where display_name = %s",
        text[1:],
    )
    return str(found[0]["id"])


def asked(shared: Shared, wanted: Filter) -> tuple[object, ...]:
    """A filter's arguments, for `control_center.list_failed_pairings`."""
    given = wanted._replace(
        search=person(shared.world, wanted.search),
        customer=person(shared.world, wanted.customer),
        mitra=person(shared.world, wanted.mitra),
    )
    return (shared.viewer, *given[1:])


def page(shared: Shared, wanted: Filter, limit: int = 200, offset: int = 0) -> Row:
    arguments = (*asked(shared, wanted), limit, offset)
    reply: Row = shared.world.control("list_failed_pairings", *arguments)
    return reply


def expected_rows(shared: Shared, wanted: Filter) -> list[Row]:
    """The rows that a filter's SQL selects, newest first."""
    query = (
        f"select * from control_center.failed_pairings where {wanted.where} order by created_at desc, id desc"
    )
    return rows(shared.world.owner, f"({query})")


def ids(found: Sequence[Row]) -> list[str]:
    return [row["id"] for row in found]


@each_filter
def test_a_filter_selects_the_same_rows_as_its_sql_with_exact_totals(shared: Shared, name: str) -> None:
    wanted = FILTERS[name]
    found, expected = page(shared, wanted), expected_rows(shared, wanted)
    assert found["rows"] == expected[:200]
    assert (found["total"], found["amount"]) == (len(expected), sum(row["amount"] for row in expected))
    assert bool(expected) == (wanted.where != "false")


@pytest.mark.parametrize("limit", [7, 90])
@pytest.mark.parametrize("name", ["everything", "one cause", "between two times", "a mitra"])
def test_the_pages_together_are_the_list(shared: Shared, name: str, limit: int) -> None:
    wanted = FILTERS[name]
    expected = expected_rows(shared, wanted)
    paged: list[str] = []
    for offset in range(0, len(expected) + limit, limit):
        part = page(shared, wanted, limit, offset)
        assert part["total"] == len(expected)
        paged += ids(part["rows"])
    assert paged == ids(expected)


@pytest.mark.parametrize("name", ["everything", "a cause without rows", "a mitra", "a name that nobody has"])
def test_a_page_beyond_the_end_is_empty_but_has_the_total(shared: Shared, name: str) -> None:
    wanted = FILTERS[name]
    expected = len(expected_rows(shared, wanted))
    for offset in (expected, expected + 5, 2**31 - 1):
        found = page(shared, wanted, 50, offset)
        assert (found["rows"], found["total"]) == ([], expected)


def test_a_page_has_bounds(shared: Shared) -> None:
    everything = FILTERS["everything"]
    for limit, length in ((0, 1), (-1, 1), (201, 200), (None, 50)):
        arguments = (*asked(shared, everything), limit, -5)
        assert len(shared.world.control("list_failed_pairings", *arguments)["rows"]) == length


@pytest.mark.parametrize(
    "date",
    [
        "2031-02-30",
        "2031-3-1",
        "yesterday",
        "2031-03-01T10:00:00",
        "2031-03-01T25:00:00Z",
        "2031-03-01T10:00:00+16:00",
        "",
        "infinity",
    ],
)
def test_an_invalid_date_is_refused(shared: Shared, date: str) -> None:
    with refuses(400, "invalid_date"):
        page(shared, Filter("", since=date))
    with refuses(400, "invalid_date"):
        page(shared, Filter("", until=date))


# CSV


def file_of(shared: Shared, wanted: Filter, limit: int) -> list[dict[str, str]]:
    """The whole file, read as CSV."""
    text, cursor = "", None
    while True:
        piece = shared.world.control("list_failed_pairings_csv", *asked(shared, wanted), limit, cursor)
        text, cursor = text + piece["lines"], piece["next"]
        if cursor is None:
            assert text.endswith("\r\n")
            return list(csv.DictReader(io.StringIO(text, newline="")))


@each_filter
def test_the_file_has_the_rows_of_the_filter(shared: Shared, name: str) -> None:
    wanted = FILTERS[name]
    assert ids(file_of(shared, wanted, 1000)) == ids(expected_rows(shared, wanted))


@pytest.mark.parametrize("limit", [1, 25, 500])
@pytest.mark.parametrize("name", ["two causes", "between two times", "a mitra"])
def test_the_chunks_of_a_file_are_the_whole_file(shared: Shared, name: str, limit: int) -> None:
    wanted = FILTERS[name]
    assert ids(file_of(shared, wanted, limit)) == ids(expected_rows(shared, wanted))


def test_a_line_has_the_values_of_its_row(shared: Shared) -> None:
    expected = {row["id"]: row for row in expected_rows(shared, FILTERS["everything"])}
    lines = file_of(shared, FILTERS["everything"], 5000)
    assert len(lines) == 500
    for line in lines:
        row = expected[line["id"]]
        at = datetime.fromisoformat(row["created_at"]).astimezone(JAKARTA)
        assert line["waktu_wib"] == at.strftime("%Y-%m-%d %H:%M:%S")
        assert (line["pelanggan"], line["telepon"]) == (row["customer_name"], "'" + row["customer_phone"])
        assert line["bestie_dituju"] == (row["targeted_mitra_name"] or "")
        assert (line["sebab"], int(line["jumlah_rp"])) == (row["cause_tag"], row["amount"])
        assert line["perlu_tindakan"] == ("ya" if row["needs_action"] else "tidak")
        assert line["digantikan"] == ("ya" if row["superseded_at"] else "tidak")
        assert (line["tindakan"], line["oleh"]) == (row["operator_action"] or "", row["actioned_by"] or "")
        assert line["sesi_pembayaran"] == row["payment_session_id"]
    notes = {line["catatan"] for line in lines}
    assert notes == {"", "'=1+1", 'dua\nbaris, "kutip"'}


SEPARATORS = ";|\t\n\r\v\f\u0085\u2028"
"""What a spreadsheet may take for a cell separator. A comma is safe within quotes."""


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Budi", '"Budi"'),
        ('a "b", c', '"a ""b"", c"'),
        ("", '""'),
        (None, '""'),
        *((f"{sign}1", f'"\'{sign}1"') for sign in "=+-@＝＋－＠"),
        ("  =1", '"\'  =1"'),
        ("\t1", '"\'\t1"'),
        ("\r=1", "\"'\r'=1\""),
        ('"=1', '"\'""=1"'),
        ("\u00a0\u200b\ufeff=1", '"\'\u00a0\u200b\ufeff=1"'),
        ("−1", '"\'−1"'),
        ("1=1", '"1=1"'),
        ("a; b, c - d", '"a; b, c - d"'),
        *((f"Budi{one}=1", f'"Budi{one}\'=1"') for one in SEPARATORS),
        *((f"Budi;{sign}1;{sign}2", f"\"Budi;'{sign}1;'{sign}2\"") for sign in "=+-@＝＋－＠"),
        ('Budi; "=1"', '"Budi;\' ""=1"""'),
    ],
)
def test_a_cell_is_quoted_and_never_a_formula(shared: Shared, text: str | None, cell: str) -> None:
    assert one(shared.world.owner, "select logic.csv_cell(%s)", [text]) == cell


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_of_a_line_is_a_formula_whatever_separates_cells(shared: Shared, separator: str) -> None:
    """Read like a spreadsheet with another separator, for which quotes within a cell are plain characters."""
    line = one(
        shared.world.owner,
        "select logic.failure_csv(f) from control_center.failed_pairings f order by f.id limit 1",
        [],
    )
    assert all(cell.startswith('"') and cell.endswith('"') for cell in line.rstrip("\r\n").split(",") if cell)
    hostile = one(shared.world.owner, "select logic.csv_cell(%s)", [f'Budi{separator} "=1{separator}+1'])
    cells = [cell.strip().lstrip('"') for cell in hostile.split(separator)]
    assert len(cells) == 3
    assert not any(cell.startswith(tuple("=+-@")) for cell in cells)


# Tallies


def tallies(world: World) -> list[Row]:
    """The counts that the tallies give."""
    return world.rows(
        "select day, cause_tag, needs_action, sum(failures) as failures, sum(amount) as amount "
        "from data.failure_tallies group by 1, 2, 3 having sum(failures) <> 0 order by 1, 2, 3"
    )


def counts(world: World) -> list[Row]:
    """The counts of the rows themselves."""
    return world.rows(
        "select (created_at at time zone 'Asia/Jakarta')::date as day, cause_tag, needs_action, count(*) as failures, "
        "sum(amount) as amount from data.pairing_failures group by 1, 2, 3 order by 1, 2, 3"
    )


def fail_in_many_ways(world: World) -> None:
    """Four failures: cancelled, decided, superseded, and a free trial's."""
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    world.decline(world.ask_again(customer, mitra, payment), mitra)
    world.api("fallback_to_blast", customer, payment)
    for minutes in (30, 30, 15):
        other = world.customer()
        failed = world.pay(other, minutes)
        world.api("cancel_request", other, failed)
    world.ops("action_failure", world.failure(failed)["id"], "no_action", "Ratna")
    (needing, *_) = world.rows("select id from data.pairing_failures where needs_action")
    world.ops("action_failure", needing["id"], "refunded", "Ratna")


def test_the_tallies_follow_every_change(world: World) -> None:
    world.clock.set(FIRST_DAY - timedelta(seconds=1))
    fail_in_many_ways(world)
    world.clock.set(FIRST_DAY + timedelta(days=1))
    fail_in_many_ways(world)
    assert tallies(world) == counts(world)
    assert len({row["day"] for row in tallies(world)}) == 2
    world.sound = False
    world.owner.execute("delete from data.pairing_failures where needs_action")
    world.owner.execute("alter table data.pairing_failures disable trigger pairing_failures_fixed")
    world.owner.execute("update data.pairing_failures set amount = amount + 1")
    assert tallies(world) == counts(world)


def test_folded_tallies_are_the_same_in_fewer_rows(world: World) -> None:
    fail_in_many_ways(world)
    before = tallies(world)
    world.owner.execute("select logic.fold_failure_tallies()")
    folded = world.rows("select * from data.failure_tallies")
    assert tallies(world) == before == counts(world)
    assert len(folded) == len(before)
    world.owner.execute("select logic.fold_failure_tallies()")
    assert world.rows("select * from data.failure_tallies") == folded


# Decisions


def failed(world: World, minutes: int = 30) -> str:
    """A new failure's id."""
    customer = world.customer()
    payment = world.pay(customer, minutes)
    world.api("cancel_request", customer, payment)
    return str(world.failure(payment)["id"])


def facts_of(call: Callable[[], object]) -> object:
    """The extra fields of a refusal."""
    with pytest.raises(psycopg.Error) as caught:
        call()
    return json.loads(caught.value.diag.message_hint or "null")


def test_a_decision_is_recorded_with_its_operator_and_event(world: World) -> None:
    failure = failed(world)
    operator = world.staff("operator", "ratna@example.com")
    decided = world.control("action_failure", operator, failure, "refunded", "transfer 8812")
    assert (decided["id"], decided["needs_action"]) == (failure, False)
    assert [decided[key] for key in ("operator_action", "actioned_by", "action_note")] == [
        "refunded",
        "ratna@example.com",
        "transfer 8812",
    ]
    (event,) = world.events("PAIRING_FAILURE_ACTIONED")
    assert (event["actor"], event["entity_id"]) == ("operator:ratna@example.com", failure)


def test_the_second_operator_learns_who_decided_and_when(world: World) -> None:
    failure = failed(world)
    decided = world.control(
        "action_failure", world.staff("operator", "first@example.com"), failure, "credited"
    )
    second = world.staff("operator")
    with refuses(409, "failure_already_actioned"):
        world.control("action_failure", second, failure, "refunded")
    assert facts_of(lambda: world.control("action_failure", second, failure, "credited")) == {
        "operator_action": "credited",
        "actioned_by": "first@example.com",
        "actioned_at": decided["actioned_at"],
    }


def test_repeating_a_decision_is_idempotent(world: World) -> None:
    failure = failed(world)
    operator = world.staff("operator")
    decided = world.control("action_failure", operator, failure, "refunded", "once")
    world.clock.advance(60)
    assert world.control("action_failure", operator, failure, "refunded", "twice") == decided
    assert len(world.events("PAIRING_FAILURE_ACTIONED")) == 1
    with refuses(409, "failure_already_actioned"):
        world.control("action_failure", operator, failure, "credited")


def test_each_failure_of_a_batch_is_decided_on_its_own(world: World) -> None:
    one_, other, free, taken, unknown = (
        failed(world),
        failed(world),
        failed(world, 15),
        failed(world),
        world.uuid(),
    )
    world.ops("action_failure", taken, "no_action", "Ratna")
    asked_for = [free, one_, unknown, taken, other, one_]
    reply = world.control("action_failures", world.staff("operator"), asked_for, "refunded", "batch 7")
    assert (reply["done"], reply["refused"]) == (3, 3)
    results = reply["results"]
    assert ids(results) == asked_for
    assert [result["ok"] for result in results] == [False, True, False, False, True, True]
    assert [result.get("error") for result in results] == [
        "nothing_to_refund",
        None,
        "failure_not_found",
        "failure_already_actioned",
        None,
        None,
    ]
    assert results[3]["actioned_by"] == "Ratna"
    assert results[3]["message"].startswith("Ratna has marked this as no action already")
    assert results[1]["failure"]["action_note"] == "batch 7"
    assert results[2]["failure"] is None
    assert len(world.events("PAIRING_FAILURE_ACTIONED")) == 3


# Details


def test_a_failure_is_shown_with_the_whole_history_of_its_payment(world: World) -> None:
    customer, mitra = world.customer(), world.mitra()
    world.acquaint(customer, mitra)
    payment = world.pay(customer, mitra=mitra)
    search = world.ask_again(customer, mitra, payment)
    world.decline(search, mitra)
    first = world.failure(payment)["id"]
    world.clock.advance(1)
    blast = world.api("fallback_to_blast", customer, payment)
    world.wait(60, connected=[mitra])
    failure = world.failure(payment)["id"]
    story = world.control("get_failed_pairing", world.staff("viewer"), failure)
    assert story["failure"]["id"] == failure
    assert ids(story["failures"]) == [first, failure]
    assert (story["payment"]["id"], story["payment"]["status"]) == (payment, "failed_pairing")
    assert ids(story["searches"]) == [search["id"], blast["id"]]
    assert [offer["status"] for offer in story["searches"][0]["offers"]] == ["declined"]
    assert story["searches"][1]["offer_counts"]["auto_rejected"] == 1
    assert (story["chats"], story["extensions"]) == ([], [])
    trace = world.ops("trace", payment)
    assert [event["id"] for event in story["timeline"]] == [row["event_id"] for row in trace]
    assert story["people"] == {mitra: world.row("mitras", mitra)["display_name"]}


def test_an_extension_is_shown_with_its_chat_and_message_counts(world: World) -> None:
    chat = world.chat(world.customer(), world.mitra())
    for by in ("customer", "customer", "mitra"):
        world.clock.advance(1)
        world.say(chat, by, "rahasia")
    replied_at = world.clock.now()
    extension = world.extend(chat)
    world.api("reject_extension", extension["id"], chat["mitra"]["id"])
    payment = extension["payment_session_id"]
    story = world.control("get_payment_timeline", world.staff("viewer"), payment)
    (shown,) = story["chats"]
    assert (shown["id"], shown["customer_messages"], shown["mitra_messages"]) == (chat["id"], 2, 1)
    assert datetime.fromisoformat(shown["first_reply_at"]) == replied_at
    assert [(one_["id"], one_["status"]) for one_ in story["extensions"]] == [(extension["id"], "rejected")]
    assert story["failures"][0]["is_extension"]
    whole = world.control("get_payment_timeline", world.staff("viewer"), chat["payment_session_id"])
    types = {event["type"] for event in whole["timeline"]}
    assert {"PAIRED", "PAYMENT_SESSION"} <= types
    assert not types & {"CHAT_MESSAGE", "CHAT_READ"}
    assert "rahasia" not in str(whole)
