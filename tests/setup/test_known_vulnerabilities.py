"""bin/known-vulnerabilities, beside a server that answers as osv.dev documents it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.ports import free_port

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def osv(vulnerable: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Knows a vulnerability of one package, and keeps the queries."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/querybatch"
            queries = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            asked.extend(queries)
            results = [
                {"vulns": [{"id": "GHSA-test"}]} if query["package"]["name"] == vulnerable else {}
                for query in queries
            ]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"results": results}).encode())

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def check(url: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(PROJECT / "bin" / "known-vulnerabilities")]
    return subprocess.run(command, env={"OSV_URL": url}, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(("vulnerable", "status"), [("sanic", 1), ("react", 1), ("another", 0)])
def test_a_pinned_version_that_is_known_to_be_vulnerable_is_named(vulnerable: str, status: int) -> None:
    with osv(vulnerable) as (url, asked):
        done = check(url)
    assert done.returncode == status
    assert ("GHSA-test" in done.stderr) == (status == 1)
    assert {"PyPI", "npm"} == {query["package"]["ecosystem"] for query in asked}
    assert {"sanic", "patroni", "react", "vite"} <= {query["package"]["name"] for query in asked}


def test_without_a_network_it_is_skipped_with_a_word() -> None:
    done = check(f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 0
    assert "skipped" in done.stderr
