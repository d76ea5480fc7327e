"""Ports for processes that a test starts. They stay reserved until the test process ends.

A port that is found free and then released is sometimes taken by another connection.
"""

import socket

from app.server import bind

held: list[socket.socket] = []


def free_ports() -> dict[str, str]:
    """Ports for both listeners, as variables of the environment."""
    return {f"CURHAT_{listener}_PORT": str(free_port()) for listener in ("PUBLIC", "INTERNAL")}


def free_port() -> int:
    """A port that this process holds until it ends. Our processes can listen there too, as workers do."""
    held.append(bind("127.0.0.1", 0))
    port: int = held[-1].getsockname()[1]
    return port
