"""What CONTRIBUTING says of commits."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEFORE_THE_RULE = "438f6fe599"
LONGEST = 72


@pytest.mark.check
def test_a_subject_is_short() -> None:
    told = subprocess.run(
        ["git", "log", "--format=%s", f"{BEFORE_THE_RULE}..HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        pytest.skip("not a checkout with its history")
    assert [subject for subject in told.stdout.splitlines() if len(subject) > LONGEST] == []
