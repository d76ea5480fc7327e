"""An embedded Redis on a unix socket. It stores nothing on disk: a service that loses Redis loses no data."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import redis
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from app import redis_client
from app.failure import Failure
from app.running.accounts import Account, make_directory, process_options
from workshop.embedded.environment import server_environment

MINIMUM_VERSION = 6
SOCKET_NAME = "redis.sock"


class RedisServerError(Failure):
    """Redis is missing, too old, or would not start. The text is one clear sentence."""


def find_program() -> str:
    """The path of redis-server or valkey-server. Raises RedisServerError if there is none."""
    path = shutil.which("redis-server") or shutil.which("valkey-server")
    if path is None:
        raise RedisServerError(
            "Curhat needs redis-server, and found none (Debian: apt-get install redis-server)."
        )
    shown = subprocess.run([path, "--version"], check=True, capture_output=True, text=True)
    version = re.search(r"v=(\d+)", shown.stdout)
    if version is None or int(version[1]) < MINIMUM_VERSION:
        raise RedisServerError(
            f"Curhat needs Redis {MINIMUM_VERSION} or newer; {path} says {shown.stdout.strip()!r}."
        )
    return path


@dataclass(frozen=True)
class RedisServer:
    """A private Redis: the directory of its socket, and its log file when it runs in the background."""

    program: str
    directory: Path
    log: Path
    account: Account | None = None

    @property
    def socket(self) -> Path:
        """The unix socket it listens on."""
        return self.directory / SOCKET_NAME

    def prepare(self) -> None:
        """Make the socket directory. Required before each start."""
        make_directory(self.directory, self.account)

    def command(self, databases: int = 16) -> list[str]:
        """The command that runs the server in the foreground (SIGTERM stops it), for a supervisor."""
        return [
            self.program,
            *("--port", "0"),
            *("--unixsocket", str(self.socket)),
            *("--unixsocketperm", "700"),
            *("--dir", str(self.directory)),
            *("--databases", str(databases)),
            *("--save", ""),
            *("--appendonly", "no"),
        ]

    def start(self, databases: int = 16, timeout_seconds: float = 30) -> "subprocess.Popen[bytes]":
        """Start the server as a child process and return when it answers."""
        self.prepare()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command(databases),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=server_environment(),
                start_new_session=True,
                **process_options(self.account),
            )
        self.wait_until_ready(process, timeout_seconds)
        return process

    def wait_until_ready(self, process: "subprocess.Popen[bytes]", timeout_seconds: float = 30) -> None:
        """Return when the server answers; raise RedisServerError if it ends or the time is up."""

        @retry(
            retry=retry_if_exception_type(redis.RedisError),
            wait=wait_fixed(0.02),
            stop=stop_after_delay(timeout_seconds),
            reraise=True,
        )
        def ping() -> None:
            if process.poll() is not None:
                raise RedisServerError(f"redis-server ended with {process.returncode}; see {self.log}.")
            with redis_client.connect_blocking(self.url()) as client:
                client.ping()

        try:
            ping()
        except redis.RedisError as error:
            process.terminate()
            raise RedisServerError(f"redis-server does not answer ({error}); see {self.log}.") from error

    def url(self, database: int = 0) -> str:
        """A connection URL for redis-py."""
        return redis_url(self.directory, database)


def redis_url(directory: Path, database: int = 0) -> str:
    """The connection URL of a server with its socket in this directory."""
    return f"unix://{quote(str(directory / SOCKET_NAME))}?{urlencode({'db': database})}"
