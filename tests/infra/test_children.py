"""Processes that live and die with their parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from headgate.children import Child

SERVES = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


def child(folder: Path, program: str = SERVES) -> Child:
    flag = folder / "serves"

    async def ready() -> bool:
        return flag.exists()

    return Child(
        name="helper",
        command=[sys.executable, "-c", program, str(flag)],
        environment=dict(os.environ),
        log=folder / "helper.log",
        ready=ready,
    )


async def test_a_child_is_waited_for_and_stopped(tmp_path: Path) -> None:
    helper = child(tmp_path)
    helper.start()
    assert await helper.wait_until_ready(20)
    await helper.stop()
    assert helper.process is not None
    assert helper.process.poll() == -signal.SIGTERM


async def test_a_child_that_falls_before_it_serves_is_noticed_at_once_and_its_last_line_is_known(
    tmp_path: Path,
) -> None:
    helper = child(tmp_path, "import sys; sys.exit('the folder is gone')")
    helper.start()
    assert not await helper.wait_until_ready(60)
    assert helper.last_line() == "the folder is gone"


async def test_a_killed_child_is_started_again(tmp_path: Path) -> None:
    helper = child(tmp_path)
    helper.start()
    assert await helper.wait_until_ready(20)
    said: list[str] = []
    helper.watch(said.append)
    assert helper.process is not None
    first = helper.process.pid
    os.kill(first, signal.SIGKILL)
    while helper.process.pid == first:
        await asyncio.sleep(0.02)
    assert said
    assert "starting it again" in said[0]
    await helper.stop()


def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    program = f"""
import asyncio, os, sys, time
sys.path[:0] = {sys.path!r}
from pathlib import Path
from tests.infra.test_children import child
helper = child(Path({str(tmp_path)!r}))
helper.start()
assert asyncio.run(helper.wait_until_ready(20))
print(helper.process.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    while _runs(pid):
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
