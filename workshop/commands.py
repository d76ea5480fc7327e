"""The command line's part for developers' machines; `app.cli` adds it where the workshop is installed."""

import asyncio
import os
import shlex
import shutil
from datetime import timedelta
from typing import Any
from uuid import UUID

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.auth import AUDIENCES, issue_token
from app.failure import Failure
from app.log import configure
from app.running.libpq import WERE_SET
from app.running.probes import answers, base_url
from app.running.signals import until_asked_to_stop
from app.settings import Settings, SettingsError
from workshop import embedded
from workshop.embedded import place

TOKEN_LIFETIME = timedelta(hours=12)


@click.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Run everything here: Postgres, Redis, migrations, demo people, the service."""
    from rich.console import Console

    from workshop import up

    up.up(settings, Console())


@click.command(hidden=True)
@click.option("--name", default="demo", help="The process's name in the log.")
@click.pass_obj
def demo(settings: Settings, name: str) -> None:
    """Keep the demo mitras online."""
    from workshop.simulate.demo import run_demo

    configure(settings, name=name)
    settings.demand("CURHAT_JWT_KEYS")
    settings = embedded.locate(settings)
    asyncio.run(until_asked_to_stop(run_demo(settings)))


@click.command()
@click.pass_obj
def seed(settings: Settings) -> None:
    """Add the demo people if they are missing, and list them."""
    from workshop.seed import DEMO_PASSWORD, seed_demo, seed_demo_operators

    if settings.production and not settings.demo:
        raise SettingsError("CURHAT_ENV is production: demo people are added only with CURHAT_DEMO=on.")
    url = embedded.locate_database(settings)
    for person in seed_demo(url):
        click.echo(person.line())
    if not settings.production:
        for operator in seed_demo_operators(url):
            click.echo(f"{operator.line()}   {DEMO_PASSWORD}")


SHARE = click.FloatRange(0, 1)


@click.command()
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
    from workshop.simulate.plan import Options
    from workshop.simulate.simulation import run_simulation

    configure(settings)
    if settings.production:
        raise SettingsError("CURHAT_ENV is production: a simulation fills the database with invented people.")
    settings = embedded.locate(settings)
    _public_server(settings)
    code = asyncio.run(run_simulation(settings, Options(**options), as_json=as_json))
    raise click.exceptions.Exit(code)


@click.command()
@click.argument("audience", type=click.Choice(["customer", "mitra", "operator"]))
@click.argument("id", type=click.UUID)
@click.pass_obj
def token(settings: Settings, audience: str, id: UUID) -> None:  # noqa: A002 - its name on the command line
    """Print an access token for a person, valid for 12 hours. Refused in production."""
    click.echo(_token(settings, audience, id))


@click.command()
@click.argument("audience", type=click.Choice(["customer", "mitra"]))
@click.argument("id", type=click.UUID)
@click.pass_obj
def socket(settings: Settings, audience: str, id: UUID) -> None:  # noqa: A002 - its name on the command line
    """Open a person's WebSocket here: prints frames, sends typed lines. Refused in production."""
    from workshop import terminal

    access_token = _token(settings, audience, id)
    if not asyncio.run(terminal.run(_public_server(settings), audience, access_token)):
        raise click.exceptions.Exit(1)


def _public_server(settings: Settings) -> str:
    """The URL of the public server.

    Raises:
        Failure: it does not answer.
    """
    url = base_url(settings.host, settings.public_port)
    if not answers(f"{url}/healthz"):
        raise Failure(
            f"Nothing answers at {url}: start `curhat up`, or set CURHAT_HOST and CURHAT_PUBLIC_PORT."
        )
    return url


def _token(settings: Settings, audience: str, id: UUID) -> str:  # noqa: A002 - as in the commands
    if settings.production:
        raise SettingsError("CURHAT_ENV is production: people sign in there; this command issues no tokens.")
    kind = next(one for one in AUDIENCES if one == audience)
    return issue_token(settings, kind, id, TOKEN_LIFETIME)


@click.command(context_settings={"ignore_unknown_options": True})
@click.option(
    "--role",
    type=click.Choice(["owner", "app", "listener", "operator", "staff_admin", "control_center"]),
    help="Act with this role's rights; default: the login's.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql(settings: Settings, role: str | None, arguments: tuple[str, ...]) -> None:
    """Open psql on the database; arguments after `--` go to psql."""
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


@click.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check what is installed, running and reachable, and say how to fix the rest."""
    from rich.console import Console

    from workshop.doctor import examine, show

    if not show(examine(context.obj, context.meta[WERE_SET]), Console()):
        raise click.exceptions.Exit(1)


COMMANDS = (up, demo, seed, simulate, token, socket, psql, doctor)
