"""Documents as an editor reads them: YAML 1.2, in which `7` is a number and `on` a word."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from definitions.language.schema import KINDS

ROOT = Path(__file__).parents[2]
SAMPLES = Path(__file__).parent / "samples"


class _Core(yaml.SafeLoader):
    """YAML's core schema of version 1.2."""


_Core.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def as_an_editor_reads(text: str) -> Any:
    """The document's value."""
    return yaml.load(text, _Core)


def shipped() -> list[tuple[str, Path]]:
    """Every definition that Headgate ships, and the design's samples, with their kinds."""
    folder = ROOT / "definitions"
    found = [("district", folder / "district.yaml")]
    for kind in KINDS:
        found += [(kind, path) for path in sorted((folder / f"{kind}s").glob("*.yaml")) if "." not in path.stem]
    samples = [("law" if path.stem.startswith("ca-") else "case", path) for path in sorted(SAMPLES.glob("*.yaml"))]
    return found + samples
