"""Figures in docs/performance.md, each part between markers of its own, so that one can be measured again alone."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


class NoPlace(Exception):
    """The page has no markers for this part."""


def write(part: str, text: str) -> None:
    """Puts a part's text between its markers; raises NoPlace when the page has none."""
    before = PAGE.read_text()
    begin, end = f"<!-- bench {part} -->", f"<!-- end of {part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(before):
        raise NoPlace(f"{PAGE.name} has no {begin} … {end}")
    PAGE.write_text(pattern.sub(lambda _: f"{begin}\n{text.strip()}\n{end}", before))


def machine() -> str:
    """The machine and the versions, as a sentence."""
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = ", ".join(f"{name} {version(name)}" for name in ("temporalio", "sqlalchemy", "pydantic"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {models[0] if models else platform.machine()}, "
        f"Python {platform.python_version()}, {packages}; load average at the start {os.getloadavg()[0]:.1f}"
    )


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    rule = ("---", *("---:" for _ in head[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
