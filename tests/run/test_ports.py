"""A port that a test was given stays reserved, and is free for the processes that the test starts."""

import socket

from app.running.probes import port_problem
from app.server import bind
from tests.ports import free_port


def test_it_is_given_to_nobody_who_asks_for_any() -> None:
    ours = {free_port() for _ in range(50)}
    theirs = set()
    for _ in range(20_000):
        with socket.socket() as somebody:
            somebody.bind(("127.0.0.1", 0))
            theirs.add(somebody.getsockname()[1])
    assert not ours & theirs


def test_processes_of_the_test_may_listen_there_again_and_again() -> None:
    port = free_port()
    for _ in range(2):
        assert port_problem("127.0.0.1", port) is None
        with bind("127.0.0.1", port) as first, bind("127.0.0.1", port) as second:
            first.listen()
            second.listen()
