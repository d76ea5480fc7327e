"""The settings of every session, which override those of server, database and login.

A DBA may set anything by `alter system`, `alter database` or `alter role … set`. Settings given at connect override
them. So each session sets what the code depends on, and what could do harm; memory and the planner's costs stay the
DBA's. So does `default_transaction_read_only`: a read-only server is left (`app.postgres.primary`).

The sessions of pg_cron cannot set anything: `app.migrate.job_sessions` sets the same for their login in our
database.
"""

from types import MappingProxyType
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from app.postgres.primary import writable

SESSION = MappingProxyType(
    {
        # Timeouts: none, but those that a process adds for itself.
        "lock_timeout": "0",
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "idle_session_timeout": "0",
        # Text formats.
        "client_encoding": "UTF8",
        "timezone": "UTC",
        "timezone_abbreviations": "Default",
        "datestyle": "ISO,MDY",
        "intervalstyle": "postgres",
        "extra_float_digits": "1",
        "bytea_output": "hex",
        "lc_monetary": "C",
        "lc_numeric": "C",
        "lc_time": "C",
        "xmloption": "content",
        # How statements are parsed.
        "search_path": "pg_catalog",
        "standard_conforming_strings": "on",
        "backslash_quote": "safe_encoding",
        "escape_string_warning": "on",
        "transform_null_equals": "off",
        "array_nulls": "on",
        "quote_all_identifiers": "off",
        "check_function_bodies": "on",
        "row_security": "on",
        "gin_fuzzy_search_limit": "0",
        # How transactions behave, and how durable a commit is.
        "default_transaction_isolation": "read committed",
        "default_transaction_deferrable": "off",
        "synchronous_commit": "on",
        "exit_on_error": "off",
        # Planning.
        "jit": "off",
        "plan_cache_mode": "auto",
    }
)
"""The settings of every supported version of Postgres."""

NEWER = MappingProxyType({"transaction_timeout": "0", "restrict_nonsystem_relation_kind": ""})
"""Settings of some versions only; others would refuse the session."""

SET_NEWER = (
    "select pg_catalog.set_config(s.name, n.value, false) from (values "  # noqa: S608 - constants of this file
    + ", ".join(f"('{name}', '{value}')" for name, value in NEWER.items())
    + ") n (name, value) join pg_catalog.pg_settings s on s.name = n.name"
)
"""The first statement of a session."""


def options(given: str = "", **more: str) -> str:
    """libpq's `options`: what was given, then `SESSION` updated with `more`, which override it."""
    said = {**SESSION, **more}
    settings = " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in said.items())
    return f"{given} {settings}".strip()


def connect(url: str, *, role: str | None = None, **parameters: Any) -> psycopg.Connection[Any]:  # noqa: ANN401
    """A connection for a command, as `role`; in autocommit mode unless `parameters` say otherwise."""
    given = str(conninfo_to_dict(url).get("options") or "")
    said = options(given, **({"role": role} if role else {}))
    connection = psycopg.connect(writable(url), **{"autocommit": True, "options": said, **parameters})
    connection.execute(SET_NEWER)
    return connection
