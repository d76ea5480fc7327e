"""The files of deploy/ and the Dockerfiles agree with the settings, the command line, and each other."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from app.cli import main
from app.running.programs import NEEDS
from app.settings import MISSING, VARIABLES, Settings, SettingsError
from tests.deploy.pair import LOGINS, PASSWORDS

pytestmark = pytest.mark.check

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"
EXAMPLE = (DEPLOY / "example.env").read_text("utf-8")
COMPOSE_TEXT = (DEPLOY / "compose.yaml").read_text("utf-8")
REDIS_USERS = ("public", "internal", "listen")
REDIS_PASSWORDS = {f"REDIS_{user.upper()}_PASSWORD" for user in REDIS_USERS}
SECRETS = {
    "DOMAIN",
    "CURHAT_JWT_KEYS",
    "CURHAT_OPERATOR_JWT_KEYS",
    "CURHAT_OTP_SENDER",
    "POSTGRES_PASSWORD",
    *PASSWORDS,
    *REDIS_PASSWORDS,
}
KEY = f"one:{'k' * 32}"
OPERATORS_KEY = f"operators:{'o' * 32}"


def given() -> dict[str, str]:
    """The variables of example.env."""
    return dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, re.MULTILINE))


def filled() -> dict[str, str]:
    """The same with its secrets filled in."""
    said = {
        "CURHAT_JWT_KEYS": KEY,
        "CURHAT_OPERATOR_JWT_KEYS": OPERATORS_KEY,
        "CURHAT_OTP_SENDER": "https://codes.example.com",
        "DOMAIN": "example.com",
    }
    return {**given(), **dict.fromkeys(SECRETS, "secret"), **said}


def interpolated(text: str, values: dict[str, str]) -> str:
    """A text with docker compose's ${NAME}, ${NAME:-default} and ${NAME:?complaint} filled in."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda m: values.get(m[1]) or m[2] or "", text)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(interpolated(COMPOSE_TEXT, filled()))
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our own image."""
    return {name: one for name, one in compose()["services"].items() if one["image"] == "curhat"}


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each as keyword and rest."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line)]


def parsed(arguments: list[str]) -> click.Context:
    """A command line of ours, if it is one."""
    name, *rest = arguments
    command = main.get_command(click.Context(main), name)
    assert command is not None, f"there is no command {name}"
    return command.make_context(name, rest)


def exec_form(rest: str) -> list[str]:
    """The words of CMD ["…", "…"]."""
    found: list[str] = YAML(typ="safe").load(rest[rest.index("[") :])
    return found


# Settings


def test_the_example_names_every_setting() -> None:
    assert set(re.findall(r"CURHAT_\w+", EXAMPLE)) == set(VARIABLES)


@pytest.mark.parametrize(("folder", "of_compose"), [(DEPLOY, {"COMPOSE_PROFILES"}), (DEPLOY / "ha", set())])
def test_what_the_example_sets_is_used_and_what_is_used_is_in_the_example(
    folder: Path, of_compose: set[str]
) -> None:
    used = set(re.findall(r"\$\{(\w+)", (folder / "compose.yaml").read_text("utf-8")))
    assert used | of_compose == set(
        re.findall(r"^(\w+)=", (folder / "example.env").read_text("utf-8"), re.MULTILINE)
    )


@pytest.mark.parametrize("folder", [DEPLOY, DEPLOY / "ha"])
def test_the_copy_with_the_secrets_is_never_committed(folder: Path) -> None:
    ignored = (PROJECT / ".gitignore").read_text("utf-8").splitlines()
    assert f"/{folder.relative_to(PROJECT)}/.env" in ignored


def test_what_compose_settles_is_said_in_the_example() -> None:
    settled = {name for one in ours().values() for name in one["environment"] if name.startswith("CURHAT_")}
    image = {
        part.partition("=")[0]
        for word, rest in instructions(PROJECT / "Dockerfile")
        if word == "ENV"
        for part in shlex.split(rest)
    }
    (said,) = re.findall(r"Set by .*:\n#((?: \s*CURHAT_\w+)+)", EXAMPLE)
    assert set(said.split()) == (settled | image) & set(VARIABLES) - set(given())


def test_the_page_on_deployment_explains_every_setting() -> None:
    page = (PROJECT / "docs" / "deployment.md").read_text("utf-8")
    (table,) = re.findall(r"^## Settings\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(CURHAT_\w+)`", table)) == set(VARIABLES)


def test_the_services_have_settings_that_will_do() -> None:
    for one in ours().values():
        environment = {name: str(value or "") for name, value in one["environment"].items()}
        settings = Settings.from_environment(environment)
        assert settings.production
        assert not settings.demo


def test_a_service_gets_the_secrets_that_it_needs_and_no_more() -> None:
    for one in ours().values():
        command, *rest = one["command"]
        needs = NEEDS[rest[-1]] if command == "serve" else ()
        assert set(one["environment"]) & set(MISSING) == set(needs)


def test_the_example_starts_nothing_as_it_is() -> None:
    assert {name for name, value in given().items() if not value} - {
        "CURHAT_CORS_ORIGINS",
        "CURHAT_METRICS_TOKEN",
    } == SECRETS
    demanded = set(re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT))
    assert demanded == SECRETS - {"POSTGRES_PASSWORD"}  # which the image demands
    production = {"CURHAT_ENV": "production", "CURHAT_JWT_KEYS": given()["CURHAT_JWT_KEYS"]}
    with pytest.raises(SettingsError, match="CURHAT_JWT_KEYS must be set in production"):
        Settings.from_environment(production).demand("CURHAT_JWT_KEYS")


# Commands


def test_the_services_run_commands_that_there_are() -> None:
    for name, one in ours().items():
        parsed(one["command"])
        check = one["healthcheck"]
        if not check.get("disable"):
            assert check["test"][:2] == ["CMD", "curhat"], name
            parsed(check["test"][2:])


def test_the_image_runs_commands_that_there_are() -> None:
    found = dict(instructions(PROJECT / "Dockerfile"))  # the last of each word counts
    assert exec_form(found["ENTRYPOINT"]) == ["tini", "--", "curhat"]
    parsed(exec_form(found["CMD"]))
    assert exec_form(found["HEALTHCHECK"])[0] == "curhat"
    parsed(exec_form(found["HEALTHCHECK"])[1:])


# Files


@pytest.mark.parametrize("context", [".", "deploy/postgres", "deploy/ha"])
def test_what_is_copied_into_an_image_is_there(context: str) -> None:
    folder = PROJECT / context
    ignored = (folder / ".dockerignore").read_text("utf-8") if (folder / ".dockerignore").exists() else ""
    let_in = [line[1:] for line in ignored.splitlines() if line.startswith("!")] or ["*"]
    for word, rest in instructions(folder / "Dockerfile"):
        if word == "COPY" and "--from" not in rest:
            for source in shlex.split(rest)[:-1]:
                assert (folder / source).exists(), source
                assert any(fnmatch(source.split("/")[0], one) for one in let_in), f"{source} is ignored"


def test_nothing_of_web_is_left_out_of_its_build() -> None:
    copied = [rest for word, rest in instructions(PROJECT / "Dockerfile") if word == "COPY"]
    for package in (PROJECT / "web").glob("*/package.json"):
        assert f"web/{package.parent.name}/package.json {package.parent.name}/" in copied


def test_compose_mounts_and_builds_what_is_there() -> None:
    for one in compose()["services"].values():
        if "build" in one:
            assert (DEPLOY / one["build"] / "Dockerfile").exists()
        for volume in one.get("volumes", []):
            source = volume.split(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in compose()["volumes"]


def test_patroni_starts_postgres_with_the_files_of_its_image() -> None:
    patroni = YAML(typ="safe").load((DEPLOY / "ha" / "patroni.yaml").read_text("utf-8"))
    postgresql = patroni["postgresql"]
    named = {patroni["bootstrap"]["post_bootstrap"], postgresql["custom_conf"]}
    named |= {postgresql["parameters"][name] for name in ("hba_file", "ident_file")}
    copied = {
        f"{target}{Path(source).name}"
        for folder in ("postgres", "ha")
        for word, rest in instructions(DEPLOY / folder / "Dockerfile")
        if word == "COPY"
        for *sources, target in [rest.split()]
        for source in sources
    }
    assert named <= copied
    assert (DEPLOY / "ha" / "post-bootstrap").stat().st_mode & 0o111


# Who may reach what


def test_each_service_has_a_login_of_its_own_that_is_made_and_let_in() -> None:
    prepare = (DEPLOY / "postgres" / "prepare.sql").read_text("utf-8")
    hba = (DEPLOY / "postgres" / "pg_hba.conf").read_text("utf-8")
    logins = []
    for one in ours().values():
        login, _, host = (
            one["environment"]["CURHAT_DATABASE_URL"].removeprefix("postgresql://").partition(":")
        )
        assert host == "secret@postgres/curhat?target_session_attrs=read-write"
        assert f"alter role {login} login nocreaterole nocreatedb" in prepare
        assert re.search(rf"^host\s+curhat\s+\S*\b{login}\b", hba, re.MULTILINE)
        logins.append(login)
    assert sorted(logins) == sorted(LOGINS)


def test_each_service_that_needs_redis_comes_to_it_as_a_user_of_its_own() -> None:
    assert {
        name: one["environment"]["CURHAT_REDIS_URL"]
        for name, one in ours().items()
        if "CURHAT_REDIS_URL" in one["environment"]
    } == {user: f"redis://{user}:secret@redis:6379/0" for user in REDIS_USERS}
    start = (DEPLOY / "redis" / "start").read_text("utf-8")
    assert set(re.findall(r"^user (\w+) ", start, re.MULTILINE)) == {"default", *REDIS_USERS}
    assert set(compose()["services"]["redis"]["environment"]) == REDIS_PASSWORDS


def test_the_image_has_the_patroni_that_the_tests_run() -> None:
    pinned = [
        re.findall(r"^patroni==(\S+)", path.read_text("utf-8"), re.MULTILINE)
        for path in (PROJECT / "requirements-dev.txt", DEPLOY / "ha" / "requirements.txt")
    ]
    assert pinned[0] == pinned[1] != []
    assert "--require-hashes" in (DEPLOY / "ha" / "Dockerfile").read_text("utf-8")


def test_nothing_but_the_proxy_is_on_the_internet() -> None:
    services = compose()["services"]
    assert compose()["networks"]["back"]["internal"] is True
    ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert set(ports) == {"proxy", "internal"}
    assert ports["internal"] == ["127.0.0.1:3001:3001"]
    assert services["proxy"]["networks"] == ["front"]
    assert {name for name, one in services.items() if "front" in one["networks"]} == {"proxy", "public"}


def test_every_process_of_ours_can_reach_a_postgres_on_another_machine() -> None:
    leads_out = {name for name, one in compose()["networks"].items() if not (one or {}).get("internal")}
    for name, one in ours().items():
        assert leads_out & set(one["networks"]), name


def test_the_proxy_leads_to_the_public_listener_alone() -> None:
    caddyfile = (DEPLOY / "Caddyfile").read_text("utf-8")
    defaults = Settings.from_environment({})
    assert re.findall(r"reverse_proxy (\S+)", caddyfile) == [f"public:{defaults.public_port}"]
    assert compose()["services"]["internal"]["ports"][0].endswith(f":{defaults.internal_port}")


def test_the_service_believes_the_network_of_the_proxy_and_no_other() -> None:
    (subnet,) = compose()["networks"]["front"]["ipam"]["config"]
    for one in ours().values():
        assert one["environment"]["CURHAT_TRUSTED_PROXIES"] == subnet["subnet"]
    assert "header_up X-Request-ID {http.request.uuid}" in (DEPLOY / "Caddyfile").read_text("utf-8")


def test_no_service_has_rights_that_it_does_not_need() -> None:
    for name, one in compose()["services"].items():
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one.get("read_only", False) or name == "postgres"
    assert dict(instructions(PROJECT / "Dockerfile"))["USER"] == "10001:10001"


def test_processes_put_their_figures_together_where_only_they_can_and_in_memory() -> None:
    said = dict(
        part.split("=", 1)
        for word, rest in instructions(PROJECT / "Dockerfile")
        if word == "ENV"
        for part in shlex.split(rest)
    )
    for name, one in ours().items():
        if name != "migrate":
            assert one["volumes"] == [f"figures:{said['CURHAT_HOME']}/metrics"], name
    options = compose()["volumes"]["figures"]["driver_opts"]
    user, _, group = dict(instructions(PROJECT / "Dockerfile"))["USER"].partition(":")
    assert options["type"] == "tmpfs"
    assert {f"uid={user}", f"gid={group}", "mode=0750"} <= set(options["o"].split(","))


def test_no_proxy_leads_to_the_figures() -> None:
    caddyfile = (DEPLOY / "Caddyfile").read_text("utf-8")
    (matcher,) = re.findall(r"^\s*respond (@\w+) 404$", caddyfile, re.MULTILINE)
    (paths,) = re.findall(rf"^\s*{matcher} path (.*)$", caddyfile, re.MULTILINE)
    assert {"/metrics", "/metrics/*", "/readyz", "/readyz/*"} <= set(paths.split())
