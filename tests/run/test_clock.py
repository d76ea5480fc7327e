"""The database's clock as a worker knows it."""

from datetime import UTC, datetime, timedelta

from app.clock import DatabaseClock

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Steady:
    """A steady clock that a test moves on."""

    def __init__(self) -> None:
        self.shows = 500.0

    def __call__(self) -> float:
        return self.shows


def made() -> tuple[Steady, DatabaseClock]:
    steady = Steady()
    return steady, DatabaseClock(steady)


def test_it_goes_on_from_a_reading_whatever_this_machines_clock_shows() -> None:
    steady, clock = made()
    clock.read(NOON, 0.0)
    steady.shows += 90
    assert clock.now() == NOON + timedelta(seconds=90)


def test_half_of_a_round_trip_is_counted() -> None:
    _, clock = made()
    clock.read(NOON, 3.0)
    assert clock.now() == NOON + timedelta(seconds=1.5)


def test_a_sure_reading_is_kept_when_a_vague_one_agrees() -> None:
    steady, clock = made()
    clock.read(NOON, 0.002)
    steady.shows += 5
    clock.read(NOON + timedelta(seconds=4.5), 2.0)
    assert clock.now() == NOON + timedelta(seconds=5.001)


def test_a_clock_that_was_set_is_believed() -> None:
    steady, clock = made()
    clock.read(NOON, 0.002)
    steady.shows += 5
    clock.read(NOON - timedelta(hours=1), 2.0)
    assert clock.now() == NOON - timedelta(hours=1) + timedelta(seconds=1)


def test_until_it_was_read_it_is_this_machines() -> None:
    _, clock = made()
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
