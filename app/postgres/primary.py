"""What tells a Postgres that takes writes from one that does not: a standby, or a primary whose sessions only read.

Every session of ours writes. A server may stop taking writes, or become a standby, under a connection that goes on
standing, and then it answers, of a past that goes on elsewhere.
"""

from psycopg.conninfo import make_conninfo

# Whoever connects goes to the first server of the URL that takes writes, whatever the URL says about it.
TARGET = "read-write"

# read_only_sql_transaction: what a server says that takes no writes, of whatever statement needs one.
READ_ONLY_STATE = "25006"

# What a server reports of a session without being asked, from Postgres 14 on; "on" where it takes no writes.
REPORTED = ("in_hot_standby", "default_transaction_read_only")


def writable(url: str, **more: str | int) -> str:
    """The URL as libpq takes it, so that it leads to a server that takes writes."""
    return make_conninfo(url, target_session_attrs=TARGET, **more)
