"""The examples of the problems' reference: each a small broken definition, checked as it is written.

A file `docs/reference/problems/CODE.yaml` holds one or more parts, each headed `# file: cases/example.yaml`, which are laid
over the folder `base`; `# without: district.yaml` takes a file away. `# says: 9:14 …` is what the checker must say.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from definitions.language.problems import Problem
from workflows.machine.checking import check_folder


@dataclass(kw_only=True)
class Example:
    """A broken definition: its files by their paths in the folder, and what is to be said of it."""

    code: str
    files: dict[str, str] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    says: list[str] = field(default_factory=list)

    def said(self, base: Path) -> list[str]:
        """What the checker says of its code, with the stories."""
        lines = []
        for problem in self.checked(base):
            if problem.code == self.code:
                lines.append(f"{problem.file}:{problem.line}:{problem.column} {problem.message}")
                lines += [f"    {step}" for step in problem.story]
        return lines

    def checked(self, base: Path) -> list[Problem]:
        """The problems of the example laid over the base, with paths that begin in the folder."""
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            shutil.copytree(base, folder, dirs_exist_ok=True)
            for name in self.without:
                (folder / name).unlink()
            for name, text in self.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text)
            return [_moved(problem, folder) for problem in check_folder(folder)]


def _moved(problem: Problem, folder: Path) -> Problem:
    values = {**vars(problem), "file": str(Path(problem.file).relative_to(folder))}
    return Problem(**values)


def read_example(file: Path) -> Example:
    """The example in a file."""
    example = Example(code=file.stem)
    name = ""
    for line in file.read_text().splitlines(keepends=True):
        key, _, rest = line.partition(": ")
        if key == "# file":
            name = rest.strip()
            example.files[name] = ""
        elif key == "# without":
            example.without.append(rest.strip())
        elif key == "# says":
            example.says.append(rest.rstrip("\n"))
        else:
            example.files[name] += line
    return example
