"""Finds Postgres' programs, and runs a private cluster that listens on a unix socket only.

`curhat up` runs one in CURHAT_HOME; tests run temporary ones.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

from app.failure import Failure
from app.running.accounts import Account, make_directory, process_options, write_file
from workshop.embedded.environment import server_environment

MINIMUM_VERSION = 15
SUPERUSER = "postgres"
SETTINGS_FILE = "curhat.conf"
# sockaddr_un.sun_path holds 108 bytes with its final zero byte (104 on BSD and macOS).
SOCKET_PATH_LIMIT = 103

PROGRAM_DIRECTORIES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
    "/usr/local/bin",
    "/usr/bin",
)


class PostgresError(Failure):
    """Postgres is missing, of the wrong version, or would not do as told. The text is one clear sentence."""


@dataclass(frozen=True)
class Programs:
    """The programs of one installed Postgres version."""

    directory: Path
    major: int

    def path(self, name: str) -> str:
        """The path of one program, such as `initdb`."""
        return str(self.directory / name)

    def has_library(self, name: str) -> bool:
        """Whether a loadable library such as `pg_cron` is installed for this version."""
        return any((self._libraries / f"{name}{end}").exists() for end in (".so", ".dylib"))

    def has(self, *names: str) -> bool:
        """Whether all of these programs exist."""
        return all((self.directory / name).exists() for name in names)

    @cached_property
    def _libraries(self) -> Path:
        pg_config = self.directory / "pg_config"
        if not pg_config.exists():  # a package with the server only
            return self.directory.parent / "lib" / "postgresql"
        shown = subprocess.run([str(pg_config), "--pkglibdir"], check=True, capture_output=True, text=True)
        return Path(shown.stdout.strip())


def installed_programs() -> list[Programs]:
    """Every installed Postgres server of any version, the best first.

    Order: with pg_cron and plpgsql_check, then with pg_cron, then newer versions.
    """
    servers = {
        path.resolve() for one in PROGRAM_DIRECTORIES for path in Path("/").glob(f"{one[1:]}/postgres")
    }
    found = [one for server in sorted(servers) if (one := _programs_in(server.parent)) is not None]
    return sorted(found, key=_merit, reverse=True)


def _merit(programs: Programs) -> tuple[bool, bool, int]:
    has_cron = programs.has_library("pg_cron")
    return (has_cron and programs.has_library("plpgsql_check"), has_cron, programs.major)


def _programs_in(directory: Path) -> Programs | None:
    programs = Programs(directory, 0)
    if not programs.has("postgres", "initdb", "pg_ctl"):
        return None
    server = programs.path("postgres")
    shown = subprocess.run([server, "--version"], check=True, capture_output=True, text=True)
    version = re.search(r"\(PostgreSQL\) (\d+)", shown.stdout)
    if version is None:
        raise PostgresError(f"{server} reports an unreadable version: {shown.stdout!r}.")
    return Programs(directory, int(version[1]))


def major_of(data: Path) -> int | None:
    """The major version that made a data directory; `None` if there is no directory.

    Raises:
        PostgresError: it cannot be read.
    """
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PostgresError(f"{data} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise PostgresError(f"{data / 'PG_VERSION'} is damaged: it holds no version.") from error


def find_programs(data: Path | None = None, asked: str = "") -> Programs:
    """The Postgres to use: the requested one (`Settings.postgres`), else the best one that is new enough.

    Existing data needs the version that made it. Raises PostgresError if there is no suitable one.
    """
    made_by = None if data is None else major_of(data)
    if asked:
        programs = _asked_programs(asked)
        if made_by not in (None, programs.major):
            raise PostgresError(
                f"The data in {data} was made by PostgreSQL {made_by}, and CURHAT_POSTGRES asks for "
                f"{programs.major}: unset it to go on with {made_by}, or set another CURHAT_HOME to start afresh."
            )
        return programs
    installed = installed_programs()
    if made_by is not None:
        for programs in installed:
            if programs.major == made_by:
                return programs
        raise PostgresError(
            f"The data in {data} was made by PostgreSQL {made_by}, which is not installed here: install it "
            f"(Debian: apt-get install postgresql-{made_by}), or move that directory away to start afresh."
        )
    for programs in installed:
        if programs.major >= MINIMUM_VERSION:
            return programs
    if installed:
        raise PostgresError(
            f"Curhat needs PostgreSQL {MINIMUM_VERSION} or newer; found only {installed[0].major} "
            f"in {installed[0].directory}."
        )
    raise PostgresError(
        f"Curhat needs the server programs of PostgreSQL {MINIMUM_VERSION} or newer, and found none "
        "(Debian: apt-get install postgresql-15 postgresql-15-cron postgresql-15-plpgsql-check)."
    )


def _asked_programs(asked: str) -> Programs:
    if asked.isdigit():
        installed = installed_programs()
        found = next((one for one in installed if one.major == int(asked)), None)
        if found is None:
            majors = ", ".join(str(one.major) for one in installed) or "none"
            raise PostgresError(f"CURHAT_POSTGRES asks for PostgreSQL {asked}; installed here: {majors}.")
    else:
        found = _programs_in(Path(asked))
        if found is None:
            raise PostgresError(f"CURHAT_POSTGRES: there is no postgres, initdb and pg_ctl in {asked}.")
    if found.major < MINIMUM_VERSION:
        raise PostgresError(
            f"CURHAT_POSTGRES asks for PostgreSQL {found.major}, and Curhat needs {MINIMUM_VERSION} or newer."
        )
    return found


@dataclass(frozen=True)
class Cluster:
    """A private cluster: its data directory, and the directory of its only socket.

    It runs as `account`, or as our own user if that is `None`. `settings` are written to its configuration before each
    start.
    """

    programs: Programs
    data: Path
    sockets: Path
    log: Path
    account: Account | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether the data directory was initialised completely."""
        return (self.data / SETTINGS_FILE).exists()

    def initialise(self) -> None:
        """Make the data directory, with `postgres` as superuser. Access to the socket directory grants access."""
        if len(str(self.sockets).encode()) + len("/.s.PGSQL.5432") > SOCKET_PATH_LIMIT:
            raise PostgresError(f"The path {self.sockets} is too long for a unix socket.")
        make_directory(self.data, self.account)
        self._run(
            "initdb",
            f"--pgdata={self.data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            "--no-sync",
        )
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(f"\ninclude = '{SETTINGS_FILE}'\n")
        self.prepare()

    def prepare(self) -> None:
        """Write the settings and make the socket directory. Required before each start."""
        make_directory(self.sockets, self.account)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            **self.settings,
        }
        lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
        write_file(self.data / SETTINGS_FILE, "".join(lines), self.account)

    def command(self) -> list[str]:
        """The command that runs the server in the foreground (SIGINT: fast shutdown), for a supervisor."""
        return [self.programs.path("postgres"), "-D", str(self.data)]

    def start(self, timeout_seconds: int = 60) -> None:
        """Start the server in the background and return when it accepts connections."""
        self.prepare()
        self._run(
            "pg_ctl", "start", f"--pgdata={self.data}", f"--log={self.log}", f"--timeout={timeout_seconds}"
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop the server if it runs, and return when it has ended."""
        if self.is_running():
            self._run("pg_ctl", "stop", f"--pgdata={self.data}", f"--mode={mode}")

    def is_running(self) -> bool:
        """Whether a server runs on this data directory."""
        done = subprocess.run(
            [self.programs.path("pg_ctl"), "status", f"--pgdata={self.data}"],
            check=False,
            capture_output=True,
            cwd="/",
            env=server_environment(),
            **process_options(self.account),
        )
        return done.returncode == 0

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """A connection URL for libpq, asyncpg and yoyo."""
        return postgres_url(self.sockets, database, user)

    def _run(self, program: str, *arguments: str) -> None:
        # The server inherits pg_ctl's output, so that must not be a pipe of ours.
        done = subprocess.run(
            [self.programs.path(program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=server_environment(),
            **process_options(self.account),
        )
        if done.returncode != 0:
            said = (done.stdout or "").strip().splitlines() or [f"see {self.log}"]
            raise PostgresError(f"{program} {arguments[0]} failed for {self.data}: {said[-1]}")


def postgres_url(sockets: Path, database: str, user: str) -> str:
    """The connection URL of a server with its sockets in this directory."""
    query = urlencode({"host": str(sockets)}, safe="/", quote_via=quote)  # libpq does not decode + as a space
    return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?{query}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
