"""Our own processes as the supervisor runs them: each is this very command line in another process."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.running.probes import base_url, connected_as, http_answers
from app.running.supervisor import Program
from app.settings import Settings

# What a listener's worker cannot do without: it signs and checks tokens, and the public one sends codes.
NEEDS = {"public": ("CURHAT_JWT_KEYS", "CURHAT_OTP_SENDER"), "internal": ("CURHAT_OPERATOR_JWT_KEYS",)}
# What a process of ours is not told, since it has no use for it.
WITHHELD = {
    "public": ("CURHAT_OPERATOR_JWT_KEYS", "CURHAT_INTERNAL_DATABASE_URL"),
    "internal": ("CURHAT_JWT_KEYS", "CURHAT_OTP_SENDER"),
    "listen": (
        "CURHAT_JWT_KEYS",
        "CURHAT_OPERATOR_JWT_KEYS",
        "CURHAT_OTP_SENDER",
        "CURHAT_INTERNAL_DATABASE_URL",
    ),
}
LISTENERS = ("relay", "deadlines", "availability")
WORKER_STOP_SECONDS = 20.0  # a little more than a worker takes at most to let its requests finish


def workers(settings: Settings, log_dir: Path | None = None) -> list[Program]:
    """The workers of both listeners."""
    return [*public_workers(settings, log_dir), *internal_workers(settings, log_dir)]


def public_workers(settings: Settings, log_dir: Path | None = None) -> list[Program]:
    """The public listener's workers, which share its port."""
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
    """What waits on Postgres; each is ready when it is connected."""
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
    ]


async def not_ready(programs: Sequence[Program]) -> list[str]:
    """Which of these programs, started by whomever on this machine, do not do their work; by name."""

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
