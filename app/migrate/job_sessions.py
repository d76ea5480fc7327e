"""Session settings for pg_cron's jobs, stored for the migrating login in its database.

They outrank settings of the login, the database or the server alone. A login may set its own.
"""

from typing import Any

import psycopg
from psycopg import sql

from app.postgres.sessions import NEWER, SESSION

# Jobs may run long, but wait only briefly for locks.
JOB = {**SESSION, **NEWER, "lock_timeout": "2s"}

ALTER = sql.SQL("alter role {} in database {} set {} to {}")


def set_job_sessions(connection: psycopg.Connection[Any]) -> None:
    """Set missing settings that this version of Postgres knows."""
    login, database = connection.info.user, connection.info.dbname
    found = connection.execute(
        """
        select array(
            select pg_catalog.lower(c) from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c
            where s.setdatabase = (select oid from pg_catalog.pg_database where datname = current_database())
                and s.setrole = session_user::regrole
        ),
        array(select pg_catalog.lower(name) from pg_catalog.pg_settings)
        """
    ).fetchone()
    there, known = found or ([], [])
    with connection.transaction():
        for name, value in JOB.items():
            if name in known and f"{name}={value}".lower() not in there:
                connection.execute(
                    ALTER.format(
                        sql.Identifier(login),
                        sql.Identifier(database),
                        sql.Identifier(name),
                        sql.Literal(value),
                    )
                )
