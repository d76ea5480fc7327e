"""Refusals read from sql/: the status of every slug, and the slugs of every function.

A slug's status comes from the call that refuses. A function's slugs come from its comment, which tests compare with
its body and everything that it calls.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SQL = Path(__file__).resolve().parents[2] / "sql"

REFUSAL = re.compile(
    r"logic\.(?:refuse|keep_refusal)\(\s*(?P<status>\d{3}),\s*'(?P<slug>[a-z_]+)',\s*(?:format\(\s*)?'(?P<sentence>(?:[^']|'')*)'"
)
STATED = re.compile(r"Refuses (?P<slugs>[a-z_]+(?:, [a-z_]+)*)\.")
COMMENT = re.compile(
    r"^comment on function (?P<name>[a-z_]+\.[a-z_]+) is\s+'(?P<text>(?:[^']|'')*)'", re.MULTILINE
)

NEVER_MET = "argument_missing"  # the app gives every argument that means nothing as null


def stated(comment: str) -> tuple[str, ...]:
    """The slugs that a function's comment states."""
    found = STATED.search(comment)
    return tuple(found["slugs"].split(", ")) if found else ()


@cache
def by_function() -> Mapping[str, tuple[str, ...]]:
    """Every function that has a comment, `api.end_chat`, with the slugs that it states and the app can meet."""
    return {
        found["name"]: tuple(slug for slug in stated(found["text"]) if slug != NEVER_MET)
        for text in _texts()
        for found in COMMENT.finditer(text)
    }


@cache
def statuses() -> Mapping[str, int]:
    """Every slug with its status."""
    return {found["slug"]: int(found["status"]) for text in _texts() for found in REFUSAL.finditer(text)}


@cache
def _texts() -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in sorted(SQL.rglob("*.sql")))
