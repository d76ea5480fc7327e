"""A reply held against what the table of routes, and so the OpenAPI document, says of it."""

import re
from collections.abc import Iterable
from functools import cache

import httpx
import msgspec

from app.described.openapi import TABLES, facts_of, refusals_of
from app.http.errors import HTTP_SLUGS
from app.http.routes import PATH_PARAMETER, Listener, Route

UUID_PATTERN = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Slug(msgspec.Struct):
    """Of a refusal, what it is."""

    error: str


class Refused(msgspec.Struct, forbid_unknown_fields=True):
    """What a refusal looks like."""

    error: str
    message: str


def check(listener: Listener, response: httpx.Response) -> httpx.Response:
    """The response, once it is known to be one that its route is said to give."""
    request = response.request
    route = next(
        (one for one in TABLES[listener] if fits(one, request.method, request.url.path)),
        None,
    )
    if route is None:
        assert Refused(**response.json()).error in {slug for slug, _ in HTTP_SLUGS.values()}
        return response
    if response.headers["content-type"].partition(";")[0] in media_of(route, response.status_code):
        return response
    told = f"{route.method} {route.path}: {response.status_code} {response.text}"
    refusals = refusals_of(route).get(response.status_code, [])
    shapes = list(shapes_of(route, response.status_code))
    assert shapes or refusals, f"not in the document: {told}"
    slug = refusal_in(response)
    if slug is not None:
        assert slug in refusals, f"not in the document: {told}"
        facts = facts_of(route).get(slug)
        shapes = [Refused if facts is None else with_facts(facts)]
    assert any(is_of(shape, response.content) for shape in shapes), f"not as in the document: {told}"
    return response


def refusal_in(response: httpx.Response) -> str | None:
    """The slug of a refusal; None when it is none."""
    try:
        return msgspec.json.decode(response.content, type=Slug).error
    except msgspec.DecodeError:
        return None


@cache
def with_facts(facts: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A refusal that is told with facts."""
    return msgspec.defstruct(
        "RefusedWithFacts", [("error", str), ("message", str)], bases=(facts,), forbid_unknown_fields=True
    )


def fits(route: Route, method: str, path: str) -> bool:
    """Whether a request goes to this route."""
    return route.method == method and pattern(route.path).fullmatch(path) is not None


@cache
def pattern(path: str) -> re.Pattern[str]:
    """The paths that a route's path stands for."""
    kinds = {"uuid": UUID_PATTERN, "int": r"\d+", "str": "[^/]+"}
    return re.compile(PATH_PARAMETER.sub(lambda found: kinds[found["kind"]], path))


def shapes_of(route: Route, status: int) -> Iterable[type[msgspec.Struct]]:
    """The types of the bodies that a route gives with a status, refusals aside."""
    forms = route.replies.get(status, ())
    for form in forms if isinstance(forms, tuple) else (forms,):
        if not isinstance(form, str):
            yield form


def media_of(route: Route, status: int) -> set[str]:
    """The media types that a route gives with a status, beside JSON."""
    forms = route.replies.get(status, ())
    return {form for form in (forms if isinstance(forms, tuple) else (forms,)) if isinstance(form, str)}


def is_of(shape: type[msgspec.Struct], body: bytes) -> bool:
    """Whether a body is of a type, to the letter."""
    try:
        msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        return False
    return True
