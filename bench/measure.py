"""Figures: percentiles in milliseconds, compared with a floor or a target."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from workshop.simulate.report import percentile

console = Console(width=110)


@dataclass(frozen=True, slots=True)
class Line:
    """Measured times in seconds. `target`: what their p99 should stay under, in milliseconds."""

    name: str
    seconds: Sequence[float]
    target: float | None = None


def show(title: str, lines: Sequence[Line]) -> None:
    """Print a table. The first line is the floor of the others."""
    table = Table(title=title, title_justify="left")
    table.add_column("milliseconds")
    for column in ("n", "p50", "p90", "p99", "max", "p99 / floor", "target p99"):
        table.add_column(column, justify="right")
    floor = percentile(lines[0].seconds, 0.99)
    for line in lines:
        p99 = percentile(line.seconds, 0.99)
        if p99 is None:
            table.add_row(line.name, "0")
            continue
        table.add_row(
            line.name,
            str(len(line.seconds)),
            *(f"{1000 * (percentile(line.seconds, share) or 0):.2f}" for share in (0.5, 0.9, 0.99, 1)),
            f"{p99 / floor:.1f}" if floor else "",
            ""
            if line.target is None
            else f"< {line.target:g}: {'yes' if 1000 * p99 < line.target else 'NO'}",
        )
    console.print(table)


def say(text: str) -> None:
    """Print a line of progress with the time."""
    console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {text}")
