"""How to tell a Postgres that takes writes from one that does not: a standby, or a read-only primary.

Every session writes. A server may stop taking writes, or become a standby, while a connection stays open; its
answers are then out of date.
"""

from psycopg.conninfo import make_conninfo

# Every connection goes to the first server of the URL that takes writes, whatever the URL says.
TARGET = "read-write"

# read_only_sql_transaction: the error of a write on a server that takes none.
READ_ONLY_STATE = "25006"

# A parameter that a server reports unasked, from Postgres 14 on; "on" if it takes no writes.
REPORTED = ("in_hot_standby", "default_transaction_read_only")


def writable(url: str, **more: str | int) -> str:
    """The URL for libpq, extended so that it leads to a server that takes writes."""
    return make_conninfo(url, target_session_attrs=TARGET, **more)
