"""A project tree for a test: migrations/ and sql/ in a temporary directory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from structlog.testing import LogCapture

from app.migrate import MIGRATIONS, MigrationReport, migrate
from tests.cluster import TestCluster

ROLES_AND_SCHEMAS = "0001.roles-and-schemas"


@dataclass
class Tree:
    """migrations/ (with the project's own first one: roles, schemas, bookkeeping) and sql/."""

    root: Path
    database_url: str
    said: LogCapture = field(default_factory=LogCapture)

    def __post_init__(self) -> None:
        for folder in ("migrations", "sql"):
            (self.root / folder).mkdir()
        self.write("sql/ORDER", "")
        first = f"{ROLES_AND_SCHEMAS}.sql"
        self.write(f"migrations/{first}", (MIGRATIONS / first).read_text(encoding="utf-8"))

    def write(self, path: str, text: str) -> Path:
        """Write a file; a new folder of sql/ is added to ORDER."""
        file = self.root / path
        if not file.parent.exists():
            file.parent.mkdir()
            order = self.root / "sql" / "ORDER"
            self.write("sql/ORDER", f"{order.read_text(encoding='utf-8')}{file.parent.name}\n")
        file.write_text(text, encoding="utf-8")
        return file

    def bring(self, *, before: str = "~") -> None:
        """Copy the project's own migrations whose names come before this one."""
        for file in MIGRATIONS.glob("*.sql"):
            if file.name < before:
                self.write(f"migrations/{file.name}", file.read_text(encoding="utf-8"))

    def remove(self, path: str) -> None:
        """Remove a file."""
        (self.root / path).unlink()

    def migrate(self, *, schedule_jobs: bool = False) -> MigrationReport:
        """Run it."""
        return migrate(
            self.database_url,
            structlog.wrap_logger(None, processors=[self.said]),
            migrations=self.root / "migrations",
            sql=self.root / "sql",
            schedule_jobs=schedule_jobs,
        )

    def logged(self, event: str) -> bool:
        """Whether the runs so far logged this."""
        return any(entry["event"] == event for entry in self.said.entries)


@pytest.fixture
def tree(tmp_path: Path, cluster: TestCluster, empty_database: str) -> Tree:
    """A tree for an empty database."""
    return Tree(tmp_path, cluster.url(empty_database))


@pytest.fixture
def owner(tree: Tree) -> Iterator[psycopg.Connection[Any]]:
    """A connection to that database, in autocommit mode, for the login that owns it."""
    with psycopg.connect(tree.database_url, autocommit=True) as connection:
        yield connection
