"""`python -m bench WHAT [options]`: runs bench/WHAT.py, which has a click command `bench`."""

from importlib import import_module
from pathlib import Path

import click

NOT_BENCHMARKS = {"__init__", "__main__", "bare", "crowd", "history", "load", "measure", "stack"}


class Benchmarks(click.Group):
    """Every other file of this directory is a benchmark."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        names = {path.stem for path in Path(__file__).parent.glob("*.py")}
        return sorted(name.replace("_", "-") for name in names - NOT_BENCHMARKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"bench.{cmd_name.replace('-', '_')}").bench
        return command


@click.command(cls=Benchmarks)
def main() -> None:
    """Benchmarks. Each starts servers of its own, with real durability, and throws them away."""


if __name__ == "__main__":
    main(prog_name="bench")
