"""The metrics of a process, and the scrape that joins those of all processes.

Every process writes its metrics to CURHAT_HOME/metrics every few seconds, and `/metrics` reads all of these files.
So one address covers all processes of a CURHAT_HOME, whichever worker answers, and no process is waited for. A
process that hangs or died stops writing: `curhat_process_age_seconds` shows it, and after an hour its file is
deleted. Processes of the same name, such as two sets of servers on one machine, are numbered (`relay-2`), so that
they do not overwrite each other's file.

Counting is cheap, since every request does it: a dictionary and a bisection, no locks. A process counts in one
thread. Labels are our own names (routes as written, functions, roles, codes), never client input.
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
# From a poll's reply to the statement timeout, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

DIRECTORY = "metrics"
ENDING = ".json"
LOCK_ENDING = ".lock"

Values = tuple[str, ...]
Kind = Literal["counter", "gauge", "histogram"]
Read = Callable[[], float | Mapping[Values, float]]

log = structlog.get_logger(__name__)


class Family(msgspec.Struct):
    """A metric as it is written to a file: one number for each combination of label values. A histogram has one for
    each bucket (not cumulative), one for those beyond the last bound, and the sum.
    """

    name: str
    kind: Kind
    meaning: str
    labels: Values
    bounds: tuple[float, ...]
    cells: list[tuple[Values, list[float]]]


class Figure(Protocol):
    """A counter, histogram or gauge."""

    def family(self) -> Family: ...


class Counter:
    """A count for each combination of label values."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self._name, self._meaning, self._labels = name, meaning, labels
        self._counts: dict[Values, float] = {} if labels else {(): 0.0}

    def add(self, *values: str, amount: float = 1.0) -> None:
        self._counts[values] = self._counts.get(values, 0.0) + amount

    def family(self) -> Family:
        cells = [(values, [count]) for values, count in self._counts.items()]
        return Family(self._name, "counter", self._meaning, self._labels, (), cells)


class Timings:
    """A histogram of durations for each combination of label values."""

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
    """A metric that `read` gives when written: one number, or one for each combination of label values."""

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
    """The file of a process; `at` is Unix time."""

    process: str
    at: float
    families: list[Family]


_report_decoder = msgspec.json.Decoder(Report)


class Figures:
    """All metrics of this process, and the file that they are written to."""

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
            f"The longest delay of the event loop in the last {WRITE_SECONDS:g} s.",
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
        """A new gauge, read when it is written."""
        self._figures.append(Reading("gauge", name, meaning, read, labels))

    def total(self, name: str, meaning: str, read: Read, *labels: str) -> None:
        """A new counter that is kept elsewhere, read when it is written."""
        self._figures.append(Reading("counter", name, meaning, read, labels))

    async def open(self, tasks: asyncio.TaskGroup) -> None:
        """Begin to write, as a task of `tasks`, under a name that is unique in this home."""
        with contextlib.suppress(OSError):  # `write` logs that it cannot be written
            self._process, self._lock = _take_name(self._directory, self._process)
        self._tasks = [
            tasks.create_task(self._write_again_and_again(), name="figures"),
            tasks.create_task(self._feel_the_pulse(), name="pulse of the loop"),
        ]

    async def beside(self, work: Awaitable[None]) -> None:
        """Write until `work` ends."""
        async with asyncio.TaskGroup() as tasks:
            await self.open(tasks)
            try:
                await work
            finally:
                await self.close()

    async def close(self) -> None:
        """Stop, and delete the file: this process has ended and is not missing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # it was never written
            self._file.unlink()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def _file(self) -> Path:
        return self._directory / f"{self._process}{ENDING}"

    def write(self) -> None:
        """Write the metrics as they are now. A failure is logged once and changes nothing else."""
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
    """A name that is unique in this directory, and the open file whose lock holds it until this process ends.

    Raises:
        OSError: files cannot be locked there.
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
    """The metrics of all processes of one CURHAT_HOME, each with its process as another label."""

    def __init__(self, home: Path) -> None:
        self._directory = home / DIRECTORY

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus. Blocks."""
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        now = time.time()
        age = GaugeMetricFamily(
            "curhat_process_age_seconds",
            f"Time since the process wrote its figures; after {SILENT_SECONDS:g} s they are left out.",
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
                    continue  # its name must stay taken
                if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
                    path.unlink()
                elif path.suffix == ENDING:
                    yield _report_decoder.decode(path.read_bytes())
            except FileNotFoundError:
                continue  # the process has just ended
            except msgspec.DecodeError as error:
                log.error("figures cannot be read", file=str(path), reason=str(error))  # noqa: TRY400


def _add(metric: Metric, values: Values, cell: Sequence[float], bounds: Sequence[float]) -> None:
    if isinstance(metric, HistogramMetricFamily):
        *counts, total = cell
        names = (*map(str, bounds), "+Inf")
        metric.add_metric(values, list(zip(names, accumulate(counts), strict=True)), total)
    elif isinstance(metric, CounterMetricFamily | GaugeMetricFamily):
        metric.add_metric(values, cell[0])
