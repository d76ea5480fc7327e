"""The two machines of deploy/ha on loopback: real Patroni with its Postgres on each, and one etcd for both.

Only paths and Patroni's intervals differ from deploy/ha.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import psutil
import psycopg
import structlog
from ruamel.yaml import YAML

from app.migrate import migrate
from app.running.accounts import make_directory, server_account, write_file
from app.running.supervisor import dying_with
from tests.cluster import IN_MEMORY, server_programs
from tests.deploy.pair import (
    DATABASE,
    HBA,
    LOGINS,
    PASSWORDS,
    SETTINGS,
    Connection,
    deployed_settings,
    loopback_network,
)
from tests.waits import wait_until
from workshop.embedded.postgres import postgres_url

HA = Path(__file__).resolve().parents[2] / "deploy" / "ha"
PROGRAMS = ("etcd", "etcdctl")
PASSWORD = "patroni's"
# Patroni's minimum for ttl, the time that a silent primary stays the leader, is 20 s.
OFTEN = {"ttl": 20, "loop_wait": 1, "retry_timeout": 3}


def what_is_missing() -> str:
    """Why this cannot run here; empty if it can."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"no {' and no '.join(missing)} here (Debian: etcd-server, etcd-client)" if missing else ""


def as_server(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command under the servers' account, with the right to read our Python wherever it is."""
    account = server_account()
    if account is None:
        return command
    who = (f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups")
    return ("setpriv", *who, "--inh-caps=+dac_override", "--ambient-caps=+dac_override", *command)


@dataclass
class Machine:
    """The processes of one machine."""

    base: Path
    name: str
    address: str
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *command: str, **environment: str) -> None:
        """Start a long-running process."""
        with (self.base / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(
                as_server(command),
                env={
                    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                    "LANG": "C.UTF-8",
                    **environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=dying_with(os.getpid(), signal.SIGTERM),  # noqa: PLW1509 - a few system calls
            )
        self.processes.append(process)

    @property
    def data(self) -> Path:
        return self.base / self.name / "data"

    @property
    def sockets(self) -> Path:
        return self.base / self.name / "s"

    def all(self) -> list[psutil.Process]:
        """Every process of this machine: Patroni is not the parent of its Postgres."""
        roots = [process.pid for process in self.processes if process.poll() is None]
        with suppress(FileNotFoundError, ValueError):
            roots.append(int((self.data / "postmaster.pid").read_text("ascii").split()[0]))
        found: dict[int, psutil.Process] = {}
        for root in roots:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(root)
                found |= {one.pid: one for one in (process, *process.children(recursive=True))}
        return list(found.values())

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Nothing on it runs while the context is open, but its kernel still acknowledges packets."""
        stopped = self.all()
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def end(self) -> None:
        """Kill all of it."""
        for process in self.all():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for one in self.processes:
            one.wait()

    def superuser(self) -> Connection:
        """A superuser's connection."""
        return psycopg.connect(postgres_url(self.sockets, DATABASE, "postgres"), autocommit=True)

    def is_leader(self) -> bool:
        """Whether Patroni says that this is the primary."""
        return self._says("leader")

    def is_synchronous(self) -> bool:
        """Whether Patroni says that this is the synchronous standby."""
        return self._says("sync")

    def streams(self) -> bool:
        """Whether it is a standby that follows the primary."""
        with suppress(psycopg.OperationalError), self.superuser() as connection:
            found = connection.execute("select from pg_stat_wal_receiver where status = 'streaming'")
            return found.fetchone() is not None
        return False

    def _says(self, part: str) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://{self.address}:8008/{part}", timeout=2).status_code == 200
        return False


@dataclass
class Machines:
    """Both machines, and the third that only votes."""

    base: Path
    one: Machine = field(init=False)
    two: Machine = field(init=False)
    etcd: Machine = field(init=False)

    def __post_init__(self) -> None:
        network = loopback_network()
        names = ("one", "two", "etcd")
        made = [Machine(self.base, name, f"{network}.{number}") for number, name in enumerate(names, 1)]
        self.one, self.two, self.etcd = made

    @classmethod
    def start(cls) -> Self:
        """Make the cluster as docs/deployment.md says, and migrate it. The first machine is its primary."""
        base = Path(tempfile.mkdtemp(prefix="curhat-ha-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None))
        base.chmod(0o711)
        machines = cls(base)
        try:
            machines._start_etcd()
            machines._start_patroni(machines.one)
            wait_until(machines.one.is_leader)
            migrate(machines.url("curhat"), structlog.get_logger())
            machines._start_patroni(machines.two)
            wait_until(machines.two.is_synchronous)
        except BaseException:
            machines.end()
            raise
        return machines

    def end(self) -> None:
        """Leave nothing behind."""
        for machine in (self.one, self.two, self.etcd):
            machine.end()
        shutil.rmtree(self.base)

    def url(self, login: str) -> str:
        """The URL of the database, wherever its primary is, for one of the logins."""
        hosts = f"{self.one.address},{self.two.address}"
        return f"postgresql://{login}:{PASSWORDS[LOGINS[login]]}@{hosts}/{DATABASE}?target_session_attrs=read-write"

    def etcdctl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Ask etcd as anybody."""
        return subprocess.run(
            ["etcdctl", *arguments],
            env={
                "PATH": os.environ["PATH"],
                "ETCDCTL_API": "3",
                "ETCDCTL_ENDPOINTS": f"{self.etcd.address}:2379",
            },
            check=False,
            capture_output=True,
            text=True,
        )

    def _start_etcd(self) -> None:
        data = make_directory(self.base / "etcd", server_account())
        client, peer = (f"http://{self.etcd.address}:{port}" for port in (2379, 2380))
        self.etcd.start(
            "etcd",
            *("--name=etcd", f"--data-dir={data}", f"--initial-cluster=etcd={peer}", "--unsafe-no-fsync"),
            *(f"--listen-client-urls={client}", f"--advertise-client-urls={client}"),
            *(f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}"),
        )
        wait_until(lambda: self.etcdctl("endpoint", "health").returncode == 0)
        subprocess.run(
            [HA / "etcd-users"],
            env={
                "PATH": os.environ["PATH"],
                "ETCDCTL_ENDPOINTS": f"{self.etcd.address}:2379",
                "ETCD_ROOT_PASSWORD": "root's",
                "ETCD_PASSWORD": PASSWORD,
            },
            check=True,
            capture_output=True,
        )

    def _start_patroni(self, machine: Machine) -> None:
        account = server_account()
        home = make_directory(self.base / machine.name, account)
        make_directory(machine.sockets, account)
        write_file(home / "patroni.yaml", self._configuration(machine), account)
        write_file(
            home / "postgresql.conf",
            _lines(
                {
                    **deployed_settings(),
                    **SETTINGS,
                    "hba_file": str(home / "pg_hba.conf"),
                    "ident_file": str(home / "pg_ident.conf"),
                }
            ),
            account,
        )
        write_file(home / "pg_hba.conf", HBA, account)
        write_file(home / "pg_ident.conf", "", account)
        write_file(home / "prepare.sql", (HA.parent / "postgres" / "prepare.sql").read_text("utf-8"), account)
        script = (
            (HA / "post-bootstrap").read_text("utf-8").replace("/var/run/postgresql", str(machine.sockets))
        )
        script = script.replace("/docker-entrypoint-initdb.d", str(home))
        write_file(home / "post-bootstrap", script, account)
        (home / "post-bootstrap").chmod(0o755)
        machine.start(
            str(HA / "start-patroni"),
            str(home / "patroni.yaml"),
            PATRONI_NAME=machine.name,
            PATRONI_ETCD3_HOSTS=f"{self.etcd.address}:2379",
            PATRONI_ETCD3_USERNAME="patroni",
            PATRONI_ETCD3_PASSWORD=PASSWORD,
            PATRONI_RESTAPI_USERNAME="patroni",
            PATRONI_RESTAPI_PASSWORD=PASSWORD,
            PATRONI_RESTAPI_CONNECT_ADDRESS=f"{machine.address}:8008",
            PATRONI_POSTGRESQL_CONNECT_ADDRESS=f"{machine.address}:5432",
            PATRONI_REPLICATION_PASSWORD="replicator's",
            PATRONI_REWIND_PASSWORD="rewinder's",
            **PASSWORDS,
        )

    def _configuration(self, machine: Machine) -> str:
        """patroni.yaml with the paths of this test."""
        home = self.base / machine.name
        yaml = YAML(typ="safe")
        found: dict[str, Any] = yaml.load((HA / "patroni.yaml").read_text("utf-8"))
        found["restapi"]["listen"] = f"{machine.address}:8008"
        found["bootstrap"]["dcs"] |= OFTEN
        found["bootstrap"]["dcs"]["postgresql"]["parameters"]["shared_buffers"] = "64MB"
        found["bootstrap"]["post_bootstrap"] = str(home / "post-bootstrap")
        found["postgresql"] |= {
            "listen": f"{machine.address}:5432",
            "data_dir": str(machine.data),
            "bin_dir": str(server_programs().directory),
            "custom_conf": str(home / "postgresql.conf"),
            "pgpass": str(home / "pgpass"),
        }
        found["postgresql"]["parameters"] |= {
            "unix_socket_directories": str(machine.sockets),
            "hba_file": str(home / "pg_hba.conf"),
            "ident_file": str(home / "pg_ident.conf"),
        }
        written = home / "written.yaml"
        yaml.dump(found, written)
        return written.read_text("utf-8")


def _lines(settings: Mapping[str, str]) -> str:
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())
