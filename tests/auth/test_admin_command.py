"""`curhat admin`: adds the first admin, and restores access when nobody can sign in."""

from collections.abc import Callable

import httpx
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.identity.passwords import LONGEST, SHORTEST
from tests.auth.client import PASSWORD
from tests.conftest import Connection
from tests.rest.test_refusals import refused

Admin = Callable[..., Result]


@pytest.fixture
def admin(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Admin:
    """Runs the command on the test's database, with `given` on standard input."""
    monkeypatch.setenv("CURHAT_DATABASE_URL", database_url)

    def run(*arguments: str, given: str = f"{PASSWORD}\n") -> Result:
        return CliRunner().invoke(main, ["admin", *arguments], input=given)

    return run


async def login(internal: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await internal.post("/internal/auth/login", json={"email": email, "password": password})


async def test_the_first_admin_is_added_with_a_password_from_standard_input(
    admin: Admin, internal: httpx.AsyncClient
) -> None:
    done = admin("Ratna@Example.com")
    assert (done.exit_code, done.stdout) == (
        0,
        "Ratna@Example.com may sign in to the control center as admin.\n",
    )
    user = (await login(internal, "ratna@example.com")).json()["user"]
    assert (user["role"], user["display_name"]) == ("admin", "Ratna")


async def test_a_terminal_asks_for_the_password_twice_and_hides_it(
    admin: Admin, internal: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True)
    mistyped = f"{PASSWORD}\n{PASSWORD}x\n{PASSWORD}\n{PASSWORD}\n"
    done = admin("ratna@example.com", "--role", "viewer", "--name", "Ratna S", given=mistyped)
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    assert done.stdout.count("Password:") == 2
    user = (await login(internal, "ratna@example.com")).json()["user"]
    assert (user["role"], user["display_name"]) == ("viewer", "Ratna S")


async def test_an_existing_operator_gets_the_new_password_and_role_and_keeps_their_name(
    admin: Admin, internal: httpx.AsyncClient
) -> None:
    admin("first@example.com")
    admin("ratna@example.com", "--role", "viewer", "--name", "Ratna S")
    admin("RATNA@example.com", "--role", "operator", given="a better password\n")
    refused(await login(internal, "ratna@example.com"), 401, "credentials_wrong")
    user = (await login(internal, "ratna@example.com", "a better password")).json()["user"]
    assert (user["role"], user["display_name"]) == ("operator", "Ratna S")


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (["ratna@example.com"], "short\n", f"A password has {SHORTEST} to {LONGEST} characters."),
        (["ratna@example.com"], "", f"A password has {SHORTEST} to {LONGEST} characters."),
        (["ratna@example.com"], "x" * (LONGEST + 1), f"A password has {SHORTEST} to {LONGEST} characters."),
        (["ratna"], f"{PASSWORD}\n", "An e-mail address is written like ratna@example.com."),
    ],
)
def test_an_error_is_one_sentence_and_changes_nothing(
    admin: Admin, db: Connection, arguments: list[str], given: str, message: str
) -> None:
    done = admin(*arguments, given=given)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{message}\n")
    assert db.execute("select count(*) from data.cc_users").fetchone() == (0,)


def test_the_last_admin_cannot_be_demoted(admin: Admin) -> None:
    admin("ratna@example.com")
    done = admin("ratna@example.com", "--role", "viewer")
    assert (done.exit_code, done.stderr) == (2, "This is the last admin: make somebody else one first.\n")


def test_the_event_names_who_ran_it(admin: Admin, db: Connection) -> None:
    admin("ratna@example.com")
    row = db.execute("select actor from data.events where type = 'OPERATOR_CHANGED'").fetchone()
    assert row is not None
    assert row[0].startswith("operator:curhat admin (")
