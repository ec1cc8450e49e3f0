"""The letters that a district can send: each a Typst text that stands alone, with the languages that it speaks.

A template begins with comments that say so, and a sample lies beside it (`answer.typ`, `answer.json`):

    // title: Answer to a complaint
    // languages: en confirmed, es unconfirmed

The layout (`_layout.typ`) is put in front of it, and what several letters share where it says so
(`// with: _collecting`), so that one digest covers all that is printed. `// needs: statement` asks for what the account
owes, line by line; `// delivery: posted` is left at the property by a crew and in no batch; `// contains: …` says what a
legal notice holds (definitions/catalogue/notices.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import definitions
from definitions.catalogue.notices import CONTENTS

SHIPPED: Final = Path(definitions.__path__[0]) / "letters"
LAYOUT: Final = "_layout.typ"
NEEDS: Final = frozenset({"statement"})

_SAYS = re.compile(
    r"^// (?:(title|languages|needs|contains|lacks): (.+)|(delivery): (mail|posted))$", re.MULTILINE
)  # read once through the layout, which is long
_WITH = re.compile(r"^// with: (_[a-z-]+)$", re.MULTILINE)
_NAME = re.compile(r'(?<=[."])[A-Za-z_][\w-]*')
_LANGUAGE = re.compile(r"^([a-z]{2,3}(?:-[A-Za-z]+)?) (confirmed|unconfirmed)$")


class LetterError(ValueError):
    """A letter template that does not say what it must."""

    code = "letter"


@dataclass(frozen=True, kw_only=True)
class Template:
    """A letter template."""

    name: str
    title: str
    languages: Mapping[str, bool] = field(default_factory=dict)  #: language → is its wording confirmed?
    needs: frozenset[str] = frozenset()  #: of NEEDS: what it is given beside the case's data
    contains: frozenset[str] = frozenset()  #: of notices.CONTENTS: what the law asks it to hold
    delivery: str = "mail"  #: or `posted`: a crew leaves it at the property, it is in no batch
    text: str  #: whole, with the layout

    @property
    def names(self) -> frozenset[str]:
        """What of a case's data it may print: every word behind a dot or in quotes, so rather more than less."""
        return _names(self.text)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@lru_cache(maxsize=256)
def _names(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text))


def template(name: str, text: str) -> Template:
    """The template that the whole text is; raises LetterError when its head is missing."""
    head = _head(text)
    if "lacks" in head:
        raise LetterError(f'the letter "{name}" is written with "{head["lacks"]}", which is not in the folder')
    title, languages = head.get("title"), head.get("languages")
    if title is None or languages is None:
        raise LetterError(f'the letter "{name}" begins with "// title: …" and "// languages: en confirmed, …"')
    spoken: dict[str, bool] = {}
    for each in languages.split(","):
        found = _LANGUAGE.match(each.strip())
        if found is None:
            raise LetterError(f'the letter "{name}": "{each.strip()}" is no language; write "en confirmed"')
        spoken[found[1]] = found[2] == "confirmed"
    return Template(
        name=name,
        title=title.strip(),
        languages=spoken,
        needs=_words(name, "needs", head, NEEDS),
        contains=_words(name, "contains", head, frozenset(CONTENTS)),
        delivery=head.get("delivery", "mail"),
        text=text,
    )


def _head(text: str) -> dict[str, str]:
    """What the first line that says so says of each."""
    said: dict[str, str] = {}
    for found in _SAYS.finditer(text):
        said.setdefault(found[1] or found[3], found[2] or found[4])
    return said


def _words(name: str, key: str, head: Mapping[str, str], known: frozenset[str]) -> frozenset[str]:
    words = frozenset(word.strip() for word in head[key].split(",")) if key in head else frozenset()
    if words - known:
        raise LetterError(
            f'the letter "{name}": "// {key}: {", ".join(sorted(words - known))}" is not among {", ".join(sorted(known))}'
        )
    return words


def load_templates(folder: Path) -> dict[str, Template]:
    """The templates of a folder by name; raises LetterError."""
    return {path.stem: template(path.stem, text) for path, text in template_texts(folder)}


def template_texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """The letters of a folder with their layout in front; what the folder does not lay out itself takes the shipped one."""
    shared_text = cache(_shared)
    for path in sorted(folder.glob("*.typ")):
        if not path.name.startswith("_"):
            own = path.read_text(encoding="utf-8")
            shared = [shared_text(folder, name) for name in (LAYOUT, *(f"{each}.typ" for each in _WITH.findall(own)))]
            yield path, "\n".join((*shared, own))


def _shared(folder: Path, name: str) -> str:
    file = folder / name if (folder / name).exists() else SHIPPED / name
    return file.read_text(encoding="utf-8") if file.exists() else f"// lacks: {name}"


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Template]:
    """The templates that Headgate ships."""
    return load_templates(SHIPPED)
