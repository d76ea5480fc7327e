"""A simulation's progress bar and summary."""

import math
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from workshop.simulate.plan import Figures, Options

SHOWN_FAULTS = 20


def percentile(values: Sequence[float], share: float) -> float | None:
    """The percentile by nearest rank; None without values."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a simulation that took `minutes`. The lists have one sentence or row per fault."""

    customers: int
    mitras: int
    minutes: float
    searches: int
    paired: int
    failed: dict[str, int]
    seconds_to_pair_p50: float | None
    seconds_to_pair_p99: float | None
    messages_sent: int
    messages_delivered: int
    connections: int
    redelivered: int
    missed: list[str]
    doubled: list[str]
    unanswered: int
    unexpected: dict[str, int]
    again: dict[str, int]
    audit: list[dict[str, str]]

    @property
    def faults(self) -> int:
        """The number of faults; zero means success."""
        return (
            len(self.missed)
            + len(self.doubled)
            + len(self.audit)
            + self.unanswered
            + sum(self.unexpected.values())
        )

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        table.add_column(justify="left")
        table.add_column(justify="left")
        for name, value in self._lines():
            table.add_row(name, value)
        yield table
        for name, faults in (
            ("missed", self.missed),
            ("doubled", self.doubled),
            ("audit", [" · ".join(str(value) for value in row.values()) for row in self.audit]),
        ):
            for fault in faults[:SHOWN_FAULTS]:
                yield f"[red]{name}[/]: {fault}"
            if len(faults) > SHOWN_FAULTS:
                yield f"[red]{name}[/]: … and {len(faults) - SHOWN_FAULTS} more"

    def _lines(self) -> list[tuple[str, str]]:
        return [
            ("customers, mitras", f"{self.customers}, {self.mitras}, for {self.minutes:.1f} min"),
            ("searches", str(self.searches)),
            ("paired", str(self.paired)),
            *((f"failed: {cause}", str(count)) for cause, count in sorted(self.failed.items())),
            (
                "time to pair",
                f"p50 {_seconds(self.seconds_to_pair_p50)}, p99 {_seconds(self.seconds_to_pair_p99)}",
            ),
            ("messages sent", str(self.messages_sent)),
            ("messages delivered", f"{self.messages_delivered} (to both sides)"),
            (
                "connections",
                f"{self.connections}; frames delivered again after a reconnect: {self.redelivered}",
            ),
            *((f"retried: {why}", str(count)) for why, count in sorted(self.again.items())),
            *((f"unexpected: {what}", str(count)) for what, count in sorted(self.unexpected.items())),
            ("searches without an answer", str(self.unanswered)),
            ("frames missed", str(len(self.missed))),
            ("frames doubled", str(len(self.doubled))),
            ("audit", "empty" if not self.audit else f"{len(self.audit)} findings"),
        ]


class Progress:
    """A progress bar with current figures, on a terminal."""

    def __init__(self, options: Options, console: Console) -> None:
        self._options = options
        self._bar = Bar(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console)
        self._task = self._bar.add_task("starting", total=options.minutes * 60)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, figures: Figures) -> None:
        """Update the bar."""
        elapsed = self._bar.tasks[0].elapsed or 0
        self._bar.update(
            self._task,
            completed=min(elapsed, self._options.minutes * 60),
            description=f"{figures.searches} searches, {figures.paired} paired",
        )

    def say(self, what: str) -> None:
        """Show the current step after the time is up."""
        self._bar.update(self._task, completed=self._options.minutes * 60, description=what)
