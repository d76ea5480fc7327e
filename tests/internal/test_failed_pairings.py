"""Failures over REST: the list, its CSV file, and decisions."""

import asyncio
import csv
import io
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from app.internal import failed_pairings
from tests.internal.harness import Desk, got, refusal
from tests.rest.harness import Postgres, until
from tests.sql.test_failed_pairings import PAST
from tests.sql.world import World

LIST = "/internal/failed-pairings"


def cancelled(world: World) -> str:
    """The id of a new failure that needs an operator."""
    customer = world.customer()
    payment = world.pay(customer)
    world.api("cancel_request", customer, payment)
    world.clock.advance(1)
    return str(world.failure(payment)["id"])


def timed_out(world: World) -> str:
    """The id of a new failure with another cause."""
    payment = world.search(world.customer())["payment_session_id"]
    world.wait(60)
    world.clock.advance(1)
    return str(world.failure(payment)["id"])


def ids(listed: dict[str, Any]) -> list[str]:
    return [row["id"] for row in listed["rows"]]


async def test_a_filter_is_given_in_the_query(desk: Desk, world: World) -> None:
    first, second = cancelled(world), timed_out(world)
    third = cancelled(world)
    got(await desk.post(f"{LIST}/{first}/action", {"action": "refunded"}))
    whole = got(await desk.get(LIST))
    assert (ids(whole), whole["total"], whole["amount"]) == ([third, second, first], 3, 75_000)
    for path, expected in (
        ("?cause_tags=customer_cancelled", [third, first]),
        ("?cause_tags[]=customer_cancelled", [third, first]),
        ("?cause_tags=customer_cancelled&cause_tags=no_mitra_available", [third, second, first]),
        ("?cause_tags[]=customer_cancelled&cause_tags[]=no_mitra_available", [third, second, first]),
        ("?cause_tags%5B%5D=all_mitras_rejected", []),
        ("?needs_action=true", [third, second]),
        ("?needs_action=false", [first]),
        ("?needs_action=true&cause_tags=customer_cancelled", [third]),
        (f"?search={second}", [second]),
        (f"?customer_id={whole['rows'][0]['customer_id']}", [third]),
        (f"?date_from={world.clock.now().date().year}-01-01", [third, second, first]),
        ("?date_to=2020-01-01", []),
        ("?limit=1&offset=1", [second]),
    ):
        assert ids(got(await desk.get(LIST + path))) == expected, path


@pytest.mark.parametrize(
    ("path", "slug", "about"),
    [
        ("?cause_tags=bad_luck", "invalid_query", "cause_tags"),
        ("?cause_tags[]=bad_luck", "invalid_query", "cause_tags"),
        ("?needs_action=perhaps", "invalid_query", "needs_action"),
        ("?limit=201", "invalid_query", "limit"),
        ("?offset=-1", "invalid_query", "offset"),
        ("?colour=red", "invalid_query", "colour"),
        ("?mitra_id=x", "invalid_query", "mitra_id"),
        ("?date_from=2026-02-30", "invalid_date", "2026-02-30"),
        ("?date_to=soon", "invalid_date", "soon"),
        ("?search=ab", "search_too_short", "three"),
    ],
)
async def test_an_invalid_filter_is_refused_and_named(desk: Desk, path: str, slug: str, about: str) -> None:
    for accept in ("application/json", "text/csv"):
        response = await desk.get(LIST + path, accept=accept)
        assert about in response.json()["message"]
        refusal(response, 400, slug)


# CSV


