"""A file of sql/ that breaks the conventions is refused before anything is applied."""

from pathlib import Path

import pytest

from app.migrate import MigrateError
from app.migrate.sources import Kind, read_sources

ONE = "create or replace function logic.one() returns int language sql as $$ select 1; $$;"


def write(directory: Path, path: str, text: str) -> None:
    file = directory / "sql" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    """A sql/ with one folder and one file."""
    write(tmp_path, "ORDER", "first\n")
    write(tmp_path, "first/one.sql", ONE)
    return tmp_path / "sql"


def test_folders_come_in_their_order_and_kinds_within_them(sql: Path) -> None:
    write(sql.parent, "ORDER", "second\ngrants\nfirst\n")
    write(sql.parent, "first/a_view.sql", "create or replace view logic.a_view as select 1;")
    write(
        sql.parent,
        "second/cups_a.sql",
        "create or replace trigger cups_a after insert on data.cups execute function logic.one();",
    )
    write(sql.parent, "second/views.sql", "create or replace view logic.views as select 1;")
    write(
        sql.parent,
        "second/work.sql",
        "/* all */ create or replace procedure logic.work() language sql as '';",
    )
    write(sql.parent, "grants/everyone.sql", "-- All; of them.\nrevoke all on schema api from public;\n")
    assert [(source.path, source.kind) for source in read_sources(sql)] == [
        ("sql/second/work.sql", Kind.ROUTINE),
        ("sql/second/views.sql", Kind.VIEW),
        ("sql/second/cups_a.sql", Kind.TRIGGER),
        ("sql/grants/everyone.sql", Kind.SCRIPT),
        ("sql/first/one.sql", Kind.ROUTINE),
        ("sql/first/a_view.sql", Kind.VIEW),
    ]


def test_a_folder_may_hold_folders(sql: Path) -> None:
    write(sql.parent, "ORDER", "screens/board\nfirst\n")
    write(sql.parent, "screens/board/two.sql", ONE.replace("one", "two"))
    assert [source.path for source in read_sources(sql)] == ["sql/screens/board/two.sql", "sql/first/one.sql"]
    write(sql.parent, "screens/list/three.sql", ONE.replace("one", "three"))
    with pytest.raises(MigrateError, match="list is not listed in"):
        read_sources(sql)


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("ORDER", "first\nsecond\n", "lists second, but there is no such folder"),
        ("ORDER", "first\nfirst\n", "lists first twice"),
        ("ORDER", "", "first is not listed in"),
        ("stray.sql", ONE, r"stray\.sql is not listed in"),
        ("ORDER", "first\nscreens/one", "lists screens/one, but there is no such folder"),
        ("screens/one.sql", ONE, "screens is not listed in"),
        ("first/second/two.sql", ONE, r"sql/first/second is no \.sql file"),
        ("first/notes.txt", "", r"sql/first/notes\.txt is no \.sql file"),
        ("first/two.sql", ONE, r"sql/first/two\.sql makes logic\.one, so it must be called one\.sql"),
        ("first/one.sql", "", "must begin with create or replace"),
        ("first/one.sql", "select 1;", "must begin with create or replace"),
        ("first/one.sql", ONE.replace("or replace ", ""), "must begin with create or replace"),
        ("first/one.sql", ONE.replace("logic.", ""), "must begin with create or replace"),
        ("first/one.sql", ONE.replace("logic", "data"), r"makes data\.one; code lives in logic, api, ops"),
        ("first/one.sql", f"{ONE}\n{ONE}", "makes more than one object"),
        (
            "first/one.sql",
            f"{ONE}\ngrant execute on function logic.one to public;",
            "makes more than one object",
        ),
        ("first/logic.one.sql", ONE, r"first/logic\.one\.sql and sql/first/one\.sql both make logic\.one"),
        (
            "first/fill.sql",
            "create or replace trigger fill before insert on data.cups execute function logic.fill();",
            r"a trigger of data\.cups must be called cups_<something>",
        ),
    ],
)
def test_a_mistake_is_named(sql: Path, path: str, text: str, told: str) -> None:
    write(sql.parent, path, text)
    with pytest.raises(MigrateError, match=told):
        read_sources(sql)


def test_a_script_may_only_grant_and_revoke(sql: Path) -> None:
    write(sql.parent, "ORDER", "first\ngrants\n")
    write(sql.parent, "grants/all.sql", "grant usage on schema api to curhat_app;\ndrop schema data;")
    with pytest.raises(MigrateError, match=r"sql/grants/all\.sql may only grant, revoke and alter default"):
        read_sources(sql)


def test_two_functions_of_one_name_in_two_schemas_carry_their_schema(sql: Path) -> None:
    write(sql.parent, "first/api.one.sql", ONE.replace("logic", "api"))
    assert {source.made for source in read_sources(sql)} == {"api.one", "logic.one"}


def test_a_missing_order_is_named(sql: Path) -> None:
    (sql / "ORDER").unlink()
    with pytest.raises(MigrateError, match="ORDER is missing"):
        read_sources(sql)
