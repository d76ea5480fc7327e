"""What a process counts, and all of it put together for whoever scrapes one of them.

Every process of ours writes its figures into CURHAT_HOME/metrics every few seconds; whoever is asked for `/metrics`
reads what all of them wrote. So one address tells of everything that shares a CURHAT_HOME, whichever worker of those
that share a port happens to answer, and nobody is waited for: a process that hangs or has died falls silent, and
`curhat_process_age_seconds` says so, until after an hour its file is thrown away. Of several processes with the same
name, as of two sets of listeners on one machine, the second is `relay-2`: in one file each would undo what the other
has counted.

Counting is cheap, for it is done for every request: a dictionary and a bisection, no locks. A process counts in one
thread. Labels are names of ours (routes as written, functions, roles, codes), never what somebody sent.
"""

import asyncio
import contextlib
import fcntl
import os
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import accumulate, count
from pathlib import Path
from typing import Literal, NoReturn, Protocol

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
WRITE_SECONDS = 5.0
SILENT_SECONDS = 20.0
FORGOTTEN_SECONDS = 3600.0
TICK_SECONDS = 0.5
# From a poll's reply to a statement's longest, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

DIRECTORY = "metrics"
ENDING = ".json"
LOCK_ENDING = ".lock"

Values = tuple[str, ...]
Kind = Literal["counter", "gauge", "histogram"]
Read = Callable[[], float | Mapping[Values, float]]

log = structlog.get_logger(__name__)


class Family(msgspec.Struct):
    """A figure as it is written to a file: for each combination of its labels' values one number, or for a histogram
    how many were within each of its bounds but not within the one before, how many beyond them all, and the sum.
    """

    name: str
    kind: Kind
    meaning: str
    labels: Values
    bounds: tuple[float, ...]
    cells: list[tuple[Values, list[float]]]


class Figure(Protocol):
    """Something that is counted."""

    def family(self) -> Family: ...


class Counter:
    """Counts, by the values of its labels."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._counts: dict[Values, float] = {} if labels else {(): 0.0}

    def add(self, *values: str, amount: float = 1.0) -> None:
        self._counts[values] = self._counts.get(values, 0.0) + amount

    def family(self) -> Family:
        cells = [(values, [count]) for values, count in self._counts.items()]
        return Family(self._name, "counter", self._meaning, self._labels, (), cells)


class Timings:
    """How long something takes, and how often it happens, by the values of its labels."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._cells: dict[Values, list[float]] = {}

    def observe(self, seconds: float, *values: str) -> None:
        cell = self._cells.get(values)
        if cell is None:
            cell = self._cells[values] = [0.0] * (len(BOUNDS) + 2)
        cell[bisect_left(BOUNDS, seconds)] += 1
        cell[-1] += seconds

    def family(self) -> Family:
        cells = list(self._cells.items())
        return Family(self._name, "histogram", self._meaning, self._labels, BOUNDS, cells)


class Reading:
    """What `read` says when it is asked: a figure, or one for each combination of the labels' values."""

    def __init__(self, kind: Kind, name: str, meaning: str, read: Read, labels: Values) -> None:
        self._kind, self._name, self._meaning, self._read, self._labels = kind, name, meaning, read, labels

    def family(self) -> Family:
        found = self._read()
        cells = found.items() if isinstance(found, Mapping) else (((), found),)
        return Family(
            self._name,
            self._kind,
            self._meaning,
            self._labels,
            (),
            [(values, [value]) for values, value in cells],
        )


class Report(msgspec.Struct):
    """What a process wrote; `at` is Unix time."""

    process: str
    at: float
    families: list[Family]


_report_decoder = msgspec.json.Decoder(Report)


