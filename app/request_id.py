"""The id of the request that is being answered: in the log, in the reply's X-Request-ID, and in every event that
the request caused.
"""

import re
import secrets
from contextvars import ContextVar
from itertools import count

HEADER = "x-request-id"
WELL_FORMED = re.compile(r"[A-Za-z0-9._:/+=@-]{1,100}")

current: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this task answers; empty when it answers none."""

_process = secrets.token_hex(6)
_numbers = count(1)


def new() -> str:
    """A new id, unique among all processes."""
    return f"{_process}-{next(_numbers):x}"
