"""`docs/reference/problems.md`: every code that a definition, an act or an effect can be refused with."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import definitions
import workflows.machine
from api.problems import Problem, kinds
from definitions.language.problems import CODES
from headgate.documenting import markdown
from headgate.documenting.examples import Example, read_example
from headgate.documenting.markdown import code, table
from headgate.documenting.remedies import REMEDIES
from workflows.refusals import refusals

#: A broken definition for each code (`CODE.yaml`), and the folder that they are laid over (`base`).
EXAMPLES = Path(__file__).parents[2] / "docs" / "reference" / "problems"
HEADS = {"yaml": "#", "typ": "//"}  #: how a comment begins

INTRODUCTION = """
Each kind of problem has a code that does not change. The sentence that comes with it says what is wrong at this
place; here stands what the kind means and what to do about it.
"""

DEFINITIONS = """
Found by `headgate check`, which shows them with file, line and column:

```text
cases/high-consumption.yaml:24:14  no queue is called "costumer-service"; "customer-service" is near  [unknown-queue]
```
"""

ACTS = """
What pages and REST interface answer when an act cannot be done. As JSON they are problem details (RFC 9457): `type`
is `/problems/CODE` of the same server, `detail` is the sentence for this case, `fields` says for each wrong field
what would be right.
"""

REFUSALS = """
What the case itself refuses, and the problem that it is answered with. What the state alone refuses leaves no trace
in the case; the API writes an audit row for every refusal.
"""

INCIDENTS = """
An effect (a letter, a posting, a hold) that cannot be carried out becomes an incident on its case, with a sentence
that says why. The case goes on meanwhile. Whoever has the right `settle-incidents` retries it once the cause is gone,
or skips it with a reason ([operator's guide](../operator.md#incidents)).
"""


def page() -> str:
    """The page in Markdown."""
    return markdown.page(
        "Problems",
        INTRODUCTION,
        "## In a definition",
        DEFINITIONS,
        *(_in_definition(each) for each in codes()),
        "## When something cannot be done",
        ACTS,
        table(("code", "status", "title", "what it means, and what to do"), [_act(kind) for kind in kinds()]),
        "## What a case refuses",
        REFUSALS,
        table(("code", "what"), [(code(kind.code), _first_line(kind)) for kind in refusals()]),
        "## When an effect cannot be carried out",
        INCIDENTS,
    )


def codes() -> list[str]:
    """Every code of a problem in a definition, sorted."""
    for package in (definitions, workflows.machine):
        for name in _modules(package):
            importlib.import_module(name)
    return sorted(CODES)


def _modules(package: ModuleType) -> Iterator[str]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield found.name


def _in_definition(each: str) -> str:
    said = f"### {code(each)}\n\n{CODES[each]} {REMEDIES.get(each, '')}".rstrip()
    file = EXAMPLES / f"{each}.yaml"
    return f"{said}\n\n{_shown(read_example(file))}" if file.exists() else said


def _shown(example: Example) -> str:
    """The broken definition, and what is said of it; the tests check that it is."""
    parts = []
    for name, text in example.files.items():
        kind = name.rpartition(".")[2]
        heading = f"{HEADS.get(kind, '#')} {name}\n" if kind in HEADS and len(example.files) > 1 else ""
        parts.append(f"```{kind}\n{heading}{text}```")
    return "\n\n".join([*parts, "```text\n" + "\n".join(example.says) + "\n```"])


def _act(kind: type[Problem]) -> tuple[str, str, str, str]:
    return code(kind.code), str(kind.status), kind.title, kind.explained


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]
