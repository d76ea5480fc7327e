"""Applies sql/ in one transaction, and drops objects that have no file any more.

Replacing a function blocks nobody. Replacing a view or a trigger locks out its users, or writers of its table, until
the commit. So everything else is done first, unchanged objects are left alone, and the remaining locks are taken
together, tables in the order of transitions. If somebody holds one, we roll back to before the first lock and retry.

Nothing is dropped by cascade. If a changed signature or view needs a drop, code that depends on it is dropped first and
made again from its file in the same transaction. Any other dependant stops the run and leaves the database unchanged.
"""

from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import errors, sql
from psycopg.rows import class_row
from structlog.typing import FilteringBoundLogger

from app.migrate.errors import MigrateError, line_at, told
from app.migrate.retrying import BRIEF_LOCK_TIMEOUT, IN_THE_WAY, LOCK_TIMEOUT, without_blocking
from app.migrate.sources import CODE_SCHEMAS, Kind, Source, line_of_body, read_sources

Connection = psycopg.Connection[Any]

OWNER = "curhat_owner"

# A file may refer to an object of a later file.
NOT_MADE_YET = (
    errors.UndefinedTable,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.UndefinedColumn,
)
# Another return type, other columns, a function that became a procedure, a trigger that became a constraint.
CANNOT_BE_REPLACED = (
    errors.InvalidFunctionDefinition,
    errors.InvalidTableDefinition,
    errors.WrongObjectType,
    errors.DuplicateObject,
    errors.AmbiguousFunction,  # a comment without parameters, while old and new form both exist
)

OBJECTS: LiteralString = """
    with objects as (
        select 'pg_proc'::regclass as catalog, p.oid, 1 as kind, n.nspname as schema, p.proname as name,
            '' as "table", p.ctid::text as version, 'routine ' || p.oid::regprocedure as shown
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any(%(schemas)s)
        union all
        select 'pg_class', c.oid, 2, n.nspname, c.relname, '', '', 'view ' || c.oid::regclass
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(%(schemas)s) and c.relkind = 'v'
        union all
        select 'pg_trigger', t.oid, 3, n.nspname, t.tgname, c.relname, '',
            format('trigger %%I on %%s', t.tgname, c.oid::regclass)
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any(%(schemas)s::text[] || 'data'::text) and not t.tgisinternal and t.tgparentid = 0
            and not c.relispartition  -- logic.guard_partitions makes those
    )
    select o.oid, o.kind, o.schema, o.name, o."table", o.version, o.shown
    from objects o
    where not exists (
        select from pg_depend d where d.classid = o.catalog and d.objid = o.oid and d.deptype = 'e'
    )
"""
NAMED: LiteralString = """
    and o.kind = %(kind)s and o.schema = %(schema)s and o.name = %(name)s and o."table" = %(table)s
"""
DEPENDING: LiteralString = """
    and o.oid in (
        select coalesce(r.ev_class, d.objid)
        from pg_depend d
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        where d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_trigger'::regclass)
            and (
                d.refclassid = %(catalog)s::regclass and d.refobjid = %(oid)s
                or d.refclassid = 'pg_type'::regclass and d.refobjid in (
                    select unnest(array[t.oid, t.typarray])
                    from pg_type t
                    where %(catalog)s::regclass = 'pg_class'::regclass and t.typrelid = %(oid)s
                )
            )
    )
    and o.oid <> %(oid)s
"""
# As transitions lock rows; what is not named comes in between, and events last, since every transition ends with them.
FIRST_TABLES = (
    "payment_sessions",
    "pairing_requests",
    "pairing_offers",
    "mitras",
    "chat_sessions",
    "extensions",
)
LAST_TABLE = "events"

VALIDATORS: dict[str, LiteralString] = {
    "plpgsql": "select pg_catalog.plpgsql_validator(%s::oid)",
    "sql": "select pg_catalog.fmgr_sql_validator(%s::oid)",
}
CATALOGS = {Kind.ROUTINE: "pg_proc", Kind.VIEW: "pg_class", Kind.TRIGGER: "pg_trigger"}


@dataclass(frozen=True)
class Object:
    """A routine, view or trigger in the database."""

    oid: int
    kind: int
    schema: str
    name: str
    table: str
    version: str
    shown: str

    @property
    def key(self) -> tuple[int, str, str, str]:
        """Matches an object with its file."""
        return (self.kind, self.schema, self.table, self.name)


