"""What a process counts, and how the figures of several are combined."""

import asyncio
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from app.metrics import BOUNDS, DIRECTORY, FORGOTTEN_SECONDS, SILENT_SECONDS, Figures, Scrape, Values
from tests.waits import until

Key = tuple[str, frozenset[tuple[str, str]]]


def scraped(home: Path) -> dict[Key, float]:
    """Every figure as Prometheus reads it, by its name and labels."""
    return values(text_string_to_metric_families(Scrape(home).text().decode()))


def values(families: Iterable[Metric]) -> dict[Key, float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def key(name: str, **labels: str) -> Key:
    return name, frozenset(labels.items())


def test_a_counter_counts_by_its_labels(tmp_path: Path) -> None:
    figures = Figures("public-1", tmp_path)
    calls = figures.counter("calls", "Calls.", "function", "outcome")
    for outcome in ("ok", "ok", "refused"):
        calls.add("confirm", outcome)
    calls.add("cancel", "ok", amount=3)
    figures.write()
    found = scraped(tmp_path)
    assert found[key("calls_total", process="public-1", function="confirm", outcome="ok")] == 2
    assert found[key("calls_total", process="public-1", function="confirm", outcome="refused")] == 1
    assert found[key("calls_total", process="public-1", function="cancel", outcome="ok")] == 3


def test_a_counter_without_labels_is_there_before_anything_has_happened(tmp_path: Path) -> None:
    figures = Figures("relay", tmp_path)
    figures.counter("events", "Events.")
    figures.write()
    assert scraped(tmp_path)[key("events_total", process="relay")] == 0


def test_timings_are_a_histogram(tmp_path: Path) -> None:
    figures = Figures("public-1", tmp_path)
    taken = figures.timings("taken_seconds", "How long it took.", "what")
    for seconds in (0.0005, 0.001, 0.3, 100.0):
        taken.observe(seconds, "this")
    figures.write()
    found = scraped(tmp_path)

    def at_most(bound: str) -> float:
        return found[key("taken_seconds_bucket", process="public-1", what="this", le=bound)]

    assert at_most("0.001") == 2
    assert at_most("0.25") == 2
    assert at_most("0.5") == 3
    assert at_most(str(BOUNDS[-1])) == 3
    assert at_most("+Inf") == found[key("taken_seconds_count", process="public-1", what="this")] == 4
    total = found[key("taken_seconds_sum", process="public-1", what="this")]
    assert total == pytest.approx(100.3015)


def test_a_reading_is_taken_when_it_is_written(tmp_path: Path) -> None:
    figures = Figures("public-1", tmp_path)
    sockets: dict[Values, float] = {("customer",): 1.0}
    figures.gauge("sockets", "Sockets.", lambda: sockets, "role")
    figures.gauge("depth", "How deep it is.", lambda: 7)
    figures.gauge("unknown", "What nobody knows.", dict)
    figures.total("asked", "How often.", lambda: 4)
    sockets["mitra",] = 2.0
    figures.write()
    found = scraped(tmp_path)
    assert found[key("sockets", process="public-1", role="customer")] == 1
    assert found[key("sockets", process="public-1", role="mitra")] == 2
    assert found[key("depth", process="public-1")] == 7
    assert found[key("asked_total", process="public-1")] == 4
    assert not [name for name, _ in found if name == "unknown"]


def test_the_figures_of_all_processes_are_combined_each_under_its_name(tmp_path: Path) -> None:
    for process, amount in (("public-1", 1), ("public-2", 2), ("relay", 3)):
        figures = Figures(process, tmp_path)
        figures.counter("requests", "Requests.").add(amount=amount)
        figures.write()
    text = Scrape(tmp_path).text().decode()
    assert text.count("# TYPE requests_total counter") == 1
    found = scraped(tmp_path)
    assert {
        process: found[key("requests_total", process=process)]
        for process in ("public-1", "public-2", "relay")
    } == {
        "public-1": 1,
        "public-2": 2,
        "relay": 3,
    }
    assert key("process_resident_memory_bytes", process="public-2") in found


def test_timings_with_other_buckets_are_from_another_version(tmp_path: Path) -> None:
    figures = Figures("public-1", tmp_path)
    figures.timings("taken_seconds", "How long it took.").observe(0.3)
    figures.write()
    report = json.loads((tmp_path / DIRECTORY / "public-1.json").read_bytes())
    for family in report["families"]:
        if family["kind"] == "histogram":
            family.update(bounds=[0.5], cells=[[[], [1.0, 0.0, 0.3]]])
    (tmp_path / DIRECTORY / "public-2.json").write_text(json.dumps({**report, "process": "public-2"}))
    found = scraped(tmp_path)
    assert found[key("taken_seconds_bucket", process="public-1", le="0.25")] == 0
    assert found[key("taken_seconds_bucket", process="public-2", le="0.5")] == 1
    assert key("taken_seconds_bucket", process="public-2", le="0.25") not in found


def test_a_silent_process_is_left_out_but_its_age_is_shown(tmp_path: Path) -> None:
    for process in ("public-1", "relay"):
        figures = Figures(process, tmp_path)
        figures.counter("requests", "Requests.").add()
        figures.write()
    file = tmp_path / DIRECTORY / "relay.json"
    report = json.loads(file.read_bytes())
    report["at"] = time.time() - SILENT_SECONDS - 1
    file.write_text(json.dumps(report))
    found = scraped(tmp_path)
    assert key("requests_total", process="public-1") in found
    assert key("requests_total", process="relay") not in found
    assert found[key("curhat_process_age_seconds", process="relay")] > SILENT_SECONDS
    assert found[key("curhat_process_age_seconds", process="public-1")] < SILENT_SECONDS


def test_figures_of_a_process_that_was_silent_for_an_hour_are_deleted(tmp_path: Path) -> None:
    for process in ("public-1", "public-9"):
        Figures(process, tmp_path).write()
    unfinished = tmp_path / DIRECTORY / "public-8.unfinished"
    unfinished.write_bytes(b"{")
    long_ago = time.time() - FORGOTTEN_SECONDS - 1
    for path in (unfinished, tmp_path / DIRECTORY / "public-9.json"):
        os.utime(path, (long_ago, long_ago))
    assert key("curhat_process_age_seconds", process="public-9") not in scraped(tmp_path)
    assert [path.name for path in (tmp_path / DIRECTORY).iterdir()] == ["public-1.json"]


def test_a_file_that_cannot_be_read_spoils_nothing(tmp_path: Path) -> None:
    figures = Figures("public-1", tmp_path)
    figures.write()
    (tmp_path / DIRECTORY / "strange.json").write_bytes(b"{")
    assert key("curhat_process_age_seconds", process="public-1") in scraped(tmp_path)


def test_where_nobody_wrote_there_is_nothing(tmp_path: Path) -> None:
    assert scraped(tmp_path) == {}


async def test_a_process_writes_while_it_works_and_takes_its_figures_along_when_it_ends(
    tmp_path: Path,
) -> None:
    figures = Figures("relay", tmp_path)
    seen: list[dict[Key, float]] = []

    async def work() -> None:
        await until(lambda: scraped(tmp_path))
        seen.append(scraped(tmp_path))

    await figures.beside(work())
    assert key("curhat_loop_late_seconds", process="relay") in seen[0]
    assert scraped(tmp_path) == {}


async def test_of_two_processes_with_the_same_name_each_has_its_own_figures(tmp_path: Path) -> None:
    """As with two sets of listeners on one machine. A process that is alone keeps its plain name."""
    first = Figures("relay", tmp_path)

    async def work() -> None:
        await until(lambda: processes(tmp_path) == {"relay"})
        long_ago = time.time() - FORGOTTEN_SECONDS - 1
        for path in (tmp_path / DIRECTORY).iterdir():
            os.utime(path, (long_ago, long_ago))
        assert processes(tmp_path) == set()
        first.write()
        second = Figures("relay", tmp_path)
        await second.beside(until(lambda: processes(tmp_path) == {"relay", "relay-2"}))
        assert processes(tmp_path) == {"relay"}

    await first.beside(work())
    assert processes(tmp_path) == set()
    await Figures("relay", tmp_path).beside(until(lambda: processes(tmp_path) == {"relay"}))


def processes(home: Path) -> set[str]:
    """The processes that have figures."""
    age = "curhat_process_age_seconds"
    return {dict(labels)["process"] for name, labels in scraped(home) if name == age}


async def test_where_figures_cannot_be_written_work_goes_on(tmp_path: Path) -> None:
    (tmp_path / DIRECTORY).write_text("in the way")
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    await Figures("relay", tmp_path).beside(work())
    assert done.is_set()
