import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.running.supervisor import Backoff, Program, StartError, Supervisor
from tests.run.conftest import is_alive
from tests.waits import PATIENCE_SECONDS, until, wait_until

AT_ONCE = Backoff(first=0.001, longest=0.001)
SLEEP = ("sleep", "1000")
# Makes a file once it traps SIGTERM, and then ignores it.
STUBBORN = ("sh", "-c", "trap '' TERM; touch \"$0\"; while :; do sleep 1000; done")


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with Supervisor(AT_ONCE) as made:
        yield made


async def test_a_program_that_is_killed_is_started_again(supervisor: Supervisor) -> None:
    await supervisor.start(Program("sleeper", SLEEP))
    first = supervisor.pids["sleeper"]

    with capture_logs() as logs:
        os.kill(first, signal.SIGKILL)
        await until(lambda: supervisor.pids.get("sleeper", first) != first)

    ended = [entry for entry in logs if entry["event"] == "program ended"]
    assert [(entry["program"], entry["how"]) for entry in ended] == [("sleeper", "was ended by SIGKILL")]


@pytest.mark.parametrize(
    ("backoff", "pauses"),
    [
        (Backoff(first=0.001, longest=0.004, steady=1000), [0.001, 0.002, 0.004, 0.004]),
        (Backoff(first=0.001, longest=0.004, steady=0), [0.001, 0.001, 0.001, 0.001]),
    ],
    ids=["doubles up to a limit", "is short again after a steady run"],
)
async def test_the_pause_before_a_restart(backoff: Backoff, pauses: list[float]) -> None:
    with capture_logs() as logs:
        async with Supervisor(backoff) as supervisor:
            starting = asyncio.create_task(supervisor.start(Program("failing", ("false",)), tolerant=True))
            await until(lambda: len(ends(logs)) >= 4)
        await asyncio.wait([starting])
    assert [entry["again_in_seconds"] for entry in ends(logs)[:4]] == pauses


async def test_a_program_that_cannot_be_started_is_a_failure_like_any_other(supervisor: Supervisor) -> None:
    with pytest.raises(StartError, match="missing cannot be started"):
        await supervisor.start(Program("missing", ("/nowhere/to/be/found",)))


@pytest.mark.parametrize(
    ("lines", "told"), [(2, ["line 1", "line 2"]), (7, [f"line {number}" for number in range(3, 8)])]
)
async def test_a_start_that_fails_tells_the_last_lines_it_logged(
    supervisor: Supervisor, tmp_path: Path, lines: int, told: list[str]
) -> None:
    log = tmp_path / "broken.log"
    log.write_text("of an earlier run\n")
    command = ("sh", "-c", f"for i in $(seq {lines}); do echo line $i; done; exit 3")
    with pytest.raises(StartError) as caught:
        await supervisor.start(Program("broken", command, log=log, ready=never))
    assert str(caught.value).splitlines() == [
        f"broken ended with code 3; its log is {log}.",
        *(f"  {line}" for line in told),
    ]


async def test_start_waits_until_a_program_is_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    flag = tmp_path / "flag"

    async def ready() -> bool:
        return flag.exists()

    starting = asyncio.create_task(supervisor.start(Program("sleeper", SLEEP, ready=ready)))
    await until(lambda: "sleeper" in supervisor.pids)
    assert not starting.done()
    flag.touch()
    await starting


async def test_a_program_that_does_not_become_ready_is_killed(supervisor: Supervisor) -> None:
    with pytest.raises(StartError, match=r"was not ready within 0\.01 s"):
        await supervisor.start(Program("sleeper", SLEEP, ready=never, ready_seconds=0.01))
    assert supervisor.pids == {}