def lines(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="failed-pairings.csv"'
    assert response.content.startswith(b"\xef\xbb\xbfid,")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


async def test_the_file_has_all_filtered_rows_whatever_the_page(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failed_pairings, "ROWS_AT_A_TIME", 2)
    made = [cancelled(world) for _ in range(4)]
    timed_out(world)
    query = f"{LIST}?cause_tags=customer_cancelled&limit=1&offset=3"
    assert [line["id"] for line in lines(await desk.get(query, accept="text/csv"))] == made[::-1]
    only = lines(await desk.get(f"{LIST}?cause_tags=targeted_mitra_offline", accept="text/csv"))
    assert only == []


@pytest.mark.parametrize(
    ("accept", "is_file"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/csv", True),
        ("text/csv; charset=utf-8", True),
        ("application/json;q=0.5, text/csv", True),
        ("text/*", True),
        ("text/html,*/*;q=0.8", False),
        ("text/csv;q=0", False),
        ("text/csv;q=0.000, application/json", False),
        ("text/*, text/csv;q=0", False),
        ("application/json;q=0, */*", True),
        ("TEXT/CSV; Q=0.9, application/json;q=0.8", True),
        ("text/csv;type_=x;self=y", True),
        ("csv", False),
        ("", False),
    ],
)
async def test_the_accept_header_decides_between_list_and_file(
    desk: Desk, accept: str | None, is_file: bool
) -> None:
    response = await desk.get(LIST, accept=accept)
    assert response.headers["content-type"].startswith("text/csv" if is_file else "application/json")


async def test_a_file_that_cannot_be_started_is_refused(desk: Desk, world: World, postgres: Postgres) -> None:
    cancelled(world)
    with postgres.locked_tables("pairing_failures"):
        asking = asyncio.ensure_future(desk.get(LIST, accept="text/csv"))
        await cut_twice(postgres)
        refusal(await asking, 503, "unavailable")


async def test_a_truncated_file_is_an_error_for_the_client(
    desk: Desk, world: World, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has 500 chunks; the database is lost after the first."""
    monkeypatch.setattr(failed_pairings, "ROWS_AT_A_TIME", 1)
    world.owner.execute("alter table data.payment_sessions disable trigger user")
    world.owner.execute(PAST.read_text(encoding="utf-8").encode())
    world.sound = False
    headers = {**desk.headers(), "Accept": "text/csv"}
    async with desk.http.stream("GET", LIST, headers=headers) as response:
        assert response.status_code == 200
        pieces = response.aiter_bytes()
        await anext(pieces)
        with postgres.locked_tables("pairing_failures"):
            await cut_twice(postgres)
        with pytest.raises(httpx.RemoteProtocolError):
            async for _ in pieces:
                pass


async def cut_twice(postgres: Postgres) -> None:
    """Cut the waiting backend, and the one that gets the retry."""
    cut: set[int] = set()
    while len(cut) < 2:
        await until(lambda: set(postgres.waiting()) - cut)
        for pid in set(postgres.waiting()) - cut:
            postgres.cut(pid)
            cut.add(pid)


# Decisions


async def test_the_second_operator_learns_who_decided_and_when(
    new_desk: Callable[..., Desk], world: World
) -> None:
    failure = cancelled(world)
    first, second = new_desk("operator", "first@example.com"), new_desk("operator", "second@example.com")
    path = f"{LIST}/{failure}/action"
    answers = await asyncio.gather(
        first.post(path, {"action": "refunded", "note": "transfer 8812"}),
        second.post(path, {"action": "credited"}),
    )
    (won,) = (one for one in answers if one.status_code == 200)
    (lost,) = (one for one in answers if one.status_code == 409)
    assert won.json()["actioned_by"] in lost.json()["message"]
    assert refusal(lost, 409, "failure_already_actioned") == {
        name: won.json()[name] for name in ("operator_action", "actioned_by", "actioned_at")
    }
    assert len(world.events("PAIRING_FAILURE_ACTIONED")) == 1


async def test_each_decision_of_a_batch_is_reported(desk: Desk, world: World) -> None:
    one, other = cancelled(world), timed_out(world)
    got(await desk.post(f"{LIST}/{one}/action", {"action": "credited"}))
    reply = got(await desk.post(f"{LIST}/actions", {"ids": [other, one, other], "action": "refunded"}))
    assert (reply["done"], reply["refused"]) == (2, 1)
    assert [result["id"] for result in reply["results"]] == [other, one, other]
    assert [result.get("error") for result in reply["results"]] == [None, "failure_already_actioned", None]


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"action": "forgiven"}, "action"),
        ({}, "action"),
        ({"action": "refunded", "note": "x" * 1001}, "note"),
        ({"action": "refunded", "who": "me"}, "who"),
    ],
)
async def test_an_invalid_decision_is_refused(
    desk: Desk, world: World, body: dict[str, str], about: str
) -> None:
    failure = cancelled(world)
    for path, more in ((f"{LIST}/{failure}/action", {}), (f"{LIST}/actions", {"ids": [failure]})):
        response = await desk.post(path, {**more, **body})
        assert about in response.json()["message"]
        refusal(response, 400, "invalid_body")
    for wrong in ([], [failure] * 201, ["x"]):
        refusal(await desk.post(f"{LIST}/actions", {"ids": wrong, "action": "refunded"}), 400, "invalid_body")


async def test_a_failure_is_shown_with_its_whole_history(desk: Desk, world: World) -> None:
    failure = timed_out(world)
    story = got(await desk.get(f"{LIST}/{failure}"))
    assert (story["failure"]["id"], story["payment"]["status"]) == (failure, "failed_pairing")
    assert [event["type"] for event in story["timeline"]][-1] == "PAIRING_FAILED"
    refusal(await desk.get(f"{LIST}/{world.uuid()}"), 404, "failure_not_found")
