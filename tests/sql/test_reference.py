"""docs/reference/ matches the database."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from app.http.errors import HTTP_SLUGS
from app.internal import table as internal_table
from app.internal.frames import BODIES, FromOperator, OperatorEvent, ToOperator
from app.public import conversation, frames
from app.public import table as public_table
from app.refusals import Busy, Unavailable, UnknownOutcome
from app.sockets.websocket import Code
from tests.conftest import Connection
from workshop.reference import generate

PAGES = (
    "functions.md",
    "refusals.md",
    "state-machines.md",
    "configuration.md",
    "events.md",
    "invariants.md",
    "sockets.md",
)
HOW = "regenerate it: `make reference`"


@pytest.fixture
def database(untouched_database: str) -> str:
    """Shared: these tests only read."""
    return untouched_database


@pytest.mark.check
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_up_to_date(db: Connection, page: str) -> None:
    generated = generate.pages(db)
    assert tuple(generated) == PAGES
    assert (generate.DIRECTORY / page).read_text(encoding="utf-8") == generated[page], HOW


@pytest.mark.check
def test_the_readme_shows_the_states_of_a_payment(db: Connection) -> None:
    text = generate.README.read_text(encoding="utf-8")
    assert "pending --> confirmed" in text
    assert text == generate.readme(text, db), HOW


def test_a_view_is_read_with_its_columns(db: Connection) -> None:
    views = {view.name: view.columns for view in generate.read_views(db)}
    assert views["config_history"][:2] == ["key text", "version integer"]


def test_there_are_no_other_pages() -> None:
    assert {path.name for path in generate.DIRECTORY.iterdir()} == set(PAGES)


def test_every_page_is_written(db: Connection, tmp_path: Path) -> None:
    written = {path.name: path.read_text("utf-8") for path in generate.write(db, tmp_path / "new")}
    assert written == generate.pages(db)


def test_every_function_and_view_is_listed_with_its_comment(db: Connection) -> None:
    page = generate.pages(db)["functions.md"]
    for function in generate.read_functions(db):
        assert f"\n{function.qualified}({function.arguments})" in page
        assert function.comment in page
    for view in generate.read_views(db):
        assert f"### {view.name}\n\n{view.comment}" in page


def test_every_slug_is_listed_with_status_sentence_and_functions(db: Connection) -> None:
    page = generate.pages(db)["refusals.md"]
    functions = generate.read_functions(db)
    refusals = {refusal for function in functions for refusal in function.refusals}
    for refusal in refusals:
        (line,) = (line for line in page.splitlines() if line.startswith(f"| `{refusal.slug}` |"))
        assert f"| {refusal.status} |" in line
        assert refusal.sentence in line
        for function in functions:
            assert (f"`{function.qualified}`" in line) == (refusal.slug in function.refuses)


def test_every_slug_of_the_app_is_listed(db: Connection) -> None:
    page = generate.pages(db)["refusals.md"].partition("## By the app")[2]
    listed = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert {slug for slug, _ in HTTP_SLUGS.values()} <= listed
    assert {Unavailable().slug, Busy().slug, UnknownOutcome().slug} <= listed
    assert {"invalid_body", "internal_error", "unauthenticated", "forbidden"} <= listed


def test_every_transition_is_in_its_diagram(db: Connection) -> None:
    page = generate.pages(db)["state-machines.md"]
    diagrams = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", page, re.DOTALL)
    edges = {line.strip() for diagram in diagrams for line in diagram.splitlines()}
    transitions = generate.read_transitions(db)
    assert {f"{edge.from_status or '[*]'} --> {edge.to_status}" for edge in transitions} <= edges
    assert len(diagrams) == len({edge.entity for edge in transitions})


def test_every_setting_is_listed_with_its_default_and_bounds(db: Connection) -> None:
    with db.transaction(force_rollback=True):
        db.execute("update data.app_config set value = '46', version = 2 where key = 'presence_ttl_seconds'")
        page = generate.pages(db)["configuration.md"]
    assert "| `presence_ttl_seconds` | `45` detik | 30 to 600 |" in page
    assert (
        "| `extension_default_action_on_timeout` | `auto_approve` | `auto_approve`, `auto_reject` |" in page
    )
    for setting in generate.read_settings(db):
        assert f"| `{setting.key}` |" in page


def test_every_event_is_listed_with_its_audience_and_keys(db: Connection) -> None:
    page = generate.pages(db)["events.md"]
    assert "| `CHAT_REQUEST` | mitra |" in page
    assert "| `PAIRED` | customer and mitra |" in page
    assert "| `CONFIG_CHANGED` | control center only |" in page
    for event in generate.read_event_types(db):
        (line,) = (line for line in page.splitlines() if line.startswith(f"| `{event.type}` |"))
        assert all(f"`{key}`" in line for key in event.body)


def test_every_frame_is_listed_with_its_fields(db: Connection) -> None:
    page = generate.pages(db)["sockets.md"]
    to_clients, from_clients = page.partition("## From a client")[::2]
    for shape in {shape for union in (*frames.TO.values(), ToOperator) for shape in get_args(union)}:
        _line_of(_tag(shape), shape, to_clients)
    for kind, shape in BODIES.items():
        _line_of(kind, shape, to_clients)
    for shape in {shape for union in (conversation.Said, FromOperator) for shape in get_args(union)}:
        _line_of(_tag(shape), shape, from_clients)
    for part in msgspec.structs.fields(OperatorEvent):
        assert f"`{part.name}`" in to_clients


def _tag(shape: type[msgspec.Struct]) -> str:
    return str(shape.__struct_config__.tag)


def _line_of(tag: str, shape: type[msgspec.Struct], page: str) -> None:
    fields = [part.name for part in msgspec.structs.fields(shape)]
    lines = [line for line in page.splitlines() if line.startswith(f"| `{tag}` |")]
    assert any(all(f"`{name}" in line for name in fields) for line in lines), tag


def test_every_path_is_listed(db: Connection) -> None:
    page = generate.pages(db)["sockets.md"]
    for listener, sockets_ in (("public", public_table.SOCKETS), ("internal", internal_table.SOCKETS)):
        for path, _ in sockets_:
            assert f"\n| `{path}` | {listener} |" in page


def test_every_close_code_is_listed(db: Connection) -> None:
    page = generate.pages(db)["sockets.md"]
    for code in Code:
        assert f"\n| {int(code)} | " in page
