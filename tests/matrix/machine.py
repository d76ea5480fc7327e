"""This machine's package sources, so that a bare system can use the same.

None of them is in this repository: they are read when the matrix runs.
"""

import ast
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

AUTHORITIES = Path("/usr/local/share/ca-certificates")
APT_CREDENTIALS = ("etc/apt/auth.conf", "etc/apt/auth.conf.d")
APT_ACCESS = re.compile(r"^Acquire::(https?::|Retries|ForceIPv)", re.IGNORECASE)
# Proxies, certificates, and the settings of npm and Playwright in the environment.
VARIABLES = re.compile(
    r"^((https?|ftp|all|no)_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|(curl|requests)_ca_bundle"
    r"|npm_config_\w+|playwright_\w+)$",
    re.IGNORECASE,
)
HOME = Path(pwd.getpwuid(0).pw_dir)  # root's, here and in a bare system
USER_NPMRC = HOME / ".npmrc"
GLOBAL_NPMRC = Path("/etc/npmrc")


@dataclass
class Access:
    """What a bare system gets: environment variables, and files and folders to mount (there: here)."""

    environment: dict[str, str] = field(default_factory=dict)
    seen: dict[Path, Path] = field(default_factory=dict)

    def see_paths_in(self, value: str) -> None:
        """Mount each file or folder of this machine that a setting names."""
        for word in value.split():
            path = Path(word.removeprefix("file://"))
            if path.is_absolute() and path.exists():
                path = path.parent if path.name == "simple" else path  # an index; its files lie beside it
                self.seen[path] = path


def access() -> Access:
    """How pip, npm and others reach their sources from this machine."""
    found = Access()
    for name, value in {**dict(_variables()), **dict(_pip_settings())}.items():
        found.environment[name] = value
        found.see_paths_in(value)
    for kind, place in (("userconfig", USER_NPMRC), ("globalconfig", GLOBAL_NPMRC)):
        configured = Path(_said("npm", "config", "get", kind) or "/nonexistent")
        if configured.exists():
            found.seen[place] = configured
    found.environment["NPM_CONFIG_GLOBALCONFIG"] = str(GLOBAL_NPMRC)
    found.environment["NPM_CONFIG_USERCONFIG"] = str(USER_NPMRC)
    return found


def mirrors(label: str) -> list[str]:
    """The addresses that apt has here for releases with this label, such as `Debian`; without repetition."""
    line = "$(LABEL) $(REPO_URI)"
    shown = _said("apt-get", "indextargets", "Created-By: Packages", "--format", line) or ""
    pairs = (each.rsplit(" ", 1) for each in shown.splitlines())
    return list(dict.fromkeys(address for found, address in pairs if found == label))


def configure_apt(root: Path) -> None:
    """Give a system the machine's proxies, certificates and credentials for apt."""
    lines = (_said("apt-config", "dump") or "").splitlines()
    kept = [line for line in lines if APT_ACCESS.match(line)]
    (root / "etc/apt/apt.conf.d/00machine").write_text("".join(f"{line}\n" for line in kept))
    for name in APT_CREDENTIALS:
        source = Path("/") / name
        if source.is_dir():
            shutil.copytree(source, root / name, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy2(source, root / name)
    if AUTHORITIES.is_dir():
        shutil.copytree(AUTHORITIES, root / AUTHORITIES.relative_to("/"), dirs_exist_ok=True)


def _variables() -> Iterator[tuple[str, str]]:
    for name, value in os.environ.items():
        if VARIABLES.match(name):
            yield name, value


def _pip_settings() -> Iterator[tuple[str, str]]:
    """Its settings as variables, whether they come from a file or from variables here."""
    shown = _said(sys.executable, "-m", "pip", "config", "list") or ""
    for name, value in re.findall(r"^(?:global|:env:)\.([\w-]+)=(.*)$", shown, re.MULTILINE):
        yield f"PIP_{name.upper().replace('-', '_')}", str(ast.literal_eval(value))


def _said(*command: str) -> str | None:
    """The output of a program; `None` if it is not installed here."""
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip()
