"""The command line. A command parses the settings, calls one function, and reports an error in one sentence.

Exit codes: 0; 1 for a failure on the way; 2 for an error before anything was started.
"""

import asyncio
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NoReturn
from uuid import UUID

import click
import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app import embedded
from app.embedded import place
from app.embedded.environment import forget_libpq, libpq_variables
from app.log import configure, process_name
from app.running.programs import LISTENERS
from app.running.signals import until_asked_to_stop
from app.running.supervisor import StartError, supervise
from app.settings import Settings, SettingsError

LIBPQ = "curhat.libpq_variables"  # context key: the variables that were set
TOKEN_LIFETIME = timedelta(hours=12)

log = structlog.get_logger(__name__)


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """End the process with an expected error's sentence and exit code."""
    from app.migrate import MigrateError

    try:
        yield
    except (SettingsError, *embedded.CANNOT_RUN) as error:
        _end(str(error), 2)
    except (StartError, MigrateError) as error:
        _end(str(error), 1)
    except psycopg.Error as error:
        _end(f"Postgres: {str(error).strip()}", 1)


def _end(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    raise click.exceptions.Exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="curhat")
@click.pass_context
def main(context: click.Context) -> None:
    """A paid, on-demand curhat service. `curhat up` runs all of it on this machine."""
    with told_in_a_sentence():
        context.obj = Settings.from_environment()
    context.meta[LIBPQ] = libpq_variables()
    if not context.obj.database_url:
        forget_libpq()  # they describe another server


@main.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Run everything here: Postgres, Redis, migrations, demo people, the service."""
    from rich.console import Console

    from app.running import up

    with told_in_a_sentence():
        up.up(settings, Console())


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database up to date: migrations/, then sql/, then the jobs of pg_cron."""
    from app.migrate import migrate as bring_up_to_date

    configure(settings)
    with told_in_a_sentence():
        report = bring_up_to_date(embedded.locate_database(settings), log)
    if not report.changed_anything:
        click.echo("The database is up to date.")
        return
    click.echo(
        f"Applied {len(report.migrations)} migrations and {len(report.code.changed)} files of sql/, "
        f"took out {len(report.code.dropped)} objects; jobs of pg_cron: {report.cron.state}."
    )


SERVED = click.Choice(["public", "internal"])


@main.command()
@click.option("--only", type=SERVED, help="Run one of the two servers; default: both.")
@click.option("--worker", type=SERVED, help="Run one worker in this process.")
@click.option("--name", help="The worker's name in the log.")
@click.pass_obj
def serve(settings: Settings, only: str | None, worker: str | None, name: str | None) -> None:
    """Serve apps, API and sockets: CURHAT_WORKERS public workers and one internal worker, restarted when they die."""
    from app.running import programs
    from app.running.up import check_port
    from app.server import serve_worker

    if only and worker:
        raise click.UsageError("--worker already names one server: leave --only out.")
    configure(settings, name=name or worker or only or "serve")
    with told_in_a_sentence():
        asked = worker or only
        for server in [asked] if asked else programs.NEEDS:
            settings.demand(*programs.NEEDS[server])
        settings = embedded.locate(settings)
        if worker is None:
            wanted = []
            if only != "internal":
                check_port("PUBLIC", settings.host, settings.public_port)
                wanted += programs.public_workers(settings)
            if only != "public":
                check_port("INTERNAL", settings.internal_host, settings.internal_port)
                wanted += programs.internal_workers(settings)
            asyncio.run(supervise(wanted))
        elif worker == "public":
            serve_worker(settings, "public")
        else:
            serve_worker(settings, "internal")


