"""A restore as docs/deployment.md describes it: jobs of pg_cron run only after migrate, and only on the new server.

The old server goes on running on the same machine, where a job that still names it would reach it.
"""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from app.migrate import migrate
from tests.cluster import IN_MEMORY
from tests.deploy.pair import DATABASE, PASSWORDS, Node, Pair
from tests.waits import wait_until

WITHOUT_JOBS = {"cron.database_name": "postgres"}  # where pg_cron has no jobs
WITH_JOBS = {"cron.database_name": DATABASE}
BEAT = "select from data.heartbeats where process = 'pg_cron' and at > pg_postmaster_start_time()"


def cron_settings(node: Node, background_workers: str) -> dict[str, str]:
    return {"cron.use_background_workers": background_workers, "cron.host": str(node.cluster.sockets)}


@pytest.fixture(params=["on", "off"])
def background_workers(request: pytest.FixtureRequest) -> str:
    """Both ways in which pg_cron runs its jobs."""
    return str(request.param)


@pytest.fixture
def old(background_workers: str) -> Iterator[Node]:
    """The server whose backup is restored, with its jobs at work."""
    pair = Pair.start()
    node = pair.primary
    try:
        pair.standby.stop()
        with node.superuser() as connection:
            connection.execute("alter system reset synchronous_standby_names")
        restarted(node, cron_settings(node, background_workers))
        migrate(url(node), structlog.get_logger())
        yield node
    finally:
        pair.end()


@pytest.fixture
def new() -> Iterator[Node]:
    """The server to restore to; it is empty."""
    base = Path(tempfile.mkdtemp(prefix="curhat-new-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
    base.chmod(0o711)
    node = Node.at(base / "new", f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250) + 1}.9")
    try:
        yield node
    finally:
        node.stop()
        shutil.rmtree(base)


def url(node: Node) -> str:
    return f"postgresql://curhat:{PASSWORDS['MIGRATE_PASSWORD']}@{node.address}/{DATABASE}"


def restarted(node: Node, more: dict[str, str]) -> None:
    node.stop()
    node.cluster = replace(node.cluster, settings={**node.cluster.settings, **more})
    node.start()


@contextmanager
def nothing_runs_on(node: Node) -> Iterator[None]:
    """No job connects to this server or runs in it while the context is open."""
    before = runs(node)
    yield
    assert runs(node) == before


def runs(node: Node) -> list[tuple[object, ...]]:
    with node.superuser() as connection:
        return connection.execute("select runid from cron.job_run_details order by runid").fetchall()


def comes_to_work(new: Node) -> None:
    """migrate repairs the jobs; then they run on the new server."""
    migrate(url(new), structlog.get_logger())
    assert not migrate(url(new), structlog.get_logger()).changed_anything
    with new.superuser() as connection:
        places = connection.execute(
            "select distinct nodename, nodeport, database, username, active from cron.job"
        )
        assert places.fetchall() == [(str(new.cluster.sockets), 5432, DATABASE, "curhat", True)]
    restarted(new, {})  # so that pg_cron starts now, and not at the next minute
    with new.superuser() as connection:
        wait_until(lambda: connection.execute(BEAT).rowcount == 1)
        assert connection.execute("select * from ops.audit()").fetchall() == []


def test_from_a_base_backup(old: Node, new: Node, background_workers: str) -> None:
    source = f"host={old.address} user=replicator password=replicates"
    options = ("--pgdata", str(new.cluster.data), "--checkpoint=fast", "--no-sync")
    new.run("pg_basebackup", "--dbname", source, *options)
    restarted(new, {**WITHOUT_JOBS, **cron_settings(new, background_workers)})
    with nothing_runs_on(new):
        with new.superuser() as connection:
            connection.execute("update cron.job set active = false")
        restarted(new, WITH_JOBS)
    comes_to_work(new)


def test_from_a_dump_and_the_logins(old: Node, new: Node, background_workers: str, tmp_path: Path) -> None:
    def run(program: str, *arguments: str) -> str:
        command = [old.cluster.programs.path(program), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    dump, logins, contents = (tmp_path / name for name in ("dump", "logins.sql", "contents"))
    run("pg_dump", "--format=custom", f"--file={dump}", old.cluster.url(DATABASE))
    run("pg_dumpall", "--globals-only", f"--file={logins}", f"--dbname={old.cluster.url('postgres')}")
    new.cluster.initialise()
    restarted(new, {**WITH_JOBS, **cron_settings(new, background_workers)})
    run("psql", "--no-psqlrc", f"--file={logins}", new.cluster.url("postgres"))
    run(
        "psql",
        "--no-psqlrc",
        f"--command=create database {DATABASE} owner curhat",
        new.cluster.url("postgres"),
    )
    listed = run("pg_restore", "--list", str(dump)).splitlines(keepends=True)
    contents.write_text("".join(line for line in listed if "TABLE DATA cron " not in line), "utf-8")
    run(
        "pg_restore",
        "--exit-on-error",
        f"--use-list={contents}",
        f"--dbname={new.cluster.url(DATABASE)}",
        str(dump),
    )
    assert runs(new) == []
    comes_to_work(new)
