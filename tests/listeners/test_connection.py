"""A listener connects to the first usable server of its URL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from listeners import connection
from listeners.connection import connected
from tests.conftest import Connection
from tests.waits import PATIENCE_SECONDS

NAME = "connection under test"


@asynccontextmanager
async def silent_server(directory: Path) -> AsyncIterator[Path]:
    """The socket directory of a server that accepts connections and does not answer."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_unix_server(say_nothing, directory / ".s.PGSQL.5432"):
        yield directory


def through(database_url: str, *others: Path) -> str:
    """A URL that lists these servers before the real one."""
    (real,) = parse_qs(urlsplit(database_url).query)["host"]
    return database_url.replace(real, ",".join([*map(str, others), real]))


async def database_of(url: str) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS), connected(url, NAME) as opened:
        found: str = await opened.fetchval("select current_database()")
        return found


async def test_an_absent_server_is_skipped(database: str, database_url: str, tmp_path: Path) -> None:
    url = through(database_url, tmp_path)
    assert await database_of(f"{url}&target_session_attrs=read-write") == database


async def test_a_silent_server_is_skipped(
    database: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECT_TIMEOUT_SECONDS", 1.0)
    async with silent_server(tmp_path) as silent:
        assert await database_of(through(database_url, silent)) == database


@pytest.mark.parametrize("wanted", ["", "&target_session_attrs=any", "&target_session_attrs=read-only"])
async def test_a_read_only_server_is_never_used_whatever_the_url_allows(
    database: str, database_url: str, tmp_path: Path, db: Connection, wanted: str
) -> None:
    """If no server is usable, the error is the last one's."""
    db.execute("set role none")
    db.execute(f"alter database {database} set default_transaction_read_only to on")
    with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
        await database_of(f"{through(database_url, tmp_path)}{wanted}")


async def test_a_session_uses_generic_plans(database_url: str) -> None:
    async with connected(database_url, NAME) as opened:
        assert await opened.fetchval("select current_setting('plan_cache_mode')") == "force_generic_plan"
