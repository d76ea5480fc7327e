"""A simulation in a house that is hit by blow after blow."""

import asyncio
import time
from collections.abc import Callable
from itertools import islice

from rich.console import Console

from tests.chaos.blows import blows
from tests.chaos.house import House
from workshop.simulate.plan import Options
from workshop.simulate.report import Progress, Summary
from workshop.simulate.simulation import simulate

# The last blow ends the simulation far sooner than this.
LONGEST_MINUTES = 30


async def chaos(
    house: House, *, seed: int, count: int, options: Options, say: Callable[[str], None]
) -> Summary:
    """Simulate while the seed's first `count` blows hit the house; `say` names each."""
    over = asyncio.Event()
    began = time.monotonic()
    with Progress(options, Console(quiet=True)) as progress:
        simulation = asyncio.create_task(simulate(house.settings, options, progress, over=over))
        for blow in islice(blows(seed), count):
            await asyncio.wait([simulation], timeout=blow.pause)
            if simulation.done():
                break
            say(f"{time.monotonic() - began:6.1f} s  {blow.name}")
            await blow.strike(house)
        over.set()
        return await simulation
