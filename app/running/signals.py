"""What a long-lived process does when it is asked to stop."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any


async def until_asked_to_stop(
    work: Coroutine[Any, Any, None], *, hurry: Callable[[], None] | None = None
) -> None:
    """Await `work` until it ends, or cancel it when this process is asked to stop, and await its end then.

    Ctrl-C, SIGTERM and a terminal that is closed ask to stop; asked once more while `work` winds up, `hurry`
    is called.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()
        elif hurry is not None:
            hurry()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not asked:
            raise
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
