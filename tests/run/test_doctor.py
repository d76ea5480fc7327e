"""What `curhat doctor` makes of a machine's programs."""

from pathlib import Path

import pytest

from workshop.doctor import node


def node_that_says(version: str, directory: Path) -> Path:
    program = directory / "node"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("v18.20.4", "note"),
        ("v20.18.3", "note"),
        ("v20.19.0", "ok"),
        ("v21.9.0", "note"),
        ("v22.11.0", "note"),
        ("v22.12.0", "ok"),
        ("v24.1.0", "ok"),
        ("", "note"),
    ],
)
def test_a_node_that_is_too_old_is_named(tmp_path: Path, version: str, verdict: str) -> None:
    program = node_that_says(version, tmp_path)
    found = node(str(tmp_path))
    assert found.verdict == verdict
    assert str(program) in found.detail


def test_another_one_that_will_do_is_enough(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for directory, version in ((old, "v18.20.4"), (new, "v22.12.0")):
        directory.mkdir()
        node_that_says(version, directory)
    assert node(str(old), str(new)).verdict == "ok"
    assert node(str(tmp_path)).detail == "is not installed"
