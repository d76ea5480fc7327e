"""What sql/ says of refusals: the status of every slug, and the slugs that a function may come to.

sql/ is where they are written, and nothing repeats them: a slug's status stands where a body refuses, what a
function may come to stands in its comment, which tests hold against its body and all that it calls.
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


def stated(comment: str) -> tuple[str, ...]:
    """The slugs that a function's comment states."""
    found = STATED.search(comment)
    return tuple(found["slugs"].split(", ")) if found else ()


def of(function: str) -> tuple[str, ...]:
    """The slugs that a function such as `api.end_chat` states. Raises LookupError for one without a comment."""
    try:
        return _by_function()[function]
    except KeyError as error:
        raise LookupError(
            f"sql/ has no function {function} with a comment: `comment on function {function} is '…'` says what it is "
            "for, and what it refuses."
        ) from error


@cache
def statuses() -> Mapping[str, int]:
    """Every slug with its status."""
    return {found["slug"]: int(found["status"]) for text in _texts() for found in REFUSAL.finditer(text)}


@cache
def _by_function() -> Mapping[str, tuple[str, ...]]:
    return {found["name"]: stated(found["text"]) for text in _texts() for found in COMMENT.finditer(text)}


@cache
def _texts() -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8") for path in sorted(SQL.rglob("*.sql")))
