"""Ports for processes that a test starts, which nobody else is given meanwhile.

Whoever merely asks which port is free and lets go of it loses it now and then to a connection of somebody else's.
"""

import socket

from app.server import bind

held: list[socket.socket] = []


def free_port() -> int:
    """A port of this machine that we hold for as long as we live: our processes share it, as workers do."""
    held.append(bind("127.0.0.1", 0))
    port: int = held[-1].getsockname()[1]
    return port
