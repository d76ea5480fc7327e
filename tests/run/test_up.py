"""`curhat up` and the commands beside it, as processes, as in a terminal."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from app.identity.sender import OTP_FILE
from app.running.accounts import server_account
from app.running.programs import LISTENERS, NEEDS
from app.settings import MISSING
from tests.cluster import TestCluster
from tests.conftest import Connection
from tests.run.conftest import Curhat, children, is_alive, new_curhat
from tests.waits import PATIENCE_SECONDS, wait_until
from workshop.embedded.place import make_home
from workshop.embedded.redis_server import find_program
from workshop.seed import DEMO_PASSWORD

PRODUCTION = {
    "CURHAT_ENV": "production",
    "CURHAT_JWT_KEYS": f"k:{'s' * 32}",
    "CURHAT_OPERATOR_JWT_KEYS": f"o:{'t' * 32}",
    "CURHAT_OTP_SENDER": "https://codes.example",
}
TELLING = {"public-1", "internal", *LISTENERS}
DEMO_CUSTOMER = "c0000000-0000-4000-8000-000000000001"
NOBODY = "00000000-0000-4000-8000-000000000000"


# The environment of a shell that is set up for another server. Each of them alone would mislead us.
FOREIGN = {
    "PGHOST": "db.example",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "6543",
    "PGUSER": "budi",
    "PGPASSWORD": "another",
    "PGPASSFILE": "/nowhere/pgpass",
    "PGDATABASE": "another",
    "PGSERVICE": "another",
    "PGSERVICEFILE": "/nowhere/services",
    "PGSYSCONFDIR": "/nowhere",
    "PGOPTIONS": "-c search_path=another -c statement_timeout=1 -c default_transaction_read_only=on",
    "PGTARGETSESSIONATTRS": "standby",
    "PGSSLMODE": "verify-full",
    "PGSSLNEGOTIATION": "direct",
    "PGSSLROOTCERT": "/nowhere/root.crt",
    "PGSSLCERT": "/nowhere/client.crt",
    "PGGSSENCMODE": "require",
    "PGREQUIREAUTH": "scram-sha-256",
    "PGREQUIREPEER": "nobody-of-this-name",
    "PGCHANNELBINDING": "require",
    "PGLOADBALANCEHOSTS": "random",
    "PGCONNECT_TIMEOUT": "never",
    "PGCLIENTENCODING": "LATIN1",
    "PGAPPNAME": "another",
    "PGTZ": "Asia/Jakarta",
    "PGDATESTYLE": "German",
    "PGDATA": "/nowhere",
    "PGCTLTIMEOUT": "0",
}


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Curhat, "subprocess.Popen[str]"]]:
    """One `curhat up` for the tests that do not change it."""
    with new_curhat() as curhat:
        yield curhat, curhat.up()


Running = tuple[Curhat, "subprocess.Popen[str]"]


def test_both_listeners_answer_and_the_screen_says_where_and_who(running: Running) -> None:
    curhat, _ = running
    assert curhat.get("/healthz") == 200
    assert curhat.get("/readyz") == 200
    screen = curhat.said()
    for shown in (
        f"http://127.0.0.1:{curhat.public_port}",
        f"http://127.0.0.1:{curhat.internal_port}",
        str(curhat.home / "log"),
        DEMO_CUSTOMER,
        "Ctrl-C",
    ):
        assert shown in screen


def test_every_process_has_a_log(running: Running) -> None:
    curhat, _ = running
    names = {path.name for path in (curhat.home / "log").iterdir()} - {OTP_FILE}
    assert names == {
        f"{name}.log" for name in ("up", "postgres", "redis", "public-1", "internal", *LISTENERS, "demo")
    }


def test_one_address_tells_the_figures_of_every_process(running: Running) -> None:
    curhat, _ = running
    assert curhat.get("/healthz") == 200
    wait_until(lambda: set(began(curhat)) == TELLING, "every process has told its figures")
    polled = (
        r'curhat_http_request_seconds_count{method="GET",process="public-1",route="/healthz",status="200"}'
    )
    wait_until(lambda: polled in curhat.figures(), "the public worker has told of a request")


def test_a_process_that_is_killed_leaves_no_figures_behind(running: Running) -> None:
    curhat, process = running
    wait_until(lambda: set(began(curhat)) == TELLING, "every process has told its figures")
    before = began(curhat)
    (relay,) = (pid for pid, command in children(process.pid).items() if command.endswith(" relay"))
    os.kill(relay, signal.SIGKILL)
    wait_until(lambda: began(curhat)["relay"] > before["relay"], "another relay tells its own")
    assert began(curhat) == {**before, "relay": began(curhat)["relay"]}
    assert {path.stem for path in (curhat.home / "metrics").iterdir()} == TELLING


def began(curhat: Curhat) -> dict[str, float]:
    """The start times of the processes that have figures."""
    found = re.findall(
        r'^process_start_time_seconds\{process="(.*)"\} (\S+)$', curhat.figures(), re.MULTILINE
    )
    return {process: float(at) for process, at in found}


def test_one_person_alone_can_sign_in_with_what_the_screen_shows(running: Running) -> None:
    curhat, _ = running
    codes = curhat.home / "log" / OTP_FILE
    assert f"Sign-in codes  {codes}" in curhat.said()
    phone = {"phone": "0812 0000 0001", "audience": "customer"}
    assert curhat.post("public", "/api/auth/otp", phone)[0] == 202
    code = codes.read_text(encoding="utf-8").split()[-1]
    status, told = curhat.post("public", "/api/auth/otp/verify", {**phone, "code": code})
    assert (status, told["user"]["id"]) == (200, DEMO_CUSTOMER)


def test_the_demo_operators_sign_in_with_what_the_screen_shows(running: Running) -> None:
    curhat, _ = running
    assert DEMO_PASSWORD in curhat.said()
    for role in ("viewer", "operator", "admin"):
        email = f"{role}@curhat.example"
        assert email in curhat.said()
        status, told = curhat.post(
            "internal", "/internal/auth/login", {"email": email, "password": DEMO_PASSWORD}
        )
        assert (status, told["user"]["role"]) == (200, role)


def test_a_second_run_on_the_same_home_is_refused(running: Running) -> None:
    curhat, process = running
    refused = curhat.run("up")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert str(process.pid) in refused.stderr


def test_psql_runs_with_the_role_that_is_asked_for(running: Running) -> None:
    curhat, _ = running
    done = curhat.run("psql", "--role", "operator", "--", "-X", "-A", "-t", "-c", "select current_user")
    assert (done.stdout, done.returncode) == ("curhat_operator\n", 0)


def test_a_socket_whose_input_is_empty_ends_when_the_server_objects(running: Running) -> None:
    curhat, _ = running
    process = curhat.start("socket", "customer", NOBODY)
    assert process.wait(PATIENCE_SECONDS) == 1
    assert curhat.said().endswith("\nclosed: 4001 (private use) customer_not_found\n")
    assert "Traceback" not in curhat.said()


@pytest.mark.parametrize("line", [b"\xff", b"a" * 70_000])
def test_a_line_that_is_no_frame_is_refused_by_the_server(running: Running, line: bytes) -> None:
    curhat, _ = running
    command = [sys.executable, "-P", "-m", "app.cli", "socket", "customer", DEMO_CUSTOMER]
    done = subprocess.run(
        command,
        input=line + b"\n",
        env=curhat.environment,
        check=False,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stderr.startswith(b"closed: 4009"), done.stderr


def test_the_demo_people_are_added_once(running: Running) -> None:
    curhat, _ = running
    assert curhat.run("seed").stdout == curhat.run("seed").stdout
    count = "select count(*) from data.users"
    assert curhat.run("psql", "--role", "owner", "--", "-X", "-A", "-t", "-c", count).stdout == "2\n"


def test_migrate_has_nothing_left_to_do(running: Running) -> None:
    curhat, _ = running
    done = curhat.run("migrate")
    assert (done.stdout, done.returncode) == ("The database is up to date.\n", 0)


def test_everything_is_healthy(running: Running) -> None:
    curhat, _ = running
    told: list[tuple[str, int]] = []

    def healthy() -> bool:  # a busy machine may exceed its limit of two seconds
        done = curhat.run("healthy")
        told.append((done.stderr, done.returncode))
        return told[-1] == ("", 0)

    wait_until(healthy, "everything is healthy")
    assert all(code == 0 or said.startswith("Not at work: ") for said, code in told)


def test_a_part_that_does_not_work_is_named(curhat: Curhat, cluster: TestCluster, database: str) -> None:
    servers = {"CURHAT_DATABASE_URL": cluster.url(database), "CURHAT_REDIS_URL": "unix:///nowhere/redis.sock"}
    done = curhat.run("healthy", **servers)
    names = ", ".join(("public-1", "internal", *LISTENERS))
    assert (done.stderr, done.returncode) == (f"Not at work: {names}.\n", 1)


def test_the_doctor_finds_everything_there(running: Running) -> None:
    curhat, _ = running
    subjects = (
        "Postgres programs",
        "Redis",
        "Schema",
        "relay",
        "availability listener",
        "Public server",
        "Internal server",
    )

    def all_there() -> bool:
        lines = [line for line in curhat.run("doctor").stdout.splitlines() if line.startswith("ok")]
        return all(any(subject in line for line in lines) for subject in subjects)

    wait_until(all_there, "the doctor finds each of them")


@pytest.mark.parametrize(
    ("command", "programs"),
    [("serve", 2), ("serve --only public", 1), ("serve --only internal", 1), ("listen", len(LISTENERS))],
)
def test_serve_and_listen_keep_their_own_programs_running_beside_it(
    running: Running, command: str, programs: int
) -> None:
    curhat, _ = running
    other = Curhat(curhat.home, name=command)  # with other ports, and the same Postgres and Redis
    process = other.start(*command.split())
    curhat.started.append(process)
    wait_until(
        lambda: "all programs are ready" in other.said() or process.poll() is not None, "all are ready"
    )
    pids = list(children(process.pid))
    assert len(pids) == programs
    parts = {
        "serve": {"public", "internal"},
        "serve --only public": {"public"},
        "serve --only internal": {"internal"},
    }.get(command, set())

    def healthy() -> set[str]:
        return {part for part in ("public", "internal") if other.run("healthy", part).returncode == 0}

    wait_until(lambda: healthy() == parts, "what was started is healthy, and nothing else")
    assert other.interrupt(process) == 0
    assert [pid for pid in pids if is_alive(pid)] == []


@pytest.mark.parametrize("name", ["public-1", "internal", *LISTENERS, "demo", "redis", "postgres"])
def test_a_process_that_is_killed_comes_back(running: Running, name: str) -> None:
    curhat, process = running
    mark = {"redis": find_program(), "postgres": "bin/postgres"}.get(name, f"--name {name}")

    def pid() -> int | None:
        return next((number for number, command in children(process.pid).items() if mark in command), None)

    wait_until(lambda: pid() is not None, f"{name} runs")
    first = pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: pid() not in (None, first), f"{name} runs again")
    wait_until(lambda: curhat.run("psql", "--", "-X", "-c", "select 1").returncode == 0, "Postgres answers")
    log = (curhat.home / "log" / "up.log").read_text(encoding="utf-8")
    assert any("program ended" in line and f"program={name}" in line for line in log.splitlines())


def test_ctrl_c_leaves_no_process_and_the_next_run_has_the_data(curhat: Curhat) -> None:
    process = curhat.up()
    pids = list(children(process.pid))
    create = ("psql", "--role", "owner", "--", "-X", "-c", "create table data.kept ()")
    assert curhat.run(*create).returncode == 0

    assert curhat.interrupt(process) == 0
    assert [pid for pid in pids if is_alive(pid)] == []

    curhat.up()
    again = curhat.run("psql", "--role", "owner", "--", "-X", "-c", "table data.kept")
    assert again.returncode == 0, again.stderr


def test_no_process_outlives_a_run_that_is_killed_and_the_next_one_starts(curhat: Curhat) -> None:
    process = curhat.up(CURHAT_DEMO="off")
    pids = list(children(process.pid))
    assert len(pids) == 4 + len(LISTENERS)
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(is_alive, pids)), "all of its processes are gone")
    curhat.up(CURHAT_DEMO="off")
    assert curhat.get("/readyz") == 200


def test_a_shell_that_is_set_up_for_another_server_changes_nothing(curhat: Curhat) -> None:
    """The servers, their clients in `curhat up`, and every command beside it."""
    curhat.environment.update(FOREIGN)
    curhat.up()
    assert curhat.get("/readyz") == 200
    wait_until(lambda: curhat.run("healthy").returncode == 0, "everything is healthy")
    show = "select current_user, current_setting('timezone'), current_setting('client_encoding'), inet_server_port()"
    told = curhat.run("psql", "--role", "operator", "--", "-X", "-A", "-t", "-c", show)
    assert (told.stdout, told.stderr) == ("curhat_operator|UTC|UTF8|\n", "")
    others = "select count(*) from pg_stat_activity where application_name = 'another'"
    assert curhat.run("psql", "--", "-X", "-A", "-t", "-c", others).stdout == "0\n"
    assert curhat.run("migrate").stdout == "The database is up to date.\n"
    assert curhat.run("seed").returncode == 0
    wait_until(
        lambda: "ok" in next(line for line in curhat.run("doctor").stdout.splitlines() if "Schema" in line),
        "the doctor finds the schema",
    )


def test_given_servers_replace_the_embedded_ones(
    curhat: Curhat, cluster: TestCluster, empty_database: str, redis_url: str
) -> None:
    curhat.up(CURHAT_DATABASE_URL=cluster.url(empty_database), CURHAT_REDIS_URL=redis_url, CURHAT_DEMO="off")
    assert curhat.get("/readyz") == 200
    assert not (curhat.home / "postgres").exists()
    assert curhat.interrupt(curhat.started[-1]) == 0


def test_a_failing_migration_is_reported_and_everything_stops(curhat: Curhat, cluster: TestCluster) -> None:
    not_ours = cluster.url("postgres")
    done = curhat.run("up", CURHAT_DATABASE_URL=not_ours)
    assert done.returncode == 1
    assert "permission denied" in done.stderr
    assert "Traceback" not in done.stderr
    assert (curhat.home / "log" / "redis.log").exists()
    assert not (curhat.home / "run" / "redis.sock").exists()


@pytest.mark.parametrize("listener", ["PUBLIC", "INTERNAL"])
def test_a_port_in_use_is_reported_before_anything_is_started(curhat: Curhat, listener: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = curhat.run("up", **{f"CURHAT_{listener}_PORT": str(port)})
    told(refused, f"CURHAT_{listener}_PORT")
    assert not (curhat.home / "postgres").exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CURHAT_WORKERS", "many"),
        ("CURHAT_ENV", "production"),  # which needs keys
        ("CURHAT_HOST", "192.0.2.1"),
        ("CURHAT_DATABASE_URL", "postgresql:///curhat?host=/nowhere"),
        ("CURHAT_REDIS_URL", "unix:///nowhere/redis.sock"),
    ],
)
def test_a_wrong_setting_is_reported_before_anything_is_started(
    curhat: Curhat, variable: str, value: str
) -> None:
    told(curhat.run("up", **{variable: value}), "CURHAT_JWT_KEYS" if value == "production" else variable)
    assert not (curhat.home / "log" / "postgres.log").exists()


def test_data_of_another_postgres_is_reported_before_anything_is_started(curhat: Curhat) -> None:
    make_home(curhat.home, server_account())
    (curhat.home / "postgres").mkdir()
    (curhat.home / "postgres" / "PG_VERSION").write_text("11\n")
    told(curhat.run("up"), "PostgreSQL 11")
    assert not (curhat.home / "log" / "redis.log").exists()


@pytest.mark.parametrize("command", ["serve", "listen", "migrate"])
@pytest.mark.parametrize("missing", MISSING)
def test_only_a_process_that_serves_demands_a_secret_of_production(
    curhat: Curhat, command: str, missing: str
) -> None:
    done = curhat.run(command, **{**PRODUCTION, missing: ""})
    told(done, missing if command == "serve" else "Nothing runs")


@pytest.mark.parametrize(("listener", "needs"), NEEDS.items())
def test_a_listener_demands_the_secrets_that_it_needs(
    curhat: Curhat, listener: str, needs: tuple[str, ...]
) -> None:
    for given in MISSING:
        done = curhat.run("serve", "--only", listener, **{**PRODUCTION, given: ""})
        told(done, given if given in needs else "Nothing runs")


@pytest.mark.parametrize(
    "command", ["serve", "listen", "healthy", "migrate", "seed", "psql", "demo", "admin a@b"]
)
def test_where_nothing_runs_a_command_says_so(curhat: Curhat, command: str) -> None:
    told(curhat.run(*command.split()), "Nothing runs")


@pytest.mark.parametrize("command", ["simulate", f"socket customer {DEMO_CUSTOMER}"])
def test_where_no_listener_answers_a_command_says_so(
    curhat: Curhat, database_url: str, redis_url: str, command: str
) -> None:
    servers = {"CURHAT_DATABASE_URL": database_url, "CURHAT_REDIS_URL": redis_url}
    told(curhat.run(*command.split(), **servers), "Nothing answers")


def test_the_databases_password_is_not_in_the_public_arguments_of_psql(
    curhat: Curhat, tmp_path: Path
) -> None:
    psql = tmp_path / "psql"
    psql.write_text('#!/bin/sh\necho "$@"\necho "$PGPASSWORD"\n')
    psql.chmod(0o755)
    url = "postgresql://budi:se%40cret@db1,db2:5433/curhat?target_session_attrs=read-write"
    path = f"{tmp_path}:{os.environ['PATH']}"
    arguments, password = curhat.run("psql", PATH=path, CURHAT_DATABASE_URL=url).stdout.splitlines()
    assert "cret" not in arguments
    assert "host=db1,db2" in arguments
    assert "target_session_attrs=read-write" in arguments
    assert password == "se@cret"


def test_production_is_given_no_demo_operators(curhat: Curhat, database_url: str, db: Connection) -> None:
    done = curhat.run("seed", **PRODUCTION, CURHAT_DEMO="on", CURHAT_DATABASE_URL=database_url)
    assert (done.returncode, done.stdout.count("\n")) == (0, 4)
    assert db.execute("select count(*) from data.cc_users").fetchone() == (0,)


def test_the_doctor_says_what_to_do_where_nothing_runs(curhat: Curhat) -> None:
    done = curhat.run("doctor")
    assert done.returncode == 1
    assert "curhat up" in done.stdout


def test_the_doctor_names_what_is_misspelt_and_what_is_foreign(curhat: Curhat) -> None:
    misspelt = {
        "CURHAT_PUBLIC_PROT": "1",
        "CURAHT_WORKERS": "1",
        "curhat_home": "/x",
        "CURHAT_SOMETHING_ELSE": "1",
    }
    said = curhat.run("doctor", **misspelt, PGPORT="1", PGSERVICE="x").stdout
    for name, meant in zip(misspelt, ("PUBLIC_PORT", "WORKERS", "HOME"), strict=False):
        assert f"{name} is set, and nothing reads it" in said
        assert f"did you mean CURHAT_{meant}?" in said
    assert "CURHAT_SOMETHING_ELSE is set, and nothing reads it\n" in said
    assert "PGPORT, PGSERVICE set, but ignored" in said
    given = curhat.run("doctor", PGPORT="1", CURHAT_DATABASE_URL="postgresql:///curhat?host=/nowhere").stdout
    assert "they fill in parts missing from CURHAT_DATABASE_URL" in given


def test_the_doctor_and_curhat_up_name_the_process_on_the_port(curhat: Curhat) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        environment = {"CURHAT_PUBLIC_PORT": str(other.getsockname()[1])}
        holder = f"(process {os.getpid()})"
        assert holder in curhat.run("doctor", **environment).stdout
        assert holder in curhat.run("up", **environment).stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_the_doctor_names_the_owner_of_the_data(curhat: Curhat) -> None:
    make_home(curhat.home, server_account())
    (curhat.home / "postgres").mkdir()
    said = curhat.run("doctor").stdout
    assert f"The data in {curhat.home / 'postgres'} belongs to the user with the id 0" in said


def test_the_doctor_tells_a_login_without_rights_which_one_has_them(
    curhat: Curhat, cluster: TestCluster, database: str
) -> None:
    login = f"{database}_worker"
    with cluster.monitor() as monitor:
        monitor.execute(sql.SQL("create role {} login in role curhat_app").format(sql.Identifier(login)))
        done = curhat.run("doctor", CURHAT_DATABASE_URL=cluster.postgres.url(database, login))
        monitor.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    assert "set CURHAT_DATABASE_URL to the migrating login" in done.stdout, done.stdout


def test_a_token_is_printed_in_development_and_refused_in_production(curhat: Curhat) -> None:
    printed = curhat.run("token", "customer", DEMO_CUSTOMER)
    assert (printed.returncode, printed.stdout.count(".")) == (0, 2)
    told(curhat.run("token", "customer", DEMO_CUSTOMER, **PRODUCTION), "production")


def told(done: "subprocess.CompletedProcess[str]", about: str) -> None:
    """It ended with code 2 and one sentence about this."""
    assert (done.returncode, done.stdout) == (2, "")
    assert about in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
