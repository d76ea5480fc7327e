"""The outcome of a run of tests, and the differences between runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

SUMMARY = re.compile(r"^=+ (.*\b(?:passed|failed|errors?)\b.*) =+$", re.MULTILINE)
NOTABLE = re.compile(r"^(?:FAILED|ERROR|XFAIL|XPASS) \S+|^SKIPPED .*$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """How one step ended on one system. `notable` has the tests of pytest's short summary: failed, skipped."""

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
    """What is notable on some systems but not on all, each with those systems."""
    told = []
    for line in sorted({line for one in outcomes.values() for line in one.notable}):
        where = [name for name, one in outcomes.items() if line in one.notable]
        if len(where) < len(outcomes):
            told.append(f"{line} ({', '.join(where)})")
    return told
