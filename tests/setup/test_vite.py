"""`npx vite client` shows an app in development, in front of the API of `make run`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
BIN = Path(sys.executable).parent  # which has a Node.js, if the system's is too old
ASKED = (
    "const {default: made} = await import(process.argv[1]); console.log(JSON.stringify(made.server.proxy))"
)


@pytest.mark.parametrize(
    ("app", "variable", "usual"),
    [
        ("client", "CURHAT_PUBLIC_PORT", 3000),
        ("mitra", "CURHAT_PUBLIC_PORT", 3000),
        ("control-center", "CURHAT_INTERNAL_PORT", 3001),
    ],
)
def test_it_finds_the_api_at_the_port_of_the_settings(app: str, variable: str, usual: int) -> None:
    assert asked(app, {variable: ""}) == {f"http://127.0.0.1:{usual}"}
    assert asked(app, {variable: "8000"}) == {"http://127.0.0.1:8000"}


def asked(app: str, settings: dict[str, str]) -> set[str]:
    """The address that its pages' calls go to."""
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", ASKED, str(WEB / app / "vite.config.mjs")],
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **settings},
        check=True,
        capture_output=True,
        text=True,
    )
    return {proxied["target"] for proxied in json.loads(done.stdout).values()}
