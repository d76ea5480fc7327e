"""Our own processes for the supervisor: each runs this command line in a process of its own."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.running.probes import base_url, connected_as, http_answers
from app.running.supervisor import Program
from app.settings import Settings

# Settings that a server's worker requires: keys for tokens and, in the public server, the sender of codes.
NEEDS = {
    "public": ("CURHAT_JWT_KEYS", "CURHAT_OTP_SENDER", "CURHAT_PAYMENTS"),
    "internal": ("CURHAT_OPERATOR_JWT_KEYS",),
}
# Secrets that a process does not get, since it does not need them.
PROVIDER_KEYS = ("CURHAT_MIDTRANS_SERVER_KEY", "CURHAT_XENDIT_SECRET_KEY", "CURHAT_XENDIT_CALLBACK_TOKEN")
WITHHELD = {
    "public": ("CURHAT_OPERATOR_JWT_KEYS", "CURHAT_INTERNAL_DATABASE_URL"),
    "internal": ("CURHAT_JWT_KEYS", "CURHAT_OTP_SENDER", *PROVIDER_KEYS),
    "listen": (
        "CURHAT_JWT_KEYS",
        "CURHAT_OPERATOR_JWT_KEYS",
        "CURHAT_OTP_SENDER",
        "CURHAT_INTERNAL_DATABASE_URL",
    ),
}
LISTENERS = ("relay", "deadlines", "availability", "providers")
WORKER_STOP_SECONDS = 20.0  # a little more than the longest graceful stop of a worker


def workers(settings: Settings, log_dir: Path | None = None) -> list[Program]:
    """The workers of both servers."""
    return [*public_workers(settings, log_dir), *internal_workers(settings, log_dir)]


def public_workers(settings: Settings, log_dir: Path | None = None) -> list[Program]:
    """The public server's workers, which share its port."""
    return [
        program(
            settings,
            f"public-{number}",
            ["serve", "--worker", "public"],
            log_dir,
            withheld=WITHHELD["public"],
            ready=_http(settings.host, settings.public_port),
        )
        for number in range(1, settings.workers + 1)
    ]


def internal_workers(settings: Settings, log_dir: Path | None = None) -> list[Program]:
    """The internal listener's one worker."""
    url = settings.internal_database_url or settings.database_url
    return [
        program(
            replace(settings, database_url=url, internal_database_url=""),
            "internal",
            ["serve", "--worker", "internal"],
            log_dir,
            withheld=WITHHELD["internal"],
            ready=_http(settings.internal_host, settings.internal_port),
        )
    ]


def listeners(settings: Settings, log_dir: Path | None = None) -> list[Program]:
    """The listeners; each is ready when it is connected to Postgres."""
    return [
        program(
            settings,
            name,
            ["listen", "--worker", name],
            log_dir,
            withheld=WITHHELD["listen"],
            ready=_connected(settings.database_url, f"curhat {name}"),
        )
        for name in LISTENERS
        if name != "providers" or settings.calls_providers
    ]


async def not_ready(programs: Sequence[Program]) -> list[str]:
    """Names of these programs that are not ready, whoever started them on this machine."""

    async def is_ready(program: Program) -> bool:
        return program.ready is None or await program.ready()

    ready = await asyncio.gather(*map(is_ready, programs))
    return [program.name for program, well in zip(programs, ready, strict=True) if not well]


def program(
    settings: Settings,
    name: str,
    arguments: list[str],
    log_dir: Path | None,
    *,
    withheld: Sequence[str],
    ready: Callable[[], Awaitable[bool]] | None = None,
) -> Program:
    """This very command line with these arguments, without the settings that are `withheld`."""
    return Program(
        name=name,
        command=[sys.executable, "-P", "-m", "app.cli", *arguments, "--name", name],
        environment={**os.environ, **settings.environment(), **dict.fromkeys(withheld, "")},
        log=None if log_dir is None else log_dir / f"{name}.log",
        ready=ready,
        stop_seconds=WORKER_STOP_SECONDS,
    )


def _http(host: str, port: int) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return await http_answers(f"{base_url(host, port)}/healthz")

    return ready


def _connected(database_url: str, application: str) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return await connected_as(database_url, application)

    return ready
