"""`curhat doctor`: checks what is installed, running, reachable and up to date, and says how to fix the rest."""

import difflib
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
import redis
from rich.console import Console

from app import redis_client
from app.migrate import MIGRATIONS, SQL
from app.migrate.history import digest
from app.migrate.sources import read_sources
from app.postgres.sessions import connect
from app.running.accounts import NoAccountError, server_account
from app.running.probes import TIMEOUT_SECONDS, answers, base_url, port_problem
from app.settings import VARIABLES, Settings
from workshop import embedded
from workshop.embedded import place
from workshop.embedded.place import PlaceError
from workshop.embedded.postgres import MINIMUM_VERSION, PostgresError
from workshop.embedded.redis_server import RedisServerError, find_program

Verdict = Literal["ok", "note", "wrong"]
NODE = "Node.js 20.19, 22.12 or newer"
SPELT_ALIKE = 0.8
SIGNS = {"ok": "[green]ok[/]     ", "note": "[yellow]note[/]   ", "wrong": "[red]wrong[/]  "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `remedy` says what to do if it is not ok."""

    subject: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def examine(settings: Settings, libpq: Sequence[str] = ()) -> Iterator[Finding]:
    """Check everything, in order of dependency. Blocks, changes nothing.

    `libpq`: the variables of libpq that were set at the start.
    """
    yield Finding("Python", "ok", platform.python_version())
    yield node(os.environ.get("PATH", ""), str(Path(sys.executable).parent))
    yield from _variables()
    yield from _foreign_variables(settings, libpq)
    yield from _postgres_programs(settings)
    yield from _redis_program(settings)
    yield from _home(settings)
    try:
        database_url = embedded.locate_database(settings)
    except PlaceError as error:
        yield Finding("Postgres", "wrong", "does not run", str(error))
    else:
        yield from _database(database_url)
    try:
        redis_url = embedded.locate_redis(settings)
    except PlaceError as error:
        yield Finding("Redis", "wrong", "does not run", str(error))
    else:
        yield _redis(redis_url)
    yield _server("Public server", settings.host, settings.public_port)
    yield _server("Internal server", settings.internal_host, settings.internal_port)


def show(findings: Iterator[Finding], console: Console) -> bool:
    """Print each finding as it arrives; return whether nothing is wrong."""
    well = True
    for finding in findings:
        line = f"{SIGNS[finding.verdict]}{finding.subject:<28}{finding.detail}"
        console.print(line, highlight=False, soft_wrap=True)
        if finding.verdict != "ok" and finding.remedy:
            console.print(f"{'':7}→ {finding.remedy}", highlight=False, soft_wrap=True)
        well = well and finding.verdict != "wrong"
    return well


def node(*directories: str) -> Finding:
    """The first suitable Node.js builds the web apps; no running process needs it."""
    seen = []
    for directory in directories:
        program = shutil.which("node", path=directory)
        if program is None:
            continue
        shown = subprocess.run(
            [program, "--version"], check=False, capture_output=True, text=True
        ).stdout.strip()
        seen.append(f"{shown or 'one that does not run'} in {program}")
        version = re.match(r"v(\d+)\.(\d+)\.", shown)
        if version is not None:
            major, minor = int(version[1]), int(version[2])
            if (major, minor) >= (22, 12) or (major == 20 and minor >= 19):
                return Finding("Node", "ok", seen[-1])
    return Finding(
        "Node", "note", ", ".join(seen) or "is not installed", f"building the web apps needs {NODE}"
    )


def _variables() -> Iterator[Finding]:
    for name in sorted(os.environ.keys() - set(VARIABLES)):
        near = difflib.get_close_matches(name.upper().replace("-", "_"), VARIABLES, n=1, cutoff=SPELT_ALIKE)
        if near or name.startswith("CURHAT_"):
            yield Finding(
                "Settings",
                "note",
                f"{name} is set, and nothing reads it",
                f"did you mean {near[0]}?" if near else "",
            )


def _foreign_variables(settings: Settings, libpq: Sequence[str]) -> Iterator[Finding]:
    if not libpq:
        return
    names = ", ".join(libpq)
    if settings.database_url:
        remedy = (
            "they fill in parts missing from CURHAT_DATABASE_URL; unset them if they describe another server"
        )
        yield Finding("Settings", "note", f"{names} set", remedy)
    else:
        yield Finding("Settings", "ok", f"{names} set, but ignored: Postgres is embedded")


def _postgres_programs(settings: Settings) -> Iterator[Finding]:
    if settings.database_url:
        return
    try:
        programs = embedded.find_cluster_programs(settings, place.find(settings.home))
    except (PlaceError, PostgresError) as error:
        yield Finding("Postgres programs", "wrong", "cannot be used", str(error))
        return
    yield Finding("Postgres programs", "ok", f"{programs.major} in {programs.directory}")
    libraries: list[tuple[str, Verdict, str]] = [
        ("pg_cron", "wrong", "without it deadlines depend on the deadline listener alone"),
        ("plpgsql_check", "note", "make check needs it"),
    ]
    for library, verdict, why in libraries:
        if not programs.has_library(library):
            package = f"postgresql-{programs.major}-{library.removeprefix('pg_').replace('_', '-')}"
            yield Finding(library, verdict, f"is not installed: {why}", f"Debian: apt-get install {package}")


def _redis_program(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url:
        return
    try:
        program = find_program()
    except RedisServerError as error:
        yield Finding("Redis program", "wrong", "cannot be used", str(error))
        return
    shown = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    version = shown.partition("v=")[2].partition(" ")[0]
    yield Finding("Redis program", "ok", f"{version} in {program}")


def _home(settings: Settings) -> Iterator[Finding]:
    if settings.home.exists() and not os.access(settings.home, os.R_OK | os.W_OK | os.X_OK):
        remedy = "start Curhat as the user who made it, or set another CURHAT_HOME"
        yield Finding("CURHAT_HOME", "wrong", f"{settings.home} cannot be written to by you", remedy)
        return
    try:
        account = server_account()
        found = place.find(settings.home)
        embedded.check_owner(found.data, account)
    except (PlaceError, NoAccountError) as error:
        yield Finding("CURHAT_HOME", "wrong", str(settings.home), str(error))
        return
    outside = [f"servers' files in {path}" for path in found.outside(settings.home)]
    yield Finding("CURHAT_HOME", "ok", "; ".join([str(settings.home), *outside]))


def _database(url: str) -> Iterator[Finding]:
    try:
        with connect(url, connect_timeout=TIMEOUT_SECONDS) as connection:
            version = connection.info.parameter_status("server_version")
            if connection.info.server_version // 10000 < MINIMUM_VERSION:
                yield Finding(
                    "Postgres", "wrong", f"is {version}", f"Curhat needs {MINIMUM_VERSION} or newer"
                )
                return
            yield Finding("Postgres", "ok", f"{version}, database {connection.info.dbname}")
            yield from _cron(connection)
            yield from _schema(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        said = str(error).strip().splitlines()[0]
        yield Finding("Postgres", "wrong", said, "set CURHAT_DATABASE_URL to the migrating login")
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0]
        yield Finding("Postgres", "wrong", said, "is it running, and does this login have the rights?")


def _cron(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute(
        """
        select
            (select default_version from pg_available_extensions where name = 'pg_cron'),
            current_setting('cron.database_name', true),
            exists (select from pg_stat_activity where application_name = 'pg_cron scheduler')
        """
    ).fetchone()
    version, database, runs = row or (None, None, False)
    if version is None:
        yield Finding("pg_cron", "wrong", "is not installed on the server", "install it, and preload it")
    elif database is None:
        yield Finding(
            "pg_cron", "wrong", f"{version}, not preloaded", "add it to shared_preload_libraries, restart"
        )
    elif not runs:
        yield Finding(
            "pg_cron",
            "wrong",
            f"{version}, its scheduler is gone (or this login may not see it)",
            "restart Postgres; a scheduler that was terminated does not come back by itself",
        )
    else:
        yield Finding("pg_cron", "ok", f"{version}, its scheduler runs in database {database}")


def _schema(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute("select to_regclass('data.applied_sql')").fetchone()
    if row is None or row[0] is None:
        yield Finding("Schema", "wrong", "not there", "curhat migrate")
        return
    connection.execute("set role curhat_owner")
    migrations = dict(connection.execute("select id, sha256 from data.applied_migrations").fetchall())
    code = dict(connection.execute("select path, sha256 from data.applied_sql").fetchall())
    connection.execute("reset role")
    new = {path.stem: digest(path) for path in MIGRATIONS.glob("*.sql")}.items() - migrations.items()
    changed = {source.path: source.sha256 for source in read_sources(SQL)}.items() ^ code.items()
    if new or changed:
        files = len({name for name, _ in changed})
        yield Finding(
            "Schema", "wrong", f"{len(new)} migrations and {files} files of sql/ differ", "curhat migrate"
        )
    else:
        yield Finding("Schema", "ok", f"{len(migrations)} migrations and {len(code)} files of sql/ applied")
    yield from _health(connection)


def _health(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    connection.execute("set role curhat_operator")
    row = connection.execute("select now() - pg_postmaster_start_time() < interval '90 seconds'").fetchone()
    just_started = row is not None and row[0]
    for item, ok, detail in connection.execute("select item, ok, detail from ops.health()"):
        if item == "pg_cron" and not ok and just_started:
            yield Finding(
                item, "note", detail, "Postgres has just started: pg_cron starts jobs at full minutes"
            )
        else:
            yield Finding(item, "ok" if ok else "wrong", detail)


def _redis(url: str) -> Finding:
    try:
        with redis_client.connect_blocking(url) as client:
            version = client.info("server")["redis_version"]
            client.delete(redis_client.NO_KEY)
    except redis.RedisError as error:
        return Finding("Redis", "wrong", str(error), "start it; until then no event reaches a socket")
    return Finding("Redis", "ok", str(version))


def _server(subject: str, host: str, port: int) -> Finding:
    url = base_url(host, port)
    if answers(f"{url}/readyz"):
        return Finding(subject, "ok", f"{url} is ready")
    if answers(f"{url}/healthz"):
        return Finding(subject, "wrong", f"{url} answers, but is not ready", f"curl {url}/readyz says why")
    problem = port_problem(host, port)
    if problem is not None:
        return Finding(
            subject, "wrong", f"{url} is not Curhat, and cannot be: {problem}", "stop what uses the port"
        )
    return Finding(subject, "wrong", f"nothing listens on {url}", "curhat up, or curhat serve")
