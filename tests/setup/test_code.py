"""sql/: after a run the code schemas hold exactly what the files say."""

from typing import Any

import psycopg
import pytest

from app.migrate import MigrateError
from tests.setup.conftest import Tree

Connection = psycopg.Connection[Any]


def function(name: str, body: str = "select 1", parameters: str = "", returns: str = "int") -> str:
    return (
        f"-- A function.\ncreate or replace function {name}({parameters})\nreturns {returns}\n"
        f"language sql stable security definer set search_path = ''\nas $$ {body} $$;\n"
    )


def view(name: str, query: str) -> str:
    return f"create or replace view {name} as\n{query};\ncomment on view {name} is 'A view; of something.';\n"


CUPS = "set role curhat_owner;\ncreate table data.cups (id int primary key, sips int not null default 0);\n"
FILL = """create or replace function logic.fill()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    new.sips := {sips};
    return new;
end
$$;
"""
CUPS_FILL = """create or replace trigger cups_fill
before insert on data.cups
for each row execute function logic.fill();
"""


def value(connection: Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def oid(connection: Connection, name: str) -> object:
    return value(connection, f"select '{name}'::regproc::oid")


def code(connection: Connection) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            """
            select oid::regprocedure::text from pg_proc
            where pronamespace in ('logic'::regnamespace, 'api'::regnamespace, 'ops'::regnamespace)
            union all
            select oid::regclass::text from pg_class
            where relkind = 'v' and relnamespace = 'logic'::regnamespace
            union all
            select tgname from pg_trigger where not tgisinternal
            """
        )
    }


@pytest.fixture
def cups(tree: Tree) -> Tree:
    """A tree with a table, a function, a view over it and a trigger, applied."""
    tree.write("migrations/0002.cups.sql", CUPS)
    tree.write("sql/first/fill.sql", FILL.format(sips=3))
    tree.write("sql/first/cups_fill.sql", CUPS_FILL)
    tree.write("sql/first/one.sql", function("logic.one"))
    tree.write("sql/first/ones.sql", view("logic.ones", "select logic.one() as one"))
    tree.migrate()
    return tree


def test_every_kind_of_file_is_applied(cups: Tree, owner: Connection) -> None:
    owner.execute("insert into data.cups values (1)")
    assert value(owner, "select sips from data.cups") == 3
    assert value(owner, "select one from logic.ones") == 1
    assert value(owner, "select obj_description('logic.ones'::regclass)") == "A view; of something."
    assert value(owner, "select proowner::regrole::text from pg_proc where proname = 'one'") == "curhat_owner"


def test_a_changed_body_replaces_the_function_in_place(cups: Tree, owner: Connection) -> None:
    before = oid(owner, "logic.one")
    cups.write("sql/first/one.sql", function("logic.one", "select 2"))
    report = cups.migrate()
    assert report.code.changed == ("sql/first/one.sql",)
    assert report.code.dropped == ()
    assert value(owner, "select logic.one()") == 2
    assert oid(owner, "logic.one") == before


def test_a_changed_signature_leaves_no_overload(cups: Tree, owner: Connection) -> None:
    cups.write("sql/first/two.sql", function("api.two", "select a", "a int"))
    cups.migrate()
    cups.write("sql/first/two.sql", function("api.two", "select a + b", "a int, b int default 0"))
    assert cups.migrate().code.dropped == ("routine api.two(integer)",)
    assert value(owner, "select api.two(2)") == 2
    assert {name for name in code(owner) if "two" in name} == {"api.two(integer,integer)"}


def test_a_view_follows_a_function_whose_signature_changed(cups: Tree, owner: Connection) -> None:
    cups.write("sql/first/one.sql", function("logic.one", "select 1 + p_more", "p_more int default 10"))
    cups.migrate()
    assert value(owner, "select one from logic.ones") == 11
    assert "logic.one()" not in code(owner)


def test_a_view_follows_a_function_whose_return_type_changed(cups: Tree, owner: Connection) -> None:
    cups.write("sql/first/one.sql", function("logic.one", "select 'one'", returns="text"))
    cups.write("sql/second/onesies.sql", view("logic.onesies", "select one from logic.ones"))
    cups.migrate()
    assert value(owner, "select one from logic.onesies") == "one"
    cups.write("sql/first/one.sql", function("logic.one", "select true", returns="boolean"))
    cups.migrate()
    assert value(owner, "select one from logic.onesies") is True