@main.command()
@click.option("--worker", type=click.Choice(LISTENERS), help="Run one listener in this process.")
@click.option("--name", help="The listener's name in the log.")
@click.pass_obj
def listen(settings: Settings, worker: str | None, name: str | None) -> None:
    """Run relay, deadline listener and availability listener, restarted when they die."""
    import uvloop

    from app.figures.metrics import Figures
    from app.running import programs
    from listeners import availability, deadlines, relay

    configure(settings, name=name or worker or "listen")
    with told_in_a_sentence():
        settings = embedded.locate(settings)
    if worker is None:
        asyncio.run(supervise(programs.listeners(settings)))
        return
    run = {"relay": relay.run, "deadlines": deadlines.run, "availability": availability.run}[worker]
    figures = Figures(process_name(), settings.home)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_asked_to_stop(figures.beside(run(settings, figures=figures))))


@main.command()
@click.argument("parts", nargs=-1, type=click.Choice(["public", "internal", "listen"]))
@click.pass_obj
def healthy(settings: Settings, parts: tuple[str, ...]) -> None:
    """Check that these parts, or all, work on this machine. For health checks.

    public, internal: the server answers. listen: the listeners are connected to Postgres.
    """
    from app.running import programs

    with told_in_a_sentence():
        settings = embedded.locate(settings)
    made = {
        "public": programs.public_workers,
        "internal": programs.internal_workers,
        "listen": programs.listeners,
    }
    asked = [program for part in parts or made for program in made[part](settings)]
    lame = asyncio.run(programs.not_ready(asked))
    if lame:
        _end(f"Not at work: {', '.join(lame)}.", 1)


@main.command(hidden=True)
@click.option("--name", default="demo", help="The process's name in the log.")
@click.pass_obj
def demo(settings: Settings, name: str) -> None:
    """Keep the demo mitras online."""
    from app.simulate.demo import run_demo

    configure(settings, name=name)
    with told_in_a_sentence():
        settings.demand("CURHAT_JWT_KEYS")
        settings = embedded.locate(settings)
    asyncio.run(until_asked_to_stop(run_demo(settings)))


@main.command()
@click.pass_obj
def seed(settings: Settings) -> None:
    """Add the demo people if they are missing, and list them."""
    from app.seed import DEMO_PASSWORD, seed_demo, seed_demo_operators

    if settings.production and not settings.demo:
        _end("CURHAT_ENV is production: demo people are added only with CURHAT_DEMO=on.", 2)
    with told_in_a_sentence():
        url = embedded.locate_database(settings)
        for person in seed_demo(url):
            click.echo(person.line())
        if not settings.production:
            for operator in seed_demo_operators(url):
                click.echo(f"{operator.line()}   {DEMO_PASSWORD}")


@main.command()
@click.argument("email")
@click.option(
    "--role", type=click.Choice(["viewer", "operator", "admin"]), default="admin", show_default=True
)
@click.option("--name", help="The name that others see; default: the part before the @.")
@click.pass_obj
def admin(settings: Settings, email: str, role: str, name: str | None) -> None:
    """Give somebody access to the control center. Asks for a password, or reads it from standard input.

    An existing operator gets the new role and password, and is signed out everywhere.
    """
    from app.identity.admin import PasswordError, RefusedError, let_in

    with told_in_a_sentence():
        url = embedded.locate_database(settings)
        try:
            let_in(url, email, name or email.partition("@")[0], role, _new_password())
        except (PasswordError, RefusedError) as error:
            _end(str(error), 2)
    click.echo(f"{email} may sign in to the control center as {role}.")


def _new_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


SHARE = click.FloatRange(0, 1)


