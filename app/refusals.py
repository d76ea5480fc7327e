"""Refusals: what a caller gets instead of a reply. Nothing has changed, unless the refusal says so."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

KEPT = b'{"refusal"'


class Refusal(Exception):  # noqa: N818 - not an error: an answer
    """The caller was refused and nothing has changed: an HTTP status, a stable slug, one plain sentence.

    `facts` are data for a screen that words the refusal itself; few refusals have any. The fact `retry_after` is
    how many seconds to wait.
    """

    outcome = "refused"
    """The outcome that metrics count."""

    def __init__(
        self, status: int, slug: str, sentence: str, facts: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        super().__init__(slug)
        self.status = status
        self.slug = slug
        self.sentence = sentence
        self.facts = facts

    @property
    def retry_after(self) -> int | None:
        """After how many seconds it may be tried again, where that is known."""
        return self.facts.get("retry_after")


class TryAgain(Refusal):
    """A refusal that is temporary."""

    @property
    def retry_after(self) -> int:
        return 1


class Unavailable(TryAgain):
    """Postgres cannot be reached."""

    outcome = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            503, "unavailable", "The service cannot reach its database at the moment. Try again soon."
        )


class Busy(TryAgain):
    """A lock or the statement took too long."""

    outcome = "busy"

    def __init__(self) -> None:
        super().__init__(503, "busy", "This took too long and nothing was changed. Try again.")


class UnknownOutcome(TryAgain):
    """It is not known whether the call took effect."""

    outcome = "unknown"

    def __init__(self) -> None:
        super().__init__(
            503,
            "unknown_outcome",
            "The connection was lost before the answer came. Retry with the same Idempotency-Key.",
        )


class KeptRefusal(msgspec.Struct):
    """A refusal that the database recorded instead of raising it, which would have undone what led to it."""

    status: int
    slug: str
    sentence: str
    facts: dict[str, Any]


class Kept(msgspec.Struct):
    """The reply that holds a recorded refusal (`logic.keep_refusal`)."""

    refusal: KeptRefusal


_kept_decoder = msgspec.json.Decoder(Kept)


def raise_if_kept(told: bytes | None) -> None:
    """Raise the refusal that a function has recorded and returned, if there is one."""
    if told is not None and told.startswith(KEPT):
        kept = _kept_decoder.decode(told).refusal
        raise Refusal(kept.status, kept.slug, kept.sentence, kept.facts)
