"""Checks a response against the route's row, and so against the OpenAPI document."""

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
    """The slug of a refusal, other fields ignored."""

    error: str


class Refused(msgspec.Struct, forbid_unknown_fields=True):
    """A refusal without facts."""

    error: str
    message: str


def check(listener: Listener, response: httpx.Response) -> httpx.Response:
    """Return the response if the document allows it, else fail."""
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
    answer = f"{route.method} {route.path}: {response.status_code} {response.text}"
    refusals = refusals_of(route).get(response.status_code, [])
    shapes = list(shapes_of(route, response.status_code))
    assert shapes or refusals, f"not in the document: {answer}"
    slug = refusal_in(response)
    if slug is not None:
        assert slug in refusals, f"not in the document: {answer}"
        facts = facts_of(route).get(slug)
        shapes = [Refused if facts is None else with_facts(facts)]
    assert any(fits_type(shape, response.content) for shape in shapes), f"does not fit the document: {answer}"
    return response


def refusal_in(response: httpx.Response) -> str | None:
    """The slug of a refusal, or None."""
    try:
        return msgspec.json.decode(response.content, type=Slug).error
    except msgspec.DecodeError:
        return None


@cache
def with_facts(facts: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The type of a refusal with facts."""
    return msgspec.defstruct(
        "RefusedWithFacts", [("error", str), ("message", str)], bases=(facts,), forbid_unknown_fields=True
    )


def fits(route: Route, method: str, path: str) -> bool:
    """Whether a request matches this route."""
    return route.method == method and pattern(route.path).fullmatch(path) is not None


@cache
def pattern(path: str) -> re.Pattern[str]:
    """The pattern of the paths that a route's path matches."""
    kinds = {"uuid": UUID_PATTERN, "int": r"\d+", "str": "[^/]+"}
    return re.compile(PATH_PARAMETER.sub(lambda found: kinds[found["kind"]], path))


def shapes_of(route: Route, status: int) -> Iterable[type[msgspec.Struct]]:
    """The body types that a route may answer with a status, refusals aside."""
    forms = route.replies.get(status, ())
    for form in forms if isinstance(forms, tuple) else (forms,):
        if not isinstance(form, str):
            yield form


def media_of(route: Route, status: int) -> set[str]:
    """The media types other than JSON that a route may answer with a status."""
    forms = route.replies.get(status, ())
    return {form for form in (forms if isinstance(forms, tuple) else (forms,)) if isinstance(form, str)}


def fits_type(shape: type[msgspec.Struct], body: bytes) -> bool:
    """Whether a body strictly fits a type."""
    try:
        msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError:
        return False
    return True
