"""Folders of definitions for tests of the checker: the base of the problems' examples with one case laid over it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from headgate.documenting.examples import Example

BASE = Path(__file__).parents[2] / "docs" / "reference" / "problems" / "base"


def said(text: str, **others: str) -> list[str]:
    """What the checker says of a case, as `line:column message [code]`; `others` are files by `laws__shut_off`."""
    example = Example(code="", files={"cases/example.yaml": dedent(text).lstrip("\n")})
    for name, other in others.items():
        example.files[name.replace("__", "/").replace("_", "-") + ".yaml"] = dedent(other).lstrip("\n")
    lines = []
    for problem in example.checked(BASE):
        where = "" if problem.file == "cases/example.yaml" else f"{problem.file}:"
        lines.append(f"{where}{problem.line}:{problem.column} {problem.message} [{problem.code}]")
        lines += [f"  {step}" for step in problem.story]
    return lines
