"""Says which line of the lock files has no digest: `python -m tests.locked`, part of `make check`. With `--audit` it asks npm
for known weaknesses of what its lock files have, part of `make audit`.

What pip and npm install is what was locked, byte for byte, wherever it comes from."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from headgate.assets import npm

ROOT: Final = Path(__file__).parent.parent
PYTHON: Final = ("requirements.lock", "requirements-dev.lock")
NODE: Final = ("package-lock.json", "tests/openid/package-lock.json")
PINNED: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[^]]*])?==\S+$")


def unhashed(text: str) -> Iterator[str]:
    """The requirements of a pip lock file that are not pinned to a version with a SHA-256 of each file."""
    for entry in re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^\s*#.*\n", "", text)).splitlines():
        words = entry.partition(" #")[0].split()
        if not words:
            continue
        digests = [word for word in words[1:] if re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word)]
        if not PINNED.match(words[0]) or not digests:
            yield words[0]


def without_integrity(text: str) -> Iterator[str]:
    """The packages of an npm lock file that have no SHA-512."""
    for name, package in json.loads(text)["packages"].items():
        if name and not package.get("link") and not str(package.get("integrity", "")).startswith("sha512-"):
            yield name


def audited() -> int:
    """1 where npm knows of a weakness, or cannot tell."""
    folders = [(ROOT / file).parent for file in NODE]
    return max(subprocess.run([*npm(), "audit"], cwd=folder, check=False).returncode for folder in folders)


def main() -> int:
    """1 where a line has no digest."""
    found = [f"{file}: {name}" for file in PYTHON for name in unhashed((ROOT / file).read_text(encoding="utf-8"))]
    found += [
        f"{file}: {name}" for file in NODE for name in without_integrity((ROOT / file).read_text(encoding="utf-8"))
    ]
    for line in found:
        print(f"{line} is locked without a digest; run make lock")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(audited() if "--audit" in sys.argv else main())
