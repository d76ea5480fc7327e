"""Refusals read from sql/: the status of every slug, and the slugs of every function.

A slug's status comes from the call that refuses. A function's slugs come from its comment, which tests compare with
its body and everything that it calls.
"""

import re
from collections.abc import Mapping
from functools import cache

from app.postgres.functions import functions, texts

REFUSAL = re.compile(
    r"logic\.(?:refuse|keep_refusal)\(\s*(?P<status>\d{3}),\s*'(?P<slug>[a-z_]+)',\s*(?:format\(\s*)?'(?P<sentence>(?:[^']|'')*)'"
)
STATED = re.compile(r"Refuses (?P<slugs>[a-z_]+(?:, [a-z_]+)*)\.")

NEVER_MET = "argument_missing"  # the app gives every argument that means nothing as null


def stated(comment: str) -> tuple[str, ...]:
    """The slugs that a function's comment states."""
    found = STATED.search(comment)
    return tuple(found["slugs"].split(", ")) if found else ()


@cache
def by_function() -> Mapping[str, tuple[str, ...]]:
    """Every function that has a comment, `api.end_chat`, with the slugs that it states and the app can meet."""
    return {
        name: tuple(slug for slug in stated(function.comment) if slug != NEVER_MET)
        for name, function in functions().items()
    }


@cache
def statuses() -> Mapping[str, int]:
    """Every slug with its status."""
    return {found["slug"]: int(found["status"]) for text in texts() for found in REFUSAL.finditer(text)}
