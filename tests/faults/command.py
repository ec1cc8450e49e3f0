"""The command line as somebody types it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from headgate.settings import Settings
from headgate.temporal_server import find_or_build, free_port
from tests.faults.product import DEFINITIONS


def headgate(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command came to, on free ports, with the definitions of these tests."""
    temporal = find_or_build(Settings().cache, print).absolute().parent
    return subprocess.run(
        [sys.executable, "-m", "headgate", *words],
        env={
            **os.environ,
            "PATH": f"{temporal}:{os.environ['PATH']}",
            "HEADGATE_DEFINITIONS": str(DEFINITIONS),
            "HEADGATE_PORT": str(free_port()),
            "HEADGATE_WORKER_PORT": str(free_port()),
            "HEADGATE_TEMPORAL_PORT": str(free_port()),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
