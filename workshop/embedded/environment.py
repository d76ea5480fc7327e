"""The environment of the embedded servers: nothing of ours that is about another server."""

import os


def server_environment() -> dict[str, str]:
    """The whole environment of a server, and of the programs that make and start one."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
