"""Each test logs in a process of its own, since a process sets up its log once."""

import json
import subprocess
import sys
from pathlib import Path

LOGGING = """
import logging, sys, warnings, structlog
from pathlib import Path
from app.log import configure
from app.settings import Settings

settings = Settings.from_environment({ENVIRONMENT})
configure(settings, name="public-1", file=Path(sys.argv[1]) if sys.argv[1:] else None)
structlog.get_logger("ours").info("hello", amount=1)
logging.getLogger("theirs").warning("take care")
warnings.warn("this is old")
try:
    secret = "hunter2"
    raise ValueError("went wrong")
except ValueError:
    structlog.get_logger("ours").exception("failed")
"""
DEVELOPMENT = "{}"
PRODUCTION = (
    "{'CURHAT_ENV': 'production', 'CURHAT_JWT_KEYS': 'k:' + 's' * 32, 'CURHAT_OTP_SENDER': 'https://x'}"
)


def logged(environment: str, *arguments: str) -> str:
    """The stderr of the process."""
    script = LOGGING.replace("{ENVIRONMENT}", environment)
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True
    )
    assert done.stdout == ""
    return done.stderr


def test_in_production_every_line_is_an_object_with_the_name_of_the_process() -> None:
    lines = [json.loads(line) for line in logged(PRODUCTION).splitlines()]
    assert [(line["event"], line["level"], line["logger"]) for line in lines] == [
        ("hello", "info", "ours"),
        ("take care", "warning", "theirs"),
        (lines[2]["event"], "warning", "py.warnings"),
        ("failed", "error", "ours"),
    ]
    assert {line["process"] for line in lines} == {"public-1"}
    assert lines[0]["amount"] == 1
    assert "this is old" in lines[2]["event"]
    assert lines[3]["exception"][0]["exc_value"] == "went wrong"


def test_values_of_local_variables_are_never_logged() -> None:
    assert "hunter2'" not in logged(PRODUCTION).replace('secret = "hunter2"', "")
    assert '"hunter2"' not in logged(PRODUCTION)
    assert "hunter2'" not in logged(DEVELOPMENT)


def test_in_development_it_is_made_for_reading_and_without_colours_in_a_file() -> None:
    said = logged(DEVELOPMENT)
    assert "hello" in said
    assert "amount=1" in said
    assert "\x1b" not in said


def test_with_a_file_only_warnings_and_worse_are_shown_as_well(tmp_path: Path) -> None:
    file = tmp_path / "log" / "up.log"
    said = logged(DEVELOPMENT, str(file))
    assert "hello" not in said
    assert "take care" in said
    assert "hello" in file.read_text()
    assert "take care" in file.read_text()


def test_a_file_that_has_grown_big_is_put_aside(tmp_path: Path) -> None:
    file = tmp_path / "up.log"
    with file.open("wb") as old:
        old.truncate(100 * 1024 * 1024)
    logged(DEVELOPMENT, str(file))
    assert file.stat().st_size < 10_000
    assert (tmp_path / "up.log.1").exists()
