"""`curhat up`: starts and stops everything on one machine."""

import asyncio
import shlex
import shutil
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import redis
import structlog
from rich.console import Console

from app import redis_client
from app.identity.sender import OTP_FILE
from app.log import configure
from app.migrate import migrate
from app.postgres.primary import writable
from app.running import programs
from app.running.accounts import server_account
from app.running.probes import TIMEOUT_SECONDS, base_url, check_port
from app.running.signals import until_asked_to_stop
from app.running.supervisor import Supervisor
from app.settings import OTP_LOG, Settings, SettingsError
from workshop import embedded
from workshop.embedded import Embedded, place
from workshop.embedded.postgres import MINIMUM_VERSION
from workshop.seed import DEMO_PASSWORD, DemoOperator, Person, seed_demo, seed_demo_operators
from workshop.watching import watch

WITHHELD_FROM_BOTS = ("CURHAT_OPERATOR_JWT_KEYS", "CURHAT_INTERNAL_DATABASE_URL")

log = structlog.get_logger(__name__)


@dataclass
class Demo:
    """The demo people and operators."""

    people: list[Person] = field(default_factory=list)
    operators: list[DemoOperator] = field(default_factory=list)


def up(settings: Settings, console: Console) -> None:
    """Run everything until asked to stop. Blocks.

    Raises Failure, when everything that was started has been stopped.
    """
    settings.demand(*programs.NEEDS["public"])
    place.make_home(settings.home, server_account())
    with place.locked(settings.home):
        configure(settings, file=settings.log_dir / "up.log")
        check_ports(settings)
        servers = embedded.prepare(settings)
        if servers.postgres is None:
            check_database(settings.database_url)
        if servers.redis is None:
            check_redis(settings.redis_url)
        asyncio.run(_up(servers, console))
    console.print("Stopped.")


def check_ports(settings: Settings) -> None:
    """Raise SettingsError if a server's port is not available."""
    check_port("PUBLIC", settings.host, settings.public_port)
    check_port("INTERNAL", settings.internal_host, settings.internal_port)


def check_database(url: str) -> None:
    """Raise SettingsError unless a Postgres of the right version at this address accepts writes."""
    try:
        with psycopg.connect(writable(url), connect_timeout=TIMEOUT_SECONDS) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[-1]
        raise SettingsError(f"CURHAT_DATABASE_URL: Postgres cannot be reached there: {said}") from error
    if version < MINIMUM_VERSION:
        raise SettingsError(
            f"CURHAT_DATABASE_URL leads to PostgreSQL {version}, and Curhat needs {MINIMUM_VERSION} or newer."
        )


def check_redis(url: str) -> None:
    """Raise SettingsError unless a Redis at this address accepts writes."""
    try:
        with redis_client.connect_blocking(url) as client:
            client.delete(redis_client.NO_KEY)
    except redis.RedisError as error:
        raise SettingsError(f"CURHAT_REDIS_URL: Redis cannot be reached there: {error}") from error


async def _up(servers: Embedded, console: Console) -> None:
    supervisor = Supervisor()
    await until_asked_to_stop(_run(servers, supervisor, console), hurry=supervisor.kill)


async def _run(servers: Embedded, supervisor: Supervisor, console: Console) -> None:
    began = time.monotonic()
    async with supervisor:
        try:
            demo = await start(servers, supervisor, console)
            _show(servers, demo, console, seconds=time.monotonic() - began)
            log.info("up")
            if servers.given.production:
                await asyncio.get_running_loop().create_future()  # never done: it is cancelled
            await watch(servers.settings.database_url, partial(_say_when, console), log)
        except asyncio.CancelledError:
            console.print("\nStopping …")
            raise


async def start(servers: Embedded, supervisor: Supervisor, console: Console) -> Demo:
    """Start everything in order of dependency, wait until all is ready, and return the demo people."""
    settings = servers.settings
    demo = Demo()
    own = servers.programs()
    if own:
        console.print(f"Starting {' and '.join(program.name.capitalize() for program in own)} …")
        await asyncio.to_thread(servers.make_ready_to_start)
        await supervisor.start(*own)
        await asyncio.to_thread(servers.provision)
    console.print("Migrating the database …")
    await asyncio.to_thread(migrate, settings.database_url, log, payments=settings.payments)
    if settings.demo:
        demo.people = await asyncio.to_thread(seed_demo, settings.database_url)
        if not settings.production:
            demo.operators = await asyncio.to_thread(seed_demo_operators, settings.database_url)
    console.print("Starting Curhat …")
    await supervisor.start(
        *programs.workers(settings, settings.log_dir), *programs.listeners(settings, settings.log_dir)
    )
    if settings.demo:
        await supervisor.start(
            programs.program(settings, "demo", ["demo"], settings.log_dir, withheld=WITHHELD_FROM_BOTS)
        )
    return demo


def _show(servers: Embedded, demo: Demo, console: Console, *, seconds: float) -> None:
    settings = servers.settings
    command = _command()
    say = partial(console.print, highlight=False, soft_wrap=True)
    say(f"\n[bold green]Curhat is up[/] after {seconds:.1f} s. Ctrl-C stops it.\n")
    public = base_url(settings.host, settings.public_port)
    say(f"Customers      {public}/")
    say(f"Mitras         {public}/mitra")
    say(f"Control center {base_url(settings.internal_host, settings.internal_port)}/")
    say(f"Logs           {_short(settings.log_dir)}/")
    if settings.otp_sender == OTP_LOG:
        say(f"Sign-in codes  {_short(settings.log_dir / OTP_FILE)}")
    for path in servers.place.outside(settings.home) if servers.programs() else []:
        say(f"Servers' files {path} (they cannot be in CURHAT_HOME)")
    say(f"More           {command} psql · {command} doctor · {command} simulate")
    if servers.postgres is not None and not servers.has_cron:
        say(
            "\n[yellow]pg_cron is not installed:[/] deadlines depend on the deadline listener alone "
            f"(Debian: apt-get install postgresql-{servers.postgres.programs.major}-cron)."
        )
    if demo.people:
        say("\nDemo people; the mitras are bots: online, and they accept after a few seconds.")
        for person in demo.people:
            say(f"  {person.line()}")
        customer = next(person for person in demo.people if person.kind == "customer")
        say(f"A token for {customer.name}: {command} token customer {customer.id}")
    if demo.operators:
        say(f"\nDemo operators of the control center; their password: {DEMO_PASSWORD}")
        for operator in demo.operators:
            say(f"  {operator.line()}")


def _say_when(console: Console, sentence: str) -> None:
    at = time.strftime("%H:%M:%S")
    console.print(f"{at}  {sentence}", highlight=False, markup=False, soft_wrap=True)


def _command() -> str:
    """The command to run `curhat` from here."""
    ours = Path(sys.executable).parent / "curhat"
    if shutil.which("curhat") == str(ours):
        return "curhat"
    return shlex.quote(_short(ours))


def _short(path: Path) -> str:
    """A path relative to the working directory, if it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
