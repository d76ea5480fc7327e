"""The listeners' metrics."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg.types.json import Jsonb

from app.metrics import Figures, Scrape
from app.settings import Settings
from listeners import availability, deadlines, relay
from tests.listeners.conftest import Cut, Run, Writer
from tests.listeners.test_deadlines import expired, pending_payment
from tests.run.test_metrics import Key, key, values
from tests.waits import until


@pytest.fixture
def figures(tmp_path: Path) -> Figures:
    return Figures("listener", tmp_path)


def counted(figures: Figures, home: Path) -> dict[Key, float]:
    """The metrics, without the label of the process."""
    figures.write()
    found = values(text_string_to_metric_families(Scrape(home).text().decode()))
    return {(name, labels - {("process", "listener")}): value for (name, labels), value in found.items()}


async def comes_to(figures: Figures, home: Path, expected: dict[Key, float]) -> None:
    """Wait until the metrics include these."""

    async def holds() -> bool:
        return expected.items() <= counted(figures, home).items()

    await until(holds)


async def append(writer: Writer, event_type: str, to_status: str | None = None, **body: str) -> None:
    await writer.execute(
        "select logic.append_event(%s, 'thing', null, null, %s, null, null, 'system', %s)",
        [event_type, to_status, Jsonb(body)],
    )


async def test_the_relay_counts_events_and_pairing_steps(
    settings: Settings, run: Run, writer: Writer, figures: Figures, tmp_path: Path
) -> None:
    run(relay.run(settings, figures=figures))
    await append(writer, "PAYMENT_SESSION", "pending")
    await append(writer, "PAYMENT_SESSION", "confirmed")
    await append(writer, "CHAT_REQUEST_STARTED", "searching")
    await append(writer, "PAIRED", "active")
    for cause in ("no_mitra_available", "no_mitra_available", "customer_cancelled"):
        await append(writer, "PAIRING_FAILED", cause_tag=cause)
    await append(writer, "EXTENSION_FAILED", cause_tag="targeted_mitra_timeout")
    steps = {
        ("payment_pending", ""): 1,
        ("payment_confirmed", ""): 1,
        ("search_started", ""): 1,
        ("paired", ""): 1,
        ("failed", "no_mitra_available"): 2,
        ("failed", "customer_cancelled"): 1,
        ("extension_failed", "targeted_mitra_timeout"): 1,
    }
    expected: dict[Key, float] = {
        key("curhat_pairing_steps_total", step=step, cause=cause): times
        for (step, cause), times in steps.items()
    }
    expected[key("curhat_events_total", type="PAYMENT_SESSION")] = 2
    expected[key("curhat_events_total", type="PAIRING_FAILED")] = 3
    expected[key("curhat_relay_lag_seconds_count")] = 8
    expected[key("curhat_relay_at_work")] = 1
    await comes_to(figures, tmp_path, expected)


async def test_a_standby_relay_reports_that_it_is_not_at_work(
    settings: Settings, run: Run, writer: Writer, figures: Figures, tmp_path: Path
) -> None:
    await writer.execute("select pg_advisory_lock(%s, %s)", relay.LOCK)
    run(relay.run(settings, figures=figures))
    await comes_to(figures, tmp_path, {key("curhat_listen_connected", channel="curhat relay bell"): 1})
    assert counted(figures, tmp_path)[key("curhat_relay_at_work")] == 0


async def test_the_deadline_listener_counts_deadlines_and_their_delay(
    settings: Settings, run: Run, writer: Writer, figures: Figures, tmp_path: Path
) -> None:
    run(deadlines.run(settings, figures=figures))
    channel = "curhat deadlines bell"
    await comes_to(figures, tmp_path, {key("curhat_listen_connected", channel=channel): 1})
    payments = [await pending_payment(writer, 1.5) for _ in range(3)]
    await writer.execute("select pg_notify('curhat_deadline', '1.5')")
    for payment in payments:
        await expired(writer, payment)
    await comes_to(figures, tmp_path, {key("curhat_deadlines_fired_total"): 3})
    found = counted(figures, tmp_path)
    assert found[key("curhat_deadline_fired_late_seconds_count")] >= 1
    assert found[key("curhat_listen_round_trip_seconds", channel=channel)] > 0
    assert found[key("curhat_listen_round_trip_age_seconds", channel=channel)] >= 0


async def test_the_availability_listener_counts_its_publications(
    settings: Settings, run: Run, figures: Figures, tmp_path: Path
) -> None:
    run(availability.run(settings, figures=figures))

    async def looked() -> bool:
        return counted(figures, tmp_path).get(key("curhat_availability_told_seconds_count"), 0) >= 2

    await until(looked)


async def test_a_lost_channel_is_reported(
    settings: Settings, run: Run, cut: Cut, figures: Figures, tmp_path: Path
) -> None:
    run(availability.run(settings, figures=figures))
    connected = key("curhat_listen_connected", channel="curhat availability bell")
    await comes_to(figures, tmp_path, {connected: 1})
    await cut("curhat availability bell")
    await comes_to(figures, tmp_path, {connected: 0})
    await comes_to(figures, tmp_path, {connected: 1})
