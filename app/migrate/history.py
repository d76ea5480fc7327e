"""Applies new files of migrations/ with yoyo, one transaction each.

Three additions to yoyo:
- A migration, its mark and the digest of its text commit together. yoyo marks it afterwards, on another connection.
- An applied migration whose text was edited is refused. yoyo does not check.
- The lock row of a killed run is cleared. yoyo waits for it and gives up.
"""

import getpass
import hashlib
import os
import socket
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import yoyo
from psycopg import sql
from structlog.typing import FilteringBoundLogger
from yoyo import exceptions
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration, MigrationList

from app.migrate.errors import MigrateError, line_at, told
from app.migrate.retrying import LOCK_TIMEOUT, without_blocking
from app.postgres.sessions import connect

SCHEMA = "yoyo"
LOCK_WAIT_SECONDS = 30


class Cursor(psycopg.Cursor[Any]):
    """A cursor that adds the statement to an error."""

    def execute(self, query: Any, *arguments: Any, **options: Any) -> "Cursor":  # noqa: ANN401
        try:
            super().execute(query, *arguments, **options)
        except psycopg.Error as error:
            if isinstance(query, str):
                error.add_note(query)
            raise
        return self


class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc] # yoyo has no types
    """yoyo's backend, with its tables in a schema of their own."""

    create_lock_table_sql = PostgresqlPsycopgBackend.create_lock_table_sql.replace(
        "CREATE TABLE", "CREATE TABLE IF NOT EXISTS"
    )

    def connect(self, dburi: str) -> psycopg.Connection[Any]:
        return connect(dburi, cursor_factory=Cursor)

    def init_connection(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(sql.SQL("set search_path to {}").format(sql.Identifier(SCHEMA)))
        connection.execute(sql.SQL("set lock_timeout to {}").format(sql.Literal(LOCK_TIMEOUT)))
        connection.execute("set statement_timeout to 0")

    def init_database(self) -> None:
        with self.transaction():
            self.execute(f"create schema if not exists {SCHEMA}")
            self.execute(self.format_sql(self.create_lock_table_sql))

    def list_tables(self, **_: Any) -> list[str]:  # noqa: ANN401
        found = self.execute("select tablename from pg_tables where schemaname = :schema", {"schema": SCHEMA})
        return [name for (name,) in found]

    def get_log_data(self, migration: Migration | None = None, operation: str = "apply") -> dict[str, Any]:
        # yoyo's own asks DNS for this host's full name, which may take seconds.
        return {
            "id": str(uuid.uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": _user_name(),
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }

    def apply_one(self, migration: Migration, force: bool = False, mark: bool = True) -> None:
        migration.load()
        if not migration.use_transactions:
            try:
                migration.process_steps(self, "apply", force=force)
            finally:  # no rollback does it
                self.execute("reset role")
        with self.transaction():
            if migration.use_transactions:
                migration.process_steps(self, "apply", force=force)
            self.execute("reset role")
            self.log_migration(migration, "apply")
            if mark:
                self.mark_one(migration, log=False)
                self.record_digest(migration)

    def record_digest(self, migration: Migration) -> None:
        self.execute(
            "insert into data.applied_migrations (id, sha256) values (:id, :sha256)",
            {"id": migration.id, "sha256": digest(Path(migration.path))},
        )

    def recorded_digests(self) -> dict[str, str]:
        if self.execute("select to_regclass('data.applied_migrations')").fetchone()[0] is None:
            return {}
        return dict(self.execute("select id, sha256 from data.applied_migrations").fetchall())

    def stale_lock(self) -> tuple[int, datetime] | None:
        row = self.execute("select pid, ctime from yoyo_lock").fetchone()
        return None if row is None else (row[0], row[1])


def apply_migrations(
    database_url: str, directory: Path, log: FilteringBoundLogger
) -> tuple[tuple[str, ...], bool]:
    """Apply what is new in the directory; return the ids applied, and whether a stale lock row was cleared.

    The caller holds the advisory lock, so no other run of ours can be under way.
    """
    with Backend(database_url, "_yoyo_migration") as backend:
        backend.init_database()
        cleared = _clear_stale_lock(backend, log)
        try:
            with backend.lock(timeout=LOCK_WAIT_SECONDS):
                return _apply_new(backend, directory, log), cleared
        except (exceptions.BadMigration, exceptions.MigrationConflict, exceptions.LockTimeout) as error:
            raise MigrateError(f"{directory}: {error}") from error


def _apply_new(backend: Backend, directory: Path, log: FilteringBoundLogger) -> tuple[str, ...]:
    known = yoyo.read_migrations(str(directory))
    if not known:
        raise MigrateError(f"There is no migration in {directory}.")
    _refuse_edited(backend, known)
    _record_what_others_applied(backend, known, log)
    new = list(backend.to_apply(known))
    for migration in new:
        _apply(backend, migration, log)
    return tuple(migration.id for migration in new)


def digest(path: Path) -> str:
    """The SHA-256 of a file's text, regardless of line endings."""
    return hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()


def _clear_stale_lock(backend: Backend, log: FilteringBoundLogger) -> bool:
    stale = backend.stale_lock()
    if stale is None:
        return False
    pid, since = stale
    log.warning("migrate_stale_lock_cleared", pid=pid, since=since.isoformat(timespec="seconds"))
    backend.break_lock()
    return True


def _refuse_edited(backend: Backend, known: MigrationList) -> None:
    texts = {migration.id: Path(migration.path) for migration in known}
    for name, sha256 in sorted(backend.recorded_digests().items()):
        if name not in texts:
            raise MigrateError(
                f"The database has migration {name}, which has no file here: this checkout is older, or "
                f"the file was removed or renamed. Migrations are history; bring it back."
            )
        if digest(texts[name]) != sha256:
            raise MigrateError(
                f"Migration {texts[name].name} was edited after it had been applied. Migrations are history: "
                f"put its old text back, and make the change in a new migration."
            )


def _record_what_others_applied(backend: Backend, known: MigrationList, log: FilteringBoundLogger) -> None:
    """Migrations applied with the yoyo command have no digest yet; record their current text."""
    recorded = backend.recorded_digests()
    applied = backend.get_applied_migration_hashes()
    for migration in known:
        if migration.hash in applied and migration.id not in recorded:
            log.warning("migrate_applied_by_hand", migration=migration.id)
            backend.record_digest(migration)


def _apply(backend: Backend, migration: Migration, log: FilteringBoundLogger) -> None:
    log.info("migrate_apply", migration=migration.id)
    try:
        without_blocking(lambda: backend.apply_one(migration), migration.id, log)
    except psycopg.Error as error:
        raise MigrateError(f"{_place(Path(migration.path), error)}: {told(error)}") from error


def _place(path: Path, error: psycopg.Error) -> str:
    text = path.read_text(encoding="utf-8")
    statement = next((note for note in getattr(error, "__notes__", []) if note in text), None)
    if statement is None:
        return path.name
    before = text[: text.index(statement)].count("\n")
    return f"{path.name}, line {before + (line_at(statement, error.diag.statement_position) or 1)}"


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
