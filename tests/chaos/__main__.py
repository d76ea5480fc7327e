"""`make chaos SEED=n`: the simulation while whatever may die dies, in the order that n gives.

It must end with 0 missed, 0 doubled and an empty audit; otherwise its exit code is 1.
"""

import asyncio
import logging
import random

import click
import structlog
from rich.console import Console

from app.simulate.plan import Options
from app.simulate.report import Summary
from tests.chaos.blows import ONE_OF_EACH
from tests.chaos.house import house
from tests.chaos.run import LONGEST_MINUTES, chaos

console = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--seed", type=int, help="The order of the blows; without it, a random one, which is printed.")
@click.option("--blows", "count", type=click.IntRange(1), default=ONE_OF_EACH, show_default=True)
@click.option("--customers", type=click.IntRange(1), default=20, show_default=True)
@click.option("--mitras", type=click.IntRange(1), default=6, show_default=True)
def main(seed: int | None, count: int, customers: int, mitras: int) -> None:
    """Simulate while one thing after another befalls a house that is thrown away afterwards."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    options = Options(customers=customers, mitras=mitras, minutes=LONGEST_MINUTES, seed=seed)
    console.print(f"SEED={seed}, {count} blows")
    summary = asyncio.run(_run(seed, count, options))
    console.print(summary)
    console.print(f"again: make chaos SEED={seed}")
    raise click.exceptions.Exit(1 if summary.faults else 0)


async def _run(seed: int, count: int, options: Options) -> Summary:
    async with house() as made:
        return await chaos(made, seed=seed, count=count, options=options, say=console.print)


if __name__ == "__main__":
    main()