class Figures:
    """Everything that this process counts, and how it gets to whoever scrapes."""

    def __init__(self, process: str, home: Path) -> None:
        self._process = process
        self._directory = home / DIRECTORY
        self._lock: int | None = None
        self._figures: list[Figure] = []
        self._machine = ProcessCollector(registry=None)
        self._late = 0.0
        self._written = True
        self._tasks: list[asyncio.Task[NoReturn]] = []
        self.gauge(
            "curhat_loop_late_seconds",
            f"The latest that the event loop was at something in the last {WRITE_SECONDS:g} s.",
            lambda: self._late,
        )

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """A new counter; the exposition adds `_total` to its name."""
        counter = Counter(name, meaning, *labels)
        self._figures.append(counter)
        return counter

    def timings(self, name: str, meaning: str, *labels: str) -> Timings:
        """A new histogram of durations."""
        timings = Timings(name, meaning, *labels)
        self._figures.append(timings)
        return timings

    def gauge(self, name: str, meaning: str, read: Read, *labels: str) -> None:
        """A new gauge, read when it is asked for."""
        self._figures.append(Reading("gauge", name, meaning, read, labels))

    def total(self, name: str, meaning: str, read: Read, *labels: str) -> None:
        """A new counter that somebody else keeps, read when it is asked for."""
        self._figures.append(Reading("counter", name, meaning, read, labels))

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to write, as tasks of `tasks`, under a name that nobody else here has."""
        with contextlib.suppress(OSError):  # what cannot be written is told of by `write`
            self._process, self._lock = _take_name(self._directory, self._process)
        self._tasks = [
            tasks.create_task(self._write_again_and_again(), name="figures"),
            tasks.create_task(self._feel_the_pulse(), name="pulse of the loop"),
        ]

    async def beside(self, work: Awaitable[None]) -> None:
        """Write for as long as `work` goes on."""
        async with asyncio.TaskGroup() as tasks:
            await self.open(tasks)
            try:
                await work
            finally:
                await self.close()

    async def close(self) -> None:
        """Stop, and take the file away: this process is not missing, it has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # it could never be written
            self._file.unlink()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def _file(self) -> Path:
        return self._directory / f"{self._process}{ENDING}"

    def write(self) -> None:
        """Write the figures as they are now; that they cannot be written is said once and hinders nothing."""
        try:
            self._write()
        except OSError as error:
            if self._written:
                log.error("figures cannot be written", file=str(self._file), reason=str(error))  # noqa: TRY400
            self._written = False
        else:
            self._written = True

    def _write(self) -> None:
        families = [figure.family() for figure in self._figures]
        for found in self._machine.collect():
            cells: list[tuple[Values, list[float]]] = [((), [sample.value]) for sample in found.samples]
            kind: Kind = "counter" if isinstance(found, CounterMetricFamily) else "gauge"
            families.append(Family(found.name, kind, found.documentation, (), (), cells))
        report = msgspec.json.encode(Report(self._process, time.time(), families))
        self._directory.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".unfinished")
        unfinished.write_bytes(report)
        unfinished.replace(self._file)

    async def _write_again_and_again(self) -> NoReturn:
        while True:
            self.write()
            self._late = 0.0
            await asyncio.sleep(WRITE_SECONDS)

    async def _feel_the_pulse(self) -> NoReturn:
        while True:
            due_at = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self._late = max(self._late, time.monotonic() - due_at)


def _take_name(directory: Path, process: str) -> tuple[str, int]:
    """A name like no other's of this directory, and the open file whose lock keeps it until this process ends.

    Raises:
        OSError: nothing can be locked there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        name = process if number == 1 else f"{process}-{number}"
        lock = os.open(directory / f"{name}{LOCK_ENDING}", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        except OSError:
            os.close(lock)
            raise
        else:
            return name, lock
    raise AssertionError("there are numbers without end")


FAMILIES: dict[Kind, type[CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily]] = {
    "counter": CounterMetricFamily,
    "gauge": GaugeMetricFamily,
    "histogram": HistogramMetricFamily,
}


class Scrape(Collector):
    """The figures of all processes of one CURHAT_HOME, each with its process as one more label."""

    def __init__(self, home: Path) -> None:
        self._directory = home / DIRECTORY

    def text(self) -> bytes:
        """All of it, as Prometheus reads it. Blocks."""
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        now = time.time()
        age = GaugeMetricFamily(
            "curhat_process_age_seconds",
            f"How long ago the process wrote its figures; after {SILENT_SECONDS:g} s they are left out.",
            labels=["process"],
        )
        merged: dict[str, Metric] = {}
        for report in self._reports():
            age.add_metric([report.process], now - report.at)
            if now - report.at > SILENT_SECONDS:
                continue
            for family in report.families:
                labels = ("process", *family.labels)
                metric = merged.setdefault(
                    family.name, FAMILIES[family.kind](family.name, family.meaning, labels=labels)
                )
                for values, cell in family.cells:
                    _add(metric, (report.process, *values), cell, family.bounds)
        yield age
        yield from merged.values()

    def _reports(self) -> Iterator[Report]:
        for path in sorted(self._directory.glob("*")):
            try:
                if path.suffix == LOCK_ENDING:
                    continue  # another would get the name, if it were thrown away
                if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
                    path.unlink()
                elif path.suffix == ENDING:
                    yield _report_decoder.decode(path.read_bytes())
            except FileNotFoundError:
                continue  # its process has just ended
            except msgspec.DecodeError as error:
                log.error("figures that cannot be read", file=str(path), reason=str(error))  # noqa: TRY400


def _add(metric: Metric, values: Values, cell: Sequence[float], bounds: Sequence[float]) -> None:
    if isinstance(metric, HistogramMetricFamily):
        *counts, total = cell
        names = (*map(str, bounds), "+Inf")
        metric.add_metric(values, list(zip(names, accumulate(counts), strict=True)), total)
    elif isinstance(metric, CounterMetricFamily | GaugeMetricFamily):
        metric.add_metric(values, cell[0])
