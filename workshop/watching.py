"""The inner loop: applies saved files of sql/ to the running database."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from app.migrate import MIGRATIONS, SQL, MigrateError, MigrationReport, migrate

LOOK_SECONDS = 0.5


async def watch(
    database_url: str,
    say: Callable[[str], None],
    log: FilteringBoundLogger,
    *,
    migrations: Path = MIGRATIONS,
    sql: Path = SQL,
) -> None:
    """Apply sql/ whenever one of its files changes, and `say` what was applied or why not, until cancelled.

    New migrations are only announced: applying one that is half written would make it history. A file with an error
    changes nothing, and is tried again after the next save.
    """
    applied: dict[
        Path, tuple[int, int]
    ] = {}  # empty, so that the first look applies files saved since the start
    known = _seen(migrations).keys()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for path in sorted(_seen(migrations).keys() - known):
            say(f"{path.name} is new: `curhat migrate` applies it.")
        known = _seen(migrations).keys()
        if (now := _seen(sql)) == applied:
            continue
        applied = now
        try:
            report = await asyncio.to_thread(migrate, database_url, log, migrations=None, sql=sql)
        except MigrateError as error:
            say(f"Not applied: {error}")
        except (OSError, UnicodeDecodeError) as error:  # saved again or removed while we read it
            say(f"Not applied: {error}")
        else:
            for line in _told(report):
                say(line)


def _told(report: MigrationReport) -> list[str]:
    changed = [f"Applied {path}." for path in report.code.changed]
    return changed + [f"Took out {one}." for one in report.code.dropped]


def _seen(directory: Path) -> dict[Path, tuple[int, int]]:
    """The files of a directory, each with its modification time and size."""
    found = {}
    for path in directory.rglob("*"):
        try:
            written = path.stat()
        except FileNotFoundError:  # an editor's temporary file
            continue
        if path.is_file() and not path.name.startswith("."):
            found[path] = (written.st_mtime_ns, written.st_size)
    return found
