"""Options of a simulation, and its figures."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Options:
    """How many people, for how long, and how they behave. Shares are between 0 and 1.

    `declines`: share of answered offers that mitras decline. `cancels`: share of searches that customers cancel.
    `silent`: share of mitras who never answer. `settle_seconds`: at the end, a fact may arrive this long after the last
    event was handed on. After that it counts as missed.
    """

    customers: int = 50
    mitras: int = 10
    minutes: float = 1.0
    declines: float = 0.1
    cancels: float = 0.1
    silent: float = 0.1
    seed: int = 0
    settle_seconds: float = 20.0


@dataclass(slots=True)
class Figures:
    """Figures counted by the bots."""

    searches: int = 0
    paired: int = 0
    seconds_to_pair: list[float] = field(default_factory=list)
    unanswered: int = 0
    """Searches without an outcome long after their deadline."""
    unexpected: Counter[str] = field(default_factory=Counter)
    """Unexpected replies of the API, by call and status."""
    again: Counter[str] = field(default_factory=Counter)
    """Requests and messages that were retried after a 503 or no answer, by reason."""