def test_a_view_whose_columns_changed_is_made_anew_and_so_is_what_stands_on_it(
    cups: Tree, owner: Connection
) -> None:
    cups.write(
        "sql/second/all_ones.sql", function("logic.all_ones", "table logic.ones", "", "setof logic.ones")
    )
    cups.migrate()
    cups.write("sql/first/ones.sql", view("logic.ones", "select 'un' as french"))
    cups.migrate()
    assert value(owner, "select french from logic.all_ones()") == "un"


def test_a_file_may_refer_to_what_a_later_one_makes(cups: Tree, owner: Connection) -> None:
    cups.write("sql/first/all_ones.sql", view("logic.all_ones", "select one from logic.ones"))
    cups.write("sql/first/before.sql", view("logic.before", "select third.one from logic.third"))
    cups.write("sql/third/third.sql", view("logic.third", "select one from logic.all_ones"))
    cups.migrate()
    assert value(owner, "select one from logic.before") == 1


def test_a_view_that_was_applied_already_is_made_again_when_it_had_to_go(
    cups: Tree, owner: Connection
) -> None:
    cups.write("sql/first/lates.sql", view("logic.lates", "select logic.late() as late"))
    cups.write("sql/second/late.sql", function("logic.late"))
    cups.migrate()
    cups.write("sql/second/late.sql", function("logic.late", "select 'late'", returns="text"))
    cups.migrate()
    assert value(owner, "select late from logic.lates") == "late"


def test_a_function_that_becomes_a_procedure_is_made_anew(cups: Tree, owner: Connection) -> None:
    cups.remove("sql/first/ones.sql")
    procedure = "create or replace procedure logic.one() language sql as $$ select 1; $$;"
    cups.write("sql/first/one.sql", procedure)
    cups.migrate()
    assert value(owner, "select prokind from pg_proc where proname = 'one'") == "p"


def test_what_has_no_file_any_more_is_removed(cups: Tree, owner: Connection) -> None:
    for name in ("fill", "cups_fill", "one", "ones"):
        cups.remove(f"sql/first/{name}.sql")
    report = cups.migrate()
    assert code(owner) == set()
    assert report.code.dropped == (
        "routine logic.fill()",
        "routine logic.one()",
        "trigger cups_fill on data.cups",
        "view logic.ones",
    )


def test_what_was_made_by_hand_is_removed_and_what_was_dropped_by_hand_is_made(
    cups: Tree, owner: Connection
) -> None:
    before = code(owner)
    owner.execute("create function api.by_hand() returns int language sql as 'select 1'")
    owner.execute("create function logic.one(int) returns int language sql as 'select 1'")
    owner.execute("drop trigger cups_fill on data.cups")
    cups.migrate()
    assert code(owner) == before


def test_nothing_is_removed_by_cascade(cups: Tree, owner: Connection) -> None:
    owner.execute("create view data.outside as select logic.one() as one")
    before = code(owner)
    cups.write("sql/first/fill.sql", FILL.format(sips=4))
    cups.remove("sql/first/one.sql")
    cups.remove("sql/first/ones.sql")
    with pytest.raises(
        MigrateError, match=r"makes routine logic\.one\(\), but .* view data\.outside depends"
    ):
        cups.migrate()
    assert code(owner) == before
    assert value(owner, "select one from data.outside") == 1
    owner.execute("insert into data.cups values (1)")
    assert value(owner, "select sips from data.cups") == 3


def test_a_drop_that_something_outside_prevents_is_refused(cups: Tree, owner: Connection) -> None:
    owner.execute("create view data.outside as select one from logic.ones")
    cups.write("sql/first/one.sql", function("logic.one", "select 'one'", returns="text"))
    with pytest.raises(MigrateError, match=r"view logic\.ones must be dropped .* view data\.outside depends"):
        cups.migrate()
    assert value(owner, "select one from data.outside") == 1