@dataclass(frozen=True)
class CodeReport:
    """Result for the code schemas: new or changed files, and dropped objects."""

    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def apply_code(connection: Connection, directory: Path, log: FilteringBoundLogger) -> CodeReport:
    """Make the code schemas match the files. The connection is in autocommit mode."""
    sources = read_sources(directory)

    def attempt() -> CodeReport:
        with connection.transaction():
            for setting in (
                f"set local role {OWNER}",
                "set local search_path to ''",
                "set local check_function_bodies to off",
                f"set local lock_timeout to '{LOCK_TIMEOUT}'",
                "set local statement_timeout to 0",
            ):
                connection.execute(setting)
            return Change(connection, sources, log).make()

    return without_blocking(attempt, "sql", log)


class Change:
    """One attempt, inside a transaction that the caller opened."""

    def __init__(self, connection: Connection, sources: list[Source], log: FilteringBoundLogger) -> None:
        self._connection = connection
        self._sources = sources
        self._log = log
        self._files = {_key(source): source for source in sources if source.kind is not Kind.SCRIPT}
        self._pending: deque[Source] = deque()
        self._made: dict[int, Source] = {}
        self._checked: set[int] = set()
        """Whose bodies were found good before anything was locked."""

    def make(self) -> CodeReport:
        """Apply every file, drop objects without a file, and record the files."""
        recorded = dict(self._connection.execute("select path, sha256 from data.applied_sql").fetchall())
        wanted = {source.path: source.sha256 for source in self._sources}
        before = self._find()
        if recorded == wanted and Counter(one.key for one in before) == Counter(self._files.keys()):
            return CodeReport()
        self._record(wanted)
        self._make_routines()
        self._check_bodies("plpgsql", before_all_is_there=True)
        self._pending.extend(source for source in self._files.values() if source.kind is not Kind.ROUTINE)
        self._without_blocking(recorded)
        for source in self._sources:
            if source.kind is Kind.SCRIPT:
                self._execute(source)
        self._check_bodies(*VALIDATORS)
        still_there = {one.shown for one in self._find()}
        report = CodeReport(
            changed=tuple(path for path, sha256 in wanted.items() if recorded.get(path) != sha256),
            dropped=tuple(sorted(one.shown for one in before if one.shown not in still_there)),
        )
        self._log.info("migrate_sql", changed=len(report.changed), dropped=report.dropped)
        return report

    def _make_routines(self) -> None:
        """All that needs no view of a later file; the others stay pending."""
        for source in self._files.values():
            if source.kind is Kind.ROUTINE:
                try:
                    self._make_object(source)
                except NOT_MADE_YET:
                    self._pending.append(source)

    def _without_blocking(self, recorded: dict[str, str]) -> None:
        """Make what is pending and take out what has no file, behind a savepoint that is gone back to."""
        pending, made = tuple(self._pending), dict(self._made)

        def attempt() -> None:
            self._pending, self._made = deque(pending), dict(made)
            with self._connection.transaction():
                self._connection.execute(f"set local lock_timeout to '{BRIEF_LOCK_TIMEOUT}'")
                self._lock_tables(recorded)
                self._make_objects(recorded)
                self._remove_strays()

        without_blocking(attempt, "views and triggers", self._log)

    def _lock_tables(self, recorded: dict[str, str]) -> None:
        tables = {
            (source.schema, source.table)
            for source in self._pending
            if source.kind is Kind.TRIGGER and not self._unchanged(source, recorded)
        }

        def place(table: tuple[str, str]) -> tuple[int, str]:
            name = table[1]
            if name in FIRST_TABLES:
                return FIRST_TABLES.index(name), name
            return len(FIRST_TABLES) + (name == LAST_TABLE), name

        for table in sorted(tables, key=place):
            self._connection.execute(
                sql.SQL("lock table {} in share row exclusive mode").format(sql.Identifier(*table))
            )

    def _unchanged(self, source: Source, recorded: dict[str, str]) -> list[Object]:
        """The objects of a view or trigger that is there as its file says it."""
        return self._named(source) if recorded.get(source.path) == source.sha256 else []

    def _make_objects(self, recorded: dict[str, str]) -> None:
        postponed: list[tuple[Source, psycopg.Error]] = []
        while self._pending:
            source = self._pending.popleft()
            if source.kind is not Kind.ROUTINE and (there := self._unchanged(source, recorded)):
                self._made.update((one.oid, source) for one in there)
                continue
            try:
                self._make_object(source)
            except NOT_MADE_YET as error:
                self._pending.append(source)
                postponed.append((source, error))
                if len(postponed) >= len(self._pending):
                    raise _failure(*postponed[0]) from postponed[0][1]
            else:
                postponed.clear()

    def _make_object(self, source: Source) -> None:
        before = self._named(source)
        try:
            self._execute(source)
        except CANNOT_BE_REPLACED as error:
            self._drop_and_make(source, before, error)
            before = []
        after = self._named(source)
        other_forms = [one for one in after if source.kind is Kind.ROUTINE and one in before]
        for one in other_forms:
            self._drop(one)
        self._made.update((one.oid, source) for one in after if one not in other_forms)

    def _drop_and_make(self, source: Source, before: list[Object], why: psycopg.Error) -> None:
        if not before:
            raise _failure(source, why) from why
        with self._connection.transaction():
            for one in before:
                self._drop(one)
            try:
                self._execute(source)
            except CANNOT_BE_REPLACED as error:
                raise _failure(source, error) from error

    def _execute(self, source: Source) -> None:
        try:
            with self._connection.transaction():
                self._connection.execute(source.text.encode())
        except (*IN_THE_WAY, *NOT_MADE_YET, *CANNOT_BE_REPLACED):
            raise
        except psycopg.Error as error:
            raise _failure(source, error) from error

    def _drop(self, one: Object) -> None:
        """Drop an object, after the code that depends on it, and schedule the files of that code."""
        for dependant in self._find(DEPENDING, catalog=CATALOGS[Kind(one.kind)], oid=one.oid):
            self._drop(dependant)
            source = self._files.get(dependant.key)
            if source is not None and source not in self._pending:
                self._pending.append(source)
        try:
            with self._connection.transaction():
                self._connection.execute(f"drop {one.shown}")
        except errors.DependentObjectsStillExist as error:
            raise MigrateError(
                f"The {one.shown} must be dropped and made again, but something that is not code depends "
                f"on it: {told(error)}"
            ) from error

    def _remove_strays(self) -> None:
        order = (Kind.VIEW, Kind.TRIGGER, Kind.ROUTINE)
        strays = [one for one in self._find() if one.oid not in self._made]
        strays.sort(key=lambda one: (order.index(Kind(one.kind)), one.shown))
        while strays:
            kept: list[Object] = []
            reasons: list[psycopg.Error] = []
            for one in strays:
                try:
                    with self._connection.transaction():
                        self._connection.execute(f"drop {one.shown}")
                except errors.DependentObjectsStillExist as error:
                    kept.append(one)
                    reasons.append(error)
            if len(kept) == len(strays):
                names = ", ".join(one.shown for one in kept)
                raise MigrateError(
                    f"No file of sql/ makes {names}, but it cannot be dropped: {told(reasons[0])}"
                ) from reasons[0]
            strays = kept

    def _check_bodies(self, *of: str, before_all_is_there: bool = False) -> None:
        """Validate bodies. One that refers to an object that does not exist yet is validated again later."""
        self._connection.execute("set local check_function_bodies to on")
        languages = self._connection.execute(
            """
            select p.oid, l.lanname from pg_proc p join pg_language l on l.oid = p.prolang
            where p.oid = any(%s) and l.lanname = any(%s)
            """,
            [list(self._made.keys() - self._checked), list(of)],
        ).fetchall()
        failures = []
        for oid, language in languages:
            try:
                with self._connection.transaction():
                    self._connection.execute(VALIDATORS[language], [oid])
                self._checked.add(oid)
            except psycopg.Error as error:
                if before_all_is_there and isinstance(error, NOT_MADE_YET):
                    continue
                failures.append(str(_failure(self._made[oid], error)))
        self._connection.execute("set local check_function_bodies to off")
        if failures:
            raise MigrateError("\n".join(sorted(failures)))

    def _record(self, wanted: dict[str, str]) -> None:
        self._connection.execute("delete from data.applied_sql where path <> all(%s)", [list(wanted)])
        with self._connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into data.applied_sql as recorded (path, sha256) values (%s, %s)
                on conflict (path) do update set sha256 = excluded.sha256, applied_at = default
                where recorded.sha256 <> excluded.sha256
                """,
                list(wanted.items()),
            )

    def _named(self, source: Source) -> list[Object]:
        return self._find(
            NAMED, kind=int(source.kind), schema=source.schema, name=source.name, table=source.table
        )

    def _find(self, condition: str = "", **parameters: str | int) -> list[Object]:
        with self._connection.cursor(row_factory=class_row(Object)) as cursor:
            return cursor.execute(
                f"{OBJECTS} {condition}", {"schemas": list(CODE_SCHEMAS), **parameters}
            ).fetchall()


def _key(source: Source) -> tuple[int, str, str, str]:
    return (int(source.kind), source.schema, source.table, source.name)


def _failure(source: Source, error: psycopg.Error) -> MigrateError:
    diag = error.diag
    line = line_at(source.text, diag.statement_position)
    if line is None and diag.internal_query:
        line_in_body = line_at(diag.internal_query, diag.internal_position)
        line = None if line_in_body is None else line_of_body(source) + line_in_body - 1
    place = source.path if line is None else f"{source.path}, line {line}"
    return MigrateError(f"{place}: {told(error)}")
