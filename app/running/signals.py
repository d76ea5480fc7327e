"""How a long-lived process stops on a signal."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any


async def until_asked_to_stop(
    work: Coroutine[Any, Any, None], *, hurry: Callable[[], None] | None = None
) -> None:
    """Await `work`; on a stop signal cancel it and await its end.

    Stop signals are Ctrl-C, SIGTERM and a closed terminal. A second one calls `hurry`.
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
