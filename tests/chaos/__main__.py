"""`make chaos SEED=n`: the simulation while processes and servers die, in the order that n gives.

It must end with 0 missed, 0 doubled and an empty audit; otherwise its exit code is 1. The last line is always a
verdict, even if the run itself breaks or hangs.
"""

import asyncio
import logging
import os
import random
import signal
from types import FrameType
from typing import NoReturn

import click
import structlog
from rich.console import Console

from tests.chaos.blows import ONE_OF_EACH
from tests.chaos.house import house
from tests.chaos.run import LONGEST_MINUTES, chaos
from workshop.simulate.plan import Options
from workshop.simulate.report import Summary

LONGEST_SECONDS = 1800
"""A run of one of each takes some minutes."""
LONGEST_END_SECONDS = 120

console = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--seed", type=int, help="The order of the blows; without it, a random one, which is printed.")
@click.option("--blows", "count", type=click.IntRange(1), default=ONE_OF_EACH, show_default=True)
@click.option("--customers", type=click.IntRange(1), default=20, show_default=True)
@click.option("--mitras", type=click.IntRange(1), default=6, show_default=True)
def main(seed: int | None, count: int, customers: int, mitras: int) -> None:
    """Simulate while blow after blow hits a throw-away house."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    options = Options(customers=customers, mitras=mitras, minutes=LONGEST_MINUTES, seed=seed)
    console.print(f"SEED={seed}, {count} blows")
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(LONGEST_SECONDS + LONGEST_END_SECONDS)
    wrong = ""
    try:
        summary = asyncio.run(_run(seed, count, options))
        console.print(summary)
        wrong = f"{summary.faults} faults" if summary.faults else ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the verdict
        console.print_exception()
        wrong = f"it came to no end: {type(error).__name__}: {error}"
    signal.alarm(0)
    console.print(f"again: make chaos SEED={seed}")
    console.print(f"verdict: {wrong or 'sound'}")
    raise click.exceptions.Exit(1 if wrong else 0)


def _hangs(number: int, frame: FrameType | None) -> NoReturn:
    """The run hangs, even while it is being cancelled."""
    console.print(f"verdict: it hangs, at {frame}")
    os._exit(1)


async def _run(seed: int, count: int, options: Options) -> Summary:
    async with asyncio.timeout(LONGEST_SECONDS), house() as made:
        return await chaos(made, seed=seed, count=count, options=options, say=console.print)


if __name__ == "__main__":
    main()
