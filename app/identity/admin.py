"""Add an operator from the command line: the first admin, or one who forgot their password."""

import getpass

import psycopg

from app.failure import Failure
from app.identity.passwords import LONGEST, SHORTEST, hash_password
from app.postgres.sessions import connect


class PasswordError(Failure):
    """The password cannot be used; the text is one sentence."""


class RefusedError(Failure):
    """The database refused; the text is its sentence."""


def let_in(database_url: str, email: str, display_name: str, role: str, password: str) -> None:
    """Let an operator sign in with this password from now on. Blocks.

    Raises:
        PasswordError, RefusedError: nothing has changed.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"A password has {SHORTEST} to {LONGEST} characters.")
    who = f"curhat admin ({getpass.getuser()})"
    try:
        with connect(database_url, role="curhat_staff_admin") as connection:
            connection.execute(
                "select * from ops.set_operator(%s, %s, %s, %s, %s)",
                [email, display_name, role, hash_password(password), who],
            )
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith("PT"):
            raise RefusedError(error.diag.message_detail) from error
        raise
