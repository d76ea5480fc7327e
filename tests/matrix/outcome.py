"""What a run of tests said, and how two of them differ."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

SUMMARY = re.compile(r"^=+ (.*\b(?:passed|failed|errors?)\b.*) =+$", re.MULTILINE)
NOTABLE = re.compile(r"^(?:FAILED|ERROR|XFAIL|XPASS) \S+|^SKIPPED .*$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """How one step ended on one system. `notable` is what pytest's short summary names: failed, skipped."""

    ok: bool
    seconds: float
    said: str = ""
    notable: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of_tests(cls, output: str, *, ok: bool, seconds: float) -> Self:
        """From what pytest printed."""
        summaries = SUMMARY.findall(output)
        notable = frozenset(found.group() for found in NOTABLE.finditer(output))
        return cls(ok, seconds, summaries[-1] if summaries else "", notable)


def differences(outcomes: Mapping[str, Outcome]) -> list[str]:
    """What is notable on some of the systems and not on all of them, each with where."""
    told = []
    for line in sorted({line for one in outcomes.values() for line in one.notable}):
        where = [name for name, one in outcomes.items() if line in one.notable]
        if len(where) < len(outcomes):
            told.append(f"{line} ({', '.join(where)})")
    return told
