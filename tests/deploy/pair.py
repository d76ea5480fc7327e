"""Two real Postgres servers on loopback, as deploy/ runs them: a primary, and a standby that every commit waits for.

Both listen on the same port at different addresses, as two machines would. They end with the process that started
them, however it ends.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
import structlog

from app.migrate import migrate
from app.running.accounts import make_directory, process_options, server_account
from app.running.probes import TIMEOUT_SECONDS
from app.running.supervisor import dying_with
from tests.cluster import IN_MEMORY, server_programs
from tests.run.conftest import children
from tests.waits import wait_until
from workshop.embedded.postgres import Cluster

DATABASE = "curhat"
PASSWORDS = {
    "MIGRATE_PASSWORD": "migrate's",
    "PUBLIC_PASSWORD": "public's",
    "INTERNAL_PASSWORD": "internal's",
    "LISTEN_PASSWORD": "listen's",
}
LOGINS = {
    "curhat": "MIGRATE_PASSWORD",
    "curhat_public": "PUBLIC_PASSWORD",
    "curhat_internal": "INTERNAL_PASSWORD",
    "curhat_listen": "LISTEN_PASSWORD",
}
DEPLOYED = Path(__file__).resolve().parents[2] / "deploy" / "postgres"
# Differences from the image's file.
SETTINGS = {
    "fsync": "off",  # only our processes die, never the machine
    "max_worker_processes": "16",
    "shared_buffers": "64MB",
    "cron.use_background_workers": "on",  # no connections by socket, since each server here has another
    "wal_retrieve_retry_interval": "100ms",
}
HBA = """
local all all trust
host all all 127.0.0.0/8 scram-sha-256
host replication all 127.0.0.0/8 scram-sha-256
"""

Connection = psycopg.Connection[Any]


def deployed_settings() -> dict[str, str]:
    """What deploy/postgres/postgresql.conf sets."""
    found = re.findall(
        r"^([\w.]+) = '?([^'#\n]+?)'? *(?:#.*)?$",
        (DEPLOYED / "postgresql.conf").read_text("utf-8"),
        re.MULTILINE,
    )
    return dict(found)


@dataclass
class Node:
    """One of the two: its cluster, its address, and its process while it runs."""

    cluster: Cluster
    address: str
    process: "subprocess.Popen[bytes] | None" = None

    @classmethod
    def at(cls, base: Path, address: str) -> Self:
        account = server_account()
        make_directory(base, account)
        settings = {
            **deployed_settings(),
            **SETTINGS,
            "listen_addresses": address,
            "hba_file": str(base / "hba.conf"),
            "ident_file": str(base / "ident.conf"),
        }
        (base / "hba.conf").write_text(HBA, encoding="ascii")
        (base / "ident.conf").touch()
        return cls(
            Cluster(server_programs(), base / "data", base / "s", base / "log", account, settings), address
        )

    def start(self) -> None:
        """Start it and return when it takes connections."""
        self.cluster.prepare()
        with self.cluster.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.cluster.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=dying_with(os.getpid(), signal.SIGQUIT),  # noqa: PLW1509 - a few system calls
                **process_options(self.cluster.account),
            )
        wait_until(self._takes_connections)

    def kill(self) -> None:
        """Kill it as if its machine died: it says goodbye to nobody and tidies up nothing."""
        if self.process is not None:
            for pid in (self.process.pid, *children(self.process.pid)):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """None of its processes runs while the context is open, but the kernel still acknowledges packets."""
        assert self.process is not None
        postmaster = psutil.Process(self.process.pid)
        stopped = [postmaster, *postmaster.children(recursive=True)]
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            self.process = None

    def run(self, program: str, *arguments: str, **environment: str) -> None:
        """Run one of Postgres' programs as the cluster's account."""
        subprocess.run(
            [self.cluster.programs.path(program), *arguments],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
            cwd="/",
            check=True,
            capture_output=True,
            **process_options(self.cluster.account),
        )

    def superuser(self) -> Connection:
        """A superuser's connection."""
        return psycopg.connect(self.cluster.url(DATABASE), autocommit=True)

    def _takes_connections(self) -> bool:
        try:
            psycopg.connect(self.cluster.url("postgres"), connect_timeout=TIMEOUT_SECONDS).close()
        except psycopg.OperationalError:
            return False
        return True


def loopback_network() -> str:
    """The first three bytes of a random loopback network."""
    return f"127.{secrets.randbelow(200) + 20}.{secrets.randbelow(250) + 1}"


@dataclass
class Pair:
    """The primary and its standby."""

    base: Path
    primary: Node = field(init=False)
    standby: Node = field(init=False)

    def __post_init__(self) -> None:
        network = loopback_network()
        self.primary = Node.at(self.base / "one", f"{network}.1")
        self.standby = Node.at(self.base / "two", f"{network}.2")

    @classmethod
    def start(cls) -> Self:
        """Make a primary as deploy/postgres does it, migrate it, and give it a standby."""
        base = Path(tempfile.mkdtemp(prefix="curhat-pair-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        base.chmod(0o711)
        pair = cls(base)
        try:
            pair._make_primary()
            pair._make_standby()
        except BaseException:
            pair.end()
            raise
        return pair

    def end(self) -> None:
        """Leave nothing behind."""
        self.primary.stop()
        self.standby.stop()
        shutil.rmtree(self.base)

    def url(self, login: str) -> str:
        """The URL of the database, wherever its primary is, for one of the logins."""
        password = PASSWORDS[LOGINS[login]]
        hosts = f"{self.primary.address},{self.standby.address}"
        return f"postgresql://{login}:{password}@{hosts}/{DATABASE}?target_session_attrs=read-write"

    def promote_standby(self) -> None:
        """Make the standby the primary."""
        self.standby.run("pg_ctl", "promote", "--pgdata", str(self.standby.cluster.data))

    def _make_primary(self) -> None:
        self.primary.cluster.initialise()
        data = str(self.primary.cluster.data)
        # pg_cron needs its database from its first start on.
        create = f"create database {DATABASE}\n".encode()
        subprocess.run(
            [self.primary.cluster.programs.path("postgres"), "--single", "-D", data, "postgres"],
            input=create,
            check=True,
            capture_output=True,
            cwd="/",
            **process_options(self.primary.cluster.account),
        )
        self.primary.start()
        self.prepare(PASSWORDS)
        migrate(self.url("curhat"), structlog.get_logger())

    def prepare(self, passwords: Mapping[str, str]) -> None:
        """Run prepare.sql as its first lines say."""
        cluster = self.primary.cluster
        subprocess.run(
            [
                cluster.programs.path("psql"),
                "--no-psqlrc",
                cluster.url(DATABASE),
                f"--file={DEPLOYED / 'prepare.sql'}",
            ],
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **passwords},
            check=True,
            capture_output=True,
        )

    def _make_standby(self) -> None:
        with self.primary.superuser() as connection:
            connection.execute("create role replicator login replication password 'replicates'")
        source = f"host={self.primary.address} user=replicator password=replicates"
        data = str(self.standby.cluster.data)
        options = ("--pgdata", data, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        self.standby.run("pg_basebackup", "--dbname", source, *options)
        self.standby.start()
        with self.primary.superuser() as connection:
            connection.execute("alter system set synchronous_standby_names = '*'")
            connection.execute("select pg_reload_conf()")
            found = "select from pg_stat_replication where sync_state = 'sync'"
            wait_until(lambda: connection.execute(found).fetchone() is not None)
