"""The process that walks through an author's states."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

DEFINITIONS = Path(__file__).parents[2] / "definitions"
KILLED = """
import multiprocessing, os, signal
from pathlib import Path
from api.examining import examine

if __name__ == "__main__":
    folder = Path(FOLDER)
    examine(folder, (folder / "cases" / "affidavit.yaml").read_text())
    [child] = multiprocessing.active_children()
    print(child.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_it_ends_with_an_api_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED.replace("FOLDER", repr(str(DEFINITIONS))))
    environment = os.environ | {"PYTHONPATH": str(DEFINITIONS.parent)}
    with (tmp_path / "child").open("w") as told:  # a pipe would wait for the child as well
        command = [sys.executable, str(script)]
        await asyncio.to_thread(subprocess.run, command, env=environment, stdout=told, check=False)
    child = int((tmp_path / "child").read_text())
    async with asyncio.timeout(20):
        while _is_there(child):
            await asyncio.sleep(0.05)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/status").read_text().split("State:")[1][:4]
