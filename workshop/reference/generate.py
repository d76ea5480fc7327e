"""docs/reference/, generated from the comments and rows of a migrated database."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row

from app.described.refusals import REFUSAL, stated
from app.internal.frames import EVENTS
from workshop.reference import markdown, sockets_page

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "docs" / "reference"
README = ROOT / "README.md"
README_DIAGRAM = re.compile(r"```mermaid\nstateDiagram-v2\n.*?```", re.DOTALL)

AUDIENCES = {
    "api": "Called by the apps, one function per request (role `curhat_app`). Replies are jsonb.",
    "ops": "Called by DBAs and operators in psql (role `curhat_operator`). Replies are rows.",
    "control_center": "Read views of the control center (role `curhat_control_center`).",
    "logic": "Private functions behind the others. Only the owner may call these.",
}

CALL = re.compile(r"\b((?:logic|api|ops|control_center)\.[a-z_]+)\s*\(")

QUOTED = re.compile(r"'((?:[^']|'')*)'")
SENTENCE = re.compile(r"[a-z',]+(?: [a-z',]+){4,}")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One place where a function refuses. `…` in the sentence stands for a value."""

    status: int
    slug: str
    sentence: str


@dataclass(frozen=True)
class Function:
    """A function or procedure of ours, from the catalog."""

    schema: str
    name: str
    kind: str
    arguments: str
    returns: str
    comment: str
    source: str

    @property
    def qualified(self) -> str:
        """Its name with its schema."""
        return f"{self.schema}.{self.name}"

    @cached_property
    def refuses(self) -> tuple[str, ...]:
        """The slugs that its comment states."""
        return stated(self.comment)

    @cached_property
    def refusals(self) -> tuple[Refusal, ...]:
        """The refusals in its own body."""
        return tuple(
            Refusal(int(match["status"]), match["slug"], _filled(match["sentence"]))
            for match in REFUSAL.finditer(self.body)
        )

    @cached_property
    def calls(self) -> frozenset[str]:
        """The qualified names of the functions that its body calls."""
        return frozenset(CALL.findall(self.body))

    @cached_property
    def body(self) -> str:
        """Its source without comments."""
        return re.sub(r"--.*", "", self.source)


@dataclass(frozen=True, slots=True)
class View:
    """A view that an audience may read, with its columns as `name type`."""

    schema: str
    name: str
    columns: Sequence[str]
    comment: str


