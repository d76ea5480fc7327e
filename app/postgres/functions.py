"""What sql/ says of its functions: their parameters and their comments. Read once, and without a database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SQL = Path(__file__).resolve().parents[2] / "sql"

FUNCTION = re.compile(
    r"^create or replace function (?P<name>[a-z_]+\.[a-z_]+)\((?P<parameters>.*?)\)\s*(?:returns|language) ",
    re.MULTILINE | re.DOTALL,
)
PARAMETER = re.compile(r"(?:^|,)\s*p_(\w+) ")
COMMENT = re.compile(
    r"^comment on function (?P<name>[a-z_]+\.[a-z_]+) is\s+'(?P<text>(?:[^']|'')*)'", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function that has a comment: the names of its parameters, without their `p_`, and the comment."""

    parameters: frozenset[str]
    comment: str


@cache
def functions() -> Mapping[str, Function]:
    """Every function that has a comment, by its name with its schema."""
    parameters = {
        found["name"]: frozenset(PARAMETER.findall(found["parameters"]))
        for text in texts()
        for found in FUNCTION.finditer(text)
    }
    return {
        found["name"]: Function(parameters[found["name"]], found["text"].replace("''", "'"))
        for text in texts()
        for found in COMMENT.finditer(text)
    }


@cache
def texts() -> tuple[str, ...]:
    """The files of sql/."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted(SQL.rglob("*.sql")))
