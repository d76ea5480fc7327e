"""Content negotiation. Sanic's own would offer a type that the client excludes (`q=0`)."""

import re
from collections.abc import Iterator

RANGE = re.compile(r"[^/;\s]+/[^/;\s]+")
QUALITY = re.compile(r"q=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def prefers(header: str | None, wanted: str, usual: str) -> bool:
    """Whether an Accept header prefers `wanted` to the default type."""
    ranges = dict(_ranges(header or "*/*"))
    return _quality(ranges, wanted) > _quality(ranges, usual)


def _quality(ranges: dict[str, float], media_type: str) -> float:
    """The quality of a media type: that of the type itself, else of `type/*`, else of `*/*`."""
    kind = media_type.partition("/")[0]
    return next((ranges[one] for one in (media_type, f"{kind}/*", "*/*") if one in ranges), 0.0)


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """The quality of each media range of the header; what cannot be read is ignored."""
    for part in header.lower().split(","):
        media_type, *parameters = (one.strip() for one in part.split(";"))
        if RANGE.fullmatch(media_type):
            found = next(filter(None, map(QUALITY.fullmatch, parameters)), None)
            yield media_type, float(found["quality"]) if found else 1.0
