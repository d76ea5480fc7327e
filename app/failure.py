"""An expected failure of a command: printed as a sentence, never with a traceback."""

from typing import ClassVar


class Failure(Exception):  # noqa: N818 - the base of errors
    """Its text is one clear sentence, and `exit_code` what a command that it ends exits with."""

    exit_code: ClassVar[int] = 2
    """2: wrong before anything was begun; 1: failed on the way."""
