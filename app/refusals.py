"""What a caller is told instead of an answer: refused, or try again. Nothing has changed, unless it says so."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class Refusal(Exception):  # noqa: N818 - not an error: an answer
    """The caller was refused and nothing has changed: an HTTP status, a stable slug, one plain sentence.

    `facts` are what a screen must know to say it in its own words; few refusals have any. `retry_after` among them is
    how many seconds to wait.
    """

    outcome = "refused"
    """As what it is counted."""

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
    """A refusal that has to do with the moment."""

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
    """It took too long to get at what was asked for."""

    outcome = "busy"

    def __init__(self) -> None:
        super().__init__(503, "busy", "This took too long and nothing was changed. Try again.")


class UnknownOutcome(TryAgain):
    """Whether the call was carried out is not known."""

    outcome = "unknown"

    def __init__(self) -> None:
        super().__init__(
            503,
            "unknown_outcome",
            "The connection was lost before the answer came. Retry with the same Idempotency-Key.",
        )
