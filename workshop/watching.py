"""The inner loop: a file of sql/ that is saved is in the running database a moment later."""

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
    """Apply sql/ whenever a file of it changes, and `say` what was applied or what is wrong with it; for ever.

    Migrations are left alone: one that is still being written would be history. A file that cannot be applied
    changes nothing, and is tried again when anything is saved.
    """
    applied: dict[Path, tuple[int, int]] = {}  # what was saved since the start is seen by the first look
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
        except (OSError, UnicodeDecodeError) as error:  # it was saved again, or taken away, while we read it
            say(f"Not applied: {error}")
        else:
            for line in _told(report):
                say(line)


def _told(report: MigrationReport) -> list[str]:
    changed = [f"Applied {path}." for path in report.code.changed]
    return changed + [f"Took out {one}." for one in report.code.dropped]


def _seen(directory: Path) -> dict[Path, tuple[int, int]]:
    """What lies in a directory, each file with what tells that it was written."""
    found = {}
    for path in directory.rglob("*"):
        try:
            written = path.stat()
        except FileNotFoundError:  # an editor's own, gone again
            continue
        if path.is_file() and not path.name.startswith("."):
            found[path] = (written.st_mtime_ns, written.st_size)
    return found
