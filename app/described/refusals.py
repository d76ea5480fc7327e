"""The refusals that sql/ states: the status of every slug, and the slugs of every function.

They are written only in sql/: a slug's status where a body refuses, a function's slugs in its comment. Tests hold
the comment against the body and all that it calls.
"""

import re
from collections.abc import Mapping
from functools import cache

from app.postgres.functions import functions, texts

REFUSAL = re.compile(
    r"logic\.(?:refuse|keep_refusal)\(\s*(?P<status>\d{3}),\s*'(?P<slug>[a-z_]+)',\s*(?:format\(\s*)?'(?P<sentence>(?:[^']|'')*)'"
)
STATED = re.compile(r"Refuses (?P<slugs>[a-z_]+(?:, [a-z_]+)*)\.")


def stated(comment: str) -> tuple[str, ...]:
    """The slugs that a function's comment states."""
    found = STATED.search(comment)
    return tuple(found["slugs"].split(", ")) if found else ()


@cache
def by_function() -> Mapping[str, tuple[str, ...]]:
    """Every function that has a comment, `api.end_chat`, with the slugs that it states."""
    return {name: stated(function.comment) for name, function in functions().items()}


@cache
def statuses() -> Mapping[str, int]:
    """Every slug with its status."""
    return {found["slug"]: int(found["status"]) for text in texts() for found in REFUSAL.finditer(text)}
