"""The command line. A command parses the settings, calls one function, and reports an error in one sentence.

Exit codes: 0; 1 for a failure on the way; 2 for an error before anything was started. The commands of the workshop
(`up`, `simulate`, `doctor` …) exist where it is installed: on a developer's machine, not in the image.
"""

import asyncio
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click
import psycopg
import structlog

from app.failure import Failure
from app.log import configure, process_name
from app.running.libpq import WERE_SET, forget_libpq, libpq_variables
from app.running.programs import LISTENERS
from app.running.signals import until_asked_to_stop
from app.running.supervisor import supervise
from app.settings import Settings, SettingsError

log = structlog.get_logger(__name__)


class Commands(click.Group):
    """Reports an expected failure in its sentence, and exits with its exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what a command returns
        try:
            return super().invoke(ctx)
        except Failure as failure:
            sentence, code = str(failure), failure.exit_code
        except psycopg.Error as error:
            sentence, code = f"Postgres: {str(error).strip()}", 1
        click.echo(sentence, err=True)
        raise click.exceptions.Exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="curhat")
@click.pass_context
def main(context: click.Context) -> None:
    """A paid, on-demand curhat service. `curhat up` runs all of it on this machine."""
    context.obj = Settings.from_environment()
    context.meta[WERE_SET] = libpq_variables()
    if not context.obj.database_url:
        forget_libpq()  # they describe another server


def _located(settings: Settings) -> Settings:
    """The settings, with the addresses of the servers of `curhat up` where none are given."""
    if settings.database_url and settings.redis_url:
        return settings
    located: Settings = _embedded().locate(settings)
    return located


def _database(settings: Settings) -> str:
    return settings.database_url or _embedded().locate_database(settings)


def _embedded() -> Any:  # noqa: ANN401 - a module of the workshop, which nothing of app/ imports
    if find_spec("workshop") is None:
        raise SettingsError(
            "CURHAT_DATABASE_URL and CURHAT_REDIS_URL must be set: no servers come with this."
        )
    return import_module("workshop.embedded")


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database up to date: migrations/, then sql/, then the jobs of pg_cron."""
    from app.migrate import migrate as bring_up_to_date

    configure(settings)
    settings.demand("CURHAT_PAYMENTS")
    report = bring_up_to_date(_database(settings), log, payments=settings.payments)
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
    from app.running.probes import check_port
    from app.server import serve_worker

    if only and worker:
        raise click.UsageError("--worker already names one server: leave --only out.")
    configure(settings, name=name or worker or only or "serve")
    asked = worker or only
    for listener in [asked] if asked else programs.NEEDS:
        settings.demand(*programs.NEEDS[listener])
    settings = _located(settings)
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
    """Run the listeners, restarted when they die: relay, deadlines, availability, and providers if money is real."""
    import uvloop

    from app.metrics import Figures
    from app.running import programs
    from listeners import availability, deadlines, providers, relay

    configure(settings, name=name or worker or "listen")
    settings = _located(settings)
    if worker is None:
        asyncio.run(supervise(programs.listeners(settings)))
        return
    run = {
        "relay": relay.run,
        "deadlines": deadlines.run,
        "availability": availability.run,
        "providers": providers.run,
    }[worker]
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

    settings = _located(settings)
    made = {
        "public": programs.public_workers,
        "internal": programs.internal_workers,
        "listen": programs.listeners,
    }
    asked = [program for part in parts or made for program in made[part](settings)]
    lame = asyncio.run(programs.not_ready(asked))
    if lame:
        click.echo(f"Not at work: {', '.join(lame)}.", err=True)
        raise click.exceptions.Exit(1)


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
    from app.identity.admin import let_in

    url = _database(settings)
    let_in(url, email, name or email.partition("@")[0], role, _new_password())
    click.echo(f"{email} may sign in to the control center as {role}.")


def _new_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


@main.command()
@click.argument("server", type=click.Choice(["public", "internal"]))
def openapi(server: str) -> None:
    """Print the OpenAPI document of a server, as served at /openapi.json."""
    from app.described.openapi import TABLES, document

    click.echo(document(next(one for one in TABLES if one == server)))


if find_spec("workshop") is not None:
    for command in import_module("workshop.commands").COMMANDS:
        main.add_command(command)

if __name__ == "__main__":
    main()
