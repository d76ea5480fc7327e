"""A file of sql/ that is saved while `curhat up` runs is applied a moment later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import structlog

from tests.setup.conftest import Tree
from tests.waits import PATIENCE_SECONDS
from workshop.watching import watch

ONE = """create or replace function api.one()
returns int
language sql stable security definer set search_path = ''
as $$
    select {}
$$;
"""


@asynccontextmanager
async def watched(tree: Tree) -> AsyncIterator["asyncio.Queue[str]"]:
    """The messages of a running watch."""
    tree.migrate()
    said: asyncio.Queue[str] = asyncio.Queue()
    places = {"migrations": tree.root / "migrations", "sql": tree.root / "sql"}
    task = asyncio.create_task(watch(tree.database_url, said.put_nowait, structlog.get_logger(), **places))
    await asyncio.sleep(0)  # let it begin
    try:
        yield said
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def next_of(said: "asyncio.Queue[str]") -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await said.get()


async def test_saved_changed_and_removed_files_are_applied(
    tree: Tree, owner: psycopg.Connection[Any]
) -> None:
    tree.write("sql/first/one.sql", ONE.format("1"))
    async with watched(tree) as said:
        tree.write("sql/first/one.sql", ONE.format("2"))
        assert await next_of(said) == "Applied sql/first/one.sql."
        assert owner.execute("select api.one()").fetchone() == (2,)
        tree.remove("sql/first/one.sql")
        assert await next_of(said) == "Took out routine api.one()."


async def test_a_mistake_is_reported_with_file_and_line_and_the_old_function_stays(
    tree: Tree, owner: psycopg.Connection[Any]
) -> None:
    tree.write("sql/first/one.sql", ONE.format("1"))
    async with watched(tree) as said:
        tree.write("sql/first/one.sql", ONE.format("nothing of this name"))
        assert (await next_of(said)).startswith("Not applied: sql/first/one.sql, line 5: ")
        assert owner.execute("select api.one()").fetchone() == (1,)
        tree.write("sql/first/one.sql", ONE.format("3"))
        assert await next_of(said) == "Applied sql/first/one.sql."
        assert owner.execute("select api.one()").fetchone() == (3,)


async def test_a_file_that_is_no_text_yet_is_reported(tree: Tree) -> None:
    tree.write("sql/first/one.sql", ONE.format("1"))
    async with watched(tree) as said:
        (tree.root / "sql" / "first" / "one.sql").write_bytes(b"\xff\xfe")
        assert (await next_of(said)).startswith("Not applied: ")
        tree.write("sql/first/one.sql", ONE.format("2"))
        assert await next_of(said) == "Applied sql/first/one.sql."


async def test_a_migration_is_named_and_left_to_whoever_writes_it(
    tree: Tree, owner: psycopg.Connection[Any]
) -> None:
    async with watched(tree) as said:
        tree.write("migrations/0002.cups.sql", "create table data.cups ();\n")
        assert await next_of(said) == "0002.cups.sql is new: `curhat migrate` applies it."
        tree.write("sql/first/one.sql", ONE.format("1"))
        assert await next_of(said) == "Applied sql/first/one.sql."
        assert owner.execute("select to_regclass('data.cups')").fetchone() == (None,)
