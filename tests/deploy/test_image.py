"""What the image holds of our code is enough for what runs in it: the workshop is not there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main
from tests.deploy.test_files import PROJECT, exec_form, instructions, ours
from workshop.commands import COMMANDS

pytestmark = pytest.mark.check

# Python with the packages of this environment, but with our code from the directory that it is given alone.
AS_IN_THE_IMAGE = """
import sys
sys.meta_path = [one for one in sys.meta_path if "editable" not in getattr(one, "__module__", "")]
sys.path.insert(0, sys.argv.pop(1))
exec(sys.argv.pop(1))
"""
IMPORT_ALL = """
import app, listeners, importlib, pkgutil
for package in (app, listeners):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""
RUN = "from app.cli import main; main(prog_name='curhat')"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Dockerfile copies of this tree into its first stage."""
    made = tmp_path_factory.mktemp("image")
    for word, rest in instructions(PROJECT / "Dockerfile"):
        if word == "FROM" and "python" not in rest:
            break
        if word == "COPY" and "--from" not in rest:
            *sources, _ = rest.split()
            for source in sources:
                if (PROJECT / source).is_dir():
                    shutil.copytree(PROJECT / source, made / source)
    return made


def inside(image: Path, code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", AS_IN_THE_IMAGE, str(image), code, *arguments],
        env={"PATH": os.defpath, "CURHAT_HOME": str(image / "home"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_in_it_can_be_imported(image: Path) -> None:
    done = inside(image, IMPORT_ALL)
    assert done.returncode == 0, done.stderr


def test_it_knows_every_command_but_those_of_the_workshop(image: Path) -> None:
    said = inside(image, RUN, "--help").stdout.partition("Commands:")[2]
    known = {line.split()[0] for line in said.splitlines() if line[:3].strip()}
    assert known == set(main.commands) - {command.name for command in COMMANDS}
    dockerfile = dict(instructions(PROJECT / "Dockerfile"))
    asked = {
        exec_form(dockerfile["CMD"])[0],
        *(one["command"][0] for one in ours().values() if "command" in one),
    }
    assert asked <= known


def test_it_says_what_must_be_set(image: Path) -> None:
    done = inside(image, RUN, "listen", "--worker", "relay")
    assert done.returncode == 2
    assert done.stderr == "CURHAT_DATABASE_URL and CURHAT_REDIS_URL must be set: no servers come with this.\n"