@main.command()
@click.option("--customers", type=click.IntRange(1), default=50, show_default=True)
@click.option("--mitras", type=click.IntRange(1), default=10, show_default=True)
@click.option("--minutes", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True)
@click.option(
    "--declines", type=SHARE, default=0.1, show_default=True, help="Share of offers that mitras decline."
)
@click.option(
    "--cancels", type=SHARE, default=0.1, show_default=True, help="Share of searches that customers cancel."
)
@click.option(
    "--silent", type=SHARE, default=0.1, show_default=True, help="Share of mitras who never answer."
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes the same choices.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_obj
def simulate(settings: Settings, /, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - the options above
    """Run bots as customers and mitras over the real API, and check that no event is missed or shown twice.

    Ends with an error if one was, or if ops.audit() finds anything. Refused in production.
    """
    from app.simulate.plan import Options
    from app.simulate.simulation import run_simulation

    configure(settings)
    if settings.production:
        _end("CURHAT_ENV is production: a simulation fills the database with invented people.", 2)
    with told_in_a_sentence():
        settings = embedded.locate(settings)
        _public_server(settings)
        code = asyncio.run(run_simulation(settings, Options(**options), as_json=as_json))
    raise click.exceptions.Exit(code)


@main.command()
@click.argument("audience", type=click.Choice(["customer", "mitra", "operator"]))
@click.argument("id", type=click.UUID)
@click.pass_obj
def token(settings: Settings, audience: str, id: UUID) -> None:  # noqa: A002 - its name on the command line
    """Print an access token for a person, valid for 12 hours. Refused in production."""
    click.echo(_token(settings, audience, id))


@main.command()
@click.argument("audience", type=click.Choice(["customer", "mitra"]))
@click.argument("id", type=click.UUID)
@click.pass_obj
def socket(settings: Settings, audience: str, id: UUID) -> None:  # noqa: A002 - its name on the command line
    """Open a person's WebSocket here: prints frames, sends typed lines. Refused in production."""
    from app.sockets import terminal

    access_token = _token(settings, audience, id)
    if not asyncio.run(terminal.run(_public_server(settings), audience, access_token)):
        raise click.exceptions.Exit(1)


def _public_server(settings: Settings) -> str:
    """The URL of the public server; ends the process if it does not answer."""
    from app.running.probes import answers, base_url

    url = base_url(settings.host, settings.public_port)
    if not answers(f"{url}/healthz"):
        _end(f"Nothing answers at {url}: start `curhat up`, or set CURHAT_HOST and CURHAT_PUBLIC_PORT.", 2)
    return url


def _token(settings: Settings, audience: str, id: UUID) -> str:  # noqa: A002 - as in the commands
    from app.auth import AUDIENCES, issue_token

    if settings.production:
        _end("CURHAT_ENV is production: people sign in there; this command issues no tokens.", 2)
    kind = next(one for one in AUDIENCES if one == audience)
    return issue_token(settings, kind, id, TOKEN_LIFETIME)


@main.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--role",
    type=click.Choice(["owner", "app", "listener", "operator", "staff_admin", "control_center"]),
    help="Act with this role's rights; default: the login's.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(settings: Settings, role: str | None, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; arguments after `--` go to psql."""
    with told_in_a_sentence():
        url = embedded.locate_database(settings)
        program = shutil.which("psql")
        if program is None:
            program = embedded.find_cluster_programs(settings, place.find(settings.home)).path("psql")
        where = conninfo_to_dict(url)
    environment = dict(os.environ)
    if (password := where.pop("password", None)) is not None:
        environment["PGPASSWORD"] = str(password)  # everybody on this machine can see arguments
    if role is not None:
        options = [environment.get("PGOPTIONS", ""), "-c", shlex.quote(f"role=curhat_{role}")]
        environment["PGOPTIONS"] = " ".join(options).strip()
    database = make_conninfo("", **where)
    os.execve(program, ["psql", f"--dbname={database}", *arguments], environment)  # noqa: S606 - it becomes psql


@main.command()
@click.argument("server", type=click.Choice(["public", "internal"]))
def openapi(server: str) -> None:
    """Print the OpenAPI document of a server, as served at /openapi.json."""
    from app.described.openapi import TABLES, document

    click.echo(document(next(one for one in TABLES if one == server)))


@main.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check what is installed, running and reachable, and say how to fix the rest."""
    from rich.console import Console

    from app.running.doctor import examine, show

    if not show(examine(context.obj, context.meta[LIBPQ]), Console()):
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main()
