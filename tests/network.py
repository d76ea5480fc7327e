"""Two networks of the test's own, and wires between them that can drop packets, so that TCP meets a black hole.

Processes run on the near network. Each reaches a server over a wire of its own; at the far end a forwarder connects to
the server's unix socket. Dropped packets go to an Ethernet address that nobody has, so neither end gets an error:
connections stay open, and new ones are never answered.

These are Linux network namespaces. Root can make them; other users can where the kernel allows user namespaces. They
disappear with the processes that hold them, however the test ends.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tests.listeners.proxy import Proxy

WIRES = ("postgres", "redis")
ROOT = os.geteuid() == 0
# Holds a namespace while we run, and makes sockets in it: a socket stays in the namespace where it was made.
HOLD = """
import socket, sys
ours = socket.socket(fileno=int(sys.argv[1]))
while ours.recv(1):
    with socket.socket() as made:
        socket.send_fds(ours, [b"."], [made.fileno()])
"""


class NoNamespacesError(Exception):
    """Network namespaces are not available here; the text says why."""


@dataclass
class Namespace:
    """A network namespace: the process that holds it, and our socket to that process."""

    holder: "subprocess.Popen[str]"
    line: socket.socket

    @classmethod
    @contextlib.contextmanager
    def made(cls, within: Sequence[str], *options: str) -> Iterator["Namespace"]:
        """A new one. The command `within` enters its user namespace."""
        ours, theirs = socket.socketpair()
        number = str(theirs.fileno())
        command = [*within, "unshare", "--net", *options, sys.executable, "-S", "-c", HOLD, number]
        with ours, theirs, run(command, pass_fds=(theirs.fileno(),)) as holder:
            theirs.close()
            yield cls(holder, ours)
            ours.close()

    def command(self, *words: str) -> list[str]:
        """A command line that runs in it."""
        user = () if ROOT else ("--user", "--preserve-credentials")
        return ["nsenter", "--target", str(self.holder.pid), "--net", *user, *words]

    def ip(self, *commands: str) -> None:
        """Configure it."""
        program = run(self.command("ip", "-batch", "-"), stdin=subprocess.PIPE)
        _, said = program.communicate("\n".join(commands))
        if program.returncode != 0:
            raise NoNamespacesError(f"ip: {said.strip()}")

    def socket(self) -> socket.socket:
        """A TCP socket in it, not connected."""
        try:
            self.line.send(b".")
            _, (number,), _, _ = socket.recv_fds(self.line, 1, 1)
        except (OSError, ValueError) as error:  # its holder has ended, or did not start
            _, said = self.holder.communicate()
            raise NoNamespacesError(said.strip()) from error
        made = socket.socket(fileno=number)
        made.setblocking(False)
        return made


def run(
    command: Sequence[str], *, stdin: int = subprocess.DEVNULL, pass_fds: tuple[int, ...] = ()
) -> "subprocess.Popen[str]":
    """Start a program of Debian's util-linux or iproute2."""
    try:
        return subprocess.Popen(command, stdin=stdin, stderr=subprocess.PIPE, pass_fds=pass_fds, text=True)
    except FileNotFoundError as error:
        raise NoNamespacesError(f"{error.filename} is not installed") from error


@dataclass
class Network:
    """The two networks and their wires."""

    near: Namespace
    far: Namespace

    @classmethod
    @contextlib.contextmanager
    def made(cls) -> Iterator["Network"]:
        """A working network, for as long as the context is open. Raises NoNamespacesError."""
        with contextlib.ExitStack() as stack:
            user = () if ROOT else ("--user", "--map-root-user")
            far = stack.enter_context(Namespace.made((), *user))
            far.socket().close()  # it is there
            near = stack.enter_context(Namespace.made(far.command()))
            near.socket().close()
            network = cls(near, far)
            for wire in WIRES:
                far.ip(
                    f"link add {wire} address {_mac(wire, 1)} type veth"
                    f" peer name {wire} address {_mac(wire, 2)} netns {near.holder.pid}"
                )
                for namespace, end in ((far, 1), (near, 2)):
                    namespace.ip(f"address add {_address(wire, end)}/30 dev {wire}", f"link set {wire} up")
                network.heal(wire)
            near.ip("link set lo up")
            yield network

    def drop(self, wire: str) -> None:
        """Drop all packets on this wire, both ways, from now on."""
        self._send_to(wire, "02:00:00:00:00:00", "02:00:00:00:00:00")

    def heal(self, wire: str) -> None:
        """Let the wire carry packets again."""
        self._send_to(wire, _mac(wire, 1), _mac(wire, 2))

    @contextlib.asynccontextmanager
    async def door(self, wire: str, unix_socket: str) -> AsyncIterator[tuple[str, int]]:
        """The address and port at which near processes reach a server that has a unix socket."""
        listening = self.far.socket()
        listening.bind((_address(wire, 1), 0))
        listening.listen()
        proxy = Proxy(partial(asyncio.open_unix_connection, unix_socket))
        async with await asyncio.start_server(proxy.serve, sock=listening):
            try:
                yield listening.getsockname()
            finally:
                proxy.hang_up()

    @contextlib.asynccontextmanager
    async def window(self, port: int) -> AsyncIterator[int]:
        """A port of this machine that forwards to a port on the near network."""

        async def look_in() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            made = self.near.socket()
            await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
            return await asyncio.open_connection(sock=made)

        proxy = Proxy(look_in)
        async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
            try:
                yield server.sockets[0].getsockname()[1]
            finally:
                proxy.hang_up()

    def _send_to(self, wire: str, far: str, near: str) -> None:
        for namespace, address, mac in (
            (self.near, _address(wire, 1), far),
            (self.far, _address(wire, 2), near),
        ):
            namespace.ip(f"neighbour replace {address} lladdr {mac} nud permanent dev {wire}")


def _address(wire: str, end: int) -> str:
    return f"10.0.{WIRES.index(wire)}.{end}"


def _mac(wire: str, end: int) -> str:
    return f"02:00:00:00:{WIRES.index(wire):02}:{end:02}"
