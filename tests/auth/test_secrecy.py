"""Secrets appear in no log, no row and no refusal."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.settings import Settings
from tests.auth.client import PASSWORD, AuthClient, Webhook, new_phone, wrong
from tests.conftest import Connection
from tests.ports import free_ports
from tests.rest.harness import PATIENCE_SECONDS

TABLES = """
    select c.relname from pg_class c
    where c.relnamespace = 'data'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
"""


@dataclass
class Production:
    """A worker of each API, as `curhat serve` runs them in production, and their log."""

    auth: AuthClient
    internal: httpx.AsyncClient
    log: Path

    async def login(self, password: str) -> httpx.Response:
        body = {"email": "ratna@example.com", "password": password}
        return await self.internal.post("/internal/auth/login", json=body)


@pytest.fixture
async def production(settings: Settings, webhook: Webhook, tmp_path: Path) -> AsyncIterator[Production]:
    log = tmp_path / "both.log"
    environment = {
        **os.environ,
        "CURHAT_ENV": "production",
        "CURHAT_HOME": str(settings.home),
        "CURHAT_JWT_KEYS": f"k:{'k' * 40}",
        "CURHAT_OPERATOR_JWT_KEYS": f"o:{'o' * 40}",
        "CURHAT_OTP_SENDER": webhook.url,
        "CURHAT_DATABASE_URL": settings.database_url,
        "CURHAT_REDIS_URL": settings.redis_url,
        **free_ports(),
    }
    async with (
        serving("public", environment, log) as public,
        serving("internal", environment, log) as internal,
    ):
        yield Production(AuthClient(public, Path("/nowhere")), internal, log)


@asynccontextmanager
async def serving(listener: str, environment: dict[str, str], log: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a worker process."""
    with log.open("a") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app.cli", "serve", "--worker", listener, env=environment, stderr=output
        )
    try:
        url = f"http://127.0.0.1:{environment[f'CURHAT_{listener.upper()}_PORT']}"
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await answers(client):
                    assert process.returncode is None
                    await asyncio.sleep(0.02)
            yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False


def everything(db: Connection) -> str:
    names = [name for (name,) in db.execute(TABLES)]
    return "\n".join(str(row) for name in names for row in db.execute(f"select * from data.{name} r"))


async def test_no_secret_is_in_a_log_or_a_row(
    production: Production,
    webhook: Webhook,
    call_ops: Callable[..., dict[str, Any]],
    password_hash: str,
    db: Connection,
) -> None:
    """Covers successes, refusals, a failing sender and an unexpected error."""
    phone, auth = new_phone(), production.auth
    webhook.answers = [500, 500, 500, 400]
    for _ in range(3):
        await auth.request_code(phone)
    codes = {message["code"] for message in webhook.messages}
    code = webhook.messages[-1]["code"]
    await auth.enter_code(phone, wrong(code))
    signed_in = (await auth.enter_code(phone, code)).json()
    tokens = [signed_in["refresh_token"], signed_in["access_token"]]
    for _ in range(2):
        refreshed = (await auth.refresh(tokens[0])).json()
        tokens += [refreshed["refresh_token"], refreshed["access_token"]]
    call_ops("set_operator", "ratna@example.com", "Ratna", "viewer", password_hash, "dba")
    await production.login("wrong horse battery")
    let_in = (await production.login(PASSWORD)).json()
    tokens += [let_in["refresh_token"], let_in["access_token"]]
    rows = everything(db)
    db.execute("revoke usage on schema api, control_center from curhat_app, curhat_control_center")
    failed = [
        await auth.enter_code(phone, code),
        await auth.refresh(signed_in["refresh_token"]),
        await production.login(PASSWORD),
    ]

    assert {response.status_code for response in failed} == {500}
    log = production.log.read_text()
    for event in ("the sender of codes does not answer", "the sender of codes refuses", "unexpected error"):
        assert event in log
    seen = log + rows + "".join(response.text for response in failed)
    refresh_secrets = [token[22:] for token in tokens if "." not in token]
    for secret in (*tokens, *refresh_secrets, PASSWORD, "wrong horse battery"):
        assert secret not in seen
    for secret in (*codes, wrong(code)):  # as a whole word, not within a time or a hash
        assert not re.search(rf"(?<![\w.]){secret}(?!\w)", seen)
    assert phone not in log


def test_only_its_owner_may_read_the_file_of_codes(tmp_path: Path) -> None:
    """Whatever the umask."""
    script = (
        "import asyncio, sys; from pathlib import Path; from app.identity.sender import FileSender, Message; "
        "asyncio.run(FileSender(Path(sys.argv[1])).send(Message('+62811', 'customer', '123456', 300)))"
    )
    file = tmp_path / "log" / "otp.log"
    subprocess.run([sys.executable, "-c", script, str(file)], check=True, umask=0)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "123456" in file.read_text()
