"""sql/ has layers: who calls whom goes down along sql/ORDER, or stays in its folder, and never comes round in a ring.

A call is any mention of one of our functions or views outside comments: in a body, a view, a trigger, a job of
pg_cron. A trigger counts as the caller of its function; whoever writes to its table does not.
"""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from app.migrate import SQL
from app.migrate.sources import CODE_SCHEMAS, TOKENS, Kind, Source, read_sources

pytestmark = pytest.mark.check

MENTION = re.compile(rf"\b(?:{'|'.join(CODE_SCHEMAS)})\.[a-z_]\w*")


def code(source: Source) -> str:
    """What a file makes, without comments: its first statement, or all of a script."""
    kept = []
    for token in TOKENS.finditer(source.text):
        if token["end"] and source.kind is not Kind.SCRIPT:
            break
        if not token["comment"]:
            kept.append(re.sub(r"--[^\n]*", "", token[0]))
    return "".join(kept)


def read_calls(sources: list[Source]) -> dict[Source, set[Source]]:
    """Every file with the files of what it calls, in the order in which they are applied."""
    made = {source.made: source for source in sources if source.kind in (Kind.ROUTINE, Kind.VIEW)}
    return {
        source: {made[name] for name in MENTION.findall(code(source)) if name in made} - {source}
        for source in sources
    }


def upwards(sources: list[Source]) -> list[str]:
    """The calls of what a later folder makes."""
    folders = list(dict.fromkeys(str(Path(source.path).parent) for source in sources))
    level = {source: folders.index(str(Path(source.path).parent)) for source in sources}
    return sorted(
        f"{source.path} calls {called.path}"
        for source, calls in read_calls(sources).items()
        for called in calls
        if level[called] > level[source]
    )


def ring(sources: list[Source]) -> list[str]:
    """One ring of calls, if there is any: each is called by the next."""
    try:
        TopologicalSorter(read_calls(sources)).prepare()
    except CycleError as error:
        return [source.path for source in error.args[1]]
    return []


def test_calls_go_down_along_order() -> None:
    assert upwards(read_sources(SQL)) == []


def test_no_calls_form_a_ring() -> None:
    assert ring(read_sources(SQL)) == []


FUNCTION = "create or replace function logic.{}() returns int language plpgsql as $$ begin {} end $$;"
TRIGGER = "create or replace trigger cups_{0} after insert on data.cups execute function logic.{0}();"
WHATEVER_CALLS = {
    "body": ("caller", FUNCTION.format("caller", "perform logic.called();")),
    "view": ("caller", "create or replace view api.caller as select logic.called();"),
    "trigger": ("cups_called", TRIGGER.format("called")),
    "job": ("caller", "create or replace view logic.caller as select 'call logic.called()' as command;"),
}


def tree(directory: Path, **files: str) -> list[Source]:
    """The sources of a sql/ with a folder `low` below a folder `high`."""
    for path, text in {
        "ORDER": "low\nhigh\n",
        "low/called.sql": FUNCTION.format("called", ""),
        **files,
    }.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (directory / "high").mkdir(exist_ok=True)
    return read_sources(directory)


@pytest.mark.parametrize("how", WHATEVER_CALLS)
def test_a_call_upwards_is_found(tmp_path: Path, how: str) -> None:
    name, text = WHATEVER_CALLS[how]
    assert upwards(tree(tmp_path, **{f"high/{name}.sql": text})) == []
    sources = tree(tmp_path, **{f"high/{name}.sql": text, "ORDER": "high\nlow\n"})
    assert len(upwards(sources)) == 1


def test_a_ring_is_found(tmp_path: Path) -> None:
    caller = FUNCTION.format("caller", "perform logic.called(); -- not logic.another()")
    assert ring(tree(tmp_path, **{"low/caller.sql": caller})) == []
    called = FUNCTION.format("called", "perform logic.caller();")
    assert ring(tree(tmp_path, **{"low/caller.sql": caller, "low/called.sql": called})) != []


def test_a_mention_in_a_comment_is_no_call(tmp_path: Path) -> None:
    comments = "/* logic.high() */ -- logic.high()\n"
    after = "\ncomment on function logic.another is 'As logic.high() does.';"
    another = comments + FUNCTION.format("another", "-- logic.high()\n") + after
    high = FUNCTION.format("high", "")
    assert upwards(tree(tmp_path, **{"low/another.sql": another, "high/high.sql": high})) == []