async def test_programs_are_stopped_last_started_first_each_with_its_own_signal(tmp_path: Path) -> None:
    async def started() -> bool:
        return (tmp_path / "ready").exists()

    # `below` succeeds only if `above` has ended before it.
    above = (
        "sh",
        "-c",
        f"trap 'touch {tmp_path}/above; exit 0' TERM; touch {tmp_path}/ready; sleep 1000 & wait",
    )
    on_stop = f"test -e {tmp_path}/above && touch {tmp_path}/below; exit 0"
    below = ("sh", "-c", f"trap '{on_stop}' INT; touch {tmp_path}/ready; sleep 1000 & wait")
    async with Supervisor(AT_ONCE) as supervisor:
        await supervisor.start(Program("below", below, stop_signal=signal.SIGINT, ready=started))
        (tmp_path / "ready").unlink()
        await supervisor.start(Program("above", above, ready=started))
    assert (tmp_path / "below").exists()


async def test_a_program_that_does_not_stop_is_killed_with_what_it_started(tmp_path: Path) -> None:
    async def started() -> bool:
        return (tmp_path / "ready").exists()

    program = Program("stubborn", (*STUBBORN, f"{tmp_path}/ready"), ready=started, stop_seconds=0.01)
    with capture_logs() as logs:
        async with Supervisor(AT_ONCE) as supervisor:
            await supervisor.start(program)
            pid = supervisor.pids["stubborn"]
    assert "program does not stop" in [entry["event"] for entry in logs]
    await until(lambda: processes_in_group(pid) == [])


async def test_kill_cuts_a_stop_short(supervisor: Supervisor, tmp_path: Path) -> None:
    async def started() -> bool:
        return (tmp_path / "ready").exists()

    command = (*STUBBORN, f"{tmp_path}/ready")
    await supervisor.start(Program("stubborn", command, ready=started, stop_seconds=10 * PATIENCE_SECONDS))
    stopping = asyncio.create_task(supervisor.stop())
    await asyncio.sleep(0)
    supervisor.kill()
    await asyncio.wait_for(stopping, PATIENCE_SECONDS)


async def test_a_program_is_not_started_again_while_all_are_stopped(tmp_path: Path) -> None:
    log = tmp_path / "starts.log"
    async with Supervisor(AT_ONCE) as supervisor:
        await supervisor.start(Program("sleeper", ("sh", "-c", "echo started; exec sleep 1000"), log=log))
        await until(lambda: log.read_text() == "started\n")
    assert log.read_text() == "started\n"


async def test_the_programs_end_when_the_block_fails() -> None:
    pids: dict[str, int] = {}

    async def fail() -> None:
        async with Supervisor(AT_ONCE) as supervisor:
            await supervisor.start(Program("sleeper", SLEEP))
            pids.update(supervisor.pids)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert not is_alive(pids["sleeper"])


async def test_prepare_is_called_before_each_start(supervisor: Supervisor) -> None:
    calls: list[None] = []
    await supervisor.start(Program("sleeper", SLEEP, prepare=lambda: calls.append(None)))
    assert len(calls) == 1
    os.kill(supervisor.pids["sleeper"], signal.SIGKILL)
    await until(lambda: len(calls) == 2)


SUPERVISING = """
import asyncio, json, pathlib, sys
from app.running.supervisor import Program, Supervisor

DEAF = ["sh", "-c", "trap '' TERM INT HUP; exec sleep 1000"]

async def main():
    async with Supervisor() as supervisor:
        await supervisor.start(Program("sleeper", ["sleep", "1000"]), Program("deaf", DEAF))
        sys.stderr.write(json.dumps(supervisor.pids) + "\\n")
        await asyncio.get_running_loop().create_future()

asyncio.run(main())
"""


def test_no_program_outlives_a_supervisor_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISING], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        pids = json.loads(process.stderr.readline())
        assert list(pids) == ["sleeper", "deaf"]
        assert all(map(is_alive, pids.values()))
        process.kill()
        wait_until(lambda: not any(map(is_alive, pids.values())), "the programs are gone")


async def never() -> bool:
    return False


def ends(logs: list[Any]) -> list[Any]:
    return [entry for entry in logs if entry["event"] == "program ended"]


def processes_in_group(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and is_alive(int(entry.name)):
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found