def test_a_file_that_needs_what_another_file_lost_is_named(cups: Tree, owner: Connection) -> None:
    cups.remove("sql/first/one.sql")
    with pytest.raises(MigrateError, match=r"makes routine logic\.one\(\), but .* view logic\.ones depends"):
        cups.migrate()
    assert value(owner, "select one from logic.ones") == 1


def test_an_unchanged_view_or_trigger_waits_for_nobody(cups: Tree, owner: Connection) -> None:
    """A comment or white space more changes none."""
    with owner.transaction():
        owner.execute("insert into data.cups select one from logic.ones")
        cups.write("sql/first/fill.sql", FILL.format(sips=5))
        cups.write("sql/first/cups_fill.sql", f"-- Fills.\n{CUPS_FILL.replace(' on ', '  on  ')}")
        cups.write("sql/first/ones.sql", view("logic.ones", "select logic.one() as one -- one\n"))
        cups.migrate()
        owner.execute("insert into data.cups values (2)")
    assert owner.execute("select sips from data.cups order by id").fetchall() == [(3,), (5,)]


def test_a_changed_trigger_is_replaced(cups: Tree, owner: Connection) -> None:
    cups.write("sql/first/cups_fill.sql", CUPS_FILL.replace("before insert", "before insert or update"))
    cups.migrate()
    owner.execute("insert into data.cups values (1)")
    owner.execute("update data.cups set sips = 0")
    assert value(owner, "select sips from data.cups") == 3


def test_a_constraint_trigger_is_made_and_replaced(cups: Tree, owner: Connection) -> None:
    deferred = (
        "create constraint trigger cups_fill after insert on data.cups\n"
        "deferrable initially {when} for each row execute function logic.fill();"
    )
    for when in ("deferred", "immediate"):
        cups.write("sql/first/cups_fill.sql", deferred.format(when=when))
        cups.migrate()
        initially = "select tginitdeferred from pg_trigger where tgname = 'cups_fill'"
        assert value(owner, initially) is (when == "deferred")


def test_grants_are_applied_last(cups: Tree, owner: Connection) -> None:
    grants = (
        "grant usage on schema api to curhat_app; grant execute on all functions in schema api to curhat_app;"
    )
    cups.write("sql/grants/to_app.sql", grants)
    cups.write("sql/last/two.sql", function("api.two", "select 2"))
    cups.migrate()
    grants = "select proacl::text from pg_proc where oid = 'api.two()'::regprocedure"
    assert "curhat_app=X/curhat_owner" in str(value(owner, grants))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("one", function("logic.one", "selec 1"), "line 5: syntax error"),
        ("one", function("logic.one", "select\nnobody()"), r"line 6: function nobody\(\) does not exist"),
        ("fill", FILL.format(sips="3; if true then"), 'line 6: syntax error at or near ";"'),
        ("fill", FILL.format(sips="3; nonsense"), 'line 6: syntax error at or near "nonsense"'),
        (
            "ones",
            view("logic.ones", "select 1 as one from data.nothing"),
            r"line 2: relation .* does not exist",
        ),
        ("ones", view("logic.ones", "select 1 as one,"), "line 2: syntax error"),
    ],
)
def test_a_mistake_is_told_with_file_and_line_and_changes_nothing(
    cups: Tree, owner: Connection, name: str, text: str, told: str
) -> None:
    cups.write("sql/first/another.sql", function("logic.another"))
    cups.write(f"sql/first/{name}.sql", text)
    with pytest.raises(MigrateError, match=rf"^sql/first/{name}\.sql, {told}"):
        cups.migrate()
    assert "logic.another()" not in code(owner)
    owner.execute("insert into data.cups values (1)")
    assert value(owner, "select sips from data.cups") == 3


def test_a_prepared_call_survives_a_new_signature(cups: Tree, owner: Connection) -> None:
    call = "select logic.one()"
    assert owner.execute(call, prepare=True).fetchone() == (1,)
    cups.write("sql/first/one.sql", function("logic.one", "select 2 + p_more", "p_more int default 0"))
    cups.migrate()
    assert owner.execute(call, prepare=True).fetchone() == (2,)
