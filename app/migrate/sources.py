"""The files of sql/, the object that each one makes, and their order."""

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path, PurePath

from app.migrate.errors import MigrateError

ORDER = "ORDER"
SCRIPT_FOLDER = "grants"
CODE_SCHEMAS = ("logic", "api", "ops", "control_center")

NAME = r"([a-z_][a-z0-9_]*)"
MAKES_ROUTINE_OR_VIEW = re.compile(rf"create or replace (function|procedure|view) {NAME}\.{NAME}\b")
MAKES_TRIGGER = re.compile(rf"create (?:or replace|constraint) (trigger) {NAME} .*? on {NAME}\.{NAME}\b")
SCRIPT_STATEMENTS = ("grant ", "revoke ", "alter default privileges ")

TOKENS = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<string>'(?:[^']|'')*'|(?P<tag>\$\w*\$).*?(?P=tag))"
    r"|(?P<end>;)"
    r"|[^-/'$;]+|.",
    re.DOTALL,
)


class Kind(IntEnum):
    """What a file makes; files of a folder are applied in this order."""

    ROUTINE = 1
    VIEW = 2
    TRIGGER = 3
    SCRIPT = 4


@dataclass(frozen=True)
class Source:
    """One file of sql/. A trigger's schema and table are those of its table."""

    path: str
    text: str
    kind: Kind
    schema: str
    name: str
    table: str = ""

    @property
    def sha256(self) -> str:
        """The digest of the text; where replacing locks somebody out, of what it says without comments."""
        said = _said(self.text) if self.kind in (Kind.VIEW, Kind.TRIGGER) else self.text
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def made(self) -> str:
        """The object's name in a sentence: schema.name, or a trigger's schema.table.name."""
        return ".".join(part for part in (self.schema, self.table, self.name) if part)


def read_sources(directory: Path) -> list[Source]:
    """All files of sql/, in the order of application.

    Raises MigrateError for a folder that is missing or not listed, and for a file that is not named after its one
    object (prefixed with the schema if a folder has two objects of that name).
    """
    sources = [
        source
        for folder in _folders(directory)
        for source in sorted(
            (_read(path, directory) for path in _visible(directory / folder)),
            key=lambda source: (source.kind, source.path),
        )
    ]
    _refuse_twins(sources)
    return sources


def line_of_body(source: Source) -> int:
    """The line on which a function's body starts; PL/pgSQL counts lines from there."""
    opening = re.search(r"\bas\s+(\$\w*\$)", source.text, re.IGNORECASE)
    return 1 if opening is None else source.text.count("\n", 0, opening.end()) + 1


def _folders(directory: Path) -> list[str]:
    order = directory / ORDER
    if not order.is_file():
        raise MigrateError(f"{order} is missing; it lists the folders of sql/ in their order, one a line.")
    listed = [line.strip() for line in order.read_text(encoding="utf-8").splitlines() if line.strip()]
    for folder in listed:
        if listed.count(folder) > 1:
            raise MigrateError(f"{order} lists {folder} twice.")
        if not (directory / folder).is_dir():
            raise MigrateError(f"{order} lists {folder}, but there is no such folder.")
    groups = {group for folder in listed for group in PurePath(folder).parents} or {PurePath()}
    known = {*groups, *map(PurePath, listed), PurePath(ORDER)}
    for path in (path for group in groups for path in _visible(directory / group)):
        if path.relative_to(directory) not in known:
            raise MigrateError(f"{path} is not listed in {order}, so nobody would apply it.")
    return listed


def _visible(directory: Path) -> list[Path]:
    """The entries of a directory, without hidden files."""
    return sorted(path for path in directory.iterdir() if not path.name.startswith("."))


def _read(path: Path, directory: Path) -> Source:
    shown = f"{directory.name}/{path.relative_to(directory)}"
    if path.suffix != ".sql" or not path.is_file():
        raise MigrateError(f"{shown} is no .sql file.")
    text = path.read_text(encoding="utf-8")
    first, *others = _statements(text) or [""]
    if path.parent.name == SCRIPT_FOLDER:
        return _script(shown, path, text, [first, *others])
    for other in others:
        if not other.startswith("comment on "):
            raise MigrateError(
                f"{shown} makes more than one object; after the first statement only comments may follow, "
                f"not {other[:40]!r}."
            )
    made = MAKES_ROUTINE_OR_VIEW.match(first) or MAKES_TRIGGER.match(first)
    if made is None:
        raise MigrateError(
            f"{shown} must begin with create or replace function, procedure, view or trigger, the name "
            f"qualified and in lower case."
        )
    source = _made_source(shown, text, made)
    if path.stem not in (source.name, f"{source.schema}.{source.name}"):
        raise MigrateError(f"{shown} makes {source.made}, so it must be called {source.name}.sql.")
    return source


def _made_source(shown: str, text: str, made: re.Match[str]) -> Source:
    if made[1] == "trigger":
        name, schema, table = made[2], made[3], made[4]
        if not name.startswith(f"{table}_"):
            raise MigrateError(f"{shown}: a trigger of {schema}.{table} must be called {table}_<something>.")
        return Source(shown, text, Kind.TRIGGER, schema, name, table)
    if made[2] not in CODE_SCHEMAS:
        raise MigrateError(f"{shown} makes {made[2]}.{made[3]}; code lives in {', '.join(CODE_SCHEMAS)}.")
    kind = Kind.VIEW if made[1] == "view" else Kind.ROUTINE
    return Source(shown, text, kind, made[2], made[3])


def _script(shown: str, path: Path, text: str, statements: list[str]) -> Source:
    for statement in statements:
        if not statement.startswith(SCRIPT_STATEMENTS):
            raise MigrateError(f"{shown} may only grant, revoke and alter default privileges.")
    return Source(shown, text, Kind.SCRIPT, "", path.stem)


def _statements(text: str) -> list[str]:
    """The statements without comments and bodies, in lower case with single spaces."""
    statements = [""]
    for token in TOKENS.finditer(text):
        if token["end"]:
            statements.append("")
        elif token["comment"] or token["string"]:
            statements[-1] += " "
        else:
            statements[-1] += token[0]
    tidy = (" ".join(statement.lower().split()) for statement in statements)
    return [statement for statement in tidy if statement]


def _said(text: str) -> str:
    """The text without comments, its white space made single."""
    said = ""
    for token in TOKENS.finditer(text):
        if token["string"]:
            said += token[0]
        elif token["end"]:
            said = f"{said.rstrip()};"
        else:
            piece = " " if token["comment"] else re.sub(r"\s+", " ", token[0])
            said += piece.lstrip() if said.endswith(" ") else piece
    return said.strip()


def _refuse_twins(sources: list[Source]) -> None:
    seen: dict[tuple[Kind, str], str] = {}
    for source in sources:
        if source.kind is Kind.SCRIPT:
            continue
        earlier = seen.setdefault((source.kind, source.made), source.path)
        if earlier != source.path:
            raise MigrateError(
                f"{earlier} and {source.path} both make {source.made}; a function has one form only."
            )
