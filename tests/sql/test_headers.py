"""The refusals stated in the headers and comments of sql/ are those that each function can raise."""

import re
from collections.abc import Iterable, Mapping

import pytest

from app.migrate import SQL
from app.migrate.sources import Kind, Source, read_sources
from tests.conftest import Connection
from workshop.reference.generate import Function, read_functions

HEADER = re.compile(r"^-- Refuses: ((?:.*\n)(?:-- .*\n)*)", re.MULTILINE)
NEXT_ENTRY = re.compile(r"^-- [A-Z][a-z]+: ", re.MULTILINE)
AS_ANOTHER = re.compile(r"and what (\w+) refuses")
REFUSES = re.compile(r"logic\.(?:refuse|keep_refusal)\(")
SLUG = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")

# Refusals that the code can reach but the function never raises. The call asks for the very status to which the refusal
# belongs, or it passes a row that was just read.
NEVER_COMES = {
    "payment_already_confirmed": {
        "api.confirm_payment_session",
        "api.start_general_request",
        "api.start_returning_request",
        "api.cancel_request",
        "api.request_extension",
        "ops.fail_payment",
        "logic.check_may_extend",
        "logic.check_may_search",
    },
    "payment_not_confirmed": {"api.confirm_payment_session", "api.cancel_payment_session"},
    "payment_session_abandoned": {"api.cancel_payment_session"},
    "payment_session_failed": {"api.fallback_to_blast", "logic.reopen_payment_session"},
    "request_already_declined": {"api.decline_request"},
    "extension_not_found": {
        "ops.fail_payment",
        "ops.block_person",
        "logic.fail_whatever_runs",
        "logic.end_search_of",
    },
    "mitra_not_found": {"ops.block_person"},
    "operator_not_found": {"ops.set_operator"},
    "email_already_taken": {"ops.set_operator"},
    "account_blocked": {"control_center.finish_login", "control_center.finish_password_change"},
    "role_not_sufficient": {"control_center.begin_password_change", "control_center.finish_password_change"},
    "invalid_cursor": {"control_center.get_mitra", "control_center.get_user"},
    # Reported for each failure, not raised.
    "failure_not_found": {"logic.try_to_decide", "control_center.action_failures"},
    "failure_superseded": {"logic.try_to_decide", "control_center.action_failures"},
    "failure_already_actioned": {"logic.try_to_decide", "control_center.action_failures"},
    "nothing_to_refund": {"logic.try_to_decide", "control_center.action_failures"},
}


@pytest.fixture
def database(untouched_database: str) -> str:
    """Shared: these tests only read."""
    return untouched_database


@pytest.fixture
def functions(db: Connection) -> dict[str, Function]:
    return {function.qualified: function for function in read_functions(db)}


def reachable(name: str, functions: Mapping[str, Function]) -> set[str]:
    """The slugs in a function's body and in all functions it calls."""
    to_visit, visited, slugs = {name}, set(), set()
    while to_visit:
        function = functions[to_visit.pop()]
        visited.add(function.qualified)
        slugs |= {refusal.slug for refusal in function.refusals}
        to_visit |= {called for called in function.calls if called in functions} - visited
    return slugs


def never(name: str, slug: str) -> bool:
    """Whether a function never raises a slug that its calls can reach."""
    return name in NEVER_COMES.get(slug, ())


def comes(name: str, functions: Mapping[str, Function]) -> set[str]:
    """The slugs that a function can raise. Every operator has at least the role viewer."""
    slugs = {slug for slug in reachable(name, functions) if not never(name, slug)}
    if "logic.check_operator(p_operator_id, 'viewer')" in functions[name].body:
        slugs.discard("role_not_sufficient")
    return slugs


def header(source: Source, functions: Mapping[str, Function]) -> set[str]:
    """The slugs that a file's header states."""
    found = HEADER.search(source.text.partition("create or replace")[0])
    if found is None:
        return set()
    stated = re.sub(r"\([^)]*\)", "", NEXT_ENTRY.split(found[1])[0]).replace("\n-- ", " ")
    another = AS_ANOTHER.search(stated)
    slugs = set(SLUG.findall(AS_ANOTHER.sub("", stated)))
    if another is not None:
        slugs |= {slug for slug in comes(f"logic.{another[1]}", functions) if not never(source.made, slug)}
    return slugs


def differences(
    one: Mapping[str, set[str]], other: Mapping[str, set[str]]
) -> dict[str, dict[str, Iterable[str]]]:
    """The entries on which the two differ."""
    return {
        name: {"only stated": one[name] - other[name], "only found": other[name] - one[name]}
        for name in one
        if one[name] != other[name]
    }


def test_a_header_in_logic_states_exactly_the_possible_refusals(functions: dict[str, Function]) -> None:
    sources = [source for source in read_sources(SQL) if source.kind is Kind.ROUTINE]
    stated = {source.made: header(source, functions) for source in sources}
    found = {
        source.made: comes(source.made, functions) if source.schema == "logic" else set()
        for source in sources
    }
    assert differences(stated, found) == {}


def test_the_comment_of_a_public_function_states_the_same(functions: dict[str, Function]) -> None:
    called = [name for name, function in functions.items() if function.schema != "logic"]
    stated = {name: set(functions[name].refuses) for name in called}
    assert differences(stated, {name: comes(name, functions) for name in called}) == {}


def test_every_exception_is_needed(functions: dict[str, Function]) -> None:
    idle = [
        (name, slug)
        for slug, names in NEVER_COMES.items()
        for name in names
        if slug not in reachable(name, functions)
    ]
    assert idle == []


def test_every_refusal_can_be_parsed(functions: dict[str, Function]) -> None:
    unread = [
        name
        for name, function in functions.items()
        if name not in ("logic.refuse", "logic.keep_refusal")
        and len(REFUSES.findall(function.body)) != len(function.refusals)
    ]
    assert unread == []


def test_a_slug_has_one_status(functions: dict[str, Function]) -> None:
    statuses: dict[str, set[int]] = {}
    for function in functions.values():
        for refusal in function.refusals:
            statuses.setdefault(refusal.slug, set()).add(refusal.status)
    assert {slug: found for slug, found in statuses.items() if len(found) > 1} == {}


def test_every_event_that_is_appended_is_a_known_type(functions: dict[str, Function], db: Connection) -> None:
    types = {name for (name,) in db.execute("select type from logic.event_types")}
    appended = {
        literal
        for function in functions.values()
        if function.calls & {"logic.append_event", "logic.append_extension_event"}
        for literal in re.findall(r"'([A-Z]+(?:_[A-Z]+)*)'", function.body)
    }
    assert appended == types