@dataclass(frozen=True, slots=True)
class Transition:
    """A legal edge of a state machine; an edge from None is the beginning."""

    entity: str
    from_status: str | None
    to_status: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the configuration, with its value in a new database."""

    key: str
    value: str
    value_type: str
    minimum: int | None
    maximum: int | None
    options: Sequence[str] | None
    unit: str | None
    label: str
    explanation: str


@dataclass(frozen=True, slots=True)
class EventType:
    """An event type: who receives it, and what it means."""

    type: str
    to_customer: bool
    to_mitra: bool
    meaning: str

    @property
    def body(self) -> Sequence[str]:
        """The keys of its body; those not always there end in `?`."""
        parts = msgspec.structs.fields(EVENTS[self.type])
        return [f"{one.name}{'' if one.required else '?'}" for one in parts if one.name not in ("id", "at")]


def read_functions(connection: Connection) -> list[Function]:
    """Every function and procedure of ours, by schema and name."""
    with connection.cursor(row_factory=class_row(Function)) as cursor:
        return cursor.execute(
            """
            select n.nspname as schema, p.proname as name,
                case p.prokind when 'p' then 'procedure' else 'function' end as kind,
                pg_get_function_arguments(p.oid) as arguments,
                coalesce(pg_get_function_result(p.oid), '') as returns,
                coalesce(obj_description(p.oid, 'pg_proc'), '') as comment, p.prosrc as source
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where n.nspname = any(%s)
            order by 1, 2
            """,
            [list(AUDIENCES)],
        ).fetchall()


def read_views(connection: Connection) -> list[View]:
    """Every view that an audience may read, by schema and name."""
    with connection.cursor(row_factory=class_row(View)) as cursor:
        return cursor.execute(
            """
            select n.nspname as schema, c.relname as name,
                array(
                    select format('%s %s', a.attname, format_type(a.atttypid, a.atttypmod))
                    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 order by a.attnum
                ) as columns,
                coalesce(obj_description(c.oid, 'pg_class'), '') as comment
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'control_center' and c.relkind = 'v'
            order by 1, 2
            """
        ).fetchall()


def read_transitions(connection: Connection) -> list[Transition]:
    """Every legal edge, in the order of sql/."""
    with connection.cursor(row_factory=class_row(Transition)) as cursor:
        return cursor.execute(
            "select entity, from_status, to_status, meaning from logic.transitions"
        ).fetchall()


def read_settings(connection: Connection) -> list[Setting]:
    """Every setting, with its original value."""
    with connection.cursor(row_factory=class_row(Setting)) as cursor:
        return cursor.execute(
            """
            select s.key, h.value, s.value_type, s.minimum, s.maximum, s.options, s.unit, s.label, s.explanation
            from control_center.settings s
            join control_center.config_history h on h.key = s.key and h.version = 1
            order by s.position
            """
        ).fetchall()


def read_event_types(connection: Connection) -> list[EventType]:
    """Every event type, in the order of sql/."""
    with connection.cursor(row_factory=class_row(EventType)) as cursor:
        return cursor.execute("select type, to_customer, to_mitra, meaning from logic.event_types").fetchall()


def app_refusals() -> list[Refusal]:
    """The app's own refusals, before or instead of a function call."""
    found = {
        refusal
        for path in (ROOT / "app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for refusal in _written_refusals(node)
    }
    return sorted(found, key=lambda refusal: (refusal.slug, refusal.status, refusal.sentence))


def pages(connection: Connection) -> dict[str, str]:
    """The text of every page, by its file name. The connection's login must be a member of `curhat_owner`."""
    functions = read_functions(connection)
    return {
        "functions.md": functions_page(functions, read_views(connection)),
        "refusals.md": refusals_page(functions, app_refusals()),
        "state-machines.md": state_machines_page(read_transitions(connection)),
        "configuration.md": configuration_page(read_settings(connection)),
        "events.md": events_page(read_event_types(connection)),
        "invariants.md": invariants_page(functions),
        "sockets.md": sockets_page.page({one.type: one.meaning for one in read_event_types(connection)}),
    }


def functions_page(functions: Sequence[Function], views: Sequence[View]) -> str:
    """Every function and view by schema, with signature and comment."""
    sections = []
    for schema, intro in AUDIENCES.items():
        sections += [f"## {schema}", intro]
        sections += [_view(view) for view in views if view.schema == schema]
        sections += [_function(function) for function in functions if function.schema == schema]
    return markdown.page(
        "Functions and views", "Every function, procedure and view, by who may use it.", *sections
    )


def refusals_page(functions: Sequence[Function], of_the_app: Sequence[Refusal]) -> str:
    """Every slug with its status, its sentences, and the functions that state it."""
    found = [refusal for function in functions for refusal in function.refusals]
    return markdown.page(
        "Refusals",
        "A refusal changes nothing. In SQL, its SQLSTATE is `PT` followed by the HTTP status, its message is the slug, "
        'its detail the sentence. Over REST it is `{"error": slug, "message": sentence}` with that status. `…` in a '
        "sentence stands for a value.",
        markdown.table(
            ("slug", "status", "sentence", "refused by"),
            (
                (
                    *cells,
                    markdown.codes(one.qualified for one in functions if slug in one.refuses) or "a trigger",
                )
                for slug, *cells in _by_slug(found)
            ),
        ),
        "## By the app",
        "Over REST and WebSockets, before a function is called or when its call got no answer.",
        markdown.table(("slug", "status", "sentence"), (cells for _, *cells in _by_slug(of_the_app))),
    )


def state_machines_page(transitions: Sequence[Transition]) -> str:
    """A diagram and a table for each state machine."""
    sections = []
    for entity, group in groupby(transitions, lambda transition: transition.entity):
        edges = list(group)
        sections += [f"## {entity.replace('_', ' ').capitalize()}", _diagram(edges)]
        sections.append(
            markdown.table(
                ("from", "to", "when"),
                (
                    (markdown.code(edge.from_status), markdown.code(edge.to_status), edge.meaning)
                    for edge in edges
                ),
            )
        )
    return markdown.page(
        "State machines",
        "Every other edge is refused (`illegal_transition`) for everybody.",
        *sections,
    )


def configuration_page(settings: Sequence[Setting]) -> str:
    """Every setting with its default and bounds."""
    return markdown.page(
        "Configuration",
        "Change a setting with `ops.set_config(key, value, who)` or on the settings page of the control center. A "
        "change applies at once, to every window that opens after it.",
        markdown.table(
            ("key", "default", "allowed", "label", "explanation"),
            (
                (
                    f"`{setting.key}`",
                    " ".join(filter(None, (markdown.code(setting.value), setting.unit))),
                    markdown.codes(setting.options or ()) or f"{setting.minimum} to {setting.maximum}",
                    setting.label,
                    setting.explanation,
                )
                for setting in settings
            ),
        ),
    )


def events_page(types: Sequence[EventType]) -> str:
    """Every event with its audience and the keys of its body."""
    return markdown.page(
        "Events",
        "Sockets get a frame of `type`, `id`, `at` and the keys below; optional keys are marked `?`. The control "
        "center gets every event. For the two people of its chat only, a frame of `CHAT_MESSAGE` also contains the "
        "message (`sender`, `client_message_id`, `body`, `sent_at`). Two frames are not events and have an `id` of "
        "null: `CHAT_TYPING` (`chat_session_id`, `sender`), and `AVAILABILITY` (`available`, `count`) for a socket "
        "that has sent `watch`.",
        markdown.table(
            ("type", "to", "meaning", "keys"),
            ((f"`{one.type}`", _audience(one), one.meaning, markdown.codes(one.body)) for one in types),
        ),
    )


def invariants_page(functions: Sequence[Function]) -> str:
    """Every invariant that `ops.audit()` checks, by the function that checks it."""
    sections = []
    for function in functions:
        if function.schema == "logic" and function.name.startswith("audit_"):
            sentences = dict.fromkeys(invariants(function))
            sections += [f"## {function.name}", function.comment, "\n".join(f"- {one}" for one in sentences)]
    return markdown.page(
        "Invariants",
        "The invariants that `ops.audit()` checks. Each row that it returns names the broken invariant, the entity, "
        "its id, and what was found. If a part of the audit fails, its row is `every part of the audit can be run`.",
        *sections,
    )


def invariants(function: Function) -> Iterator[str]:
    """The invariants of a part of the audit: quoted lower-case text of five words or more."""
    for literal in QUOTED.findall(function.body):
        sentence = literal.replace("''", "'")
        if SENTENCE.fullmatch(sentence):
            yield sentence


def write(connection: Connection, directory: Path = DIRECTORY) -> list[Path]:
    """Write every page; returns the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in pages(connection).items():
        path = directory / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def readme(text: str, connection: Connection) -> str:
    """The README with a current diagram of a payment session's states."""
    edges = [edge for edge in read_transitions(connection) if edge.entity == "payment_session"]
    return README_DIAGRAM.sub(_diagram(edges), text)


def _view(view: View) -> str:
    return f"### {view.name}\n\n{view.comment}\n\nColumns: {markdown.codes(view.columns)}."


def _function(function: Function) -> str:
    returns = f" → {function.returns}" if function.returns else ""
    signature = f"{function.qualified}({function.arguments}){returns}"
    return f"### {function.name}\n\n```\n{signature}\n```\n\n{function.comment}"


def _diagram(edges: Sequence[Transition]) -> str:
    left = {edge.from_status for edge in edges}
    lines = [f"    {edge.from_status or '[*]'} --> {edge.to_status}" for edge in edges]
    last = dict.fromkeys(edge.to_status for edge in edges if edge.to_status not in left)
    lines += [f"    {status} --> [*]" for status in last]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def _by_slug(refusals: Iterable[Refusal]) -> Iterator[tuple[str, str, str, str]]:
    """Each slug, then the cells of its line: slug, status, sentences."""
    for slug, group in groupby(
        sorted(refusals, key=lambda refusal: refusal.slug), lambda refusal: refusal.slug
    ):
        same = list(group)
        statuses = dict.fromkeys(str(refusal.status) for refusal in same)
        sentences = dict.fromkeys(refusal.sentence for refusal in same)
        yield slug, markdown.code(slug), ", ".join(statuses), "<br>".join(sentences)


def _written_refusals(node: ast.AST) -> Iterator[Refusal]:
    """The literal refusals of an AST node: in a call, or in a dict by status."""
    match node:
        case ast.Call(args=[ast.Constant(value=int(status)), ast.Constant(value=str(slug)), sentence, *_]):
            yield Refusal(status, slug, _text(sentence))
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                match key, value:
                    case ast.Constant(value=int(status)), ast.Tuple(
                        elts=[ast.Constant(value=str(slug)), sentence]
                    ):
                        yield Refusal(status, slug, _text(sentence))


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case _:
            return "…"


def _audience(event: EventType) -> str:
    heard = {"customer": event.to_customer, "mitra": event.to_mitra}
    return " and ".join(name for name, hears in heard.items() if hears) or "control center only"


def _filled(sentence: str) -> str:
    return sentence.replace("''", "'").replace("%s", "…")
