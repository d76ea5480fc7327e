import asyncio
import os
import signal

import pytest

from app.running.signals import until_asked_to_stop
from tests.waits import PATIENCE_SECONDS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_to_stop_cancels_the_work_and_waits_for_its_end(number: signal.Signals) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        os.kill(os.getpid(), number)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    before = signal.signal(number, signal.default_int_handler)  # the tests may run with hangups ignored
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await until_asked_to_stop(work())
    finally:
        signal.signal(number, before)
    assert ended.is_set()


async def test_a_second_signal_hurries_it_up() -> None:
    hurried = asyncio.Event()

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(hurried.wait(), PATIENCE_SECONDS)

    await until_asked_to_stop(work(), hurry=hurried.set)


async def test_work_that_fails_or_cancels_itself_does_not_count_as_stopped() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def cancel_itself() -> None:
        raise asyncio.CancelledError

    with pytest.raises(ZeroDivisionError):
        await until_asked_to_stop(fail())
    with pytest.raises(asyncio.CancelledError):
        await until_asked_to_stop(cancel_itself())


async def test_a_process_that_ignores_hangups_is_not_stopped_by_one() -> None:
    """`nohup curhat up` goes on when its terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:

        async def work() -> None:
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0)

        await until_asked_to_stop(work())
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
