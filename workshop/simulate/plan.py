"""What is asked of a simulation, and what is counted while it runs."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Options:
    """How many people, for how long, and how they behave. Shares lie between 0 and 1.

    `declines`: of the offers that a mitra answers, those declined. `cancels`: of the searches, those that the
    customer gives up. `silent`: of the mitras, those who never answer an offer. `settle_seconds`: how long, at
    the end, something may stay untold after the last event was handed on before it counts as missed.
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
    """Counted by the bots as they go."""

    searches: int = 0
    paired: int = 0
    seconds_to_pair: list[float] = field(default_factory=list)
    unanswered: int = 0
    """Searches whose outcome nobody told the customer for long after their deadline."""
    unexpected: Counter[str] = field(default_factory=Counter)
    """Answers of the API that should not come, by what they were."""
    again: Counter[str] = field(default_factory=Counter)
    """Requests and messages that got no answer, or a 503, and were sent again: by why."""
