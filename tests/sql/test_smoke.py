"""The plan's six smoke scenarios, run from psql without the app."""

import subprocess
from pathlib import Path

from tests.cluster import TestCluster
from tests.conftest import Connect

SCRIPT = Path(__file__).with_name("smoke.sql")


def run(cluster: TestCluster, database_url: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a DBA would."""
    programs = cluster.postgres.programs
    # A package of the server alone has none.
    program = programs.path("psql") if programs.has("psql") else "psql"
    psql = [program, "--no-psqlrc", "--file", str(SCRIPT), database_url]
    return subprocess.run(psql, check=False, capture_output=True, text=True)


def test_the_smoke_scenarios_pass_in_psql_repeatedly(cluster: TestCluster, database_url: str) -> None:
    for _ in range(2):
        done = run(cluster, database_url)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        scenarios = [
            line for line in done.stdout.splitlines() if line[:2] in {f"{number}." for number in range(1, 7)}
        ]
        assert len(scenarios) == 6
        assert done.stdout.splitlines()[-1] == "All is well."


def test_the_script_stops_at_the_first_failed_check(
    cluster: TestCluster, database_url: str, connect: Connect
) -> None:
    mitra = "insert into data.mitras (phone, display_name, created_at, status_changed_at, idle_since, {}) "
    connect(role="curhat_owner").execute(
        mitra.format("declared_online, reachable_until")
        + "values ('+628110000001', 'Sari', now(), now(), now(), true, now() + interval '1 hour')"
    )
    done = run(cluster, database_url)
    assert done.returncode == 3
    assert "FAILED: nobody else is online" in done.stderr
